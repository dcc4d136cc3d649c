"""Work of this room that may take long: counting a large codebook anew."""

from __future__ import annotations

from django_tasks import task

from allears.insights import surprise
from allears.studies.models import Study


@task()
def reckon_study(study_id: int) -> int:
    """Count the themes of a study and how unexpected its words are; safe to run twice and at the same time."""
    return surprise.rebuild(Study.objects.get(pk=study_id))
