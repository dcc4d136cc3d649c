"""Participants' pages are made one after the other: Python runs one thread at a time, and threads that pull at that
one place cost more than the pages.

A thread takes its turn, and with it the one connection that they read over; it steps aside wherever it waits for
something else than Python: for the disk, for whoever writes, for its visitor. Whoever has stepped aside reads nothing
over that connection. Only the quick door takes turns; whoever came another way never waits here.

First come, first served: a lock would give the turn to whoever happens to ask when it is free, and some would wait for
long. Whoever comes back from aside came before all who are new.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from allears.core.prepared import go_by_keys
from allears.core.shared_connection import SharedConnection, own_connection

if TYPE_CHECKING:  # read in truth it would need the apps, and turns may be named before these are set up
    from allears.core.places import Places


class Turns:
    """Who waits for the turn; each behind a closed lock of their own, which is opened when it is theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._back: deque[threading.Lock] = deque()
        self._new: deque[threading.Lock] = deque()

    def take(self, *, back: bool) -> None:
        """Wait for the turn; `back`: from aside."""
        mine = _closed()
        self.call(mine, back=back)
        mine.acquire()

    def call(self, whom: threading.Lock, *, back: bool) -> None:
        """Open the lock of `whom` when it is their turn."""
        with self._lock:
            if self._is_taken:
                (self._back if back else self._new).append(whom)
                return
            self._is_taken = True
        whom.release()

    def give(self) -> None:
        """Give the turn to who waits for it."""
        with self._lock:
            waiting = self._back or self._new
            follows = waiting.popleft() if waiting else None
            self._is_taken = follows is not None
        if follows:
            follows.release()


def _closed() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


class _Mine(threading.local):
    has = False
    places: Places | None = None


_turns = Turns()
_mine = _Mine()
_shared = SharedConnection(opened=go_by_keys)


@contextmanager
def turn(places: Places) -> Iterator[None]:
    """Have the turn; within it, `aside` gives it away for a while, and `apart` takes one of the `places`."""
    _turns.take(back=False)
    _mine.has, _mine.places = True, places
    try:
        with _shared.borrowed():
            yield
    finally:
        _mine.has = False
        _turns.give()


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
    _turns.give()
    try:
        yield
    finally:
        _turns.take(back=True)
        _mine.has = True


@contextmanager
def apart() -> Iterator[None]:
    """Step aside with a place and its connection: for the rare page that writes by itself and may have to wait."""
    place = _mine.places.one() if _mine.has and _mine.places else nullcontext()
    with own_connection(), aside(), place:
        yield


class Call:
    """What this thread waits for, aside: somebody calls it once, and it has its turn again where it had one."""

    __slots__ = ("_lock", "_takes_turns")

    def __init__(self) -> None:
        self._lock = _closed()
        self._takes_turns = _mine.has

    def wait(self) -> None:
        """Step aside until somebody calls; it wakes once, with its turn."""
        if self._takes_turns:
            _mine.has = False
            _turns.give()
        self._lock.acquire()
        _mine.has = self._takes_turns

    def __call__(self) -> None:
        """Call whoever waits, or is about to."""
        if self._takes_turns:
            _turns.call(self._lock, back=True)
        else:
            self._lock.release()
