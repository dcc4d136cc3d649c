"""Mail leaves the outbox by SMTP: each message at most once, none forgotten.

A message is *claimed* in the database before it is handed to the mail server, together with the few that leave beside it
(`core.claims`). From then on only an answer of that server moves it: taken (sent), refused for now (it waits and is tried
again, later and later), refused for good (failed, with the server's words). When no answer is known, because the
connection or we ourselves died in between, the message may or may not have arrived. Sending twice what a customer reads
is worse than asking a person: it counts as failed, says so, and an administrator can send it again from the outbox page.
What we died with before it was handed over waits on (`core.in_hand`). A trouble with the server itself (away, wrong
password) touches no message: all of them wait.

Once sent, personal links in the stored text are blanked, so that whoever reads the database cannot answer for anybody.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from allears.core import audit, bounces, claims, pace
from allears.core.claims import Claim, anything_due
from allears.core.clock import now
from allears.core.in_hand import Book
from allears.core.lines import Lines, Outcome
from allears.core.mail import holds, whys_not
from allears.core.mail_troubles import words_of
from allears.core.models import Message, Organisation, User
from allears.core.progress import asked_to_stop
from allears.core.queries import IN_DOUBT, the_organisation
from allears.core.signals import mail_came_back, mail_tried_again
from allears.core.smtp import MailServer, NoMailServer, sender_of, server_of

# Minutes to wait after the first, second... refusal that may pass; after the last the message has failed.
PATIENCE = (1, 5, 15, 60, 240, 720, 1440)
SERVER_REST = timedelta(minutes=1)
ONE_ROUND = 60.0  # seconds, then other beats of a small machine get their turn


def send_waiting() -> int:
    """Send what may leave now; return how many the server took. Without SMTP nothing is done."""
    organisation = the_organisation()
    try:
        server = server_of(organisation)
    except NoMailServer:
        return 0
    claims.settle()
    if _resting(organisation) or not anything_due():
        return 0
    return _send_all(organisation, server)


def _resting(organisation: Organisation) -> bool:
    since = organisation.mail_trouble_at
    return since is not None and since > now() - SERVER_REST


def _send_all(organisation: Organisation, server: MailServer) -> int:
    book, taken, kept = Book(), 0, False
    trouble: Exception | None = None
    try:
        with Lines(server, sender_of(organisation), book) as lines:
            taken = _send_by(lines, book)
        trouble, kept = lines.trouble, True
    except (OSError, smtplib.SMTPException) as away:
        trouble = away
    finally:
        book.close(kept=kept)  # what is not kept the next round finds there
    if trouble or organisation.mail_trouble:
        _note_trouble(words_of(trouble) if trouble else "")
    return taken


def _note_trouble(words: str) -> None:
    Organisation.objects.filter(pk=1).update(mail_trouble=words, mail_trouble_at=now() if words else None)


def _send_by(lines: Lines, book: Book) -> int:
    taken, until = 0, time.monotonic() + ONE_ROUND
    claim = claims.claim(book)
    while claim.letters:
        if lines.may_grow and len(claim.letters) == claims.AT_ONCE and anything_due():
            lines.grow()
        began = time.monotonic()
        looked = _looked_at(claim)
        became = lines.hand_over(looked.leave)
        # What became of these and the claim on the next are kept together: each commit waits for the disk.
        with transaction.atomic():
            _keep_those_that_stay(claim.at, looked)
            left = _keep(claim.at, became)
            pace.took(len(left), time.monotonic() - began, oldest=min(map(_free_since, left), default=None))
            goes_on = not lines.trouble and time.monotonic() < until and not asked_to_stop()
            claim = claims.claim(book) if goes_on else Claim(now())
        taken += len(left)
    return taken


@dataclass
class _Looked:
    """Which of the claimed letters leave; which never will, having been overtaken; and which wait, until when."""

    leave: list[Message] = field(default_factory=list)
    never: list[Message] = field(default_factory=list)
    wait: list[tuple[Message, datetime]] = field(default_factory=list)


def _looked_at(claim: Claim) -> _Looked:
    whys, not_yet, looked = whys_not(claim.letters), holds(claim.letters), _Looked()
    for message in claim.letters:
        if why := whys.get(message.pk):
            _called_back(message, why)
            looked.never.append(message)
        elif until := not_yet(message):
            looked.wait.append((message, until))
        else:
            looked.leave.append(message)
    return looked


def _keep_those_that_stay(at: datetime, looked: _Looked) -> None:
    for message in looked.never:
        claims.keep(at, message)
    for message, until in looked.wait:
        claims.held(at, message, until)


def _free_since(message: Message) -> datetime:
    return message.not_before or message.put_at


def _keep(at: datetime, became: list[tuple[Message, Outcome]]) -> list[Message]:
    """Keep what became of letters that were claimed at `at`; return those that the server took."""
    taken = [message for message, outcome in became if outcome.kind == "taken"]
    claims.sent(at, taken)
    claims.back(at, [message for message, outcome in became if outcome.kind == "back"])
    for message, outcome in became:
        if outcome.kind not in ("taken", "back"):
            _note(message, outcome)
            claims.keep(at, message)
    return taken


def _note(message: Message, outcome: Outcome) -> None:
    if outcome.kind == "refused":
        _refused(message, outcome)
    elif outcome.kind == "unfit":
        _failed(message, _("This mail cannot be written: %(why)s") % {"why": outcome.words})
        message.claimed_at = None
    else:
        _failed(message, claims.unanswered_words(outcome.words))


def _refused(message: Message, refusal: Outcome) -> None:
    if refusal.of_recipient and (refusal.for_good or message.attempts == 1):
        bounce = bounces.at_the_door(message.to, refusal.code, refusal.said)
        mail_came_back.send(sender=Message, message=message, bounce=bounce)
    message.claimed_at = None
    if refusal.for_good or message.attempts > len(PATIENCE):
        _failed(message, refusal.words)
        return
    message.try_after = now() + timedelta(minutes=PATIENCE[message.attempts - 1])
    message.error = refusal.words


def _failed(message: Message, why: str) -> None:
    message.failed_at, message.error = now(), why


def _called_back(message: Message, why: str) -> None:
    """It was overtaken while it waited: it never leaves, and its links are gone."""
    message.text, message.html, message.headers = "", "", {}
    _failed(message, why)


@transaction.atomic
def send_again(*, messages: Iterable[Message], by: User) -> int:
    """Let failed messages wait again; return how many did. What was sent stays sent.

    A mail that was called back (`core.mail.call_back`) has no words any more and never leaves.
    """
    failed = Message.objects.filter(pk__in=[m.pk for m in messages], sent_at=None, failed_at__isnull=False)
    failed = failed.exclude(text="")
    addresses = list(failed.values_list("to", flat=True))
    again = failed.update(failed_at=None, claimed_at=None, try_after=None, attempts=0, error="")
    if again:
        audit.record(by=by, verb="core.mail_sent_again", messages=again)
        mail_tried_again.send(sender=Message, addresses=addresses, by=by)
    return again


@transaction.atomic
def arrived(*, messages: QuerySet[Message], by: User) -> int:
    """Count messages of which nobody knew whether they had arrived as sent, because somebody does; return how many."""
    doubted = list(messages.filter(IN_DOUBT).select_for_update())
    Message.objects.filter(pk__in=[message.pk for message in doubted]).update(failed_at=None)
    for message in doubted:
        assert message.claimed_at is not None, "who doubts a mail has claimed it"
        claims.sent(message.claimed_at, [message])
    if doubted:
        audit.record(by=by, verb="core.mail_arrived", messages=len(doubted))
    return len(doubted)
