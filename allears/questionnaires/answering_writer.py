"""Who writes answers down: one after the other, and several of them with one commit.

An answer is acknowledged when its transaction is on disk. Whoever commits for themselves waits for the disk alone, and
SQLite lets only one do so at a time. Here whoever finds the desk free writes, for themselves and for all whose work has
gathered while the one before waited for the disk, and commits it all at once, over one connection that all writers of
the process share. Pages that wait without a thread are written by who makes them, once those that came before are made.

A work that fails takes only itself back. That is rare, so the whole is written once as if nothing could fail; when
something does, it is taken back and written again with a savepoint around each work. When a whole fails all the same
(the disk is full), each is written by who brought it, and so is a work for which the database has no time (somebody
holds its row).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar, cast

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from allears.core.prepared import Statement, go_by_keys, prepared
from allears.core.shared_connection import SharedConnection
from allears.questionnaires import answering_sql as sql
from allears.questionnaires.answering_turn import Call, InTurn, apart, aside

log = logging.getLogger(__name__)
Result = TypeVar("Result")
MOST_AT_ONCE = 64


LONGEST_WAIT = "250ms"  # for a row that somebody holds; then each waits for their own


@dataclass(frozen=True, slots=True)
class Together:
    """Statements that do several works and wait for nobody's answer, and what their answers come to: a result for each
    work, None for one that takes more than that and of which nothing was done.
    """

    statements: Sequence[Statement]
    results: Callable[[Sequence[list[sql.Row]]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How a work is done together with others of its kind: by what `kind` makes of the `work` of each."""

    kind: Callable[[Sequence[Any]], Together]
    work: Any

    def alone(self) -> Any:
        """Do it by itself in the transaction that is going on, and return its result."""
        together = self.kind([self.work])
        return together.results(sql.several(together.statements))[0]


def write_down(work: Callable[[], Result], at_once: AtOnce | None = None) -> Result:
    """Run `work` in a transaction and return its result once that is on disk; raises what it raises. `at_once`: how most
    of its kind are done with fewer trips.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            done = at_once.alone() if at_once else None
            return _whole(work) if done is None else cast(Result, done)
    return _desk.take(work, at_once)


def write_in_turn(
    work: Callable[[], Any], at_once: AtOnce | None, page: InTurn, then: Callable[[Callable[[], Any]], None]
) -> None:
    """The same for a page that waits without a thread: `then` is called in a later turn of its, with what returns the
    result or raises.
    """
    _desk.bring(work, at_once, page, then)


def _whole(work: Callable[[], Result]) -> Result:
    """Do `work`; a failure in the database that it passed over in silence is one all the same, because Django
    would take everything back without a word.
    """
    result = work()
    if connection.needs_rollback:
        raise transaction.TransactionManagementError("a statement failed and nobody said so")
    return result


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a work."""

    result: Any = None
    error: Exception | None = None


class Work:
    """What somebody wants written, and what came of it once that is on disk."""

    __slots__ = ("at_once", "call", "do", "is_settled", "outcome")

    def __init__(
        self, do: Callable[[], Any], at_once: AtOnce | None = None, call: Callable[[], None] | None = None
    ) -> None:
        self.do = do
        self.at_once = at_once
        self.outcome: Outcome | None = None
        self.is_settled = False  # without an outcome: whoever brought it writes it
        self.call: Callable[[], None] = call or Call()  # when it is settled, or when it is theirs to write

    def result(self) -> Any:
        """Return what came of it; raises what kept it from being written. Without an outcome it is written now, by itself."""
        if self.outcome is None:
            with apart(), transaction.atomic():
                return _whole(self.do)
        if self.outcome.error is not None:
            raise self.outcome.error
        return self.outcome.result


def _made_ready(database: BaseDatabaseWrapper) -> None:
    go_by_keys(database)
    if database.vendor == "postgresql":
        prepared(database, f"SET lock_timeout = '{LONGEST_WAIT}'", ())


_shared = SharedConnection(opened=_made_ready)


class _Desk:
    """Where works gather, and one writes at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Work] = deque()
        self._is_taken = False

    def take(self, do: Callable[[], Result], at_once: AtOnce | None) -> Result:
        """Have it written and wait for it."""
        call = Call()
        work = Work(do, at_once, call)
        if not self._is_mine_with(work):
            call.wait()
        if not work.is_settled:
            self._write(work)
        result: Result = work.result()
        return result

    def bring(
        self, do: Callable[[], Any], at_once: AtOnce | None, page: InTurn, then: Callable[[Callable[[], Any]], None]
    ) -> None:
        """Have it written and call `then` in a turn of the page's. Who is the next to write waits for their turn behind
        all whose pages are yet to be made: the more there are, the more is written with one commit.
        """
        work = Work(do, at_once, lambda: page.again(go_on, back=work.is_settled))

        def go_on() -> None:
            if not work.is_settled:
                self._write(work)
            then(work.result)

        if self._is_mine_with(work):
            work.call()

    def _is_mine_with(self, work: Work) -> bool:
        """Lay it down; whether the desk was free, so that whoever brought it writes."""
        with self._lock:
            self._waiting.append(work)
            writes, self._is_taken = not self._is_taken, True
        return writes

    def _write(self, mine: Work) -> None:
        """Write what has gathered, one's own among it, and hand the desk on: whoever writes next is called first, so
        that the disk has something to do.
        """
        with self._lock:
            some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        try:
            with _shared.borrowed():
                together(some)
        except Exception:
            log.info("Answers are written one by one: they could not be written together.", exc_info=True)
        finally:
            with self._lock:
                follows = self._waiting[0] if self._waiting else None
                self._is_taken = follows is not None
            if follows is not None:
                follows.call()
            for work in some:
                work.is_settled = True
                if work is not mine:
                    work.call()


_desk = _Desk()


def leave() -> None:
    """Close the connection that is kept for writing; the next answer opens another."""
    _shared.close()


def together(some: list[Work]) -> None:
    """Do several works in one transaction; those that are done at once in another one before. Raises what keeps the whole
    from the disk; then no work of that transaction has an outcome.

    A work is done again when another one of the same whole has failed: nothing of it may reach beyond the transaction.
    """
    if any(work.at_once for work in some):
        _do_at_once([work for work in some if work.at_once])
        some = [work for work in some if work.outcome is None]
    if some:
        _do(some)


def _do_at_once(some: list[Work]) -> None:
    """Do works with one trip, the commit among it. Where that fails none is done, and where one has done nothing it has no
    outcome: they are done as all others.
    """
    kinds: dict[Callable[[Sequence[Any]], Together], list[Work]] = {}
    for work in some:
        if work.at_once:
            kinds.setdefault(work.at_once.kind, []).append(work)
    ways = [kind([work.at_once.work for work in works if work.at_once]) for kind, works in kinds.items()]
    statements = [statement for way in ways for statement in way.statements]
    try:
        with aside(), transaction.atomic():
            answers = iter(sql.several([*statements, ("COMMIT", ())]))
    except DatabaseError:
        log.info("Answers are written one after the other: they could not be written at once.", exc_info=True)
        return
    for works, way in zip(kinds.values(), ways, strict=True):
        results = way.results([*islice(answers, len(way.statements))])
        for work, result in zip(works, results, strict=True):
            if result is not None:
                work.outcome = Outcome(result)


def _do(some: list[Work]) -> None:
    try:
        with sql.gathering():
            outcomes = _in_one_transaction(some, lambda do: Outcome(_whole(do)))
    except Exception:
        if len(some) == 1:
            raise
        outcomes = _in_one_transaction(some, _kept_apart)
    for work, outcome in zip(some, outcomes, strict=True):
        work.outcome = outcome


def _in_one_transaction(
    some: list[Work], done: Callable[[Callable[[], Any]], Outcome | None]
) -> list[Outcome | None]:
    with ExitStack() as stack:
        with aside() if connection.vendor == "sqlite" else nullcontext():  # somebody else may be writing
            stack.enter_context(transaction.atomic())
        outcomes = [done(work.do) for work in some]
        with aside():  # the disk
            sql.commit_along()
            stack.close()
    return outcomes


def _kept_apart(work: Callable[[], Any]) -> Outcome | None:
    """Do one work of several: when it fails, only what it wrote is taken back, and what it wanted done afterwards is
    not done. None when the database had no time for it.

    The savepoint has one name for all, so that SQLite reads its two statements once and not each time.
    """
    outcome: Outcome | None
    for_later = len(connection.run_on_commit)
    sql.rows("SAVEPOINT one_work", ())
    try:
        outcome = Outcome(_whole(work))
    except Exception as error:
        connection.set_rollback(False)
        del connection.run_on_commit[for_later:]
        sql.rows("ROLLBACK TO SAVEPOINT one_work", ())
        outcome = None if isinstance(error, OperationalError) else Outcome(error=error)
    sql.rows("RELEASE SAVEPOINT one_work", ())
    return outcome
