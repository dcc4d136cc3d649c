"""Participants' pages are made one after the other: Python runs one thread at a time, and threads that pull at that
one place cost more than the pages.

A thread takes its turn, and with it the one connection that they read over; it steps aside wherever it waits for
something else than Python: for the disk, for whoever writes, for its visitor. Whoever has stepped aside reads nothing
over that connection. Only the quick door takes turns; whoever came another way never waits here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from allears.core.shared_connection import SharedConnection, own_connection

_turn = threading.Lock()


class _Mine(threading.local):
    has = False


_mine = _Mine()
_shared = SharedConnection()


@contextmanager
def turn() -> Iterator[None]:
    """Have the turn; within it, `aside` gives it away for a while."""
    _turn.acquire()
    _mine.has = True
    try:
        with _shared.borrowed():
            yield
    finally:
        _mine.has = False
        _turn.release()


def leave() -> None:
    """Close the connection that pages are read over; the next page opens another."""
    _shared.close()


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


@contextmanager
def apart() -> Iterator[None]:
    """Step aside with a connection of one's own: for the rare page that writes by itself and may have to wait."""
    with aside(), own_connection():
        yield
