"""What comes round in this room: mail leaves, and what is long past is tidied away."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from allears.core import claims, delivery, statistics, wiping
from allears.core.clock import now
from allears.core.heartbeat import every

TASKS_ARE_KEPT = timedelta(days=30)


@every(seconds=3)
def send_waiting_mail() -> None:
    delivery.send_waiting()


@every(seconds=5)
def wipe_what_was_erased() -> None:
    wiping.wipe()


@every(seconds=15)
def look_at_tables_that_have_grown() -> None:
    statistics.keep_up()


@every(seconds=60)
def give_up_unanswered_mail() -> None:
    claims.give_up_unanswered()


@every(seconds=6 * 60 * 60)
def tidy() -> None:
    """Forget sessions that have run out and tasks that ended a month ago (their jobs stay); look at all tables anew."""
    Session.objects.filter(expire_date__lt=now()).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=now() - TASKS_ARE_KEPT).delete()
    statistics.forget()
