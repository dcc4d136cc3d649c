"""Keeping the facets in order: what they are called, how they stand, which of their values are one.

Keys never change, because criteria of studies name them.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.models import User
from allears.people import folding
from allears.people.errors import PeopleError
from allears.people.models import Facet, FacetValue, PersonFacet


class LabelTaken(PeopleError):
    """Another facet, or another value of this facet, is called so."""


class NotOneFacet(PeopleError):
    """Two values of different facets cannot become one, nor a value itself."""


@transaction.atomic
def add_facet(*, label: str, by: User | None) -> Facet:
    """Add a way in which people differ, after the others. Raises `LabelTaken`."""
    _refuse_taken(label)
    key = folding.facet_key(label)
    if Facet.objects.filter(key=key).exists():
        raise LabelTaken(_("There is a facet called so already."))
    facet = Facet.objects.create(key=key, label=label, position=Facet.objects.count())
    audit.record(by=by, verb="people.facet-added", target=facet, label=label)
    return facet


@transaction.atomic
def rename_facet(*, facet: Facet, label: str, by: User) -> None:
    """Call a facet otherwise; its key stays. Raises `LabelTaken`."""
    _refuse_taken(label, but=facet)
    Facet.objects.filter(pk=facet.pk).update(label=label)
    audit.record(by=by, verb="people.facet-renamed", target=facet, label=label)


def _refuse_taken(label: str, but: Facet | None = None) -> None:
    others = Facet.objects.filter(label__iexact=label)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise LabelTaken(_("There is a facet called so already."))


@transaction.atomic
def add_value(*, facet: Facet, label: str, by: User) -> FacetValue:
    """Add a value to a facet, after the others. Raises `LabelTaken`."""
    value, made = FacetValue.objects.get_or_create(
        facet=facet,
        key=folding.value_key(label),
        defaults={"label": label, "position": facet.values.count()},
    )
    if not made:
        raise LabelTaken(_("This facet has a value called so already."))
    audit.record(by=by, verb="people.value-added", target=value, label=label)
    return value


@transaction.atomic
def rename_value(*, value: FacetValue, label: str, by: User) -> None:
    """Call a value otherwise; its key stays. Raises `LabelTaken`."""
    key = folding.value_key(label)
    if any(folding.value_key(v.label) == key or v.key == key for v in value.facet.values.exclude(pk=value.pk)):
        raise LabelTaken(_("This facet has a value called so already. To make them one, merge them."))
    FacetValue.objects.filter(pk=value.pk).update(label=label)
    audit.record(by=by, verb="people.value-renamed", target=value, label=label)


@transaction.atomic
def move(*, row: Facet | FacetValue, up: bool, by: User) -> None:
    """Change places with the neighbour above, or below; at the end nothing happens."""
    rows = list(Facet.objects.all() if isinstance(row, Facet) else row.facet.values.all())
    place = next(index for index, other in enumerate(rows) if other.pk == row.pk)
    target = place + (-1 if up else 1)
    if not 0 <= target < len(rows):
        return
    rows[place], rows[target] = rows[target], rows[place]
    for position, other in enumerate(rows):
        type(row)._default_manager.filter(pk=other.pk).exclude(position=position).update(position=position)
    audit.record(by=by, verb="people.facets-ordered", target=row)


@transaction.atomic
def merge_values(*, keep: FacetValue, other: FacetValue, by: User) -> int:
    """Give everybody who has `other` the value `keep`, and let `other` go; return how many people had it.

    Raises `NotOneFacet`.
    """
    if keep.facet_id != other.facet_id or keep.pk == other.pk:
        raise NotOneFacet(_("Choose two different values of the same facet."))
    count = PersonFacet.objects.filter(value=other).update(value=keep)
    other.delete()
    FacetValue.objects.filter(facet=keep.facet_id, position__gt=other.position).update(position=F("position") - 1)
    audit.record(by=by, verb="people.values-merged", target=keep, other=other.label, people=count)
    return count


@transaction.atomic
def remove_facet(*, facet: Facet, by: User) -> int:
    """Let a facet go, with its values; people stay. Returns how many people had a value of it."""
    count = PersonFacet.objects.filter(facet=facet).delete()[0]
    audit.record(by=by, verb="people.facet-removed", target=facet, label=facet.label, people=count)
    facet.delete()
    return count
