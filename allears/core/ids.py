"""Short public names for rows: they stand in URLs and mails and say nothing about how many rows there are."""

from __future__ import annotations

import secrets

# Crockford's base 32: no letter that can be mistaken for a figure when read aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
REF_LENGTH = 10


def new_ref() -> str:
    """Return a random name of 10 characters (50 bits)."""
    number = secrets.randbits(5 * REF_LENGTH)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, 5 * REF_LENGTH, 5))
