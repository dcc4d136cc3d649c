"""Long work of this room; see core.progress."""

from __future__ import annotations

from django_tasks import task

from allears.core.progress import running
from allears.questionnaires.importing import bring
from allears.questionnaires.imports import Import


@task()
def bring_responses(job_id: int) -> None:
    """Bring the rows of a file into its study. After a crash it is run again and skips what is there."""
    with running(job_id) as progress:
        job = progress.job
        bringing = Import.objects.select_related("study").get(pk=job.parameters["bringing"])
        counts = bring(bringing, by=job.started_by, told=progress.wrote)
        job.result = {
            "responses": counts.new_responses,
            "open_answers": counts.new_verbatims,
            "there_already": counts.responses - counts.new_responses,
            "problems": counts.problems,
        }
