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

FIRST, AT_ONCE = 200, 5_000  # rows that are listed and tried together: more each time
AT_LEAST = 2_000  # rows are looked at, however slow the machine is
PATIENCE = 0.04  # seconds after which no further rows are listed

T = TypeVar("T")


@dataclass
class Patience:
    """How long one page looks for its rows, over all the walks that it takes."""

    looked: int = 0  # rows so far
    until: float = field(default_factory=lambda: _clock() + PATIENCE)

    @property
    def is_over(self) -> bool:
        return self.looked >= AT_LEAST and _clock() > self.until


def _clock() -> float:
    """Where the database works in this thread, only its own work counts, not that others keep the machine busy."""
    return time.thread_time() if connection.vendor == "sqlite" else time.monotonic()


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
        at, size = rows[-1], min(2 * size, AT_ONCE)
        if len(found) < most and patience.is_over:
            return Walked(found, at)
    return Walked(found[:most])
