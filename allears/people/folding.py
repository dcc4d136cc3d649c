"""How spellings are made equal: two ways to write one address, name or value are one. Pure functions."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.utils.text import slugify

from allears.core.ids import new_ref

KEY_LENGTH = 200
# Characters that turn the direction of what follows them: in a name they would turn the page around it.
TURNING = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def plain(text: str) -> str:
    """Return `text` on one line: no control characters, no spaces at the ends, none doubled.

    Joiners stay, because emoji, Arabic and Indian scripts are written with them.
    """
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text if c not in TURNING)
    return " ".join("".join(kept).split())


def folded(text: str) -> str:
    """Return `text` as it is compared: compatibility forms, case and spaces made equal."""
    return " ".join(unicodedata.normalize("NFKC", plain(text)).casefold().split())


def email_key(email: str) -> str | None:
    """Return an address as it is compared; None where there is none."""
    return folded(email) or None


def account_key(name: str) -> str:
    """Return the name of an account as it is compared."""
    return folded(name)[:KEY_LENGTH]


def value_key(label: str) -> str:
    """Return a facet's value as it is compared."""
    return folded(label)[:KEY_LENGTH]


def facet_key(label: str) -> str:
    """Return a facet's key for URLs; scripts that have no Latin letters get a random one."""
    return slugify(label)[:80].strip("-_") or f"facet-{new_ref()}"


def phone_key(phone: str) -> str:
    """Return a telephone number as it is compared: E.164 where it names its country, else its figures."""
    figures = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    if len(figures) < 5:
        return ""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return figures[:40]
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
