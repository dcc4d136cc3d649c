"""What comes round by itself in this room."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.insights import speakers, surprise
from allears.insights.models import Theme
from allears.studies.models import Study


@every(seconds=300)
def count_who_is_speaking() -> None:
    """Count the speakers of large studies, and all customers, for the bars beside the words."""
    speakers.count_ahead()


@every(seconds=24 * 60 * 60)
def reckon_every_codebook() -> None:
    """Count themes and unexpectedness anew: answers that were changed since leave a theme without any action here."""
    for study in Study.objects.filter(pk__in=Theme.objects.values("study")).order_by("pk"):
        surprise.rebuild(study)
