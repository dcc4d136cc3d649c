"""Everything that is held about one person, for them to take away (GDPR Articles 15 and 20).

Rooms above add their part in `apps.ready`; the function finds a merged person's rows through
`queries.all_of`:

    @holding
    def words(person: Person) -> tuple[str, object]:
        return "words", [...]          # anything that JSON can say
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from allears.core import audit
from allears.core.clock import now
from allears.core.models import Message, User
from allears.people.models import Consent, Contact, LivedThrough, MailBounce, Person, PersonalLink, PersonFacet
from allears.people.queries import all_of, survivor

Holding = Callable[[Person], tuple[str, Any]]
_holdings: list[Holding] = []


def holding(part: Holding) -> Holding:
    """Register the decorated function as a part of what is held about a person."""
    _holdings.append(part)
    return part


@transaction.atomic
def hand_over(*, person: Person, by: User | None) -> dict[str, Any]:
    """Return all that is held about `person`, by section, and record that it was handed over.

    `by` is None when they fetch it themselves.
    """
    stays = survivor(person)
    audit.record(by=by or "the person", verb="people.handed-over", target=stays)
    return {"made_at": now(), **dict(part(stays) for part in _holdings)}


def as_json(held: dict[str, Any]) -> str:
    """Return it as people and programs can read it."""
    return json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


@holding
def _the_person(person: Person) -> tuple[str, Any]:
    rows = Person.objects.filter(pk__in=all_of(person)).select_related("account").order_by("pk")
    return "person", [_row(row) for row in rows]


_SAID = (
    "ref", "kind", "name", "label", "email", "phone", "external_id", "language", "time_zone", "quiet_from",
    "quiet_to", "budget_minutes", "contactable", "joined_on", "created_at", "erased_at",
)  # fmt: skip


def _row(row: Person) -> dict[str, Any]:
    facets = PersonFacet.objects.filter(person=row).select_related("facet", "value")
    return {
        **{name: getattr(row, name) for name in _SAID},
        "account": row.account and row.account.name,
        "facets": {held.facet.label: held.value.label for held in facets},
    }


@holding
def _consents(person: Person) -> tuple[str, Any]:
    rows = Consent.objects.filter(person__in=all_of(person)).order_by("at", "pk")
    return "consents", list(rows.values("purpose", "given", "at", "source", "wording"))


@holding
def _contacts(person: Person) -> tuple[str, Any]:
    rows = Contact.objects.filter(person__in=all_of(person)).order_by("at", "pk")
    return "asked", list(rows.values("at", "anew_at", "minutes", "subject", "override_reason"))


@holding
def _lived_through(person: Person) -> tuple[str, Any]:
    rows = LivedThrough.objects.filter(person__in=all_of(person)).order_by("on", "pk")
    return "lived_through", list(rows.values("touchpoint", "on", "source"))


@holding
def _bounces(person: Person) -> tuple[str, Any]:
    keys = Person.objects.filter(pk__in=all_of(person), email_key__isnull=False).values("email_key")
    rows = MailBounce.objects.filter(address_key__in=keys).order_by("at", "pk")
    return "mails_that_came_back", list(rows.values("at", "hard", "status", "words"))


@holding
def _links(person: Person) -> tuple[str, Any]:
    rows = PersonalLink.objects.filter(person__in=all_of(person)).order_by("made_at", "pk")
    return "links", list(rows.values("scope", "made_at", "expires_at", "revoked_at"))


@holding
def _mails(person: Person) -> tuple[str, Any]:
    addresses = [e for e in Person.objects.filter(pk__in=all_of(person)).values_list("email", flat=True) if e]
    rows = Message.objects.filter(to__in=addresses).order_by("put_at", "pk")
    return "mails", list(rows.values("to", "subject", "text", "put_at", "sent_at"))
