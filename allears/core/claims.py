"""Which letters leave next: claimed some at a time in one commit, and what became of them kept in the next.

From its claim on a letter is in our hands alone: no other worker takes it, and nobody calls it back. What becomes of it is
written where the claim stands still as we made it, so that a row that was emptied meanwhile (its reader was erased) stays
empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from allears.core import in_hand
from allears.core.clock import now
from allears.core.letters import without_links
from allears.core.models import URGENT, Message, Organisation

AT_ONCE = 25  # letters in one claim; a power cut leaves at most so many in doubt for each worker
NO_ANSWER_AFTER = timedelta(minutes=10)
WAITING_STILL = {"sent_at": None, "failed_at": None, "claimed_at": None}
KEPT = ("failed_at", "try_after", "claimed_at", "attempts", "error", "text", "html", "headers")
SENT = """
    UPDATE core_message SET sent_at = %s, error = '', text = CASE WHEN "to" = %s THEN %s ELSE text END,
    html = CASE WHEN "to" = %s THEN %s ELSE html END, headers = CASE WHEN "to" = %s THEN %s ELSE headers END
    WHERE id = %s AND claimed_at = %s
"""


@dataclass
class Claim:
    """Letters that were claimed at `at`; none when nothing may leave."""

    at: datetime
    letters: list[Message] = field(default_factory=list)


def anything_due() -> bool:
    """Whether a message may leave now; found by when it may leave, however many wait for the morning."""
    looks = looks_for_urgent() if is_paused() else looks_for_due()
    return any(list(looked_for[:1]) for looked_for in looks)  # an order, or none, leads to the right index


def is_paused() -> bool:
    """Whether only what somebody waits for leaves now."""
    return Organisation.objects.filter(pk=1, mail_paused_at__isnull=False).exists()


def looks_for_due() -> tuple[QuerySet[Message], QuerySet[Message]]:
    """The messages that may leave at once, and those whose time has come: a query each, so that an index serves both."""
    may = waiting().order_by()
    return may.filter(not_before=None), may.filter(not_before__lte=now())


def oldest_due() -> datetime | None:
    """Return since when the mail that has waited longest could have left; what waited for the morning was not late."""
    at_once, timed = looks_for_due()
    since = [
        *at_once.order_by("id").values_list("put_at", flat=True)[:1],
        *timed.order_by("not_before").values_list("not_before", flat=True)[:1],
    ]
    return min((moment for moment in since if moment), default=None)


def waiting() -> QuerySet[Message]:
    """Messages that may leave now, in the order in which they were put."""
    due = Q(not_before=None) | Q(not_before__lte=now())
    again = Q(try_after=None) | Q(try_after__lte=now())
    return Message.objects.filter(due, again, **WAITING_STILL).order_by("id")


@transaction.atomic
def claim(book: in_hand.Book) -> Claim:
    """Take the next letters, so that no other worker takes them and nothing sends them twice; what somebody waits for
    goes before a round.
    """
    claimed = Claim(now())
    found = _next()
    Message.objects.filter(pk__in=[message.pk for message in found]).update(
        claimed_at=claimed.at, attempts=F("attempts") + 1
    )
    for message in found:
        message.claimed_at, message.attempts = claimed.at, message.attempts + 1
    if found:
        book.claimed(claimed.at, [message.pk for message in found])
    claimed.letters = found
    return claimed


def _next() -> list[Message]:
    """The next letters, locked where others may want them, too: SQLite has locked the database for us already."""
    urgent = [message for looked_for in looks_for_urgent() for message in _locked(looked_for)]
    if len(urgent) >= AT_ONCE or is_paused():
        return urgent[:AT_ONCE]
    others = _locked(waiting().exclude(pk__in=[message.pk for message in urgent]) if urgent else waiting())
    return [*urgent, *others[: AT_ONCE - len(urgent)]]


def looks_for_urgent() -> list[QuerySet[Message]]:
    """What somebody waits for and may leave now, a query a kind: SQLite finds no index of some for a list of kinds."""
    return [waiting().filter(kind=kind) for kind in URGENT]


def _locked(found: QuerySet[Message]) -> list[Message]:
    return list(found.select_for_update(skip_locked=True)[:AT_ONCE])


def sent(at: datetime, messages: Sequence[Message]) -> None:
    """Keep that the server took these letters, which were claimed at `at`; their links are blanked."""
    if messages:
        with connection.cursor() as cursor:
            cursor.executemany(SENT, [_sent(message, at) for message in messages])


def _sent(message: Message, at: datetime) -> list[Any]:
    headers = {name: without_links(value) for name, value in message.headers.items()}
    sent_at, text, html = now(), without_links(message.text), without_links(message.html)
    to = message.to
    return [
        _stored("sent_at", sent_at), to, text, to, html, to, _stored("headers", headers), message.pk,
        _stored("claimed_at", at),
    ]  # fmt: skip


def _stored(name: str, value: object) -> Any:
    kept: Any = Message._meta.get_field(name)
    return kept.get_db_prep_save(value, connection)


def back(at: datetime, messages: Iterable[Message]) -> None:
    """Nothing of these has left: they wait on, and this was no attempt."""
    ours = Message.objects.filter(pk__in=[message.pk for message in messages], claimed_at=at)
    ours.update(claimed_at=None, attempts=F("attempts") - 1)


def held(at: datetime, message: Message, until: datetime) -> None:
    """It is not the time for it: it waits on until then, or longer where it is to wait longer since it was claimed."""
    back(at, [message])
    earlier = Q(not_before=None) | Q(not_before__lt=until)
    Message.objects.filter(earlier, pk=message.pk, sent_at=None, failed_at=None).update(not_before=until)


def keep(at: datetime, message: Message) -> None:
    """Keep what `message` says of itself, unless it was given up meanwhile."""
    ours = Message.objects.filter(pk=message.pk, claimed_at=at, failed_at=None)
    ours.update(**{name: getattr(message, name) for name in KEPT})


def settle() -> int:
    """Keep what the books of workers that are gone say of the letters in their hands; return how many those were."""
    return sum(map(_settled, in_hand.books()))


@transaction.atomic
def _settled(book: in_hand.Path) -> int:
    with in_hand.left_behind(book) as found:
        if not found:
            return 0
        claimed = Message.objects.filter(pk__in=list(found), sent_at=None, failed_at=None)
        rows = [message for message in claimed if message.claimed_at == found[message.pk].at]
        for message in rows:
            _settle(message, found[message.pk])
        return len(rows)


def _settle(message: Message, found: in_hand.Claimed) -> None:
    if found.state == "taken":
        sent(found.at, [message])
    elif found.state == "handing":
        message.failed_at, message.error = now(), unanswered_words("")
        keep(found.at, message)
    else:
        back(found.at, [message])


def give_up_unanswered() -> int:
    """Mark what was claimed long ago by a worker that died as failed, because it may have arrived; return how many."""
    lost = Message.objects.filter(
        sent_at=None, failed_at=None, claimed_at__isnull=False, claimed_at__lt=now() - NO_ANSWER_AFTER
    )
    return lost.update(failed_at=Now(), error=unanswered_words(""))


def unanswered_words(why: str) -> str:
    """What the outbox says about a message of which nobody knows whether it arrived."""
    words = _("It may have arrived: the mail server had it, and its answer was lost. Send it again only if it did not.")
    return f"{words} ({why})" if why else words


def due_in(message: Message) -> datetime | None:
    """When a waiting message may leave at the earliest; None: at once."""
    times = [t for t in (message.not_before, message.try_after) if t]
    return max(times) if times else None
