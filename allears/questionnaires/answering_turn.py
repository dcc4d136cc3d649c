"""Participants' pages are made one after the other on SQLite: Python runs one thread at a time, and threads that pull
at that one place cost more than the pages.

A thread takes its turn, and steps aside wherever it waits for something else than Python: for the disk, for whoever
writes, for its visitor. Only the quick door takes turns; whoever came another way never waits here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()


class _Mine(threading.local):
    has = False


_mine = _Mine()


@contextmanager
def turn() -> Iterator[None]:
    """Have the turn; within it, `aside` gives it away for a while."""
    _turn.acquire()
    _mine.has = True
    try:
        yield
    finally:
        _mine.has = False
        _turn.release()


@contextmanager
def aside() -> Iterator[None]:
    """Let others have their turn meanwhile; nothing where this thread has none."""
    if not _mine.has:
        yield
        return
    _mine.has = False
    _turn.release()
    try:
        yield
    finally:
        _turn.acquire()
        _mine.has = True
