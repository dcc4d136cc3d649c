"""Whom to ask: from filters to people, how they compare with all customers, and what the contact budget says."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from allears.core.clock import now
from allears.core.walking import Patience, Walked, walk
from allears.design import charts
from allears.people import budget, crowds, spending
from allears.people.bounces import came_back, to_mend
from allears.people.by_name import in_order
from allears.people.listing import MOST_COUNTED, among, those_of
from allears.people.models import Contact, Kind, Person
from allears.people.queries import FacetCount, facet_counts, matching, values_by_facet, values_in_order
from allears.studies import knowing
from allears.studies.models import Invitation, Study

CACHED_SECONDS = 300
# Whom a study invited: the rows by which it did, and the rows that stay of them.
INVITED = crowds.Growing("invited", Invitation.objects.all(), "study", ("person", "person__merged_into"))


@dataclass(frozen=True)
class Verdict:
    """How many of the chosen can be asked, and why the others cannot; the groups do not overlap."""

    found: int
    invited: int
    no_address: int
    unwilling: int
    spent: int

    @property
    def askable(self) -> int:
        return self.found - self.invited - self.no_address - self.unwilling - self.spent


def people_for(criteria: dict[str, Any], rested: int | None = None) -> QuerySet[Person]:
    """Return the people who meet `criteria`; with `rested`, only those whom nobody asked for so many days."""
    return _rested(matching(criteria), rested)


def _rested(people: QuerySet[Person], rested: int | None) -> QuerySet[Person]:
    return people.filter(~Exists(_asked_within(rested).filter(person=OuterRef("pk")))) if rested else people


def _asked_within(days: int) -> QuerySet[Contact]:
    return Contact.objects.filter(spending.counts_after(now() - timedelta(days=days)))


def not_invited(people: QuerySet[Person], study: Study) -> QuerySet[Person]:
    """Return those of `people` whom `study` has not invited, under whichever of their rows."""
    own, merged = (
        Invitation.objects.filter(study=study, **{row: OuterRef("pk")}) for row in ("person", "person__merged_into")
    )
    return people.filter(~Exists(own), ~Exists(merged))


def askable(people: QuerySet[Person], study: Study, minutes: float | Decimal) -> QuerySet[Person]:
    """Return those who can be asked by mail now: not yet invited, with address, willing, with minutes left."""
    return budget.free_for(not_invited(people, study).exclude(email="").filter(~came_back()), minutes)


def verdict(people: QuerySet[Person], study: Study, minutes: float | Decimal) -> Verdict:
    """Count who can be asked and why others cannot."""
    addressed = ~Q(email="") & Q(dead=False)
    willing = addressed & Q(contactable=True)
    new = not_invited(people, study).annotate(dead=came_back()).aggregate(
        all=Count("pk"), addressed=Count("pk", filter=addressed), willing=Count("pk", filter=willing)
    )
    found, free = people.count(), askable(people, study, minutes).count()
    return Verdict(
        found=found,
        invited=found - new["all"],
        no_address=new["all"] - new["addressed"],
        unwilling=new["addressed"] - new["willing"],
        spent=new["willing"] - free,
    )


@dataclass(frozen=True)
class Picture:
    """What is said of the chosen: how many can be asked, and how they compare. Where that was counted before: by what
    (`kept`), and who they are (`crowd`)."""

    verdict: Verdict
    coverage: list[charts.Facet]
    kept: crowds.Crowds | None = None
    crowd: int = 0

    @property
    def at(self) -> datetime | None:
        """When people were counted; None for now."""
        return self.kept.at if self.kept else None


@dataclass(frozen=True)
class LastLook:
    """Of those who are about to be asked: how many can be, how many are outside of who can know; `at` as in `Picture`."""

    verdict: Verdict
    outside: int
    at: datetime | None = None


def picture(criteria: dict[str, Any], rested: int | None, study: Study, minutes: float | Decimal) -> Picture:
    """Return the picture of the people for whom `people_for` stands. Where there are many, it is drawn from crowds that
    were counted some minutes ago (see `people.crowds`); whom the study asked, and their minutes, are as of now."""
    kept = crowds.the_crowds()
    if kept is None:
        people = people_for(criteria, rested)
        return Picture(verdict(people, study, minutes), coverage(people))
    chosen = crowd_for(criteria, rested, kept)
    return Picture(_verdict_of(chosen, study, minutes, kept), _coverage_of(chosen, kept), kept, chosen)


def page_by_name(
    criteria: dict[str, Any], rested: int | None, seen: Picture, after: Person | None, most: int
) -> Walked[int]:
    """Return the ids of the first `most` of the people in the picture `seen` of these criteria, by name, behind `after`.

    Where there are many and more than their kind is asked for, who was in the picture and fits still (whom words find is as
    of the picture): nobody is sorted."""
    more = rested or set(criteria) - {"kind"}  # a kind's people have an index in this order, and are as of now
    if seen.kept is None or not more or not len(seen.kept.order):
        return Walked(list(_by_name(people_for(criteria, rested), after)[:most]))
    ids = in_order(seen.crowd, seen.kept.order, after.pk if after else None)
    return walk(
        lambda _last, size: list(islice(ids, size)),
        lambda some: set(_rested(those_of(some, criteria), rested).values_list("pk", flat=True)),
        None, most, Patience(),
    )  # fmt: skip


def _by_name(people: QuerySet[Person], after: Person | None) -> QuerySet[Any, int]:
    people = people.annotate(by_name=Lower("name"))  # the order that has an index
    if after:
        name = Person.objects.values_list(Lower("name"), flat=True).get(pk=after.pk)
        people = people.filter(by_name__gte=name).exclude(by_name=name, pk__lte=after.pk)
    return people.order_by("by_name", "pk").values_list("pk", flat=True)


def before_asking(criteria: dict[str, Any], rested: int | None, study: Study, minutes: float | Decimal) -> LastLook:
    """Return what is said of the people for whom `people_for` stands before they are asked; counted as for `picture`."""
    kept = crowds.the_crowds()
    if kept is None:
        people = people_for(criteria, rested)
        return LastLook(verdict(people, study, minutes), knowing.outside(people, study))
    return _last_look(crowd_for(criteria, rested, kept), study, minutes, kept)


def before_going_on(left: int, study: Study, minutes: float | Decimal) -> LastLook:
    """Return the same of a crowd of people who were chosen before, some of whom may be erased by now."""
    kept = crowds.the_crowds()
    if kept is None:
        people = Person.objects.living().filter(pk__in=among(list(crowds.ids_of(left))))
        return LastLook(verdict(people, study, minutes), knowing.outside(people, study))
    return _last_look(left & kept.of(crowds.EVERYBODY), study, minutes, kept)


def _last_look(chosen: int, study: Study, minutes: float | Decimal, kept: crowds.Crowds) -> LastLook:
    outside = chosen & ~crowd_for(study.criteria, None, kept) if study.criteria else 0
    return LastLook(_verdict_of(chosen, study, minutes, kept), outside.bit_count(), kept.at)


def crowd_for(criteria: dict[str, Any], rested: int | None, kept: crowds.Crowds) -> int:
    """Return, as a crowd, the people whom `people_for` returns."""
    # Kinds, facets and words are looked up in crowds alone: asked of the database, they would cost as much as all else.
    chosen = kept.having(criteria.get("kind") or "", values_by_facet(criteria.get("facets") or {}))
    if words := str(criteria.get("q") or "").strip():
        chosen &= kept.with_words(words)
    if others := {name: value for name, value in criteria.items() if name not in ("kind", "facets", "q")}:
        people = matching(others)
        if chosen.bit_count() <= MOST_COUNTED:
            people = people.filter(pk__in=among(list(crowds.ids_of(chosen))))
        chosen &= crowds.crowd_of(people.order_by().values_list("pk", flat=True))
    if rested:
        chosen &= ~crowds.crowd_of(_asked_within(rested).order_by().values_list("person", flat=True))
    return chosen


def _verdict_of(chosen: int, study: Study, minutes: float | Decimal, kept: crowds.Crowds) -> Verdict:
    new, addressed, willing, free = (crowd.bit_count() for crowd in _narrowed(chosen, study, minutes, kept))
    found = chosen.bit_count()
    return Verdict(found, found - new, new - addressed, addressed - willing, willing - free)


def _narrowed(
    chosen: int, study: Study, minutes: float | Decimal, kept: crowds.Crowds
) -> tuple[int, int, int, int]:
    """Of the chosen: whom the study has not invited; of them who has an address; is willing; has minutes left."""
    new = chosen & ~INVITED.now(study.pk)
    dead = crowds.crowd_of(to_mend().order_by().values_list("pk", flat=True))
    addressed = new & kept.of(crowds.ADDRESSED) & ~dead
    willing = addressed & kept.of(crowds.CONTACTABLE)
    return new, addressed, willing, willing & ~budget.without(minutes, kept)


def askable_crowd(chosen: int, study: Study, minutes: float | Decimal, kept: crowds.Crowds) -> int:
    """Return, as a crowd, those of the chosen whom `askable` returns; whom the study asked, and minutes, as of now."""
    return _narrowed(chosen, study, minutes, kept)[-1]


def _coverage_of(chosen: int, kept: crowds.Crowds) -> list[charts.Facet]:
    return _compared(kept.counts_of_values(chosen), kept)


def some_of(people: QuerySet[Person], count: int) -> QuerySet[Person]:
    """Return `count` of `people` drawn at random, each with the same chance (all of them when there are
    fewer).

    A plain draw from the machine's own entropy. The lottery that balances facets and that anybody can check has
    its own pages: `studies.selection`.
    """
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    drawn = secrets.SystemRandom().sample(ids, min(count, len(ids)))
    return Person.objects.filter(pk__in=among(drawn))


def coverage(people: QuerySet[Person]) -> list[charts.Facet]:
    """Return how `people` compare with all customers, facet by facet; facets that nobody has are left out."""
    return _compared({row.value.pk: row.count for row in facet_counts(people)}, None)


def _compared(chosen: Mapping[int, int], kept: crowds.Crowds | None) -> list[charts.Facet]:
    return [
        charts.Facet(rows[0].facet.label, [_value(row, chosen) for row in rows])
        for rows in _by_facet(all_customers(kept))
        if any(row.count for row in rows)
    ]


def _value(row: FacetCount, chosen: Mapping[int, int]) -> charts.FacetValue:
    return charts.FacetValue(row.value.label, chosen.get(row.value.pk, 0), row.count)


def _by_facet(counts: Iterable[FacetCount]) -> list[list[FacetCount]]:
    grouped: dict[int, list[FacetCount]] = {}
    for row in counts:
        grouped.setdefault(row.facet.pk, []).append(row)
    return list(grouped.values())


def all_customers(kept: crowds.Crowds | None) -> list[FacetCount]:
    """Return how many customers have each value, by `kept` where they were counted; kept for some minutes, because all of
    them are counted."""
    key = f"studies.all_customers.{kept.at.timestamp() if kept else ''}"
    return list(cache.get_or_set(key, lambda: counts_of_kind(Kind.CUSTOMER, kept), CACHED_SECONDS) or [])


def people_of_kind(kind: str, kept: crowds.Crowds | None) -> int:
    """Return how many people of this kind there are: counted now, or by crowds that were counted before."""
    return matching({"kind": kind}).count() if kept is None else kept.of(f"kind:{kind}").bit_count()


def counts_of_kind(kind: str, kept: crowds.Crowds | None) -> list[FacetCount]:
    """Return how many people of this kind have each value: counted now, or by crowds that were counted before."""
    if kept is None:
        return facet_counts(matching({"kind": kind}))
    counts = kept.counts_of_values(kept.of(f"kind:{kind}"))
    return [FacetCount(value.facet, value, counts.get(value.pk, 0)) for value in values_in_order()]
