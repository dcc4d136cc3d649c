"""Background work of this room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django_tasks import task

from allears.core.models import Job, User
from allears.core.progress import HALF, Progress, running
from allears.core.queries import the_organisation
from allears.people import crowds
from allears.people.models import Person
from allears.people.queries import stands_for
from allears.studies import anew
from allears.studies.inviting import CHUNK, NotInvitable, Round, invite_some
from allears.studies.mails import Letters
from allears.studies.models import Invitation, RoundList, Selection, Study
from allears.studies.selection import reaching
from allears.studies.selection.actions import Refused, commit_lottery
from allears.studies.selection.finding import find, find_again


@task()
def send_invitations(job_id: int) -> None:
    """Invite the people named in the job, chunk by chunk; run again after a crash it goes on with the next chunk."""
    with running(job_id) as progress:
        wanted = progress.job.parameters
        study = Study.objects.select_related("owner").get(pk=wanted["study"])
        progress.job.result = {"invited": 0, "before": 0, **progress.job.result}
        with _still_to_ask(progress.job) as ids:
            progress.to(progress.job.done)  # stopped before its turn had come, it asks nobody
            while some := list(islice(ids, CHUNK)):
                _next_chunk(study, some, progress, progress.job.done + len(some))
                progress.wrote(progress.job.done, pause=HALF)


@contextmanager
def _still_to_ask(job: Job) -> Iterator[Iterator[int]]:
    """Whose turn is yet to come; the list is thrown away once nobody is left, so that a round that is cut off can go on."""
    found = RoundList.objects.filter(job=job)
    kept = found.first()
    try:
        yield islice(crowds.ids_of(int.from_bytes(kept.bits, "little")) if kept else iter(()), job.done, None)
    finally:
        found.filter(job__done__gte=F("job__total")).delete()


@transaction.atomic
def _next_chunk(study: Study, ids: list[int], progress: Progress, done: int) -> None:
    """The chunk and what is reported of it, together or not at all; whoever was merged into another row since is asked there."""
    people = Person.objects.living().filter(pk__in=set(stands_for(ids).values()))
    made = _one_chunk(study, list(people.order_by("pk")), progress, progress.job.parameters)
    progress.keep(done, invited=len(made.invitations), before=made.before, **made.refused)


def _one_chunk(study: Study, people: list[Person], progress: Progress, wanted: dict[str, Any]) -> Round:
    return invite_some(
        study,
        people,
        by=progress.job.started_by,
        minutes=Decimal(wanted["minutes"]),
        override_reason=wanted["override_reason"],
    )


@task()
def send_anew(job_id: int) -> None:
    """Put the letters named in the job anew; run again after a crash it goes on with the next one."""
    with running(job_id) as progress:
        job = progress.job
        study = Study.objects.select_related("owner").get(pk=job.parameters["study"])
        letters = Letters(study, the_organisation())
        progress.job.result = {"sent": 0, **job.result}
        progress.to(job.done)
        for pk in job.parameters["invitations"][job.done :]:
            _next_anew(progress, pk, letters)
            progress.wrote(job.done, pause=HALF)
        anew.count_again(study)


@transaction.atomic
def _next_anew(progress: Progress, pk: int, letters: Letters) -> None:
    """One letter and what is reported of it, together or not at all."""
    invitation = Invitation.objects.select_related("person", "study").filter(pk=pk).first()
    progress.keep(progress.job.done + 1, **{_became(invitation, progress.job.started_by, letters) if invitation else "gone": 1})


def _became(invitation: Invitation, by: User | None, letters: Letters) -> str:
    """Put the letter; return "sent", or why it was not."""
    try:
        anew.send(invitation=invitation, by=by, letters=letters)
    except anew.HasArrived:
        return "not_needed"
    except NotInvitable as refusal:
        return refusal.why
    return "sent"


@task()
def find_lottery(job_id: int) -> None:
    """Find the fairest lottery for a selection; run again after a crash it begins anew."""
    with running(job_id) as progress:
        wanted = progress.job.parameters
        selection = Selection.objects.select_related("study").filter(pk=wanted["selection"]).first()
        if selection:  # it may have been thrown away meanwhile
            progress.job.result = find(selection, wanted["version"], progress)


@task()
def commit_in_background(job_id: int) -> None:
    """Commit the lottery of a large pool; run again after a crash it finds that it was committed, or begins anew."""
    with running(job_id) as progress:
        job = progress.job
        selection = Selection.objects.select_related("study").filter(pk=job.parameters["selection"]).first()
        if selection is None or job.started_by is None:  # it may have been thrown away meanwhile
            return
        try:
            commit_lottery(selection=selection, by=job.started_by, told=progress.wrote)
            reaching.count_ahead(selection)
            job.result = {"found": _("The lottery is committed: now the seed")}
        except Refused as refusal:
            job.result = {"found": str(refusal)}


@task()
def find_redraw(job_id: int) -> None:
    """Find the lottery for the seats that became empty; run again after a crash it begins anew."""
    with running(job_id) as progress:
        wanted = progress.job.parameters
        selection = Selection.objects.select_related("study").get(pk=wanted["selection"])
        progress.job.result = find_again(
            selection, wanted["version"], wanted["declined"], looser=wanted["quotas"], progress=progress
        )
