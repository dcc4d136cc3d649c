"""Whom to ask: from filters to people, how they compare with all customers, and what the contact budget says."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from allears.core.clock import now
from allears.design import charts
from allears.people import budget
from allears.people.bounces import came_back
from allears.people.models import Contact, Person
from allears.people.queries import FacetCount, facet_counts, matching
from allears.studies.models import Invitation, Study

CACHED_SECONDS = 300


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
    people = matching(criteria)
    if rested:
        recent = Contact.objects.filter(person=OuterRef("pk"), at__gt=now() - timedelta(days=rested))
        people = people.filter(~Exists(recent))
    return people


def not_invited(people: QuerySet[Person], study: Study) -> QuerySet[Person]:
    """Return those of `people` whom `study` has not invited, under whichever of their rows."""
    invited = Invitation.objects.filter(study=study)
    merged = invited.filter(person__merged_into__isnull=False)
    return people.exclude(pk__in=invited.values("person")).exclude(pk__in=merged.values("person__merged_into"))


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


def some_of(people: QuerySet[Person], count: int) -> QuerySet[Person]:
    """Return `count` of `people` drawn at random, each with the same chance (all of them when there are
    fewer).

    A plain draw from the machine's own entropy. The lottery that balances facets and that anybody can check has
    its own pages: `studies.selection`.
    """
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    drawn = secrets.SystemRandom().sample(ids, min(count, len(ids)))
    return Person.objects.filter(pk__in=drawn)


def coverage(people: QuerySet[Person]) -> list[charts.Facet]:
    """Return how `people` compare with all customers, facet by facet; facets that nobody has are left out."""
    chosen = {row.value.pk: row.count for row in facet_counts(people)}
    return [
        charts.Facet(rows[0].facet.label, [_value(row, chosen) for row in rows])
        for rows in _by_facet(all_customers())
        if any(row.count for row in rows)
    ]


def _value(row: FacetCount, chosen: dict[int, int]) -> charts.FacetValue:
    return charts.FacetValue(row.value.label, chosen.get(row.value.pk, 0), row.count)


def _by_facet(counts: Iterable[FacetCount]) -> list[list[FacetCount]]:
    grouped: dict[int, list[FacetCount]] = {}
    for row in counts:
        grouped.setdefault(row.facet.pk, []).append(row)
    return list(grouped.values())


def all_customers() -> list[FacetCount]:
    """Return how many customers have each value; kept for some minutes, because all of them are counted."""
    return list(
        cache.get_or_set("studies.all_customers", lambda: facet_counts(matching({"kind": "customer"})), CACHED_SECONDS)
        or []
    )
