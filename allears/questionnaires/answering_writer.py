"""Who writes answers down: one after the other, and on SQLite several of them with one commit.

An answer is acknowledged when its transaction is on disk. SQLite has one writer at a time and syncs the
disk at each commit, so that writers who each commit for themselves wait for the disk one after the other;
here they hand their work to one thread, which takes whatever has gathered while it was waiting for the
disk, and commits it all at once. PostgreSQL does the same by itself.

A work that fails takes only itself back.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import close_old_connections, connection, transaction

Result = TypeVar("Result")
MOST_AT_ONCE = 64


def write_down(work: Callable[[], Result]) -> Result:
    """Run `work` in a transaction and return its result once that is on disk; raises what it raises."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return work()
    return _desk.take(work)


class _Desk:
    """The thread that writes, and what lies before it."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def take(self, work: Callable[[], Result]) -> Result:
        future: Future[Any] = Future()
        self._waiting.put((work, future))
        self._there()
        result: Result = future.result()
        return result

    def _there(self) -> None:
        """Begin writing, and again in a process that was forked off."""
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._write, name="answers", daemon=True)
                    self._thread.start()

    def _write(self) -> None:
        while True:
            some = [self._waiting.get()]
            while len(some) < MOST_AT_ONCE and not self._waiting.empty():
                some.append(self._waiting.get())
            close_old_connections()
            _together(some)


_desk = _Desk()


def _together(some: list[tuple[Callable[[], Any], Future[Any]]]) -> None:
    """Do several works in one transaction; if that fails as a whole, each for itself."""
    done: list[tuple[Future[Any], Any]] = []
    try:
        with transaction.atomic():
            for work, future in some:
                _one(work, future, done)
    except Exception:
        _each_alone([(work, future) for work, future in some if not future.done()])
        return
    for future, result in done:
        future.set_result(result)


def _one(work: Callable[[], Any], future: Future[Any], done: list[tuple[Future[Any], Any]]) -> None:
    try:
        with transaction.atomic():
            result = work()
    except Exception as error:
        future.set_exception(error)
    else:
        done.append((future, result))


def _each_alone(some: list[tuple[Callable[[], Any], Future[Any]]]) -> None:
    for work, future in some:
        try:
            with transaction.atomic():
                result = work()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)
