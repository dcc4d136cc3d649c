"""Does the first row hold headings? A heading is unlike what stands below it: it is no number, no day and no address
where these are, and nobody answers with it. And does it name the columns at all, or is it a title above them?
"""

import re
from collections.abc import Sequence

LEAST_BELOW = 2
MOST_IN_A_TITLE = 2  # cells
_KINDS = (
    ("address", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("day", re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T]\d{1,2}:\d{2}.*)?")),
    ("number", re.compile(r"[-+]?\d+([.,]\d+)*\s*%?")),
)


def looks_like_data(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of `rows` looks like those below it: more of its cells are like their column than unlike it.

    A cell is like its column when it is of the kind (address, day, number) of most cells there, or when it stands there
    again; unlike it when they have a kind that it has not. Words alone decide nothing.
    """
    if not rows:
        return False
    first, below = rows[0], rows[1:]
    votes = [_vote(cell, [row[at].strip() for row in below if at < len(row) and row[at].strip()]) for at, cell in enumerate(first)]
    return sum(votes) > 0


def titles_above(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the first `rows` are a title, as lists carry one: “Customers”, “as of 1 May”.

    Such a row fills one cell or two where most rows fill three times as many. Where what stands below it looks like
    data, or has nothing below it, it is no title, for then nothing would name the columns.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(filled)[len(filled) // 2] if filled else 0
    above = next((at for at, many in enumerate(filled) if many > MOST_IN_A_TITLE or many * 3 > usual), 0)
    return 0 if len(rows) - above < 2 or looks_like_data(rows[above:]) else above


def _vote(cell: str, below: list[str]) -> int:
    """1: like its column; -1: unlike it; 0: nothing can be said."""
    cell = cell.strip()
    if len(below) < LEAST_BELOW or not cell:
        return 0
    kinds = [_kind(other) for other in below]
    usual = max(set(kinds), key=kinds.count)
    if usual and kinds.count(usual) * 2 > len(kinds):
        return 1 if _kind(cell) == usual else -1
    return int(cell in below)


def _kind(cell: str) -> str:
    return next((name for name, pattern in _KINDS if pattern.fullmatch(cell)), "")
