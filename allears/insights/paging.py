"""A page of words in one of three orders, by keyset: as quick on the last page as on the first.

Cursors are what stands in the address (`after`, `before`): the place of a row in its order, never an offset, so that
words that arrive while somebody reads shift nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import nlargest, nsmallest
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from allears.insights.filters import NEWEST, OLDEST, UNEXPECTED
from allears.insights.models import Surprise
from allears.insights.narrowing import Found, Words, among
from allears.insights.surprise import RARE

PER_PAGE = 20

# The stretches of the unexpected order: rare or against, no theme yet, the rest (see `surprise.py`).
RARE_FIRST, NO_THEME, THE_REST = range(3)


class Place(NamedTuple):
    """Where a row stands in an order; the smaller, the earlier."""

    stretch: int
    score: int  # negative: the highest comes first
    pk: int  # negative where the newest comes first

    def __str__(self) -> str:
        return f"{self.stretch}.{-self.score}.{abs(self.pk)}"


@dataclass(frozen=True)
class Page:
    """The ids of a page, in order, and the cursors of its ends ("" where there is nothing beyond)."""

    ids: list[int]
    before: str = ""
    after: str = ""
    scores: dict[int, int] = field(default_factory=dict)


def place_in(order: str, pk: int, score: int | None = None) -> Place:
    """Return where a row with this id and score stands in `order`."""
    if order == OLDEST:
        return Place(0, 0, pk)
    if order == NEWEST:
        return Place(0, 0, -pk)
    if score is None:
        return Place(NO_THEME, 0, -pk)
    return Place(RARE_FIRST if score >= RARE else THE_REST, -score, -pk)


def cursor(order: str, raw: str) -> Place | None:
    """Read a cursor; one that cannot be read stands nowhere."""
    try:
        stretch, score, pk = (int(part) for part in raw.split("."))
    except ValueError:
        return None
    if not (0 <= stretch <= THE_REST and 0 <= score <= 32_767 and 0 <= pk < 2**62):
        return None
    return Place(stretch, -score, pk if order == OLDEST else -pk)


def page(
    found: Found,
    order: str,
    *,
    after: str = "",
    before: str = "",
    collection: int | None = None,
    per_page: int = PER_PAGE,
) -> Page:
    """Return the page of words that follows `after`, or ends before `before`.

    `collection` is the one that all of them belong to, if there is one.
    """
    walk = Walk(found, order, cursor(order, before or after), bool(cursor(order, before)), collection)
    places = walk.over(found.ids, per_page + 1) if found.ids is not None else walk.along(per_page + 1)
    start, backwards = walk.start, walk.backwards
    more = len(places) > per_page
    places = places[:per_page]
    if backwards:
        places.reverse()
    has_before, has_after = (more, True) if backwards else (start is not None, more)
    return Page(
        ids=[abs(place.pk) for place in places],
        before=str(places[0]) if places and has_before else "",
        after=str(places[-1]) if places and has_after else "",
        scores={abs(p.pk): -p.score for p in places if order == UNEXPECTED and p.stretch != NO_THEME},
    )


@dataclass(frozen=True)
class Walk:
    """A way through words in an order, from a place on."""

    found: Found
    order: str
    start: Place | None
    backwards: bool
    collection: int | None

    def over(self, ids: Sequence[int], most: int) -> list[Place]:
        """Few words: put all of them in order and take the next `most`."""
        scores = self._scores() if self.order == UNEXPECTED else {}
        places = (place_in(self.order, pk, scores.get(pk)) for pk in ids)
        beyond = [place for place in places if self._is_beyond(place)]
        return nlargest(most, beyond) if self.backwards else nsmallest(most, beyond)

    def _scores(self) -> dict[int, int]:
        ids = self.found.words.order_by().values("pk")
        return dict(Surprise.objects.filter(verbatim__in=ids).values_list("verbatim", "score"))

    def _is_beyond(self, place: Place) -> bool:
        return self.start is None or (place < self.start if self.backwards else place > self.start)

    def along(self, most: int) -> list[Place]:
        """Many words: walk along an index, stretch by stretch, until there are enough."""
        found: list[Place] = []
        for stretch in self._stretches():
            if len(found) < most:
                begin = self.start if self.start is not None and self.start.stretch == stretch else None
                found += self._through(stretch, begin, most - len(found))
        return found

    def _stretches(self) -> list[int]:
        every = [RARE_FIRST, NO_THEME, THE_REST] if self.order == UNEXPECTED else [0]
        if self.backwards:
            return [s for s in reversed(every) if self.start is None or s <= self.start.stretch]
        return [s for s in every if self.start is None or s >= self.start.stretch]

    def _through(self, stretch: int, begin: Place | None, most: int) -> list[Place]:
        if self.order != UNEXPECTED:
            return self._listed(begin, most) if self.found.lister else self._by_age(self.found.walked, begin, most)
        if stretch == NO_THEME:
            no_row = ~Exists(Surprise.objects.filter(verbatim=OuterRef("pk")))
            return self._by_age(self.found.walked.filter(no_row), begin, most)
        return self._by_score(stretch, begin, most)

    def _by_age(self, words: Words, begin: Place | None, most: int) -> list[Place]:
        falling = (self.order != OLDEST) != self.backwards
        if begin is not None:
            words = words.filter(**{"pk__lt" if falling else "pk__gt": abs(begin.pk)})
        ids = words.order_by("-pk" if falling else "pk").values_list("pk", flat=True)[:most]
        return [place_in(self.order, pk) for pk in ids]

    def _listed(self, begin: Place | None, most: int) -> list[Place]:
        """Have some listed, try them, and go on with more at a time until there are enough."""
        assert self.found.lister is not None
        assert self.found.others is not None
        oldest_first = (self.order == OLDEST) != self.backwards
        beyond, size, kept = abs(begin.pk) if begin else None, 200, list[int]()
        while len(kept) < most:
            ids = self.found.lister(beyond, oldest_first, size)
            wanted = set(among(self.found.others, ids).order_by().values_list("pk", flat=True)) if ids else set()
            kept += [pk for pk in ids if pk in wanted]
            if len(ids) < size:
                break
            beyond, size = ids[-1], min(4 * size, 8_000)
        return [place_in(self.order, pk) for pk in kept[:most]]

    def _by_score(self, stretch: int, begin: Place | None, most: int) -> list[Place]:
        """Walk the scores' own index; each row is tried on the words that are wanted."""
        rows = Surprise.objects.filter(Q(score__gte=RARE) if stretch == RARE_FIRST else Q(score__lt=RARE))
        if self.collection is not None:
            rows = rows.filter(collection=self.collection)
        if begin is not None:
            rows = rows.filter(self._beyond(-begin.score, abs(begin.pk)))
        order = ("score", "verbatim") if self.backwards else ("-score", "-verbatim")
        wanted = Exists(self.found.walked.filter(pk=OuterRef("verbatim")))
        found = rows.filter(wanted).order_by(*order).values_list("verbatim", "score")[:most]
        return [place_in(UNEXPECTED, pk, score) for pk, score in found]

    def _beyond(self, score: int, pk: int) -> Q:
        # The first condition says nothing new, but lets the database start at the right place of its index.
        if self.backwards:
            return Q(score__gte=score) & (Q(score__gt=score) | Q(verbatim__gt=pk))
        return Q(score__lte=score) & (Q(score__lt=score) | Q(verbatim__lt=pk))
