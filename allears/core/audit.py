"""Every action that changes something leaves one audit event, in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from allears.core.models import AuditEvent, User

JOINED = re.compile(r"[a-z]+(_[a-z]+)+")


def record(*, by: User | str | None, verb: str, target: models.Model | str = "", **details: Any) -> AuditEvent:
    """Write down that `by` did `verb` to `target`.

    `by` is the signed-in user, or words for who else it was ("participant", "the system"). `verb` is room and past
    tense ("people.merged"). `target` is a row or "room.model:id". `details` are JSON values; never put customers'
    words or secrets in them, because events outlive erasure.
    """
    return AuditEvent.objects.create(**_by(by), verb=verb, target=name_of(target), details=details)


def record_all(
    *, by: User | str | None, verb: str, targets: Iterable[tuple[models.Model | str, dict[str, Any]]]
) -> list[AuditEvent]:
    """Write down, at once, that `by` did `verb` to each of `targets`, which come with their details. See `record`."""
    who = _by(by)
    return AuditEvent.objects.bulk_create(
        [AuditEvent(**who, verb=verb, target=name_of(target), details=details) for target, details in targets]
    )


def _by(by: User | str | None) -> dict[str, Any]:
    return {"actor": by if isinstance(by, User) else None, "actor_label": str(by) if by else "the system"}


def name_of(target: models.Model | str) -> str:
    """Return how events name `target`: "room.model:id"."""
    if isinstance(target, models.Model):
        return f"{target._meta.label_lower}:{target.pk}"
    return target


@cache
def said() -> Mapping[str, Any]:
    """Return each verb with the words for it, by room: rooms keep theirs as `SAID` in their `audited.py`."""
    return {verb: words for audited in _rooms().values() for verb, words in audited.SAID.items()}


@cache
def _rooms() -> Mapping[str, ModuleType]:
    rooms = [config for config in apps.get_app_configs() if module_has_submodule(config.module, "audited")]
    return {room.label: import_module(f"{room.name}.audited") for room in rooms}


def room_in_words(room: str) -> str:
    """Return what is done in `room`, as its `audited.py` says it in `ROOM`."""
    return str(_rooms()[room].ROOM)


def in_words(verb: str) -> str:
    """Return what `verb` means, such as "merged two people"; one that no room knows any more stays as it is."""
    return str(said().get(verb, verb))


def details_in_words(event: AuditEvent) -> Iterator[tuple[str, str]]:
    """Yield what else an event tells, each with what it is called; what is empty is left out."""
    room = event.verb.partition(".")[0]
    for name, value in event.details.items():
        if value not in ("", [], {}):
            yield name_in_words(name, room), _value(value, room)


def name_in_words(name: str, room: str) -> str:
    """Return what `room` calls a detail or a field: its own word, else the common one of `NAMED`, else the name itself."""
    rooms = _rooms()
    own = getattr(rooms.get(room), "NAMED", {})
    return str(own.get(name) or rooms["core"].NAMED.get(name) or name.replace("_", " "))


def _value(value: object, room: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):  # fields, mostly; a folded form beside what it was folded from tells nothing
        folded = {f"{each}_key" for each in value}
        return ", ".join(name_in_words(str(each), room) for each in value if each not in folded)
    if isinstance(value, dict):
        return "; ".join(f"{name_in_words(name, room)}: {_value(each, room)}" for name, each in value.items())
    return _("not set") if value is None else _unjoined(str(value))


def _unjoined(word: str) -> str:
    """A word that a program joined ("not_yet") as one reads it; anything else as it stands."""
    return word.replace("_", " ") if JOINED.fullmatch(word) else word


def target_in_words(target: str) -> str:
    """Return what an event calls "room.model:id" in words, such as "study 7"."""
    label, _, key = target.partition(":")
    try:
        return f"{apps.get_model(label)._meta.verbose_name} {key}"
    except (LookupError, ValueError):
        return target
