"""A page of words in one of three orders, by keyset: as quick on the last page as on the first.

Cursors are what stands in the address (`after`, `before`): the place of a row in its order, never an offset, so that
words that arrive while somebody reads shift nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import nlargest, nsmallest
from typing import NamedTuple

from django.db.models import Q

from allears.core.one_of import IsOneOf
from allears.core.walking import FIRST, Patience, Walked, walk
from allears.insights.filters import NEWEST, OLDEST, UNEXPECTED
from allears.insights.models import Surprise
from allears.insights.narrowing import Found
from allears.insights.room import Lister
from allears.insights.surprise import RARE

PER_PAGE = 20

_Scored = tuple[int, int]  # a verbatim's id and its score

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
    """The ids of a page, in order, and the cursors of its ends ("" where there is nothing beyond). `looked`: how many rows
    were looked at, where the page was given up before it was full."""

    ids: list[int]
    before: str = ""
    after: str = ""
    scores: dict[int, int] = field(default_factory=dict)
    looked: int = 0


def place_in(order: str, pk: int, score: int | None = None) -> Place:
    """Return where a row with this id and score stands in `order`."""
    if order == OLDEST:
        return Place(0, 0, pk)
    if order == NEWEST:
        return Place(0, 0, -pk)
    return Place(*_unexpected(pk, score))


def _unexpected(pk: int, score: int | None) -> tuple[int, int, int]:
    if score is None:
        return NO_THEME, 0, -pk
    return RARE_FIRST if score >= RARE else THE_REST, -score, -pk


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
    walked = Walked(walk.over(found.ids, per_page + 1)) if found.ids is not None else walk.along(per_page + 1)
    places, start, backwards, stopped = walked.found, walk.start, walk.backwards, walked.stopped_at
    more = len(places) > per_page
    places = places[:per_page]
    if backwards:
        places.reverse()
    has_before, has_after = (more, True) if backwards else (start is not None, more)
    first, last = (places[0], places[-1]) if places else (stopped, stopped)
    if stopped is not None:  # the page leads on from there, in the direction in which it looked
        first, last = (stopped, last) if backwards else (first, stopped)
        has_before, has_after = has_before or backwards, has_after or not backwards
    return Page(
        ids=[abs(place.pk) for place in places],
        before=str(first) if first and has_before else "",
        after=str(last) if last and has_after else "",
        looked=walk.patience.looked if stopped is not None else 0,
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
    patience: Patience = field(default_factory=Patience)

    def over(self, ids: Sequence[int], most: int) -> list[Place]:
        """Few words: put all of them in order and take the next `most`."""
        if self.order == UNEXPECTED:
            scores = _scores(ids)
            places = [_unexpected(pk, scores.get(pk)) for pk in ids]
        else:
            places = [(0, 0, pk if self.order == OLDEST else -pk) for pk in ids]
        beyond = places if self.start is None else [place for place in places if self._is_beyond(place)]
        chosen = nlargest(most, beyond) if self.backwards else nsmallest(most, beyond)
        return [Place(*place) for place in chosen]

    def _is_beyond(self, place: tuple[int, int, int]) -> bool:
        return self.start is None or (place < self.start if self.backwards else place > self.start)

    def along(self, most: int) -> Walked[Place]:
        """Many words: walk along an index, stretch by stretch, until there are enough or it has taken long enough."""
        found: list[Place] = []
        for stretch in self._stretches():
            begin = self.start if self.start is not None and self.start.stretch == stretch else None
            walked = self._through(stretch, begin, most - len(found))
            found += walked.found
            if len(found) >= most or walked.stopped_at is not None:
                return Walked(found, walked.stopped_at)
        return Walked(found)

    def _stretches(self) -> list[int]:
        every = [RARE_FIRST, NO_THEME, THE_REST] if self.order == UNEXPECTED else [0]
        if self.backwards:
            return [s for s in reversed(every) if self.start is None or s <= self.start.stretch]
        return [s for s in every if self.start is None or s >= self.start.stretch]

    def _through(self, stretch: int, begin: Place | None, most: int) -> Walked[Place]:
        if self.order == UNEXPECTED and stretch != NO_THEME:
            return self._by_score(stretch, begin, most)
        return self._by_age(begin, most)

    def _by_age(self, begin: Place | None, most: int) -> Walked[Place]:
        oldest_first = (self.order == OLDEST) != self.backwards
        start = abs(begin.pk) if begin else None
        lister = _narrowest(self.found.listers, start, oldest_first)
        walked = walk(
            lambda beyond, size: lister(beyond, oldest_first, size), partial(self._tried, lister), start, most,
            self.patience,
        )  # fmt: skip
        stopped = None if walked.stopped_at is None else place_in(self.order, walked.stopped_at)
        return Walked([place_in(self.order, pk) for pk in walked.found], stopped)

    def _tried(self, lister: Lister | None, ids: Sequence[int]) -> set[int]:
        if self.order == UNEXPECTED:  # the stretch of words without a theme, and so without a score
            ids = list(set(ids) - _scores(ids).keys())
        return self.found.tried(ids, lister)

    def _by_score(self, stretch: int, begin: Place | None, most: int) -> Walked[Place]:
        """Walk along the scores' own index."""
        rows = Surprise.objects.filter(Q(score__gte=RARE) if stretch == RARE_FIRST else Q(score__lt=RARE))
        if self.collection is not None:
            rows = rows.filter(collection=self.collection)

        def listed(beyond: _Scored | None, size: int) -> list[_Scored]:
            here = rows if beyond is None else rows.filter(self._beyond(beyond[1], beyond[0]))
            order = ("score", "verbatim") if self.backwards else ("-score", "-verbatim")
            return list(here.order_by(*order).values_list("verbatim", "score")[:size])

        def tried(scored: Sequence[_Scored]) -> set[_Scored]:
            wanted = self.found.tried([pk for pk, _score in scored], None)
            return {each for each in scored if each[0] in wanted}

        start = (abs(begin.pk), -begin.score) if begin else None
        walked = walk(listed, tried, start, most, self.patience)
        stopped = None if walked.stopped_at is None else place_in(UNEXPECTED, *walked.stopped_at)
        return Walked([place_in(UNEXPECTED, pk, score) for pk, score in walked.found], stopped)

    def _beyond(self, score: int, pk: int) -> Q:
        # The first condition says nothing new, but lets the database start at the right place of its index.
        if self.backwards:
            return Q(score__gte=score) & (Q(score__gt=score) | Q(verbatim__gt=pk))
        return Q(score__lte=score) & (Q(score__lt=score) | Q(verbatim__lt=pk))


def _scores(ids: Iterable[int]) -> dict[int, int]:
    return dict(Surprise.objects.filter(IsOneOf("verbatim", ids)).values_list("verbatim", "score"))


def _narrowest(listers: Sequence[Lister], beyond: int | None, oldest_first: bool) -> Lister:
    """Choose who names the fewest words here: whose first ones reach furthest."""
    if len(listers) == 1:
        return listers[0]
    reach = [lister(beyond, oldest_first, FIRST) for lister in listers]
    if short := [at for at, ids in enumerate(reach) if len(ids) < FIRST]:
        return listers[min(short, key=lambda at: len(reach[at]))]
    return listers[max(range(len(reach)), key=lambda at: reach[at][-1] if oldest_first else -reach[at][-1])]
