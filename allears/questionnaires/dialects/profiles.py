"""What stands in each column: counted once, as a stream, with a bounded memory of values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from allears.core.tables import Row

MOST_VALUES = 4000  # distinct values remembered of a column; beyond that it is words
MOST_CHARS = 600  # a longer value is words, not a choice
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


@dataclass(slots=True)
class Profile:
    """The values of one column. `counts` holds each distinct value, stripped, and how often it stands."""

    rows: int = 0
    filled: int = 0
    chars: int = 0
    longest: int = 0
    lines: int = 0
    numbers: int = 0
    overflowed: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, cell: str) -> None:
        """Take one cell into account."""
        value = cell.strip()
        if not value:
            return
        self.filled += 1
        self.chars += len(value)
        self.longest = max(self.longest, len(value))
        self.lines += "\n" in value
        self.numbers += NUMBER.fullmatch(value) is not None
        self._count(value)

    def _count(self, value: str) -> None:
        if len(value) > MOST_CHARS or (value not in self.counts and len(self.counts) >= MOST_VALUES):
            self.overflowed = True
        else:
            self.counts[value] += 1

    @property
    def distinct(self) -> int:
        return len(self.counts)

    @property
    def average(self) -> float:
        """Characters in a filled cell."""
        return self.chars / self.filled if self.filled else 0.0

    @property
    def single_times(self) -> int:
        """How many values stand there once only."""
        return sum(1 for count in self.counts.values() if count == 1)


def profile_columns(rows: Iterable[Row], width: int) -> list[Profile]:
    """A profile of every column, from all rows."""
    profiles = [Profile() for _ in range(width)]
    total = 0
    for row in rows:
        total += 1
        for profile, cell in zip(profiles, row.cells, strict=True):
            if cell:
                profile.add(cell)
    for profile in profiles:
        profile.rows = total
    return profiles
