"""The mail door: every mail of the house is put into the outbox first, and leaves from there once.

`put` is idempotent by `key`. Without SMTP mail waits on the outbox page, where it can be read and copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import URGENT, Message

BATCH = 500
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class UnfitAddress(ValueError):
    """An address or subject holds a line break or is no address; nothing was put."""


def put(
    *, to: str, subject: str, text: str, key: str, html: str = "", to_name: str = "", kind: str = "other",
    headers: dict[str, str] | None = None, not_before: Any = None,
) -> Message:
    """Put a mail into the outbox and return it; with a `key` that is there already, return that one unchanged.

    Raises `UnfitAddress` for line breaks in what becomes a header.
    """
    [message] = put_many([Letter(to, subject, text, key, html, to_name, kind, headers or {}, not_before)])
    return message


@dataclass(frozen=True)
class Letter:
    """A mail to be put: what `put` takes."""

    to: str
    subject: str
    text: str
    key: str
    html: str = ""
    to_name: str = ""
    kind: str = "other"
    headers: dict[str, str] = field(default_factory=dict)
    not_before: datetime | None = None


def put_many(letters: Sequence[Letter]) -> list[Message]:
    """Put many mails, each as `put` would, in few statements; return them in the same order. All of them or none."""
    for letter in letters:
        _must_be_fit(letter.to, letter.to_name, letter.subject, letter.headers)
    keys = list(dict.fromkeys(letter.key for letter in letters))
    try:
        found = _put_new(letters, keys)
    except IntegrityError:  # somebody put one of them at the same moment: now it is there to be found
        found = _put_new(letters, keys)
    return [found[letter.key] for letter in letters]


@transaction.atomic
def _put_new(letters: Sequence[Letter], keys: list[str]) -> dict[str, Message]:
    found = {m.key: m for m in Message.objects.filter(key__in=keys)} if keys else {}
    new = {letter.key: Message(**vars(letter)) for letter in letters if letter.key not in found}
    Message.objects.bulk_create(new.values(), batch_size=BATCH)
    return found | new


def call_back(messages: QuerySet[Message], *, why: str) -> int:
    """Keep those of `messages` that still wait from leaving, for good; return how many there were."""
    waiting = messages.filter(sent_at=None, claimed_at=None)
    return waiting.update(failed_at=now(), error=why, text="", html="", headers={})


LastLook = Callable[[Sequence[Message]], Mapping[int, str]]
_last_looks: dict[str, list[LastLook]] = {}


def last_look(*kinds: str) -> Callable[[LastLook], LastLook]:
    """Register the decorated function to be asked just before mails of these kinds (none: of any) leave, some at a time.

    It returns by their ids why mails should not leave any more, in words; who may leave is not there, or empty.
    """

    def register(look: LastLook) -> LastLook:
        for kind in kinds or ("",):
            _last_looks.setdefault(kind, []).append(look)
        return look

    return register


def why_not(message: Message) -> str:
    """Return why `message` should not leave any more; empty when nothing speaks against it."""
    return whys_not([message]).get(message.pk, "")


def whys_not(messages: Sequence[Message]) -> dict[int, str]:
    """Return why those of `messages` that should not leave any more should not, by their ids."""
    found: dict[int, str] = {}
    for kind, looks in sorted(_last_looks.items(), reverse=True):  # what is known of their kind first
        for look in looks:
            theirs = [message for message in messages if kind in ("", message.kind) and message.pk not in found]
            found |= {pk: why for pk, why in look(theirs).items() if why} if theirs else {}
    return found


NotYet = Callable[[Message], datetime | None]
Hold = Callable[[Sequence[Message]], NotYet]
_holds: list[Hold] = []


def hold(prepare: Hold) -> Hold:
    """Register the decorated function to hold mails that are about to leave.

    It is called with some mails at a time, to look up what is asked about them. What it returns is asked about each of
    them just before it leaves: until when it waits; None, or what is past, lets it leave.
    """
    _holds.append(prepare)
    return prepare


def holds(messages: Sequence[Message]) -> NotYet:
    """Return the function that says until when one of `messages` still waits; None: it may leave now.

    What somebody waits for at this moment is never held.
    """
    held = [message for message in messages if message.kind not in URGENT]
    looks = [prepare(held) for prepare in _holds] if held else []

    def not_yet(message: Message) -> datetime | None:
        if message.kind in URGENT:
            return None
        until = max((moment for moment in (look(message) for look in looks) if moment), default=None)
        return until if until and until > now() else None

    return not_yet


def _must_be_fit(to: str, to_name: str, subject: str, headers: dict[str, str]) -> None:
    lines = [to, to_name, subject, *headers.values()]
    if "@" not in to or any(sign in line for line in lines for sign in "\r\n\0"):
        raise UnfitAddress(to)
    if not all(HEADER_NAME.fullmatch(name) for name in headers):
        raise UnfitAddress(to)


class OutboxBackend(BaseEmailBackend):
    """What libraries send through Django's mail goes into the outbox too."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for email in email_messages:
            for address in email.recipients():
                put(to=address, subject=str(email.subject), text=str(email.body), key=f"django:{new_ref()}", kind="account")
        return len(email_messages)
