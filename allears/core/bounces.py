"""Mail that came back: what a mail server said at its door, or reported later by a delivery status notification.

Reports are read as RFC 3464 has them, with the status codes of RFC 3463. *Hard* means that the address itself
does not work; a full mailbox, a refused content or a server that is away says nothing of the kind, and is soft.
A report counts only when it names a mail of ours by its Message-ID and comes back from the address that the
mail went to: anybody can write such a report, and nobody else's mail is to be stopped by it.

Pure: bytes in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default as modern
from email.utils import parseaddr

from allears.core.ids import ALPHABET, REF_LENGTH

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
OURS = re.compile(rf"<([{ALPHABET}]{{{REF_LENGTH}}})@[^<>\s]+>")
# The mailbox, its name or its domain does not exist or take mail: RFC 3463 3.2, 3.3 and 3.5.
DEAD = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
# Without a status code, what servers answer to a recipient that they do not know (RFC 5321, 4.2.3).
DEAD_CODES = {550, 551, 553}
LONGEST_WORDS = 500
LARGEST = 5 * 1024 * 1024


@dataclass(frozen=True)
class Bounce:
    """One mail came back: from which address, whether for good because of the address, and in which words."""

    address: str
    hard: bool
    status: str
    words: str


@dataclass(frozen=True)
class Report:
    """One line of a notification: which of our mails it is about ("" when it does not say), and what happened."""

    ref: str
    bounce: Bounce


def at_the_door(address: str, code: int, words: str) -> Bounce:
    """Return what a server's refusal of a recipient means."""
    found = STATUS.search(words)
    status = found.group() if found else ""
    hard = status in DEAD if status else code in DEAD_CODES
    return Bounce(address, hard, status or str(code), words[:LONGEST_WORDS])


def read(raw: bytes) -> list[Report]:
    """Return what a notification reports; nothing when `raw` is some other mail. Never raises for what is inside."""
    if len(raw) > LARGEST:
        return []
    letter = message_from_bytes(raw, policy=modern)
    parts = list(_parts(letter))
    ref = _ref_in(parts, raw)
    return [
        Report(ref, bounce)
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for bounce in _bounces(part)
    ]


def _parts(letter: Message) -> Iterator[Message]:
    try:
        yield from letter.walk()
    except (AttributeError, TypeError, ValueError):
        return  # a multipart that is none


def _bounces(part: Message) -> Iterator[Bounce]:
    for fields in _groups(part):
        address = _address(_field(fields, "Original-Recipient")) or _address(_field(fields, "Final-Recipient"))
        action = _field(fields, "Action").lower()
        if address and action in ("failed", "delayed"):
            yield _bounce(fields, address, action)


def _groups(part: Message) -> list[Message]:
    """The groups of fields: the first is about the mail, each further one about a recipient (RFC 3464, 2.1)."""
    payload = part.get_payload()
    return [group for group in payload if isinstance(group, Message)] if isinstance(payload, list) else []


def _bounce(fields: Message, address: str, action: str) -> Bounce:
    words = _field(fields, "Diagnostic-Code")
    found = STATUS.search(_field(fields, "Status")) or STATUS.search(words)
    status = found.group() if found else ""
    # Some servers give the general 5.0.0 and say in the diagnostic code what it was.
    if status.endswith(".0.0"):
        better = STATUS.search(words)
        status = better.group() if better else status
    hard = action == "failed" and (status in DEAD or (status == "5.0.0" and _code(words) in DEAD_CODES))
    return Bounce(address, hard, status, words[:LONGEST_WORDS])


def _code(words: str) -> int:
    found = re.search(r"\b([45]\d\d)\b", words)
    return int(found.group()) if found else 0


def _field(fields: Message, name: str) -> str:
    try:
        return " ".join(str(fields.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""  # a header that the parser cannot make sense of


def _address(field: str) -> str:
    """"rfc822; bob@x.example" or "rfc822;<bob@x.example>"."""
    kind, _semicolon, address = field.partition(";")
    found = parseaddr(address.strip())[1] if kind.strip().lower() in ("rfc822", "utf-8") else ""
    return found if "@" in found else ""


def _ref_in(parts: list[Message], raw: bytes) -> str:
    """Which mail of ours it is about: the Message-ID of what was returned; else the only one that stands anywhere."""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            found = OURS.search(_text(part))
            if found:
                return found[1]
    named = set(OURS.findall(raw.decode("utf-8", "replace")))
    return named.pop() if len(named) == 1 else ""


def _text(part: Message) -> str:
    payload = part.get_payload()
    inside = payload[0] if isinstance(payload, list) and payload else part
    if isinstance(inside, EmailMessage) and inside is not part:
        return f"{_field(inside, 'Message-ID')}"
    text = str(payload)
    found = re.search(r"(?im)^message-id:\s*(<[^>]+>)", text)
    return found[1] if found else ""
