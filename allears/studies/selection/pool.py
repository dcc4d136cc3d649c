"""The pool: who may be drawn, grouped by the facets that are balanced.

Criteria, consent and contact budget filter in the database. What leaves it is a count per combination of facet values;
references (never names) leave it only when a lottery is to be found or committed. What pages show of many people comes
from crowds that were counted ahead (`people.crowds`), so that no page waits for a million people to be looked through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.core.cache import cache
from django.db.models import Count, FilteredRelation, Q, QuerySet

from allears.design import charts
from allears.people import crowds
from allears.people.by_name import flags_of
from allears.people.models import Facet, Kind, Person
from allears.people.queries import FacetCount
from allears.selection import Pool
from allears.selection.plan import MOST_TYPES
from allears.selection.tables import tidy
from allears.studies import choosing
from allears.studies.selection.models import Selection

# A proof names everybody by a salted id, some 40 bytes each: 10 MB here. Beyond this it is no file to hand to a citizen,
# nor to read for every page (measured by bench/lottery_pool.py).
MOST_PEOPLE = 250_000
# Up to so many people a commitment takes about a second, and is made at once; beyond this in the background.
AT_ONCE = 10_000
ROOM = 1 << 40  # so many combinations of values still have a number of their own
# A facet with more values than this is an identifier rather than a way in which people differ.
MOST_VALUES = 40
# What is balanced until somebody chooses: a panel of four cannot hold more, and the search goes through combinations.
FEW, FEW_VALUES = 4, 8
A_MINUTE = 60


@dataclass(frozen=True)
class Naming:
    """What facets and values are called in a proof, and which rows of the database that means."""

    facets: list[Facet]
    names: dict[str, str]  # by the facet's key
    values: dict[tuple[str, str], str]  # by the keys of facet and value
    of_row: dict[int, str]  # by the value's id

    def keys_of(self, facet: str, value: str) -> tuple[str, str] | None:
        """Return the keys behind the names that stand in a proof; None when there are none any more."""
        wanted = [key for key, name in self.names.items() if name == facet]
        found = [(f, v) for (f, v), name in self.values.items() if f in wanted and name == value]
        return found[0] if found else None


def naming(keys: Iterable[str]) -> Naming:
    """Return how the facets with these keys are called, in the facets' order; unknown keys are left out."""
    facets = list(Facet.objects.filter(key__in=list(keys)).prefetch_related("values"))
    names = _unlike({f.key: f.label for f in facets})
    values: dict[tuple[str, str], str] = {}
    of_row: dict[int, str] = {}
    for facet in facets:
        called = _unlike({v.key: v.label for v in facet.values.all()})
        for value in facet.values.all():
            values[facet.key, value.key] = of_row[value.pk] = called[value.key]
    return Naming(facets, names, values, of_row)


def _unlike(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels by key, told apart by the key where two are spelled alike; none is empty, which means "not given"."""
    tidied = {key: tidy(label) or key for key, label in labels.items()}
    often = Counter(tidied.values())
    return {key: label if often[label] == 1 else f"{label} ({key})" for key, label in tidied.items()}


def balanced(kind: str = Kind.CUSTOMER) -> list[Facet]:
    """Return the facets that a lottery can balance: somebody has a value, and there are not too many values."""
    return [facet for facet, counts in _counts_by_facet(kind).items() if 1 < len(counts) <= MOST_VALUES]


def to_begin_with(kind: str = Kind.CUSTOMER) -> list[Facet]:
    """Return those of the balanced facets that are balanced until somebody chooses: a few that have few values and that at
    least half of these people have, how people feel before the others; the best known one, where there is none.

    Whatever combinations of them people have, the search goes through no more kinds of people than it can.
    """
    found = _counts_by_facet(kind)
    facets = sorted(balanced(kind), key=lambda facet: not tells_feelings(facet.key, facet.label))
    half = choosing.people_of_kind(kind or Kind.CUSTOMER, crowds.the_crowds()) / 2
    taken: set[Facet] = set()
    kinds = 1
    for facet in facets:
        combined = kinds * (len(found[facet]) + 1)
        if len(taken) < FEW and len(found[facet]) <= FEW_VALUES and sum(found[facet]) >= half and combined <= MOST_TYPES:
            taken.add(facet)
            kinds = combined
    known_best = sorted(facets, key=lambda facet: -sum(found[facet]))[:1]
    return [facet for facet in found if facet in taken] or known_best


def _counts_by_facet(kind: str) -> dict[Facet, list[int]]:
    """How many people have each value of each facet, in the facets' order; without the values that nobody has."""
    counts: dict[Facet, list[int]] = {facet: [] for facet in Facet.objects.all()}
    for row in base_counts(kind):
        if row.count:
            counts[row.facet].append(row.count)
    return counts


# What people might call the facet that keeps a panel from being fans only.
FEELINGS = ("rating", "sentiment", "satisf", "nps", "recommend", "feeling", "score", "mood")


def tells_feelings(*called: str) -> bool:
    """Return whether a facet that is called so may say how people feel."""
    return any(word in " ".join(called).casefold() for word in FEELINGS)


def people_of(selection: Selection) -> QuerySet[Person]:
    """Return who may be drawn now: criteria met, willing, with an address and minutes left, not yet asked by the study."""
    found = choosing.people_for(selection.criteria, selection.rested)
    askable = choosing.askable(found, selection.study, selection.minutes)
    return Person.objects.filter(pk__in=askable.order_by().values("pk"))


def counted(people: QuerySet[Person], names: Naming) -> Pool:
    """Return the pool as counts: one GROUP BY in the database."""
    joined, columns = _joined(people, names)
    rows = joined.values_list(*columns).annotate(n=Count("pk")).order_by()
    return Pool.from_counts(_facets(names), [(_named(row[:-1], names), row[-1]) for row in rows])


def with_references(people: QuerySet[Person], names: Naming) -> Pool:
    """Return the pool with the reference of everybody in it, for a lottery that is to be committed."""
    return with_ids(people, names)[0]


def with_ids(people: QuerySet[Person], names: Naming) -> tuple[Pool, dict[str, int]]:
    """Return the same pool, and the id of everybody in it by their reference."""
    joined, columns = _joined(people, names)
    rows = list(joined.values_list("ref", "pk", *columns).order_by())
    pool = Pool.from_people(_facets(names), {row[0]: _named(row[2:], names) for row in rows})
    return pool, {row[0]: row[1] for row in rows}


def _facets(names: Naming) -> tuple[str, ...]:
    return tuple(names.names[facet.key] for facet in names.facets)


def _joined(people: QuerySet[Person], names: Naming) -> tuple[QuerySet[Person], list[str]]:
    """A join for each facet: who has no value of it keeps their place, with none."""
    joins = {
        f"facet_{facet.pk}": FilteredRelation("facets", condition=Q(facets__facet=facet.pk)) for facet in names.facets
    }
    return people.annotate(**joins), [f"{alias}__value" for alias in joins]


def _named(values: Iterable[int | None], names: Naming) -> tuple[str, ...]:
    return tuple("" if value is None else names.of_row.get(value, "") for value in values)


def base_counts(kind: str = Kind.CUSTOMER) -> list[FacetCount]:
    """Return how many of all customers (or of all people of another kind) have each value.

    Where there are many people, as of when crowds were counted: some minutes ago at most.
    """
    return choosing.counts_of_kind(kind or Kind.CUSTOMER, crowds.the_crowds())


def base_of(selection: Selection, names: Naming) -> dict[str, dict[str, int]]:
    """Return the customer base by the names of a proof: {facet: {value: how many}}.

    Where nobody in the base has a value of a facet, the pool itself stands in, so that proportions exist.
    """
    counts = base_counts(selection.kind)
    base: dict[str, dict[str, int]] = {names.names[f.key]: {} for f in names.facets}
    for row in counts:
        if row.facet.key in names.names and row.value.pk in names.of_row:
            base[names.names[row.facet.key]][names.of_row[row.value.pk]] = row.count
    return {facet: values for facet, values in base.items() if sum(values.values())}


def with_unknown(base: Mapping[str, Mapping[str, int]], kind: str) -> dict[str, dict[str, int]]:
    """Return the base with how many of all customers gave no value of a facet, under the empty name."""
    everybody = choosing.people_of_kind(kind or Kind.CUSTOMER, crowds.the_crowds())
    unknown = {facet: everybody - sum(values.values()) for facet, values in base.items()}
    return {facet: {**values, "": unknown[facet]} if unknown[facet] > 0 else {**values} for facet, values in base.items()}


@dataclass(frozen=True)
class Glimpse:
    """The pool as pages show it (None: nobody may be drawn); `at` is when many people were counted, None for now."""

    pool: Pool | None
    at: datetime | None = None


def glimpse(selection: Selection) -> Glimpse:
    """Return the pool as pages show it: at most a minute old, or where there are many people some minutes.

    A lottery is found and committed among people who are looked at anew.
    """
    key = f"studies.pool.{selection.ref}.{selection.version}"
    return cache.get_or_set(key, lambda: _counted(selection), A_MINUTE) or _counted(selection)


def _counted(selection: Selection) -> Glimpse:
    names, kept = naming(selection.facets), crowds.the_crowds()
    pool = counted(people_of(selection), names) if kept is None else counted_ahead(selection, names, kept)
    return Glimpse(pool if pool.people else None, kept.at if kept else None)


def base_as_shown(selection: Selection) -> dict[str, dict[str, int]]:
    """Return the customer base as pages show it: at most a minute older than `base_of` returns it."""
    key = f"studies.base.{selection.ref}.{selection.version}"
    return cache.get_or_set(key, lambda: base_of(selection, naming(selection.facets)), A_MINUTE) or {}


def counted_ahead(selection: Selection, names: Naming, kept: crowds.Crowds) -> Pool:
    """Return the pool as counts, by crowds: of people as they were then; whom the study asked, and minutes, as of now."""
    chosen = choosing.crowd_for(selection.criteria, selection.rested, kept)
    people = choosing.askable_crowd(chosen, selection.study, selection.minutes, kept)
    values = [list(facet.values.all()) for facet in names.facets]
    kinds = kinds_in(people, [[kept.with_values([value.pk]) for value in own] for own in values])
    named = [
        (tuple(names.of_row[own[at - 1].pk] if at else "" for own, at in zip(values, places, strict=True)), count)
        for places, count in kinds
    ]
    return Pool.from_counts(_facets(names), named)


def kinds_in(people: int, facets: Sequence[Sequence[int]]) -> list[tuple[tuple[int, ...], int]]:
    """Return each combination of values that somebody has, and how many do; `facets`: for each the crowds of its values.

    A combination says per facet which of its values it is, from 1; 0 for none. What it takes grows with people times
    values, a thousandth of a second for a million people and a value, and not with combinations.
    """
    length = people.bit_length() // 8 + 1
    ids = np.flatnonzero(flags_of(people, length))
    numbers, room, places = np.zeros(len(ids), np.int64), 1, []
    for values in facets:
        place = np.zeros(len(ids), np.int16)
        for at, holders in enumerate(values, start=1):
            place[flags_of(people & holders, length)[ids]] = at
        if room * (len(values) + 1) > ROOM:
            known, numbers = np.unique(numbers, return_inverse=True)
            room = len(known)
        numbers, room = numbers * (len(values) + 1) + place, room * (len(values) + 1)
        places.append(place)
    _each, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    combinations = np.array([place[first] for place in places]).reshape(len(places), len(first)).T
    return [(tuple(row), count) for row, count in zip(combinations.tolist(), counts.tolist(), strict=True)]


def compared(pool: Pool, base: Mapping[str, Mapping[str, int]]) -> list[charts.Facet]:
    """Return the pool set against the customer base, facet by facet."""
    held = pool.counts()
    return [
        charts.Facet(
            facet, [charts.FacetValue(v, held.get(facet, {}).get(v, 0), many) for v, many in values.items()]
        )
        for facet, values in base.items()
    ]
