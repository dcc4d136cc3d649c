"""What rooms above say about words in the meta line below them: "heard back 12 March".

A room registers in its `apps.ready` a function that takes the ids of the verbatims on a page and returns
{verbatim id: [chips]}, with a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from allears.design.parts import Chip

Chips = Mapping[int, Sequence[Chip]]
_makers: list[Callable[[Sequence[int]], Chips]] = []


def chips(make: Callable[[Sequence[int]], Chips]) -> Callable[[Sequence[int]], Chips]:
    """Register the decorated function."""
    if make not in _makers:
        _makers.append(make)
    return make


def chips_of(verbatim_ids: Sequence[int]) -> dict[int, list[Chip]]:
    """Return the chips of all rooms for each of these verbatims."""
    found: dict[int, list[Chip]] = {pk: [] for pk in verbatim_ids}
    for make in _makers:
        for pk, made in make(verbatim_ids).items():
            found.setdefault(pk, []).extend(made)
    return found
