"""Walking along very many rows for a page of those that are wanted, without ever looking longer than somebody waits.

Rows are listed some at a time, in the order in which they are wanted, and tried together. Where little of much is wanted
a walk ends before there are enough: its page says so, and leads on from where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db import connection

FIRST, AT_ONCE = 200, 5_000  # rows that are listed and tried together: more each time, while there is time for more
AT_LEAST = 2_000  # rows are looked at, however slow the machine is
PATIENCE = 0.04  # seconds, beyond which no further rows are listed
ELSEWHERE = 0.75  # of that, where another process looks: asking it takes its share

T = TypeVar("T")


@dataclass
class Patience:
    """How long one page looks for its rows, over all the walks that it takes."""

    seconds: float = field(default_factory=lambda: PATIENCE if _is_here() else PATIENCE * ELSEWHERE)
    looked: int = 0  # rows so far
    began: float = field(default_factory=lambda: _clock())

    @property
    def is_over(self) -> bool:
        """Whether so many were looked at that it may be given up, and there is no time for more."""
        return self.looked >= AT_LEAST and self._in_time() < FIRST

    def next_size(self, size: int) -> int:
        """How many rows to look at after these many: twice as many, or what there is time for at the pace so far."""
        return min(2 * size, AT_ONCE, max(FIRST, AT_LEAST - self.looked, self._in_time()))

    def _in_time(self) -> int:
        spent = _clock() - self.began
        return int(self.looked * (self.seconds / spent - 1)) if spent else AT_ONCE


def _clock() -> float:
    """Where the database works in this thread, only its own work counts, not that others keep the machine busy."""
    return time.thread_time() if _is_here() else time.monotonic()


def _is_here() -> bool:
    return connection.vendor == "sqlite"


@dataclass(frozen=True)
class Walked(Generic[T]):
    """What was found, in order; `stopped_at` is the last row that was looked at, where it was given up before the end."""

    found: list[T]
    stopped_at: T | None = None


def walk(
    listed: Callable[[T | None, int], Sequence[T]],
    tried: Callable[[Sequence[T]], Container[T]],
    start: T | None,
    most: int,
    patience: Patience,
) -> Walked[T]:
    """Return the first `most` rows beyond `start` that are wanted.

    `listed` returns the next so many rows beyond one, fewer only where there are no more; `tried`, which of them are wanted.
    """
    found: list[T] = []
    at, size = start, FIRST
    while len(found) < most:
        rows = listed(at, size)
        wanted = tried(rows) if rows else ()
        found += [row for row in rows if row in wanted]
        patience.looked += len(rows)
        if len(rows) < size:
            break
        at, size = rows[-1], patience.next_size(size)
        if len(found) < most and patience.is_over:
            return Walked(found, at)
    return Walked(found[:most])
