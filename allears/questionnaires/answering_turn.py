"""Participants' pages are made one after the other: Python runs one thread at a time, and threads that pull at that
one place cost more than the pages.

Whoever has the turn has with it the one connection that pages are read over; a thread steps aside wherever it waits for
something else than Python: for the disk, for whoever writes, for its visitor. Whoever has stepped aside reads nothing
over that connection. Only the quick door takes turns; whoever came another way never waits here.

A thread that is woken for each page costs a third of that page. So pages wait here without one: as a `Job`, which a maker
does, a thread that goes on from one to the next for as long as there are some. One maker is enough until it steps aside.

First come, first served: a lock would give the turn to whoever happens to ask when it is free, and some would wait for
long. Whoever comes back from aside came before all who are new.

What a page asks the database for first is known before it has its turn. So it is read for all who wait, with one trip and
the same only once; what comes after that in a page is read when it is needed.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import translation

from allears.core.prepared import Statement, go_by_keys
from allears.core.shared_connection import SharedConnection, own_connection
from allears.questionnaires import answering_sql as sql

if TYPE_CHECKING:  # read in truth it would need the apps, and turns may be named before these are set up
    from allears.core.places import Places

log = logging.getLogger(__name__)


MOST_AHEAD = 32  # jobs for which something is read with one trip
Answers = list[list[sql.Row]]


@dataclass(slots=True)
class Job:
    """What is done in a turn by a maker; it may take one of the `places`. `asks`: what it asks the database for first."""

    do: Callable[[], None]
    places: Places
    asks: Sequence[Statement] = ()
    answers: Answers | None = None  # once they were read ahead


class Turns:
    """Who waits for the turn: threads, each behind a closed lock of their own, which is opened when it is theirs; and jobs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._back: deque[threading.Lock | Job] = deque()
        self._new: deque[threading.Lock | Job] = deque()
        self._idle: list[_Maker] = []

    def take(self, *, back: bool) -> None:
        """Wait for the turn; `back`: from aside."""
        mine = _closed()
        self.call(mine, back=back)
        mine.acquire()

    def call(self, whom: threading.Lock | Job, *, back: bool) -> None:
        """Open the lock of `whom` when it is their turn, or have the job done."""
        with self._lock:
            if self._is_taken:
                (self._back if back else self._new).append(whom)
                return
            self._is_taken = True
        self._hand_to(whom)

    def give(self) -> None:
        """Give the turn to who waits for it."""
        follows = self._next()
        if follows is not None:
            self._hand_to(follows)

    def next_job(self, maker: _Maker) -> Job | None:
        """Give the turn on from one job to the next, which is the maker's to do; None: it is somebody else's or free, and
        the maker is idle.
        """
        follows = self._next(maker)
        if isinstance(follows, Job):
            return follows
        if follows is not None:
            follows.release()
        return None

    def that_ask(self) -> list[Job]:
        """Return the jobs that come next and ask for what was not read yet."""
        with self._lock:
            coming = [*islice(self._new, MOST_AHEAD)]
        return [job for job in coming if isinstance(job, Job) and job.asks and job.answers is None]

    def _next(self, maker: _Maker | None = None) -> threading.Lock | Job | None:
        with self._lock:
            waiting = self._back or self._new
            follows = waiting.popleft() if waiting else None
            self._is_taken = follows is not None
            if maker and not isinstance(follows, Job):
                self._idle.append(maker)
        return follows

    def _hand_to(self, whom: threading.Lock | Job) -> None:
        if not isinstance(whom, Job):
            whom.release()
            return
        with self._lock:
            maker = self._idle.pop() if self._idle else None
        if maker:
            maker.wake(whom)
        else:
            threading.Thread(target=_Maker(self).go_on, args=(whom,), name="allears-turns", daemon=True).start()


class _Maker:
    """A thread that does jobs: the turn is handed to it with each."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._asleep = _closed()
        self._given: Job | None = None

    def wake(self, job: Job) -> None:
        self._given = job
        self._asleep.release()

    def go_on(self, job: Job | None) -> None:
        translation.activate(settings.LANGUAGE_CODE)  # where none is, Django looks it up for each page
        while True:
            while job:
                self._do(job)
                job = self._turns.next_job(self)
            self._asleep.acquire()
            job = self._given

    def _do(self, job: Job) -> None:
        _mine.has, _mine.places, _mine.job = True, job.places, job
        own = None
        try:
            _shared.use()
        except Exception:  # a job that found nobody to tell would leave its visitor waiting, and those whose answers it writes
            log.exception("The connection that pages are read over cannot be opened.")
            own = connections[DEFAULT_DB_ALIAS]
        try:
            if job.asks and job.answers is None:
                _read_ahead([job, *self._turns.that_ask()])
            job.do()
        finally:
            _mine.has, _mine.job = False, None
            if own:
                own.close()


def _read_ahead(jobs: Sequence[Job]) -> None:
    """Read what `jobs` ask for first, the same only once. Where that fails each reads for itself, and is told."""
    asked = {(text, *parameters): (text, parameters) for job in jobs for text, parameters in job.asks}
    try:
        answers = dict(zip(asked, sql.several([*asked.values()]), strict=True))
    except Exception:
        log.warning("Nothing could be read ahead: each page reads for itself.", exc_info=True)
        return
    for job in jobs:
        job.answers = [answers[(text, *parameters)] for text, parameters in job.asks]


def answers_to(statements: Sequence[Statement]) -> Answers:
    """Return what `statements` answer: what was read ahead for this thread's page, if it was asked for these."""
    job = _mine.job
    if job is None or job.answers is None or job.asks != statements:
        return sql.several(statements)
    answers, job.answers = job.answers, None
    return answers


def _closed() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


class _Mine(threading.local):
    has = False
    places: Places | None = None
    job: Job | None = None


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


class InTurn:
    """What is done in a turn while nobody waits in a thread; awaited, it goes on in the thread in which it ended.

    `do` is called with what takes its result: in that turn, or in a later one for which it has asked by `again`. `asks`:
    what it asks the database for first, by `answers_to`.
    """

    __slots__ = ("_asks", "_do", "_error", "_go_on", "_places", "_result")

    def __init__(self, places: Places, do: Callable[[InTurn], None], asks: Sequence[Statement] = ()) -> None:
        self._places = places
        self._asks = asks
        self._do = do
        self._go_on: Callable[[InTurn], None]
        self._result: Any = None
        self._error: Exception | None = None

    def __await__(self) -> Generator[InTurn, None, Any]:
        yield self
        if self._error:
            raise self._error
        return self._result

    def done(self) -> bool:
        return False

    def cancelled(self) -> bool:
        return False

    def add_done_callback(self, go_on: Callable[[InTurn], None]) -> None:
        """Begin, now that it is known where to go on afterwards."""
        self._go_on = go_on
        self.again(lambda: self._do(self), back=False, asks=self._asks)

    def again(self, do: Callable[[], None], *, back: bool, asks: Sequence[Statement] = ()) -> None:
        """Do something for it in a turn; `back`: before those who are new. What it raises ends the whole."""

        def tried() -> None:
            try:
                do()
            except Exception as error:
                self._error = error
                self._go_on(self)

        _turns.call(Job(tried, self._places, asks), back=back)

    def end(self, result: Any) -> None:
        """That was it."""
        self._result = result
        self._go_on(self)


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
