"""Background work is done, shows how far it is, and outlives the process that did it."""

from __future__ import annotations

import os
import threading

import pytest
from django.db import connections
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from allears.core import heartbeat, progress, worker
from allears.core.models import Job, Worker
from tests import cast

pytestmark = pytest.mark.django_db

DEAD = 2**22 + 1  # no process has this number


@task()
def count_to_ten(job_id: int) -> None:
    with progress.running(job_id) as under_way:
        for number in range(1, 11):
            under_way.to(number, 10)
        under_way.job.result = {"counted": 10}


@task()
def stumble(job_id: int) -> None:
    with progress.running(job_id):
        raise ValueError("The file has no rows.")


@task()
def fall_over(job_id: int) -> None:
    raise ValueError("Before it began.")


def ask(work: object) -> Job:
    return progress.ask_for(work, kind="test", title="Counting", by=cast.ana())


def test_a_job_is_done_and_says_what_came_of_it() -> None:
    job = ask(count_to_ten)
    assert job.state == "waiting"

    assert worker.work_off() == 1

    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.result) == ("done", 10, 10, {"counted": 10})
    assert Worker.objects.count() == 0


def test_a_job_that_fails_says_why() -> None:
    job = ask(stumble)

    worker.work_off()

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The file has no rows.")


def test_a_job_whose_task_fails_before_it_begins_is_failed_too() -> None:
    job = ask(fall_over)

    worker.work_off()

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "Before it began.")


def test_a_stopped_job_ends_at_its_next_step() -> None:
    job = ask(count_to_ten)
    progress.stop(job=job, by=cast.ana())

    worker.work_off()

    job.refresh_from_db()
    assert (job.state, job.done) == ("stopped", 1)
    assert job.ended_at


def test_no_job_without_its_task_and_no_task_without_its_job() -> None:
    job = ask(count_to_ten)

    job.refresh_from_db()
    assert DBTaskResult.objects.get().pk == job.task_id


def test_the_task_of_a_worker_that_died_is_run_again() -> None:
    job = ask(count_to_ten)
    _claimed_by(_worker("gone", DEAD))

    assert worker.work_off() == 1

    job.refresh_from_db()
    assert job.state == "done"
    assert not Worker.objects.filter(name="gone").exists()


def test_a_worker_with_our_own_number_and_another_name_was_before_a_restart() -> None:
    ask(count_to_ten)
    _claimed_by(_worker("before", os.getpid()))

    assert worker.work_off() == 1


def test_the_task_of_a_worker_that_lives_is_left_alone() -> None:
    ask(count_to_ten)
    _claimed_by(_worker("alive", os.getppid()))

    assert worker.work_off() == 0


def test_a_task_that_takes_its_worker_down_three_times_is_given_up() -> None:
    job = ask(count_to_ten)
    _claimed_by(_worker("gone", DEAD), before=["gone-1", "gone-2"])

    assert worker.work_off() == 0

    job.refresh_from_db()
    assert job.state == "failed"
    assert "3 times" in job.error


def _worker(name: str, process: int) -> Worker:
    import socket

    return Worker.objects.create(name=name, host=socket.gethostname(), process=process)


def _claimed_by(who: Worker, before: list[str] | None = None) -> None:
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[*(before or []), who.name])


def test_a_worker_that_is_asked_to_stop_puts_its_job_back() -> None:
    job = ask(count_to_ten)
    progress.interrupt_when(lambda: True)
    try:
        me = worker.register()
        task = worker._claim(me)
        assert task
        worker._run(task)
    finally:
        progress.interrupt_when(lambda: False)

    again = DBTaskResult.objects.get()
    assert (again.status, again.worker_ids) == ("READY", [])
    assert worker.work_off() == 1
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_running_worker_does_what_is_asked_and_stops_when_asked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        job = ask(count_to_ten)
        for _ in range(100):
            job.refresh_from_db()
            if job.ended_at:
                break
            threading.Event().wait(0.1)
        assert job.state == "done"
        assert Worker.objects.count() == 1
    finally:
        stop.set()
        thread.join(20)
        progress.interrupt_when(lambda: False)
    assert not thread.is_alive()
    assert Worker.objects.count() == 0
    connections.close_all()


def test_a_beat_that_fails_is_logged_and_beats_again(caplog: pytest.LogCaptureFixture) -> None:
    def work() -> None:
        raise RuntimeError("the moon is full")

    heartbeat._once(heartbeat.Beat(work, 1))

    assert "will be tried again" in caplog.text
