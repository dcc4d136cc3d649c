"""What this room does on news from below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.dispatch import receiver

from allears.insights.models import Coding, Surprise, Theme
from allears.verbatims.signals import words_redacted

BATCH = 500


@receiver(words_redacted)
def count_them_no_longer(sender: Any, verbatim_ids: Sequence[int], **kwargs: Any) -> None:
    """Codings and citations of redacted words stay (a stone is shown there); counts and orders leave them out."""
    for start in range(0, len(verbatim_ids), BATCH):
        ids = list(verbatim_ids[start : start + BATCH])
        Surprise.objects.filter(verbatim__in=ids).delete()
        _carried_by_fewer(ids)


def _carried_by_fewer(ids: list[int]) -> None:
    gone: dict[int, int] = {}
    for theme, _ in Coding.objects.filter(verbatim__in=ids).values_list("theme", "verbatim").distinct():
        gone[theme] = gone.get(theme, 0) + 1
    for theme, number in gone.items():
        Theme.objects.filter(pk=theme, words__gte=number).update(words=F("words") - number)
