"""Rows that may be one person: same name in the same account, or same telephone number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Value
from django.db.models.functions import Lower

from allears.people.models import LIVING, Lookalike, Person

MOST_GROUPS = 500
MOST_OF_A_GROUP = 5


def find() -> int:
    """Look through everybody and keep what is found; return how many pairs are new. Safe to run again."""
    before = Lookalike.objects.count()
    people = Person.objects.filter(LIVING).order_by()
    named = people.exclude(name="").exclude(account=None).values("account").annotate(folded=Lower("name"))
    for group in _repeated(named.values("account", "folded")):
        same = people.filter(account=group["account"]).annotate(folded=Lower("name"))
        _keep(same.filter(folded=group["folded"]), "name")
    for group in _repeated(people.exclude(phone_key="").values("phone_key")):
        _keep(people.filter(phone_key=group["phone_key"]), "phone")
    return Lookalike.objects.count() - before


def _repeated(groups: QuerySet[Person, Any]) -> Iterable[dict[str, Any]]:
    return groups.annotate(n=Count("pk"), oldest=Min("pk")).filter(n__gt=1).order_by("oldest")[:MOST_GROUPS]


def _keep(people: QuerySet[Person], reason: str) -> None:
    first, *others = people.order_by("pk").values_list("pk", flat=True)[:MOST_OF_A_GROUP]
    Lookalike.objects.bulk_create(
        (Lookalike(first_id=first, second_id=other, reason=reason) for other in others), ignore_conflicts=True
    )


def open_pairs() -> QuerySet[Lookalike]:
    """Return the pairs about which nobody has decided, whose people are both still there; the oldest
    first.
    """
    both = Q(first__merged_into=None, first__erased_at=None, second__merged_into=None, second__erased_at=None)
    return Lookalike.objects.filter(both, dismissed_at=None).order_by("pk")


def like(person: Person) -> list[Person]:
    """Return at most five living people who may be the same as `person`, told apart by nobody yet."""
    apart = Lookalike.objects.filter(dismissed_at__isnull=False)
    told = {
        *apart.filter(first=person).values_list("second", flat=True),
        *apart.filter(second=person).values_list("first", flat=True),
    }
    people = Person.objects.filter(LIVING).exclude(pk__in=[person.pk, *told]).select_related("account")
    found: dict[int, Person] = {}
    if person.name:
        same = people.annotate(folded=Lower("name")).filter(folded=Lower(Value(person.name)))
        found |= {other.pk: other for other in same[:5]}
    if person.phone_key:
        found |= {other.pk: other for other in people.filter(phone_key=person.phone_key)[:5]}
    return list(found.values())[:5]
