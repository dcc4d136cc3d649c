"""Mail that is about to leave waits for the end of its reader's quiet hours.

When a mail is put, its moment is worked out by `budget.good_moment`. It may wait longer than that: a round takes its
time, a mail server is away or says "later", and people set their quiet hours meanwhile. So each mail is looked at once
more just before it leaves, by the address it goes to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from allears.core import mail
from allears.core.models import Message
from allears.people.budget import Moments
from allears.people.folding import email_key
from allears.people.models import Person


@mail.hold
def until_the_morning(messages: Sequence[Message]) -> mail.NotYet:
    """Return the function that says when a mail may leave to somebody we know; None for an address that is nobody's."""
    moments, readers = Moments(), who_read(message.to for message in messages)

    def not_yet(message: Message) -> datetime | None:
        reader = readers.get(message.to)
        return moments.for_(reader) if reader else None

    return not_yet


def who_read(addresses: Iterable[str]) -> dict[str, Person]:
    """Return whose addresses these are, with their hours; after a merge, the person that stays."""
    keys = {address: email_key(address) or "" for address in addresses}
    rows = Person.objects.filter(email_key__in=set(keys.values()), erased_at=None)
    found: dict[str | None, Person] = {person.email_key: person for person in _hours(rows.filter(merged_into=None))}
    missing = set(keys.values()) - found.keys()
    found |= _who_stays(rows.filter(email_key__in=missing)) if missing else {}
    return {address: found[key] for address, key in keys.items() if key in found}


def _who_stays(rows: QuerySet[Person]) -> dict[str | None, Person]:
    """For addresses that only rows have which were merged into others: who stays, by the address."""
    gone = dict(rows.filter(merged_into__isnull=False).order_by("pk").values_list("email_key", "merged_into"))
    stay = {person.pk: person for person in _hours(Person.objects.filter(pk__in=set(gone.values()), erased_at=None))}
    return {key: stay[pk] for key, pk in gone.items() if pk in stay}


def _hours(rows: QuerySet[Person]) -> QuerySet[Person]:
    return rows.only("email_key", "time_zone", "quiet_from", "quiet_to").order_by()
