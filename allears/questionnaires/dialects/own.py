"""Our own export, `responses.csv`, brought in again: what it says of a response is known by its headings."""

from __future__ import annotations

import re
from collections import Counter

from allears.core.tables import restore_cell

from .heads import Head, Part, tidy
from .plan import Role
from .surveys import Reading, Rows

OWN = "allears"
ABOUT = ("response", "person", "state", "language", "started_at", "submitted_at", "version", "day_known")
SINCE_FORMAT_2 = 1  # of these columns at their end
OWN_WORDS = "own words"
ROLES = (
    Role.EXTERNAL_ID, Role.PERSON_ID, Role.STATUS, Role.LANGUAGE, Role.STARTED, Role.SUBMITTED, Role.IGNORED, Role.IGNORED,
)  # fmt: skip
_PART = re.compile(r"(.+) \[(.+)\]", re.DOTALL)


class Own:
    """Allears: eight columns about the response, seven in older files; "Question [choice]", "Question [row]", "Question [own words]"."""

    name = OWN

    def recognise(self, rows: Rows) -> float:
        first = ABOUT[:-SINCE_FORMAT_2]
        return 1.0 if tuple(rows[0][: len(first)]) == first else 0.0

    def read(self, rows: Rows) -> Reading:
        headings = [restore_cell(heading) for heading in rows[0]]
        cuts = [_PART.fullmatch(heading) for heading in headings]
        shared = Counter(cut[1] for cut in cuts if cut)
        known = set(headings)
        about = len(ABOUT) if tuple(headings[: len(ABOUT)]) == ABOUT else len(ABOUT) - SINCE_FORMAT_2
        heads = [
            Head(index, heading, tidy(heading), key=heading, role=ROLES[index])
            if index < about
            else _head(index, heading, cut, shared, known)
            for index, (heading, cut) in enumerate(zip(headings, cuts, strict=True))
        ]
        return Reading(1, heads, headings)


def _head(index: int, heading: str, cut: re.Match[str] | None, shared: Counter[str], known: set[str]) -> Head:
    """A part of a question where another column belongs to the same one; else the brackets are its own."""
    if cut is None or (shared[cut[1]] < 2 and cut[1] not in known):
        return Head(index, heading, tidy(heading), key=heading)
    part = Part.OTHER if cut[2] == OWN_WORDS else Part.SOME
    return Head(index, heading, tidy(cut[1]), key=cut[1], part=part, label=cut[2])
