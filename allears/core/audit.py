"""Every action that changes something leaves one audit event, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.db import models

from allears.core.models import AuditEvent, User


def record(*, by: User | str | None, verb: str, target: models.Model | str = "", **details: Any) -> AuditEvent:
    """Write down that `by` did `verb` to `target`.

    `by` is the signed-in user, or words for who else it was ("participant", "the system"). `verb` is room and past
    tense ("people.merged"). `target` is a row or "room.model:id". `details` are JSON values; never put customers'
    words or secrets in them, because events outlive erasure.
    """
    user = by if isinstance(by, User) else None
    label = str(by) if by else "the system"
    return AuditEvent.objects.create(actor=user, actor_label=label, verb=verb, target=name_of(target), details=details)


def name_of(target: models.Model | str) -> str:
    """Return how events name `target`: "room.model:id"."""
    if isinstance(target, models.Model):
        return f"{target._meta.label_lower}:{target.pk}"
    return target
