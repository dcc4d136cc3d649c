"""Remembering what somebody has read. Not audited: what a person reads is theirs."""

from __future__ import annotations

from collections.abc import Iterable

from allears.core.models import User
from allears.insights.models import Read


def mark_read(*, user: User, verbatims: Iterable[int]) -> None:
    """Remember that `user` has read these words; the first time counts."""
    Read.objects.bulk_create([Read(user=user, verbatim_id=v) for v in verbatims], ignore_conflicts=True)


def mark_unread(*, user: User, verbatims: Iterable[int]) -> None:
    """Forget it again."""
    Read.objects.filter(user=user, verbatim__in=list(verbatims)).delete()
