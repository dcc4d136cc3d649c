"""Background work: how it is asked for, and the task itself, which calls one action and shows how far it has come."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from allears.core import audit
from allears.core.models import Job, User
from allears.core.progress import ask_for, running
from allears.core.turns import wait_for
from allears.decisions import counting, telling
from allears.decisions.errors import NothingToSend
from allears.people import addresses
from allears.studies.models import Study

KIND = "updates"  # of the job


@transaction.atomic
def ask_to_send(*, study: Study, by: User) -> Job:
    """Start sending what is approved; a sending that is on its way with all of it is the same one. Raises `NothingToSend`."""
    wait_for(f"updates of study {study.pk}")
    waiting = telling.untold(study)
    if not waiting:
        raise NothingToSend
    under_way = Job.objects.filter(kind=KIND, parameters__study=study.pk, ended_at=None, stopped_at=None).last()
    newest = max((update.approved_at for update in telling.approved(study) if update.approved_at), default=None)
    if under_way and newest and newest < under_way.asked_at:
        return under_way
    held = len(addresses.held() & set(waiting))
    audit.record(by=by, verb="decisions.updates_sent", target=study, people=len(waiting) - held, held=held)
    return ask_for(
        send_updates, kind=KIND, title=f"Telling contributors of “{study.title}”", by=by, unit="people",
        total=len(waiting), study=study.pk, next_url=reverse("decisions:updates", args=[study.slug]),
        next_words=_("See who was told"),
    )  # fmt: skip


@task()
def send_updates(job_id: int) -> None:
    """Tell a study's contributors what is approved; safe to run again after a crash."""
    with running(job_id) as progress:
        study = Study.objects.get(pk=progress.job.parameters["study"])
        progress.job.result = {"told": 0, **progress.job.result}
        telling.send(study, progress)
        counting.count_again(study)
