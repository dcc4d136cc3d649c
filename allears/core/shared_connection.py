"""A connection to the database that the threads of a process use one after the other.

Django gives each thread a connection of its own. Where threads take turns anyway, one connection for all of them keeps
what it has read (SQLite) and planned (PostgreSQL); sixteen would each forget and learn it anew.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class _Mine(threading.local):
    own: BaseDatabaseWrapper | None = None


_mine = _Mine()


class SharedConnection:
    """What is borrowed by one thread at a time: whoever borrows sees to that. `opened` is called with a fresh one.

    One that is borrowed `as_own` takes the place of the thread's own: `own_connection` leads back to it.
    """

    def __init__(
        self, opened: Callable[[BaseDatabaseWrapper], object] | None = None, *, as_own: bool = False
    ) -> None:  # fmt: skip
        self._opened = opened
        self._as_own = as_own
        self._of_process: dict[int, BaseDatabaseWrapper] = {}  # none is used on the other side of a fork

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """Use it instead of the thread's own; within a transaction of the thread's own nothing changes."""
        before = connections[DEFAULT_DB_ALIAS]
        if before.in_atomic_block:
            yield
            return
        outermost = _mine.own is None and not self._as_own
        if outermost:
            _mine.own = before
        connections[DEFAULT_DB_ALIAS] = self._ready(before)
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = before
            if outermost:
                _mine.own = None

    def use(self) -> None:
        """Use it instead of the thread's own from now on, as a thread does that needs no other; each time before it is
        needed. Raises what keeps it from being opened; then the thread uses its own, until the next time.
        """
        used = connections[DEFAULT_DB_ALIAS]
        own = _mine.own or used
        try:
            shared = self._ready(own)
        except Exception:
            connections[DEFAULT_DB_ALIAS], _mine.own = own, None
            raise
        if used is not shared:
            connections[DEFAULT_DB_ALIAS], _mine.own = shared, own

    def close(self) -> None:
        """Close it; whoever borrows it next opens it again."""
        shared = self._of_process.pop(os.getpid(), None)
        if shared is not None:
            shared.close()

    def _ready(self, like: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
        shared = self._of_process.get(os.getpid())
        if shared is None:
            shared = self._of_process[os.getpid()] = like.copy()
            if not self._as_own:
                shared.settings_dict["CONN_HEALTH_CHECKS"] = False  # one that broke is found out by its next statement
            shared.inc_thread_sharing()
        shared.close_if_unusable_or_obsolete()
        if self._opened and shared.connection is None:
            shared.ensure_connection()
            self._opened(shared)
        return shared


@contextmanager
def own_connection() -> Iterator[None]:
    """Use the thread's own connection while it has borrowed another."""
    borrowed = connections[DEFAULT_DB_ALIAS]
    if _mine.own is None:
        yield
        return
    connections[DEFAULT_DB_ALIAS] = _mine.own
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = borrowed
