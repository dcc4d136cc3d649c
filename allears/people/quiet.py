"""Mail that is about to leave waits for the end of its reader's quiet hours.

When a mail is put, its moment is worked out by `budget.good_moment`. It may wait longer than that: a round takes its
time, a mail server is away or says "later", and people set their quiet hours meanwhile. So each mail is looked at once
more just before it leaves, by the address it goes to.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from allears.core import mail
from allears.core.models import Message
from allears.people.budget import Moments
from allears.people.folding import email_key
from allears.people.models import Person


@mail.hold
def until_the_morning() -> mail.NotYet:
    """Return the function that says when a mail may leave to somebody we know; None for an address that is nobody's."""
    moments = Moments()

    def not_yet(message: Message) -> datetime | None:
        reader = who_reads(message.to)
        return moments.for_(reader) if reader else None

    return not_yet


def who_reads(address: str) -> Person | None:
    """Return whose address this is, with their hours; after a merge, the person that stays."""
    rows = Person.objects.filter(email_key=email_key(address) or "", erased_at=None)
    return _hours(rows.filter(merged_into=None)).first() or _stays(rows)


def _stays(rows: QuerySet[Person]) -> Person | None:
    gone = rows.filter(merged_into__isnull=False).order_by("-pk").values("merged_into")
    return _hours(Person.objects.filter(pk__in=gone[:1], erased_at=None)).first()


def _hours(rows: QuerySet[Person]) -> QuerySet[Person]:
    return rows.only("time_zone", "quiet_from", "quiet_to").order_by()
