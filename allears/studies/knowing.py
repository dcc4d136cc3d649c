"""Who can know: a study's criteria, as they are kept, as they stand in an address, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import audit
from allears.core.models import User
from allears.people.living import touchpoints
from allears.people.models import Account, Facet, Kind, Person
from allears.people.queries import matching
from allears.studies.models import Study


def who_can_know(study: Study) -> QuerySet[Person]:
    """Return the people who meet the study's criteria: its pool, before budget and consent are looked at."""
    return matching(study.criteria)


def outside(people: QuerySet[Person], study: Study) -> int:
    """Return how many of `people` do not meet the study's criteria."""
    return people.exclude(pk__in=who_can_know(study).order_by().values("pk")).count() if study.criteria else 0


@transaction.atomic
def set_criteria(*, study: Study, criteria: Mapping[str, Any], by: User) -> Study:
    """Say who can know what the study asks (see `people.queries.matching`); nothing: anybody.

    Raises `UnknownCriterion`.
    """
    kept = {name: str(value) if isinstance(value, date) else value for name, value in criteria.items() if value != ""}
    matching(kept)
    study.criteria = kept
    study.save(update_fields=["criteria"])
    audit.record(by=by, verb="studies.criteria_set", target=study, criteria=sorted(kept))
    return study


def as_query(criteria: Mapping[str, Any]) -> str:
    """Return criteria as the filters of "Who to ask" carry them in an address."""
    query = QueryDict(mutable=True)
    # In an order of our own: PostgreSQL keeps none.
    for name in sorted(criteria):
        value = criteria[name]
        if name == "facets":
            for facet, keys in value.items():
                query.setlist(f"facet_{facet}", list(keys))
        elif name == "account":
            query[name] = Account.objects.filter(pk=value).values_list("name", flat=True).first() or ""
        else:
            query[name] = str(value)
    return query.urlencode()


def in_words(criteria: Mapping[str, Any]) -> list[str]:
    """Return what each criterion asks, in words."""
    return [*_plain_words(criteria), *_facet_words(criteria.get("facets") or {}), *_lived_words(criteria)]


def _plain_words(criteria: Mapping[str, Any]) -> list[str]:
    words = []
    if kind := criteria.get("kind"):
        words.append(str(Kind(kind).label))
    if q := criteria.get("q"):
        words.append(f"“{q}”")
    if account := criteria.get("account"):
        words.append(Account.objects.filter(pk=account).values_list("name", flat=True).first() or _("a former account"))
    since = {"joined_after": _("customer since %(day)s or later"), "joined_before": _("customer since %(day)s or earlier")}
    for name, text in since.items():
        if day := criteria.get(name):
            words.append(text % {"day": date_format(date.fromisoformat(str(day)))})
    return words


def _facet_words(wanted: Mapping[str, list[str]]) -> list[str]:
    found = Facet.objects.filter(key__in=wanted).prefetch_related("values") if wanted else ()
    return [
        f"{facet.label}: " + _(" or ").join(v.label for v in facet.values.all() if v.key in wanted[facet.key])
        for facet in found
    ]


def _lived_words(criteria: Mapping[str, Any]) -> list[str]:
    words = []
    if key := criteria.get("touchpoint"):
        words.append(_("went through %(touchpoint)s") % {"touchpoint": dict(touchpoints()).get(key, key)})
    within, before = criteria.get("lived_within"), criteria.get("lived_before")
    if within is not None:
        words.append(ngettext("at most %(n)d day ago", "at most %(n)d days ago", within) % {"n": within})
    if before is not None:
        words.append(ngettext("at least %(n)d day ago", "at least %(n)d days ago", before) % {"n": before})
    return words
