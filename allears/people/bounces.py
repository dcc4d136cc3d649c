"""Addresses from which mail came back: marked, shown, mended; no mail goes to one that does not work."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from allears.core import audit, bounces, mail
from allears.core.clock import now
from allears.core.models import Message, User
from allears.people.folding import email_key
from allears.people.models import MailBounce, Person
from allears.people.queries import all_of

STOPS = MailBounce.objects.filter(hard=True, cleared_at=None)


def take(raw: bytes) -> Counter[str]:
    """Take one mail that reports what came back; return how many lines were hard, soft, known or not ours."""
    reports = bounces.read(raw)
    if not reports:
        return Counter(other=1)
    return Counter(_take(report) for report in reports)


def _take(report: bounces.Report) -> str:
    message = Message.objects.filter(ref=report.ref).first() if report.ref else None
    if message is None or email_key(message.to) != email_key(report.bounce.address):
        return "not_ours"
    if record(message=message, bounce=report.bounce) is None:
        return "known"
    return "hard" if report.bounce.hard else "soft"


@transaction.atomic
def record(*, message: Message, bounce: bounces.Bounce) -> MailBounce | None:
    """Write down that `message` came back; None when the same was written down before."""
    text = f"{message.ref}:{email_key(bounce.address)}:{bounce.hard}:{bounce.status}"
    row, new = MailBounce.objects.get_or_create(
        key=hashlib.sha256(text.encode()).hexdigest(),
        defaults={
            "address_key": email_key(bounce.address) or "", "message": message, "hard": bounce.hard,
            "status": bounce.status[:20], "words": bounce.words,
        },
    )  # fmt: skip
    if not new and not _marked_again(row, message):
        return None
    if bounce.hard and message.sent_at:
        # Taken at the door and returned by a server further on: it left, and was never read.
        Message.objects.filter(pk=message.pk).update(failed_at=now(), error=f"{bounce.status} {bounce.words}")
    audit.record(by=None, verb="people.mail-came-back", target=message, hard=bounce.hard, status=bounce.status)
    return row


def _marked_again(row: MailBounce, message: Message) -> bool:
    """Mark the address again where the mail went out once more after somebody had said that it works; return whether it did."""
    if row.cleared_at is None or (message.sent_at and message.sent_at <= row.cleared_at):
        return False
    row.at, row.cleared_at, row.cleared_by = now(), None, None
    row.save(update_fields=["at", "cleared_at", "cleared_by"])
    return True


@transaction.atomic
def clear(*, person: Person, by: User) -> int:
    """Say that the person's address works after all; mail goes there again. Return how many marks there were."""
    cleared = marks(person).update(cleared_at=now(), cleared_by=by)
    if cleared:
        audit.record(by=by, verb="people.address-cleared", target=person)
    return cleared


@transaction.atomic
def clear_addresses(*, addresses: Iterable[str], by: User) -> int:
    """Let mail go to these addresses again; return how many marks there were."""
    return STOPS.filter(address_key__in={email_key(a) or "" for a in addresses}).update(cleared_at=now(), cleared_by=by)


def marks(person: Person) -> QuerySet[MailBounce]:
    """Return why no mail goes to the address that this person has today."""
    return STOPS.filter(address_key=person.email_key or "")


def history(person: Person) -> QuerySet[MailBounce]:
    """Return what came back from any address of any of the person's rows, newest first."""
    keys = Person.objects.filter(pk__in=all_of(person), email_key__isnull=False).values("email_key")
    return MailBounce.objects.filter(address_key__in=keys).order_by("-at", "-pk")


def came_back() -> Exists:
    """Return the condition over people that mail to their address came back for good."""
    return Exists(STOPS.filter(address_key=OuterRef("email_key")))


def to_mend() -> QuerySet[Person]:
    """Return the living people whose address does not work."""
    return Person.objects.living().filter(email_key__in=STOPS.values("address_key"))  # found by the few that came back


def not_working(people: Iterable[Person]) -> set[int]:
    """Return the ids of those of `people` whose address does not work; one query."""
    keys = {person.email_key: person.pk for person in people if person.email_key}
    dead = STOPS.filter(address_key__in=list(keys)).values_list("address_key", flat=True)
    return {keys[key] for key in dead}


@mail.last_look()
def stopped(messages: Sequence[Message]) -> dict[int, str]:
    """No mail goes to an address from which mail came back; signing in is another matter."""
    keys = {message.pk: email_key(message.to) or "" for message in messages if message.kind != "account"}
    dead = set(STOPS.filter(address_key__in=set(keys.values())).values_list("address_key", flat=True))
    return {
        pk: _("Mail to this address came back. Mend the address first, under People.")
        for pk, key in keys.items()
        if key in dead
    }
