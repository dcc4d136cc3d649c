"""Do two people give the same words the same themes? Honest and simple: how often, counted, with no coefficient.

For every verbatim that two coders have both coded, and every theme that either of them gave it: did both give it?
The share of "both" among those is the Jaccard overlap (Jaccard 1901). Chance is not taken out of it, and the page
says so; below ten comparisons there are only counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from allears.core.models import User
from allears.insights.models import Coding
from allears.studies.models import Study

MOST = 20_000  # codings looked at: those given last


@dataclass(frozen=True)
class Overlap:
    """Two coders, the verbatims both coded, the themes either gave those, and how many of them both gave."""

    first: User
    second: User
    verbatims: int
    either: int
    both: int

    @property
    def share(self) -> float | None:
        return self.both / self.either if self.either >= 10 else None

    @property
    def percent(self) -> str:
        return "" if self.share is None else f"{100 * self.share:.0f}%"


def overlap(study: Study) -> list[Overlap]:
    """Return each pair of people who have coded some of the same words of `study`, most shared words first."""
    by_hand = Coding.objects.filter(theme__study=study, theme__merged_into=None, coder__isnull=False).order_by()
    coders = Coding.objects.filter(coder__isnull=False).values_list("coder", flat=True)
    # The ends of an index tell whether there are several at all; to count a million codings by coder takes a second.
    if coders.order_by("coder").first() == coders.order_by("-coder").first():
        return []
    given: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for coder, verbatim, theme in by_hand.order_by("-pk").values_list("coder", "verbatim", "theme")[:MOST]:
        given[coder][verbatim].add(theme)
    people = User.objects.in_bulk(list(given))
    ids = sorted(given)
    pairs = [(a, b) for i, a in enumerate(ids) for b in ids[i + 1 :]]
    found = [_compared(people[a], people[b], given[a], given[b]) for a, b in pairs]
    return sorted((o for o in found if o.verbatims), key=lambda o: -o.verbatims)


def _compared(a: User, b: User, of_a: dict[int, set[int]], of_b: dict[int, set[int]]) -> Overlap:
    shared = of_a.keys() & of_b.keys()
    either = sum(len(of_a[v] | of_b[v]) for v in shared)
    both = sum(len(of_a[v] & of_b[v]) for v in shared)
    return Overlap(a, b, len(shared), either, both)
