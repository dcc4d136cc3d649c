"""Background work of this room."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django_tasks import task

from allears.core.progress import Progress, running
from allears.people.models import Person
from allears.studies.inviting import CHUNK, Round, invite_some
from allears.studies.models import Selection, Study
from allears.studies.selection.finding import find, find_again


@task()
def send_invitations(job_id: int) -> None:
    """Invite the people named in the job, chunk by chunk; run again after a crash it skips who is invited
    already.
    """
    with running(job_id) as progress:
        wanted = progress.job.parameters
        study = Study.objects.select_related("owner").get(pk=wanted["study"])
        invited, before, refused = _all_chunks(progress, study, wanted)
        progress.job.result = {"invited": invited, "before": before, "refused": dict(refused)}


def _all_chunks(progress: Progress, study: Study, wanted: dict[str, Any]) -> tuple[int, int, Counter[str]]:
    """Only the counts are kept: the invitations of a round of a hundred thousand would fill the memory."""
    invited, before, refused = 0, 0, Counter[str]()
    ids = wanted["people"]
    for start in range(0, len(ids), CHUNK):
        people = Person.objects.filter(pk__in=ids[start : start + CHUNK], merged_into=None, erased_at=None)
        done = _one_chunk(study, list(people.order_by("pk")), progress, wanted)
        invited, before, refused = invited + len(done.invitations), before + done.before, refused + done.refused
        progress.to(min(start + CHUNK, len(ids)), len(ids))
    return invited, before, refused


def _one_chunk(study: Study, people: list[Person], progress: Progress, wanted: dict[str, Any]) -> Round:
    return invite_some(
        study,
        people,
        by=progress.job.started_by,
        minutes=Decimal(wanted["minutes"]),
        override_reason=wanted["override_reason"],
    )


@task()
def find_lottery(job_id: int) -> None:
    """Find the fairest lottery for a selection; run again after a crash it begins anew."""
    with running(job_id) as progress:
        wanted = progress.job.parameters
        selection = Selection.objects.select_related("study").filter(pk=wanted["selection"]).first()
        if selection:  # it may have been thrown away meanwhile
            progress.job.result = find(selection, wanted["version"], progress)


@task()
def find_redraw(job_id: int) -> None:
    """Find the lottery for the seats that became empty; run again after a crash it begins anew."""
    with running(job_id) as progress:
        wanted = progress.job.parameters
        selection = Selection.objects.select_related("study").get(pk=wanted["selection"])
        progress.job.result = find_again(
            selection, wanted["version"], wanted["declined"], looser=wanted["quotas"], progress=progress
        )
