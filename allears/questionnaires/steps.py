"""Undo and redo of a draft: every change is kept as the rows that it changed, before and after.

The history is the draft's, not a person's: who undoes takes back what was done last, whoever did it, and is told whose
step that was. A row comes back under its id and its key, so that rules, translations and addresses find it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.models import User
from allears.questionnaires.authoring import CHANGEABLE, MANNER, must_be_draft
from allears.questionnaires.draft_models import DraftStep
from allears.questionnaires.models import Choice, Question, Section, Version
from allears.questionnaires.structure import shortened

MOST_KEPT = 100  # steps of one draft

# What may be done, in words.
ACTS = {
    "section_added": lambda: _("A page was added"),
    "section_changed": lambda: _("Title and text of a page were changed"),
    "section_copied": lambda: _("A page was copied"),
    "section_moved": lambda: _("A page was moved"),
    "section_removed": lambda: _("A page was taken away"),
    "question_added": lambda: _("“%(subject)s” was added"),
    "question_changed": lambda: _("“%(subject)s” was changed"),
    "question_copied": lambda: _("“%(subject)s” was copied"),
    "question_moved": lambda: _("“%(subject)s” was moved"),
    "question_removed": lambda: _("“%(subject)s” was taken away"),
    "rule_changed": lambda: _("Who is asked “%(subject)s” was changed"),
    "order_changed": lambda: _("The order was changed"),
    "manner_set": lambda: _("How it is asked was changed"),
}

# Table, its model, the columns that make a row of a draft, and how its rows are found.
_TABLES: dict[str, tuple[type[models.Model], tuple[str, ...], str]] = {
    "version": (Version, MANNER, "pk"),
    "section": (Section, ("version_id", "position", "title", "text"), "version_id"),
    "question": (Question, ("version_id", "section_id", "position", "key", *CHANGEABLE), "version_id"),
    "choice": (
        Choice,
        ("question_id", "position", "key", "label", "asks_text", "exclusive", "anchored"),
        "question__version_id",
    ),
}
State = dict[str, dict[str, dict[str, Any]]]


class Overtaken(Exception):
    """Something else was done in the meantime: the step that was meant is not the next one any more."""


@dataclass(frozen=True)
class History:
    """What could be undone and what could be done again, if anything."""

    last: DraftStep | None = None
    next: DraftStep | None = None


def in_words(step: DraftStep) -> str:
    """Return what a step did, as a sentence without a full stop."""
    return ACTS[step.act]() % {"subject": step.subject}


def history_of(version: Version) -> History:
    """Return the ends of a version's history (two queries)."""
    rows = version.steps.select_related("by").defer("changes")
    return History(rows.filter(undone=False).last(), rows.filter(undone=True).first())


@contextmanager
def step(version: Version, act: str, by: User | None, subject: str = "") -> Iterator[None]:
    """Keep what is done to a draft in this block as one step; nothing is kept where nothing changed. Whoever edits the
    same draft meanwhile waits. Raises `Frozen`.
    """
    with transaction.atomic():
        must_be_draft(version.pk)
        before = _state(version.pk)
        yield
        changes = _differences(before, _state(version.pk))
        if changes:
            version.steps.filter(undone=True).delete()
            DraftStep.objects.create(
                version=version, act=act, by=by, subject=shortened(subject), changes=changes
            )
            _forget_the_oldest(version)


def _forget_the_oldest(version: Version) -> None:
    kept = version.steps.order_by("-id").values_list("pk", flat=True)[MOST_KEPT - 1 : MOST_KEPT]
    for oldest in kept:
        version.steps.filter(pk__lt=oldest).delete()


def _state(version_id: int) -> State:
    return {
        table: {str(row.pop("pk")): _plain(row) for row in model._default_manager.filter(**{where: version_id}).values("pk", *columns)}
        for table, (model, columns, where) in _TABLES.items()
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}


def _differences(before: State, after: State) -> dict[str, dict[str, list[Any]]]:
    changes = {}
    for table in _TABLES:
        old, new = before[table], after[table]
        rows = {pk: [old.get(pk), new.get(pk)] for pk in {**old, **new} if old.get(pk) != new.get(pk)}
        if rows:
            changes[table] = rows
    return changes


def undo(*, version: Version, meant: int, by: User) -> DraftStep:
    """Take back the step with the id `meant` and return it. Raises `Frozen`; `Overtaken` when it is not the last one."""
    return _go(version, meant, by, back=True)


def redo(*, version: Version, meant: int, by: User) -> DraftStep:
    """Do the step with the id `meant` again and return it. Raises `Frozen`; `Overtaken` when it is not the next one."""
    return _go(version, meant, by, back=False)


@transaction.atomic
def _go(version: Version, meant: int, by: User, *, back: bool) -> DraftStep:
    must_be_draft(version.pk)
    history = history_of(version)
    found = history.last if back else history.next
    if found is None or found.pk != meant:
        raise Overtaken
    _put(found.changes, 0 if back else 1)
    found.undone = back
    found.save(update_fields=["undone"])
    verb = "questionnaires.step_undone" if back else "questionnaires.step_redone"
    audit.record(by=by, verb=verb, target=version, act=found.act)
    return found


def _put(changes: dict[str, dict[str, list[Any]]], side: int) -> None:
    """Make the changed rows what they were on one side of a step.

    Choices go first: a question's choices are written anew under the same keys. Pages go last, after the questions that
    moved away from them.
    """
    wanted = {table: {pk: sides[side] for pk, sides in rows.items()} for table, rows in changes.items()}
    _delete("choice", wanted)
    _save("version", wanted)
    _save("section", wanted)
    _delete("question", wanted)
    _save("question", wanted)
    _save("choice", wanted)
    _delete("section", wanted)


def _delete(table: str, wanted: dict[str, dict[str, Any]]) -> None:
    model = _TABLES[table][0]
    gone = [pk for pk, row in wanted.get(table, {}).items() if row is None]
    if gone:
        model._default_manager.filter(pk__in=gone).delete()


def _save(table: str, wanted: dict[str, dict[str, Any]]) -> None:
    model, columns, _where = _TABLES[table]
    rows = {int(pk): row for pk, row in wanted.get(table, {}).items() if row is not None}
    there = model._default_manager.in_bulk(rows)
    for pk, one in there.items():
        for name, value in rows[pk].items():
            setattr(one, name, value)
    model._default_manager.bulk_update(there.values(), columns)
    model._default_manager.bulk_create([model(pk=pk, **row) for pk, row in rows.items() if pk not in there])
