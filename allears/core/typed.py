"""Numbers that strangers type into addresses and forms."""

from __future__ import annotations


def whole_number(typed: str | None, *, digits: int = 18) -> int | None:
    """Return the number that `typed` writes in at most `digits` plain digits; None for anything else.

    Eighteen fit into every column of a database; no sign, blank or separator is taken, and no other script's digits.
    """
    return int(typed) if typed and len(typed) <= digits and typed.isascii() and typed.isdecimal() else None
