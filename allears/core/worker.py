"""Does the background work: runs the tasks that rooms enqueue, and beats the heartbeat.

It runs as threads inside the web process (the embedded default: one process writes to the file) or as a process of
its own (`allears worker`). A worker says every few seconds that it lives. Tasks of a worker that lives no longer are
put back and run again, which is safe because tasks are idempotent; a task that takes its worker down with it three
times is given up. A worker that is asked to stop puts its running job back where it found it.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import close_old_connections, connections, transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from allears.core import heartbeat, progress
from allears.core.clock import now
from allears.core.models import Job, Worker

log = logging.getLogger(__name__)

IDLE = 0.5  # seconds between two looks at an empty queue
SAYS_SO_EVERY = 5.0  # seconds between two signs of life
SILENT_FOR = timedelta(seconds=60)  # after which a worker on another machine counts as gone
ATTEMPTS = 3


def run(stop: threading.Event) -> None:
    """Work until `stop` is set; returns when the running task has ended or put itself back."""
    worker = register()
    progress.interrupt_when(stop.is_set)
    others = [
        threading.Thread(target=_keep_saying_so, args=(worker, stop), name="allears-alive"),
        threading.Thread(target=heartbeat.run, args=(stop,), name="allears-heartbeat"),
    ]
    for thread in others:
        thread.start()
    try:
        _take_tasks(worker, stop)
    finally:
        stop.set()
        for thread in others:
            thread.join()
        Worker.objects.filter(pk=worker.pk).delete()
        connections.close_all()


def work_off() -> int:
    """Run every task that is ready, here and now; return how many. For tests and for commands."""
    worker = register()
    done = 0
    while task := _claim(worker):
        _run(task)
        done += 1
    worker.delete()
    return done


def register() -> Worker:
    """Write down that this process works from now on, and put back what dead workers left lying."""
    host = socket.gethostname()
    name = f"{host[:30]}:{os.getpid()}:{secrets.token_hex(6)}"
    worker = Worker.objects.create(name=name, host=host, process=os.getpid())
    put_back_abandoned(worker)
    return worker


def put_back_abandoned(me: Worker) -> int:
    """Make the running tasks of workers that are gone ready again; return how many."""
    alive = {worker.name for worker in Worker.objects.all() if _lives(worker, me)}
    Worker.objects.exclude(name__in=alive).delete()
    abandoned = [
        task
        for task in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
        if not task.worker_ids or task.worker_ids[-1] not in alive
    ]
    for task in abandoned:
        _put_back_or_give_up(task)
    return len(abandoned)


def _lives(worker: Worker, me: Worker) -> bool:
    if worker.pk == me.pk:
        return True
    if worker.host == me.host:
        # The same number under another name: it was before a restart, as in a container where we are always 1.
        return worker.process != me.process and _process_runs(worker.process)
    return worker.seen_at > now() - SILENT_FOR


def _process_runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _put_back_or_give_up(task: DBTaskResult) -> None:
    # Only if it still runs: another worker may be tidying up at the same moment.
    still = DBTaskResult.objects.filter(pk=task.pk, status=TaskResultStatus.RUNNING)
    if len(task.worker_ids) < ATTEMPTS:
        still.update(status=TaskResultStatus.READY, started_at=None)
        return
    why = f"Given up: the server stopped {ATTEMPTS} times while this was running."
    if still.update(status=TaskResultStatus.FAILED, finished_at=now(), traceback=why):
        Job.objects.filter(task_id=task.pk, ended_at=None).update(ended_at=now(), error=why)


def _keep_saying_so(worker: Worker, stop: threading.Event) -> None:
    """Say that we live, and look after those who do not, until `stop` is set."""
    while not stop.wait(SAYS_SO_EVERY):
        with _own_connections():
            Worker.objects.update_or_create(
                name=worker.name, defaults={"host": worker.host, "process": worker.process, "seen_at": now()}
            )
            put_back_abandoned(worker)


def _take_tasks(worker: Worker, stop: threading.Event) -> None:
    while not stop.is_set():
        task = None
        with _own_connections():
            task = _claim(worker)
            if task:
                _run(task)
        if not task:
            stop.wait(IDLE)


@contextmanager
def _own_connections() -> Iterator[None]:
    """Use this thread's connections for one piece of work; a database that is away is logged, not deadly."""
    close_old_connections()
    try:
        yield
    except Exception:
        log.exception("The worker met a trouble and goes on")
    finally:
        close_old_connections()


def _claim(worker: Worker) -> DBTaskResult | None:
    """Return the next ready task, marked as running by `worker`; None when there is none."""
    # A look without a lock first: an idle worker must not hold up those who write.
    if not DBTaskResult.objects.ready().exists():
        return None
    with transaction.atomic():
        task = DBTaskResult.objects.ready().get_locked()
        if task:
            task.claim(worker.name)
    return task


def _run(task: DBTaskResult) -> None:
    try:
        if Job.objects.filter(task_id=task.pk, ended_at__isnull=False).exists():
            # Its worker died after the work was done, and before it could say so to the queue.
            task.set_successful(None)
            return
        work: Callable[..., object] = task.task.call
        task.set_successful(work(*task.args_kwargs["args"], **task.args_kwargs["kwargs"]))
    except progress.Interrupted:
        # Asked to stop: the next worker begins it anew, and this attempt is not held against it.
        DBTaskResult.objects.filter(pk=task.pk).update(
            status=TaskResultStatus.READY, started_at=None, worker_ids=task.worker_ids[:-1]
        )
    except Exception as error:
        log.exception("%s failed", task.task_path)
        task.set_failed(error)
        _end_job(task, error)


def _end_job(task: DBTaskResult, error: Exception) -> None:
    """A job whose task failed before it could say so itself is failed too."""
    words = str(error) or type(error).__name__
    Job.objects.filter(task_id=task.pk, ended_at=None).update(ended_at=now(), error=words)
