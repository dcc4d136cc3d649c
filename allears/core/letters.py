"""A mail as it goes over the wire, and as it is kept once it has left."""

from __future__ import annotations

import re
import secrets
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Any

from allears.core.clock import now
from allears.core.models import Message
from allears.core.smtp import Sender

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
