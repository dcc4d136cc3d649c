"""Questions about people. None of them changes anything; each makes the same number of queries for one or
many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.clock import today
from allears.core.models import User
from allears.core.waiting import Waiting
from allears.people import search
from allears.people.errors import AlreadyErased
from allears.people.lookalikes import open_pairs
from allears.people.models import (
    Consent,
    Facet,
    FacetValue,
    LivedThrough,
    MailBounce,
    Person,
    PersonFacet,
    Purpose,
)
from allears.people.rules import may_change

CRITERIA = {
    "kind", "q", "account", "facets", "contactable", "joined_before", "joined_after", "touchpoint", "lived_within",
    "lived_before",
}  # fmt: skip


MOST_AT_ONCE = 1000  # ids in one question


class UnknownCriterion(ValueError):
    """A criterion that nobody has defined: leaving it out silently would ask people who were not meant."""


@dataclass(frozen=True)
class FacetCount:
    """How many people have a value of a facet."""

    facet: Facet
    value: FacetValue
    count: int


def matching(criteria: Mapping[str, Any]) -> QuerySet[Person]:
    """Return the living people who meet all of `criteria`; an empty criterion asks nothing.

    `kind`: a kind; `q`: beginnings of words in name, address, account or external id; `account`: its id;
    `facets`: {facet's key: [values' keys]} (any of the values, every one of the facets); `contactable`: bool;
    `joined_before` and `joined_after`: a date or ISO text, both inclusive; `touchpoint`: its key, they lived
    through it; `lived_within` and `lived_before`: that was at most, at least so many days ago. Raises
    `UnknownCriterion`.
    """
    people = plain_matches(criteria)
    for values in values_by_facet(criteria.get("facets") or {}):
        people = people.filter(pk__in=PersonFacet.objects.filter(value__in=values).values("person"))
    return people


def plain_matches(criteria: Mapping[str, Any]) -> QuerySet[Person]:
    """Return the living people who meet all of `criteria` but the facets."""
    if unknown := set(criteria) - CRITERIA:
        raise UnknownCriterion(", ".join(sorted(unknown)))
    people = search.find(Person.objects.filter(merged_into=None, erased_at=None), str(criteria.get("q") or ""))
    asked = {lookup: criteria[name] for name, lookup in _PLAIN.items() if criteria.get(name) not in (None, "")}
    if "contactable" in asked:
        # Django writes `NOT contactable`, for which SQLite uses no index; for `IN` it does.
        asked["contactable__in"] = [asked.pop("contactable")]
    lived = {name: criteria.get(name) for name in ("touchpoint", "lived_within", "lived_before")}
    if any(value not in (None, "") for value in lived.values()):
        people = people.filter(pk__in=who_lived_through(**lived))
    return people.filter(**asked)


def who_lived_through(
    touchpoint: str | None = None, lived_within: int | None = None, lived_before: int | None = None
) -> QuerySet[Any, Any]:
    """Return the ids (of rows that stay) of who lived through a touchpoint (a key; none: any) at most
    `lived_within` and at least `lived_before` days ago.
    """
    rows = LivedThrough.objects.order_by()
    if touchpoint:
        rows = rows.filter(key=touchpoint)
    if lived_within is not None:
        rows = rows.filter(on__gte=today() - timedelta(days=lived_within))
    if lived_before is not None:
        rows = rows.filter(on__lte=today() - timedelta(days=lived_before))
    return rows.values(who=Coalesce("person__merged_into", "person"))


_PLAIN = {
    "kind": "kind",
    "account": "account",
    "contactable": "contactable",
    "joined_before": "joined_on__lte",
    "joined_after": "joined_on__gte",
}


def values_by_facet(facets: Mapping[str, Iterable[str]]) -> list[list[int]]:
    """Return the ids of the chosen values, a list a facet; an unknown facet or value is nobody's."""
    wanted = {key: set(values) for key, values in facets.items() if values}
    if not wanted:
        return []
    rows = FacetValue.objects.filter(facet__key__in=wanted).order_by().values_list("facet__key", "key", "pk")
    found: dict[str, list[int]] = {key: [] for key in wanted}
    for facet, value, pk in rows:
        if value in wanted[facet]:
            found[facet].append(pk)
    return list(found.values())


def survivor(person: Person) -> Person:
    """Return, fresh, the row that stands for this person today: their own, or the one it was merged into."""
    return Person.objects.get(pk=stands_for([person.pk])[person.pk])


def in_hand(person: Person) -> Person:
    """Return, fresh, the row that stands for this person today, which nobody else changes, merges or erases until the
    transaction is through. Raises `AlreadyErased`.
    """
    while True:  # whoever had it in hand before may have merged it into another row
        stays = Person.objects.select_for_update().get(pk=stands_for([person.pk])[person.pk])
        if stays.erased_at:
            raise AlreadyErased(_("This person has been erased already."))
        if stays.merged_into_id is None:
            return stays


def all_of(person: Person) -> list[int]:
    """Return the ids of all rows that are this person: the one that stays first, then those merged into
    it.
    """
    stays = stands_for([person.pk])[person.pk]
    merged = Person.objects.filter(merged_into=stays).order_by("pk").values_list("pk", flat=True)
    return [stays, *merged]


def stands_for(person_ids: Iterable[int]) -> dict[int, int]:
    """Return for each id the id of the row that stands for that person today."""
    rows = Person.objects.filter(pk__in=list(person_ids)).order_by()
    return dict(rows.values_list("pk", Coalesce("merged_into", "pk")))


def rows_of(people: Collection[int]) -> QuerySet[Person]:
    """Return all rows of these people (ids of rows that stay): their own, and those that were merged into them.

    Above 0 says no more than that somebody was merged. Without it SQLite goes through everybody, because it takes an
    index in which nearly nobody stands under a number for one in which all stand under the same.
    """
    return Person.objects.filter(Q(pk__in=people) | Q(merged_into__gt=0, merged_into__in=people)).order_by()


def facets_of(person_ids: Iterable[int]) -> dict[int, list[FacetValue]]:
    """Return each person's values in the facets' order; who has none, or is nobody, has an empty list.

    Who was merged into another row has the values of the row that stays.
    """
    asked = list(person_ids)
    rows_of = stands_for(asked)
    held = facets_of_rows(set(rows_of.values()))
    return {pk: held.get(rows_of.get(pk, 0), []) for pk in asked}


def facets_of_rows(rows: Iterable[int]) -> dict[int, list[FacetValue]]:
    """Return the values of each of these people (ids of rows that stay) in the facets' order."""
    held: dict[int, list[FacetValue]] = {pk: [] for pk in rows}
    found = PersonFacet.objects.filter(person__in=list(held)).select_related("value__facet")
    for row in found.order_by("facet__position", "facet__label"):
        held[row.person_id].append(row.value)
    return held


def labels_of(rows: Iterable[int]) -> dict[int, list[str]]:
    """Return what the values of each of these people (ids of rows that stay) are called, in the facets' order."""
    held: dict[int, list[str]] = {pk: [] for pk in rows}
    found = PersonFacet.objects.filter(person__in=list(held)).order_by("facet__position", "facet__label")
    for person, label in found.values_list("person", "value__label"):
        held[person].append(label)
    return held


def facets_had_by(people: QuerySet[Any, Any], *, besides: Iterable[str] = ()) -> list[Facet]:
    """Return the facets of which any of these people (a query for their ids) has a value, in order, each with its values at
    hand.

    `besides` are keys of facets that are listed in any case, because somebody looks through one now.
    """
    rows = Person.objects.filter(pk__in=people).order_by().values(stays=Coalesce("merged_into", "pk"))
    held = PersonFacet.objects.filter(person__in=rows).order_by().values_list("facet", flat=True).distinct()
    wanted = Q(pk__in=list(held)) | Q(key__in=list(besides))
    return list(Facet.objects.filter(wanted).prefetch_related("values"))


def facet_counts(people: QuerySet[Person]) -> list[FacetCount]:
    """Return how many of `people` have each value, in the facets' order; values that nobody has count 0."""
    held = PersonFacet.objects.filter(person__in=people.order_by().values("pk"))
    counts = dict(held.order_by().values_list("value").annotate(n=Count("pk")))
    return [FacetCount(value.facet, value, counts.get(value.pk, 0)) for value in values_in_order()]


def values_in_order() -> QuerySet[FacetValue]:
    """Return all values, the facets and the values of each in their order."""
    return FacetValue.objects.select_related("facet").order_by("facet__position", "facet__label", "position", "label")


def values_with_counts(facet: Facet) -> list[FacetCount]:
    """Return the values of a facet in their order, each with how many people have it."""
    held = PersonFacet.objects.filter(facet=facet).order_by()
    counts = dict(held.values_list("value").annotate(n=Count("pk")))
    return [FacetCount(facet, value, counts.get(value.pk, 0)) for value in facet.values.all()]


def holders(facet: Facet) -> int:
    """Return how many people have a value of `facet`."""
    return PersonFacet.objects.filter(facet=facet).count()


def consents(person_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """Return the newest word on each purpose: {person: {purpose: given}}; a purpose never spoken of is not
    there.

    Who was merged into another row has the consents of the row that stays.
    """
    asked = list(person_ids)
    rows_of = stands_for(asked)
    said = _said_last(set(rows_of.values()), Consent.objects.all())
    return {pk: said.get(rows_of.get(pk, 0), {}) for pk in asked}


def who_wants_no_mail(person_ids: Iterable[int]) -> set[int]:
    """Return who of these (rows that stay) want no mail about what became of their words: so they said last."""
    said = _said_last(person_ids, Consent.objects.filter(purpose=Purpose.HEAR))
    return {person for person, newest in said.items() if not newest[Purpose.HEAR]}


def _said_last(rows: Iterable[int], words: QuerySet[Consent]) -> dict[int, dict[str, bool]]:
    """The newest of these words on each purpose, of people (rows that stay) who said any."""
    ids, newest = list(rows), dict[int, dict[str, bool]]()
    for at in range(0, len(ids), MOST_AT_ONCE):
        said = words.filter(person__in=ids[at : at + MOST_AT_ONCE]).order_by("at", "pk")
        for person, purpose, given in said.values_list("person", "purpose", "given"):
            newest.setdefault(person, {})[purpose] = given
    return newest


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for `user` in this room."""
    if not may_change(user):
        return []
    pairs, broken = open_pairs()[:1000].count(), _addresses_to_mend()
    waiting = []
    if broken:
        text = ngettext("Mail to %(count)s person came back", "Mail to %(count)s people came back", broken)
        waiting.append(Waiting(text % {"count": intcomma(broken)}, reverse("people:to-mend")))
    if pairs:
        text = ngettext("%(count)s pair may be one person", "%(count)s pairs may be one person", pairs)
        waiting.append(Waiting(text % {"count": intcomma(pairs)}, reverse("people:lookalikes")))
    return waiting


def _addresses_to_mend() -> int:
    dead = MailBounce.objects.filter(hard=True, cleared_at=None).values("address_key")
    return Person.objects.living().filter(email_key__in=dead)[:1000].count()
