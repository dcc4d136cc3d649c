"""Mail leaves the outbox by SMTP: each message at most once, none forgotten.

A message is *claimed* in the database just before it is handed to the mail server. From then on only an answer of
that server moves it: taken (sent), refused for now (it waits and is tried again, later and later), refused for good
(failed, with the server's words). When no answer is known, because the connection or we ourselves died in between,
the message may or may not have arrived. Sending twice what a customer reads is worse than asking a person: it counts
as failed, says so, and an administrator can send it again from the outbox page. A trouble with the server itself
(away, wrong password) touches no message: all of them wait.

Once sent, personal links in the stored text are blanked, so that whoever reads the database cannot answer for anybody.
"""

from __future__ import annotations

import re
import secrets
import smtplib
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from allears.core import audit, bounces
from allears.core.clock import now
from allears.core.mail import NotYet, holds, why_not
from allears.core.models import URGENT, Message, Organisation, User
from allears.core.queries import the_organisation
from allears.core.signals import mail_came_back, mail_tried_again
from allears.core.smtp import MailServer, NoMailServer, Sender, sender_of, server_of

# Minutes to wait after the first, second... refusal that may pass; after the last the message has failed.
PATIENCE = (1, 5, 15, 60, 240, 720, 1440)
NO_ANSWER_AFTER = timedelta(minutes=10)
SERVER_REST = timedelta(minutes=1)
AHEAD = 25  # messages that are looked for at a time
OVERTAKEN_EVERY = 1.0  # seconds between two looks, within a round, whether somebody waits for a mail
ONE_ROUND = 60.0  # seconds, then other beats of a small machine get their turn


def send_waiting() -> int:
    """Send what may leave now, by one connection; return how many the server took. Without SMTP nothing is done."""
    organisation = the_organisation()
    try:
        server = server_of(organisation)
    except NoMailServer:
        return 0
    if _resting(organisation) or not anything_due():
        return 0
    return _send_all(organisation, server)


def anything_due() -> bool:
    """Whether a message may leave now; found by when it may leave, however many wait for the morning."""
    return any(looked_for.exists() for looked_for in looks_for_due())


def looks_for_due() -> tuple[QuerySet[Message], QuerySet[Message]]:
    """The messages that may leave at once, and those whose time has come: a query each, so that an index serves both."""
    may = waiting().order_by()
    return may.filter(not_before=None), may.filter(not_before__lte=now())


def waiting() -> QuerySet[Message]:
    """Messages that may leave now, in the order in which they were put."""
    due = Q(not_before=None) | Q(not_before__lte=now())
    again = Q(try_after=None) | Q(try_after__lte=now())
    return Message.objects.filter(due, again, sent_at=None, failed_at=None, claimed_at=None).order_by("id")


def _resting(organisation: Organisation) -> bool:
    since = organisation.mail_trouble_at
    return since is not None and since > now() - SERVER_REST


def _send_all(organisation: Organisation, server: MailServer) -> int:
    try:
        with server.connect() as connection:
            taken = _send_by(connection, sender_of(organisation))
    except (OSError, smtplib.SMTPException) as trouble:
        _note_trouble(words_of(trouble))
        return 0
    if organisation.mail_trouble:
        _note_trouble("")
    return taken


def _note_trouble(words: str) -> None:
    Organisation.objects.filter(pk=1).update(mail_trouble=words, mail_trouble_at=now() if words else None)


def _send_by(connection: smtplib.SMTP, sender: Sender) -> int:
    taken, until, queue, not_yet = 0, time.monotonic() + ONE_ROUND, _Queue(), holds()
    message = queue.claim()
    while message:
        taken += _hand_over(connection, message, sender, not_yet)
        # What came of one and the claim on the next are kept together: each commit waits for the disk.
        with transaction.atomic():
            _keep(message)
            message = queue.claim() if time.monotonic() < until else None
    return taken


def claim() -> Message | None:
    """Take the next message, so that no other worker takes it and nothing sends it twice."""
    return _Queue().claim()


class _Queue:
    """The messages that are next; a few at a time are looked for, and each is taken by itself.

    What somebody waits for overtakes a round: it is looked for again and again, whatever else is found already.
    """

    def __init__(self) -> None:
        self.next: list[Message] = []
        self.looked_at = float("-inf")

    def claim(self) -> Message | None:
        while self._look():
            message, at = self.next.pop(0), now()
            # Only if it waits still as it was found: another worker may have tried it, or somebody called it back.
            same = Message.objects.filter(
                pk=message.pk, attempts=message.attempts, sent_at=None, failed_at=None, claimed_at=None
            )
            if same.update(claimed_at=at, attempts=message.attempts + 1):
                message.claimed_at, message.attempts = at, message.attempts + 1
                return message
        return None

    def _look(self) -> bool:
        if not self.next or time.monotonic() >= self.looked_at + OVERTAKEN_EVERY:
            self.looked_at = time.monotonic()
            self.next = [*_urgent(), *self.next] or list(waiting()[:AHEAD])
        return bool(self.next)


def _urgent() -> list[Message]:
    """What somebody waits for and may leave now, a query a kind: SQLite finds no index of some for a list of kinds."""
    return [message for kind in URGENT for message in waiting().filter(kind=kind)[:AHEAD]]


def _hand_over(connection: smtplib.SMTP, message: Message, sender: Sender, not_yet: NotYet) -> int:
    """Give `message` to the server and note its answer; return 1 when it took it.

    Raises, with what is known kept, when the connection is of no use any more.
    """
    if why := why_not(message):
        return _called_back(message, why)
    if moment := not_yet(message):
        return _held(message, moment)
    try:
        message.to.encode("ascii")
        letter = bytes_of(message, sender)
    except ValueError as unfit:
        return _failed(message, _("This mail cannot be written: %(why)s") % {"why": unfit})
    asked = False
    try:
        _expect(connection.mail(sender.address), sender=True)
        _expect(connection.rcpt(message.to), recipient=True)
        asked = True
        _expect(connection.data(letter))
    except _Refused as refusal:
        connection.rset()
        return _refused(message, refusal)
    except (OSError, smtplib.SMTPException) as trouble:
        if asked:
            _unanswered(message, words_of(trouble))
            _keep(message)
        else:
            _put_back(message)
        raise
    return _sent(message)


def _keep(message: Message) -> None:
    message.save(
        update_fields=[
            "sent_at", "failed_at", "not_before", "try_after", "claimed_at", "attempts", "error", "text", "html", "headers"
        ]
    )  # fmt: skip


class _Refused(Exception):
    """The server said no to this message."""

    def __init__(self, code: int, words: str, recipient: bool) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words, self.recipient = code, words, recipient
        self.for_good = 500 <= code < 600


def _expect(answer: tuple[int, bytes], *, sender: bool = False, recipient: bool = False) -> None:
    code, words = answer[0], answer[1].decode("utf-8", "replace")
    if code == 421 or (sender and code >= 400):
        # Not about this message: the server closes, or refuses our own address or password.
        raise smtplib.SMTPResponseException(code, words)
    if not 200 <= code < 300:
        raise _Refused(code, words, recipient)


def _sent(message: Message) -> int:
    message.sent_at, message.error = now(), ""
    message.text, message.html = without_links(message.text), without_links(message.html)
    message.headers = {name: without_links(value) for name, value in message.headers.items()}
    return 1


def _refused(message: Message, refusal: _Refused) -> int:
    if refusal.recipient and (refusal.for_good or message.attempts == 1):
        bounce = bounces.at_the_door(message.to, refusal.code, refusal.words)
        mail_came_back.send(sender=Message, message=message, bounce=bounce)
    if refusal.for_good or message.attempts > len(PATIENCE):
        return _failed(message, str(refusal))
    message.try_after = now() + timedelta(minutes=PATIENCE[message.attempts - 1])
    message.claimed_at, message.error = None, str(refusal)
    return 0


def _put_back(message: Message) -> None:
    """Nothing of the message has left: it waits on, and this was no attempt."""
    Message.objects.filter(pk=message.pk).update(claimed_at=None, attempts=F("attempts") - 1)


def _held(message: Message, until: datetime) -> int:
    """It is not the time for it: it waits on, and this was no attempt."""
    message.not_before, message.claimed_at, message.attempts = until, None, message.attempts - 1
    return 0


def _failed(message: Message, why: str) -> int:
    message.failed_at, message.error = now(), why
    return 0


def _called_back(message: Message, why: str) -> int:
    """It was overtaken while it waited: it never leaves, and its links are gone."""
    message.text, message.html, message.headers = "", "", {}
    return _failed(message, why)


def _unanswered(message: Message, why: str) -> None:
    _failed(message, unanswered_words(why))


def unanswered_words(why: str) -> str:
    """What the outbox says about a message of which nobody knows whether it arrived."""
    words = _("It may have arrived: the mail server had it, and its answer was lost. Send it again only if it did not.")
    return f"{words} ({why})" if why else words


def give_up_unanswered() -> int:
    """Mark what was claimed long ago by a worker that died as failed, because it may have arrived; return how many."""
    lost = Message.objects.filter(
        sent_at=None, failed_at=None, claimed_at__isnull=False, claimed_at__lt=now() - NO_ANSWER_AFTER
    )
    return lost.update(failed_at=Now(), error=unanswered_words(""))


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


def words_of(trouble: Exception) -> str:
    """The trouble in one line, with the server's own words where it spoke."""
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        return f"{trouble.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(trouble) or type(trouble).__name__


# Headers that are as they stand what goes over the wire. All others are parsed, folded and encoded by the library.
_AS_IT_STANDS = {
    "to": re.compile(r"(?:[A-Za-z0-9 ]{1,70} )?<?[A-Za-z0-9._+-]{1,100}@[A-Za-z0-9.-]{1,100}>?"),
    "date": re.compile(r"[A-Za-z0-9 ,:+-]{1,40}"),
    "message-id": re.compile(r"<[A-Za-z0-9]{1,20}@[A-Za-z0-9.-]{1,255}>"),
    "content-type": re.compile(r'multipart/alternative; boundary="=_[0-9a-f]{32}"'),
}


class _Plain(str):
    """The value of a header that needs no parsing. `name` marks it as a header, as the library does with its own."""

    name = ""

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Policy(EmailPolicy):
    """As mail goes over the wire. A round of letters shares most headers, and parsing them anew for each took half of
    the time: what is the same is parsed and folded once. An address in a List- header stays in one piece, or mail
    programs cannot read it.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if hasattr(value, "name"):
            return name, value
        shape = _AS_IT_STANDS.get(name.lower())
        if (shape and shape.fullmatch(value)) or (name.lower().startswith("list-") and _is_one_line(value)):
            plain = _Plain(value)
            plain.name = name
            return name, plain
        return name, _parsed(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        kept: bytes | None = getattr(value, "folded", None)
        if kept is None:
            kept = super().fold_binary(name, value)
            if not isinstance(value, _Plain):
                value.folded = kept
        return kept


def _is_one_line(value: str) -> bool:
    return value.isascii() and value.isprintable()


@lru_cache(maxsize=512)
def _parsed(name: str, value: str) -> Any:
    """The library's header; it is never changed once made, so letters can share it. Raises `ValueError`."""
    return SMTP.header_store_parse(name, value)[1]


POLICY = _Policy(linesep=SMTP.linesep)


def bytes_of(message: Message, sender: Sender) -> bytes:
    """Return `message` as the bytes that go over the wire. Raises `ValueError` for what cannot be a header."""
    return letter_of(message, sender).as_bytes()


def letter_of(message: Message, sender: Sender) -> EmailMessage:
    """Return `message` as it goes over the wire. Raises `ValueError` for what cannot be a header."""
    letter = EmailMessage(policy=POLICY)
    letter["From"] = formataddr((sender.name, sender.address))
    letter["To"] = formataddr((message.to_name, message.to))
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(now())
    letter["Message-ID"] = f"<{message.ref}@{sender.address.rpartition('@')[2]}>"
    if sender.reply_to:
        letter["Reply-To"] = sender.reply_to
    for name, value in message.headers.items():
        del letter[name]
        letter[name] = value
    letter.set_content(message.text)
    if message.html:
        # Between text and HTML, new for each letter: nobody who wrote words that stand in it can know it.
        letter.make_alternative(boundary=f"=_{secrets.token_hex(16)}")
        letter.add_alternative(message.html, subtype="html")
    return letter


# A personal token: the segment after a participant's prefix, or any long random-looking segment of an address.
_TOKEN = re.compile(r"(https?://[^\s\"'<>]*?/(?:(?:a|me|join|key|named)/)?)([A-Za-z0-9_-]{20,})")


def without_links(text: str) -> str:
    """Return `text` with the tokens in its addresses replaced by "…"."""
    return _TOKEN.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    before, token = found.groups()
    personal = before.endswith(("/a/", "/me/", "/join/", "/key/", "/named/"))
    # Words in an address (a study's name) are in small letters; a random token hardly ever is.
    return f"{before}…" if personal or token != token.lower() else found.group()


def due_in(message: Message) -> datetime | None:
    """When a waiting message may leave at the earliest; None: at once."""
    times = [t for t in (message.not_before, message.try_after) if t]
    return max(times) if times else None


