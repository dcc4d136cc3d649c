"""Long work: it is asked for as a `Job`, runs as a background task, shows how far it has come and survives a restart.

A room's `tasks.py` holds `@task() def bring_responses(job_id: int) -> None` which does its work inside
`with running(job_id) as progress:` and calls `progress.to(done, total)` now and then. Work must be idempotent: after
a crash the same job is run again and skips what is already there. Work that writes many rows does so in pieces, each a
transaction, and calls `progress.wrote` after each, so that mail and answers are written in between. Work that reports
how much it did says so by `progress.keep`, in the transaction of each piece: then a job that was killed in between
reports the truth all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from allears.core import audit, statistics
from allears.core.clock import now
from allears.core.models import Job, User

BREATH = 0.1  # seconds, time for who waits to try once
KNOWN_AFTER = timedelta(seconds=5)  # then a job has shown how quickly it goes
HALF = 1.0  # seconds at most; as long as the piece took, so that what it makes is worked off at the same time


class Stopped(Exception):
    """Somebody asked the job to stop; what was done so far stays."""


class Interrupted(BaseException):
    """The worker is asked to stop; the job will be run again. Not an `Exception`, so that no task swallows it."""


def _never() -> bool:
    return False


_interrupted: Callable[[], bool] = _never


def interrupt_when(asked: Callable[[], bool]) -> None:
    """Let running jobs of this process raise `Interrupted` at their next sign of progress once `asked()` is true."""
    global _interrupted
    _interrupted = asked


def asked_to_stop() -> bool:
    """Return whether this process works in the background and is to come to its end."""
    return _interrupted()


class Progress:
    """How a running job tells how far it has come; writes at most twice a second."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told = 0.0
        self._breathed_at = time.monotonic()

    def to(self, done: int, total: int | None = None) -> None:
        """Say that `done` of `total` units are finished. Raises `Stopped` when somebody stopped the job."""
        self.job.done = done
        self.job.total = total if total is not None else self.job.total
        if _interrupted():
            raise Interrupted
        if time.monotonic() - self._told > 0.5:
            self._tell()

    def wrote(self, done: int, total: int | None = None, *, pause: float = BREATH) -> None:
        """Do what `to` does, after a piece of work that wrote, and let others write for as long as it took, `pause`
        seconds at most.

        SQLite lets one write at a time, and hands the turn on to nobody: who waits tries again ten times a second at the
        least (its busy handler), and a job that goes on at once would be there first each time. PostgreSQL needs no pause.
        """
        self.to(done, total)
        if connection.vendor == "sqlite":
            time.sleep(min(pause, time.monotonic() - self._breathed_at))
        self._breathed_at = time.monotonic()

    def keep(self, done: int, **counts: int) -> None:
        """Write down, in the transaction of a piece of work, that `done` units are finished, and add to the report.

        A run after a crash finds both in `job.done` and `job.result`, and goes on from there.
        """
        self.job.done = done
        self.job.result = {name: self.job.result.get(name, 0) + counts.get(name, 0) for name in {**self.job.result, **counts}}
        Job.objects.filter(pk=self.job.pk).update(done=done, result=self.job.result)

    def _tell(self) -> None:
        self._told = time.monotonic()
        Job.objects.filter(pk=self.job.pk).update(done=self.job.done, total=self.job.total)
        if Job.objects.filter(pk=self.job.pk, stopped_at__isnull=False).exists():
            raise Stopped


@transaction.atomic
def ask_for(
    task: Any, *, kind: str, title: str, by: User | None, unit: str = "", total: int | None = None,
    next_url: str = "", next_words: str = "", **parameters: Any,
) -> Job:
    """Make a job and enqueue `task` with its id, both or neither; the page is `job_url(job)`, and leads on to `next_url`
    by a button that says `next_words`.
    """
    job = Job.objects.create(
        kind=kind, title=title, started_by=by, unit=unit, total=total, next_url=next_url,
        next_words=next_words, parameters=parameters,
    )
    # The queue is a table of the same database: the worker sees the task when the transaction is through.
    job.task_id = task.enqueue(job.pk).id
    job.save(update_fields=["task_id"])
    return job


@contextmanager
def running(job_id: int) -> Iterator[Progress]:
    """Mark the job started, then done; or failed with the error's words, which are then raised on."""
    job = Job.objects.get(pk=job_id)
    job.started_at = job.started_at or now()
    job.save(update_fields=["started_at"])
    try:
        yield Progress(job)
    except Stopped:
        _end(job)
    except Exception as error:
        # How far it came stands in the database: what this run counted last may have been rolled back.
        job.ended_at, job.error = now(), str(error) or type(error).__name__
        job.save(update_fields=["ended_at", "error"])
        raise
    else:
        _end(job)


def _end(job: Job) -> None:
    statistics.keep_up()  # before anybody looks at what was written
    job.ended_at, job.error = now(), ""
    job.save(update_fields=["ended_at", "error", "done", "total", "result", "next_url"])


def stop(*, job: Job, by: User) -> None:
    """Ask `job` to stop; one that waits still never begins. Does nothing to a job that has ended."""
    with transaction.atomic():
        asked = Job.objects.filter(pk=job.pk, ended_at=None, stopped_at=None).update(stopped_at=now())
        if asked:
            audit.record(by=by, verb="core.job_stopped", target=job, kind=job.kind)


@dataclass(frozen=True)
class WayOn:
    """A page on which work that stopped before its end can be gone on with, and what leads there."""

    words: str
    url: str


_ways_on: dict[str, Callable[[Job, User], WayOn | None]] = {}


def goes_on(kind: str) -> Callable[[Callable[[Job, User], WayOn | None]], Callable[[Job, User], WayOn | None]]:
    """Register the decorated function as what knows whether, and where, jobs of this kind are gone on with by `user`."""

    def register(way: Callable[[Job, User], WayOn | None]) -> Callable[[Job, User], WayOn | None]:
        _ways_on[kind] = way
        return way

    return register


def way_on(job: Job, user: User) -> WayOn | None:
    """Return where `user` can go on with a job that was stopped or given up before its end."""
    way = _ways_on.get(job.kind) if job.ended_at and job.state != "done" else None
    return way(job, user) if way else None


def time_left(job: Job) -> timedelta | None:
    """Return how long a running job takes still, if it goes on as it has; None while nobody knows."""
    if job.state != "running" or not job.total or not job.done or job.started_at is None:
        return None
    passed = now() - job.started_at
    return passed * (job.total - job.done) / job.done if passed > KNOWN_AFTER else None


def job_url(job: Job) -> str:
    """Return the address of the page that shows how far `job` has come."""
    return reverse("core:job", args=[job.ref])
