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
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import close_old_connections, connection, transaction

from allears.questionnaires import answering_sql as sql

Result = TypeVar("Result")
MOST_AT_ONCE = 64


def write_down(work: Callable[[], Result]) -> Result:
    """Run `work` in a transaction and return its result once that is on disk; raises what it raises."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return _whole(work)
    return _desk.take(work)


def _whole(work: Callable[[], Result]) -> Result:
    """Do `work`; a failure in the database that it passed over in silence is one all the same, because Django
    would take everything back without a word.
    """
    result = work()
    if connection.needs_rollback:
        raise transaction.TransactionManagementError("a statement failed and nobody said so")
    return result


Waiting = tuple[Callable[[], Any], Future[Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a work."""

    result: Any = None
    error: Exception | None = None


class _Desk:
    """The thread that writes, and what lies before it."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
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


def _together(some: list[Waiting]) -> None:
    """Do several works in one transaction; if that fails as a whole, each for itself."""
    try:
        with transaction.atomic():
            done = [_kept_apart(work) for work, _future in some]
    except Exception:
        for work, future in some:
            _answer(future, _alone(work))
        return
    for (_work, future), outcome in zip(some, done, strict=True):
        _answer(future, outcome)


def _kept_apart(work: Callable[[], Any]) -> Outcome:
    """Do one work of several: when it fails, only what it wrote is taken back.

    The savepoint has one name for all, so that SQLite reads its two statements once and not each time.
    """
    sql.rows("SAVEPOINT one_work", ())
    try:
        outcome = Outcome(_whole(work))
    except Exception as error:
        connection.set_rollback(False)
        sql.rows("ROLLBACK TO SAVEPOINT one_work", ())
        outcome = Outcome(error=error)
    sql.rows("RELEASE SAVEPOINT one_work", ())
    return outcome


def _alone(work: Callable[[], Any]) -> Outcome:
    try:
        with transaction.atomic():
            return Outcome(_whole(work))
    except Exception as error:
        return Outcome(error=error)


def _answer(future: Future[Any], outcome: Outcome) -> None:
    if outcome.error is not None:
        future.set_exception(outcome.error)
    else:
        future.set_result(outcome.result)
