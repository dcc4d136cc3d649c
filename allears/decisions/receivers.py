"""What this room does when the rooms below have news."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from allears.core.models import User
from allears.decisions.actions import draft_update
from allears.decisions.models import Ground, Update
from allears.insights.models import Citation
from allears.insights.signals import words_cited


@receiver(words_cited, dispatch_uid="decisions.draft_what_was_understood")
def draft_what_was_understood(*, citation: Citation, by: User | None, **_: Any) -> None:
    """Words now hold an insight: draft what their speakers are told of it, unless more than that is known already."""
    insight = citation.insight
    known = Ground.objects.filter(insight=insight).exists() or Update.objects.filter(insight=insight).exists()
    if not known:
        draft_update(insight=insight, by=by)
