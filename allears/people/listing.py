"""The list of people by name, a page at a time, as fast among a million as among ten.

Two ways lead to the first fifty by name, and which one is cheap depends on how many match:

- few match (at most 10,000): gather them by the narrowest criterion and sort them;
- many match: walk all people in the order of their names and leave out the others, who cannot be many.

Gathering stops at 10,001, so the count is "more than 10,000" from there on. A search whose words more than
10,000 people have cannot be sorted by name in time: it shows the newest first, and looks at 20,000 hits a
page, so that a page may hold few people, or none, and yet lead on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from allears.core.typed import whole_number
from allears.people import crowds, search
from allears.people.having import Having
from allears.people.models import Person, PersonFacet
from allears.people.queries import plain_matches, values_by_facet

PAGE = 50
MOST_COUNTED = 10_000
SIZES_HOLD = 3600.0  # seconds for which the number of a value's people is good enough to choose a way by


@dataclass(frozen=True)
class ListPage:
    """A page of people, the cursors of the pages beside it (empty: none), and how many there are in all."""

    people: list[Person]
    before: str
    after: str
    count: int  # at most MOST_COUNTED
    more: bool  # there are more than counted
    newest_first: bool = False


def list_page(criteria: Mapping[str, Any], *, after: str = "", before: str = "", size: int = PAGE) -> ListPage:
    """Return a page of the people whom `criteria` mean (see queries.matching), with their accounts.

    `after` and `before` are cursors of another page; one that is no longer known leads to the beginning.
    """
    facets = values_by_facet(criteria.get("facets") or {})
    words = str(criteria.get("q") or "")
    plain = plain_matches({**criteria, "q": ""})
    if not search.terms(words):
        people, count = _without_words(plain, criteria, facets)
        return _by_name(people, count, after, before, size)
    hits = search.first_ids(words, MOST_COUNTED + 1)
    if len(hits) > MOST_COUNTED:
        return _newest_first(_having(plain, facets), criteria, facets, hits, after, size)
    found = _having(plain.filter(pk__in=among(hits)), facets)
    # Only who is there is found by words: unless something else is asked for, they need not be counted once more.
    count = found.order_by().count() if facets or _others(criteria, "q", "facets") else len(hits)
    return _by_name(found, count, after, before, size)


def those_of(ids: Iterable[int], criteria: Mapping[str, Any]) -> QuerySet[Person]:
    """Return those of the people with these ids, a page of them or so, whom `criteria` but the words mean."""
    plain = plain_matches({name: value for name, value in criteria.items() if name not in ("q", "facets")})
    return _having(plain.filter(pk__in=list(ids)), values_by_facet(criteria.get("facets") or {}))


def _without_words(
    plain: QuerySet[Person], criteria: Mapping[str, Any], facets: list[list[int]]
) -> tuple[QuerySet[Person], int]:
    """The people, asked for by the way that is cheap for so many; and how many, `MOST_COUNTED` and one more at most."""
    people = plain.none() if str(criteria.get("q") or "").strip() else plain
    if not facets:
        return people, people.order_by()[: MOST_COUNTED + 1].count()
    if _surely_many(criteria, facets):
        return _having(people, facets), MOST_COUNTED + 1
    ids = list(_gathered(people, facets)[: MOST_COUNTED + 1])
    few = len(ids) <= MOST_COUNTED
    return Person.objects.filter(pk__in=among(ids)) if few else _having(people, facets), len(ids)


def _surely_many(criteria: Mapping[str, Any], facets: list[list[int]]) -> bool:
    """Whether crowds that were counted ahead say so, twice as many as would do: nobody need be gathered to know it."""
    kept = None if _others(criteria, "kind", "facets") else crowds.the_crowds()
    return kept is not None and kept.having(criteria.get("kind") or "", facets).bit_count() > 2 * MOST_COUNTED


def _others(criteria: Mapping[str, Any], *names: str) -> bool:
    """Whether anything is asked for besides what has these names."""
    return any(value not in ("", None) for name, value in criteria.items() if name not in names)


def _having(people: QuerySet[Person], facets: list[list[int]]) -> QuerySet[Person]:
    return people.filter(_all_of(facets).condition("pk"))


def _gathered(plain: QuerySet[Person], facets: list[list[int]]) -> QuerySet[Any, int]:
    """Ids of the people found through the facet whose chosen values fewest have."""
    narrowest_first = sorted(facets, key=_size) if len(facets) > 1 else facets
    return _all_of(narrowest_first).through(0).filter(Exists(plain.filter(pk=OuterRef("person"))))


def _all_of(facets: list[list[int]]) -> Having:
    return Having(tuple(map(tuple, facets)))


_sizes: dict[int, tuple[float, int]] = {}


def _size(values: list[int]) -> int:
    """About how many people have one of `values`, as counted within the last hour."""
    return sum(_size_of(value) for value in values)


def _size_of(value: int) -> int:
    counted_at, count = _sizes.get(value, (-SIZES_HOLD, 0))
    if time.monotonic() - counted_at > SIZES_HOLD:
        count = PersonFacet.objects.filter(value=value).count()
        _sizes[value] = (time.monotonic(), count)
    return count


def among(ids: list[int]) -> RawSQL:
    """The ids as one parameter: thousands of placeholders would take longer to write than to answer."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(ids)])
    return RawSQL("SELECT unnest(%s::bigint[])", [ids])


def _newest_first(
    people: QuerySet[Person], criteria: Mapping[str, Any], facets: list[list[int]], newest: list[int], after: str, size: int
) -> ListPage:
    below = whole_number(after)
    hits = search.first_ids(str(criteria["q"]), MOST_COUNTED + 1, below) if below else newest
    found = people.filter(pk__in=among(hits))
    rows = with_accounts(found.order_by("-pk").values_list("pk", flat=True)[: size + 1])
    cursor = str(rows[size - 1].pk) if len(rows) > size else str(hits[-1]) if len(hits) > MOST_COUNTED else ""
    count = 0 if below else min(_how_many_of(hits, found, criteria, facets), MOST_COUNTED)
    return ListPage(rows[:size], "", cursor, count, more=True, newest_first=True)


def _how_many_of(
    hits: list[int], found: QuerySet[Person], criteria: Mapping[str, Any], facets: list[list[int]]
) -> int:
    """How many of the people with these ids are found: at least, of all there are; by crowds, where they were counted."""
    kept = None if _others(criteria, "q", "kind", "facets") else crowds.the_crowds()
    if kept is None:
        return found.order_by().count()
    return (kept.having(criteria.get("kind") or "", facets) & crowds.crowd_of(hits)).bit_count()


def _by_name(people: QuerySet[Person], count: int, after: str, before: str, size: int) -> ListPage:
    rows, is_first, is_last = _page_by_name(people, after, before, size)
    return ListPage(
        people=rows,
        before="" if is_first or not rows else str(rows[0].pk),
        after="" if is_last or not rows else str(rows[-1].pk),
        count=min(count, MOST_COUNTED),
        more=count > MOST_COUNTED,
    )


def _page_by_name(people: QuerySet[Person], after: str, before: str, size: int) -> tuple[list[Any], bool, bool]:
    """By name whatever its case, among equals the older row first; whether this is the first, the last
    page.
    """
    people = people.annotate(sort_name=Lower("name"))
    if key := _key(before):
        ids = people.filter(_beyond(key, "lt")).order_by("-sort_name", "-pk").values_list("pk", flat=True)
        rows = with_accounts(ids[: size + 1])
        return rows[:size][::-1], len(rows) <= size, False
    key = _key(after)
    people = people.filter(_beyond(key, "gt")) if key else people
    rows = with_accounts(people.order_by("sort_name", "pk").values_list("pk", flat=True)[: size + 1])
    return rows[:size], key is None, len(rows) <= size


def with_accounts(ids: Iterable[int]) -> list[Person]:
    """The people with these ids in their order: who stands on no page need not be brought along to be sorted."""
    there = list(ids)
    found = Person.objects.select_related("account").in_bulk(there)
    return [found[pk] for pk in there if pk in found]


def _key(cursor: str) -> tuple[str, int] | None:
    """The place in the order where the person of a cursor stands."""
    pk = whole_number(cursor)
    name = Person.objects.filter(pk=pk).values_list(Lower("name"), flat=True).first() if pk else None
    return None if name is None or pk is None else (name, pk)


def _beyond(key: tuple[str, int], side: str) -> Q:
    """The first half is what the index understands; the second leaves out the equals on the wrong side."""
    name, pk = key
    return Q(**{f"sort_name__{side}e": name}) & (Q(**{f"sort_name__{side}": name}) | Q(**{f"pk__{side}": pk}))
