"""Every action that changes something leaves one audit event, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule

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


@cache
def said() -> Mapping[str, Any]:
    """Return each verb with the words for it, by room: rooms keep theirs as `SAID` in their `audited.py`."""
    rooms = [config for config in apps.get_app_configs() if module_has_submodule(config.module, "audited")]
    return {verb: words for room in rooms for verb, words in import_module(f"{room.name}.audited").SAID.items()}


def in_words(verb: str) -> str:
    """Return what `verb` means, such as "merged two people"; one that no room knows any more stays as it is."""
    return str(said().get(verb, verb))


def target_in_words(target: str) -> str:
    """Return what an event calls "room.model:id" in words, such as "study 7"."""
    label, _, key = target.partition(":")
    try:
        return f"{apps.get_model(label)._meta.verbose_name} {key}"
    except (LookupError, ValueError):
        return target
