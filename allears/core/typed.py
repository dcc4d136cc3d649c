"""Numbers that strangers type into addresses and forms."""

from __future__ import annotations

from collections.abc import Iterable


def whole_number(typed: str | None, *, digits: int = 18) -> int | None:
    """Return the number that `typed` writes in at most `digits` plain digits; None for anything else.

    Eighteen fit into every column of a database; no sign, blank or separator is taken, and no other script's digits.
    """
    return int(typed) if typed and len(typed) <= digits and typed.isascii() and typed.isdecimal() else None


def whole_numbers(typed: Iterable[str]) -> list[int]:
    """Return the numbers among what was `typed`, in its order; see `whole_number`."""
    return [number for number in map(whole_number, typed) if number is not None]
