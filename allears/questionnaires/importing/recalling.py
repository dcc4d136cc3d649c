"""What a study asks already is recognised in the next file of the same survey, whatever its answers look like.

A small or a large export of one survey may suggest different types for a question. What was decided the first
time stands: otherwise the study would ask everything twice.
"""

from __future__ import annotations

from dataclasses import replace

from allears.questionnaires.dialects import ChoicePlan, Kind, Layout, Plan, QuestionPlan, changed_kind, taken
from allears.questionnaires.models import Question
from allears.questionnaires.structure import published_version, questions_in, sections_of
from allears.studies.models import Study

# What joins several choices in a cell where no cell of this file shows it.
JOINED_BY = {"google_forms": ", ", "alchemer": ";", "limesurvey": ";", "qualtrics": ","}
OPEN = {Kind.SHORT_TEXT, Kind.LONG_TEXT}


def recalled(plan: Plan, study: Study) -> Plan:
    """The plan with the types that the study's own questions of the same wording have."""
    version = published_version(study)
    if version is None:
        return plan
    asked: dict[str, Question] = {}
    for question in questions_in(sections_of(version)):
        asked.setdefault(question.text, question)
    joined_by = JOINED_BY.get(plan.dialect, ";")
    questions = [_like(question, asked.get(question.text), joined_by) for question in plan.questions]
    return replace(plan, questions=questions)


def _like(wanted: QuestionPlan, asked: Question | None, joined_by: str) -> QuestionPlan:
    kind = Kind(asked.kind) if asked and asked.kind in set(Kind) else None
    if asked is None or kind is None:
        return wanted
    if kind in OPEN:
        return changed_kind(taken(wanted), kind) if kind is not wanted.kind else taken(wanted)
    if kind is wanted.kind and wanted.choices:
        return _with_their_other(wanted, asked)
    if kind is Kind.SINGLE and wanted.kind in OPEN and len(wanted.columns) == 1:
        return _as_choice(wanted, asked)
    if kind is Kind.MULTIPLE and wanted.kind is Kind.SINGLE:
        return _as_several(wanted, asked, joined_by)
    if kind is Kind.SCALE and wanted.kind in {Kind.SCALE, Kind.SINGLE, Kind.NUMBER}:
        scale = changed_kind(wanted, kind)
        return replace(scale, minimum=asked.minimum, maximum=asked.maximum)
    return wanted


def _as_choice(wanted: QuestionPlan, asked: Question) -> QuestionPlan:
    """The choices as they were offered; what is none of them goes to "Other" if there is one."""
    choices = [ChoicePlan(c.label, [c.label], asks_text=c.asks_text) for c in asked.choices.all()]
    if not any(choice.asks_text for choice in choices):
        return wanted
    return replace(wanted, kind=Kind.SINGLE, layout=Layout.CELL, choices=choices)


def _as_several(wanted: QuestionPlan, asked: Question, joined_by: str) -> QuestionPlan:
    """The same choices, of which several may be ticked; in this file nobody ticked two."""
    offered = [ChoicePlan(c.label, [c.label], asks_text=c.asks_text) for c in asked.choices.all()]
    labels = {choice.label for choice in offered}
    choices = [*offered, *(choice for choice in wanted.choices if choice.label not in labels)]
    return replace(wanted, kind=Kind.MULTIPLE, layout=Layout.JOINED, separator=joined_by, choices=choices, facet=False)


def _with_their_other(wanted: QuestionPlan, asked: Question) -> QuestionPlan:
    """The choice that takes words keeps the name that it has in the study."""
    named = next((choice.label for choice in asked.choices.all() if choice.asks_text), None)
    if named is None:
        return wanted
    choices = [
        replace(choice, label=named, values=[*choice.values, named]) if choice.asks_text else choice
        for choice in wanted.choices
    ]
    return replace(wanted, choices=choices)
