"""Background work: each task calls one action and shows how far it has come."""

from __future__ import annotations

from django_tasks import task

from allears.core.progress import running
from allears.decisions import telling
from allears.studies.models import Study


@task()
def send_updates(job_id: int) -> None:
    """Tell a study's contributors what is approved; safe to run again after a crash."""
    with running(job_id) as progress:
        study = Study.objects.get(pk=progress.job.parameters["study"])
        progress.job.result = {"told": telling.send(study, progress)}
