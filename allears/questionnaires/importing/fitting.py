"""The questions of a plan, as a version of the study's questionnaire.

A study whose questions fit already keeps its version, so that the next file of the same survey adds no second
one. Otherwise the next version asks what was asked before and what the plan asks besides; it is published as
found, because nobody can improve any more what people were asked years ago.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from allears.core.models import User
from allears.questionnaires.authoring import ChoiceWords, add_questions, draft_of, publish, set_choices
from allears.questionnaires.dialects import Kind, Plan, QuestionPlan
from allears.questionnaires.importing.errors import AsksSomethingElse, DraftInTheWay, NothingToImport
from allears.questionnaires.models import Question, Version
from allears.questionnaires.structure import draft_version, published_version, questions_in, sections_of
from allears.studies.models import Study

LABEL = 400


@dataclass(frozen=True)
class Placed:
    """A question of the plan in the database: its row, and the id of each of the plan's choices."""

    question: Question
    choices: tuple[int, ...]


@dataclass(frozen=True)
class Fitted:
    """The version that takes a plan's answers; `placed` by the position of the question in the plan."""

    version: Version
    placed: dict[int, Placed]


def one_at_a_time(study: Study) -> None:
    """Wait, in a transaction, for whoever else brings something into `study`; who answers it waits for nobody."""
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)


def check(*, study: Study, plan: Plan) -> None:
    """Raises what `fit` would raise; writes nothing."""
    if not any(question.include for question in plan.questions):
        raise NothingToImport
    published = published_version(study)
    if published and _place(published, plan) is not None:
        return
    if published and study.is_open:
        raise AsksSomethingElse
    begun = draft_version(study)
    if begun and any(questions_in(sections_of(begun))):
        raise DraftInTheWay


@transaction.atomic
def fit(*, study: Study, plan: Plan, by: User | str | None) -> Fitted:
    """The published version that asks what the plan asks, made if need be; two files at once make one.

    Raises NothingToImport, AsksSomethingElse, DraftInTheWay.
    """
    one_at_a_time(study)
    check(study=study, plan=plan)
    published = published_version(study)
    if published and (placed := _place(published, plan)) is not None:
        return Fitted(published, placed)
    version = _next_version(study, plan, by)
    placed = _place(version, plan)
    if placed is None:  # pragma: no cover - what was just written is there
        raise AssertionError("the version does not ask what was written into it")
    return Fitted(version, placed)


def _next_version(study: Study, plan: Plan, by: User | str | None) -> Version:
    draft = draft_of(study, by)
    known = _by_wording(draft)
    section = draft.sections.order_by("position", "id").first() or draft.sections.create(position=0)
    fresh = []
    for _, wanted in _included(plan):
        asked = known[_wording(wanted)]
        if asked:
            _widen(asked.pop(0), wanted, by)
        else:
            fresh.append(_told(wanted))
    add_questions(section=section, questions=fresh, by=by)
    return publish(version=draft, by=by, as_found=True)


def _told(wanted: QuestionPlan) -> dict[str, Any]:
    """A question of the plan as `add_questions` takes it."""
    return {
        "kind": wanted.kind,
        "text": wanted.text,
        "choices": [ChoiceWords(label, asks) for label, asks in _labels(wanted).items()],
        "code": wanted.code[:80],
        "minimum": wanted.minimum if wanted.kind is Kind.SCALE else None,
        "maximum": wanted.maximum if wanted.kind is Kind.SCALE else None,
        "low_label": wanted.low_label[:120],
        "high_label": wanted.high_label[:120],
        "boxes": len(wanted.columns) if wanted.is_open else 1,
    }


def _widen(asked: Question, wanted: QuestionPlan, by: User | str | None) -> None:
    """Let a question that was asked before take what the plan brings besides."""
    if wanted.is_open and asked.boxes < len(wanted.columns):
        asked.boxes = len(wanted.columns)
        asked.save(update_fields=["boxes"])
    there = [ChoiceWords.of(choice) for choice in asked.choices.all()]
    labels = {choice.label for choice in there}
    more = [ChoiceWords(label, asks) for label, asks in _labels(wanted).items() if label not in labels]
    asks_text = {label for label, asks in _labels(wanted).items() if asks}
    changed = [replace(c, asks_text=c.asks_text or c.label in asks_text) for c in there]
    if more or changed != there:
        set_choices(question=asked, choices=[*changed, *more], by=by)


def _place(version: Version, plan: Plan) -> dict[int, Placed] | None:
    """Where the plan's questions stand in a version; None unless it takes every answer."""
    known = _by_wording(version)
    placed: dict[int, Placed] = {}
    for position, wanted in _included(plan):
        asked = known[_wording(wanted)]
        found = _takes(asked.pop(0), wanted) if asked else None
        if found is None:
            return None
        placed[position] = found
    return placed


def _takes(asked: Question, wanted: QuestionPlan) -> Placed | None:
    if wanted.is_open:
        return Placed(asked, ()) if asked.boxes >= len(wanted.columns) else None
    labels = _labels(wanted)
    rows = {choice.label: choice for choice in asked.choices.all()}
    if any(label not in rows or asks > rows[label].asks_text for label, asks in labels.items()):
        return None
    return Placed(asked, tuple(rows[_label(choice.label)].pk for choice in wanted.choices))


def _included(plan: Plan) -> list[tuple[int, QuestionPlan]]:
    return [(position, question) for position, question in enumerate(plan.questions) if question.include]


def _by_wording(version: Version) -> dict[tuple[object, ...], list[Question]]:
    """The version's questions by what makes two of them the same; several if one is asked twice."""
    known: dict[tuple[object, ...], list[Question]] = defaultdict(list)
    for question in questions_in(sections_of(version)):
        ends = (question.minimum, question.maximum) if question.kind == Kind.SCALE else ()
        known[question.kind, question.text, *ends].append(question)
    return known


def _wording(wanted: QuestionPlan) -> tuple[object, ...]:
    ends = (wanted.minimum, wanted.maximum) if wanted.kind is Kind.SCALE else ()
    return (wanted.kind.value, wanted.text, *ends)


def _labels(wanted: QuestionPlan) -> dict[str, bool]:
    """The wordings of the choices that a question needs, and whether they take words."""
    if wanted.kind not in {Kind.SINGLE, Kind.MULTIPLE}:
        return {}
    return {_label(choice.label): choice.asks_text for choice in wanted.choices}


def _label(text: str) -> str:
    return text.strip()[:LABEL] or "—"
