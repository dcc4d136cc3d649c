"""Long work of this room; see core.progress."""

from __future__ import annotations

from django_tasks import task

from allears.core.models import Job
from allears.core.progress import running
from allears.people import lookalikes
from allears.people.importing import actions
from allears.people.models import Import


@task()
def bring_people(job_id: int) -> None:
    """Bring the people of an uploaded file, then look for rows that may be one person."""
    with running(job_id) as progress:
        job = Job.objects.get(pk=job_id)
        bringing = Import.objects.select_related("by").get(pk=job.parameters["bringing"])
        actions.run(bringing, progress)
        lookalikes.find()
