"""From a reader's question to the words that answer it, fast over a million verbatims.

Two ways, chosen by how much is asked for. **Few** (`FEW` at most): one of the filters names so few verbatims that
their ids are taken first; the other filters are tried on those alone, and every count is exact. **Many**: what one filter
names is listed along an index in the order of the page, some at a time, and all filters are tried on these, until a page
is full; that is soon, because much is found, or it is given up for this page (see `core/walking.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from allears.core.one_of import IsOneOf
from allears.insights import few_rows
from allears.insights.filters import Filters
from allears.insights.parts import Filter, asked_for
from allears.insights.room import Lister, Room, Words
from allears.verbatims import sample
from allears.verbatims.few import Few
from allears.verbatims.queries import current
from allears.verbatims.sample import Sample


@dataclass(frozen=True)
class Found:
    """The words that are wanted. Few: `ids` are theirs, newest first. Many: `listers` list them and others by age, and
    `tried` tells which of the ids that one of them has listed (or none) are wanted; `surely_many`: more than `FEW` were
    seen."""

    words: Words
    ids: list[int] | None = None
    surely_many: bool = False
    listers: tuple[Lister, ...] = ()
    tried: Callable[[Sequence[int], Lister | None], set[int]] = lambda ids, _lister: set(ids)


def matching(room: Room, wanted: Filters, *, counted: bool = True) -> Found:
    """Return the words that are wanted; `counted`: it is to be said whether they are surely many."""
    some = sample.take()
    parts = asked_for(room, wanted, counted=counted, some=some)
    alone = len(parts) < 2  # what is asked for is as much as this one part
    surely_many = []
    for at, part in enumerate([*parts, Filter(room.among_all, lambda: few_rows.few(room.rows()), slow=True)]):
        few = Few(None) if (at or not alone) and _seems_many(part, some) else part.few()
        if few.ids is not None:
            return _among(room, few.ids, [*parts[:at], *parts[at + 1 :]])
        if few.some is not None:
            parts[at] = _in_hand(part, few.some)
        surely_many.append(few.surely_more)
    listers = (*(part.by_age for part in parts if part.by_age), room.by_age)
    return Found(
        _on(room.words(), parts), surely_many=alone and surely_many[0], listers=listers,
        tried=lambda ids, lister: _tried(room, ids, [part for part in parts if lister is None or part.by_age is not lister]),
    )  # fmt: skip


def on_all(room: Room, wanted: Filters) -> Words:
    """Return the words that are wanted of a room whose words are not too many to be gone through."""
    return _on(room.among_all(current()), asked_for(room, wanted, counted=False, some=None))


def _seems_many(part: Filter, some: Sample | None) -> bool:
    """Whether a look at some rows says that a part names so many words that looking all up would be in vain."""
    return part.slow and some is not None and some.about(part.on_each or part.on) > 2 * few_rows.FEW


def _in_hand(part: Filter, ids: list[int]) -> Filter:
    """The filter with all that it names (newest first) in hand."""

    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        if oldest_first:
            at = 0 if beyond is None else bisect_right(rising, beyond)
            return rising[at : at + most]
        at = 0 if beyond is None else bisect_right(ids, -beyond, key=lambda pk: -pk)
        return ids[at : at + most]

    rising = ids[::-1]
    return replace(part, by_age=by_age, held=frozenset(ids))


def _on(words: Words, parts: Iterable[Filter]) -> Words:
    for part in parts:
        words = part.on(words)
    return words


def _tried(room: Room, ids: Sequence[int], parts: Sequence[Filter]) -> set[int]:
    """Which of these ids are wanted: what takes long is tried last, on what is left."""
    for held in [part.held for part in parts if part.held is not None]:
        ids = [pk for pk in ids if pk in held]
    if not ids:
        return set()
    rows = room.words().filter(IsOneOf("pk", ids))
    for part in [part for part in parts if not part.sieve]:
        rows = (part.on_each or part.on)(rows)
    found = set(rows.order_by().values_list("pk", flat=True))
    for sieve in [part.sieve for part in parts if part.sieve]:
        found = sieve(list(found)) if found else found
    return found


def _among(room: Room, ids: list[int], parts: list[Filter]) -> Found:
    found = sorted(_tried(room, ids, parts), reverse=True)
    return Found(current().filter(IsOneOf("pk", found)), found)
