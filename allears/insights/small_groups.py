"""Groups too small to be shown, and the groups that would give them away. Pure.

Fewer than 5 people are no group (10 where their comments are read together): somebody who knows the house could
tell who they are. A single hidden group can be found by subtraction from the whole, so the hidden people must
themselves be as many as a group that may be shown; otherwise the next smallest is hidden too (complementary
suppression, as statistical offices do; Hundepool et al. 2012, section 4.2).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from allears.questionnaires.statistics import FEWEST_FOR_COMMENTS, FEWEST_IN_GROUP, hidden_groups

Key = TypeVar("Key", bound=Hashable)

FOR_NUMBERS = FEWEST_IN_GROUP
FOR_COMMENTS = FEWEST_FOR_COMMENTS


@dataclass(frozen=True)
class Groups(Generic[Key]):
    """The groups that may be shown, and which may not."""

    shown: dict[Key, int]
    hidden: frozenset[Key]


def safe_groups(people: Mapping[Key, int], threshold: int = FOR_NUMBERS) -> Groups[Key]:
    """Decide which of these groups of one whole (people in each) may be shown side by side.

    Empty groups may: they say nothing of anybody.
    """
    names = {repr(key): key for key in people}
    sizes = {name: people[key] for name, key in names.items()}
    hidden = frozenset(names[name] for name in hidden_groups(sizes, sum(sizes.values()), threshold))
    return Groups({key: n for key, n in people.items() if key not in hidden}, hidden)


def leaves_few(whole: int, part: int, threshold: int = FOR_COMMENTS) -> bool:
    """Whether who is in the whole and not in the part is a small group: who reads both finds them by subtraction."""
    return 0 < whole - part < threshold
