"""A person says that a question is of another type than was proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from allears.questionnaires.dialects import (
    ChoicePlan,
    Kind,
    Layout,
    Plan,
    Profile,
    QuestionPlan,
    changed_kind,
    find_vocabulary,
    in_order,
    profile_columns,
    rows_of,
)
from allears.questionnaires.importing.taking import opened
from allears.questionnaires.imports import Import

MOST_CHOICES = 100
CHOICE_KINDS = {Kind.SINGLE, Kind.MULTIPLE}


class TooManyAnswers(Exception):
    """So many different answers are no choices; `question` is the position in the plan."""

    def __init__(self, question: int, distinct: int) -> None:
        words = _("There are %(count)s different answers: too many to be choices. Keep it as a text.")
        super().__init__(words % {"count": intcomma(distinct)})
        self.question = question


def kinds_for(question: QuestionPlan) -> list[Kind]:
    """The types that the columns of a question can be read as."""
    if question.layout is Layout.SPREAD:
        return [Kind.MULTIPLE, Kind.SHORT_TEXT]
    if len(question.columns) > 1:
        return [Kind.SHORT_TEXT, Kind.LONG_TEXT]
    return list(Kind)


def retype(bringing: Import, plan: Plan, wanted: Mapping[int, Kind]) -> Plan:
    """The plan with questions of other types; the file is read once more if choices must be found.

    Raises TooManyAnswers.
    """
    changes = {place: kind for place, kind in wanted.items() if plan.questions[place].kind is not kind}
    questions = [
        changed_kind(question, changes[place]) if place in changes else question
        for place, question in enumerate(plan.questions)
    ]
    bare = [place for place in changes if questions[place].kind in CHOICE_KINDS and not questions[place].choices]
    if bare:
        with opened(bringing) as table:
            profiles = profile_columns(rows_of(table, plan), len(table.columns))
        for place in bare:
            questions[place] = _with_choices(questions[place], place, profiles[questions[place].columns[0]])
    return replace(plan, questions=questions)


def _with_choices(question: QuestionPlan, place: int, profile: Profile) -> QuestionPlan:
    counts: Counter[str] = profile.counts
    vocabulary = find_vocabulary(profile, expected=True) if question.kind is Kind.MULTIPLE else None
    if vocabulary:
        labels = [*vocabulary.labels]
        question = replace(question, layout=Layout.JOINED, separator=vocabulary.separator)
    else:
        labels = in_order(counts, counts)
        separator = ";" if question.kind is Kind.MULTIPLE else ""
        layout = Layout.JOINED if question.kind is Kind.MULTIPLE else Layout.CELL
        question = replace(question, layout=layout, separator=separator)
    if len(labels) > MOST_CHOICES or profile.overflowed:
        raise TooManyAnswers(place, len(counts))
    choices = [ChoicePlan(label, [label]) for label in labels]
    if vocabulary and vocabulary.own_words:
        choices.append(ChoicePlan(_("Other"), [], asks_text=True))
    return replace(question, choices=choices)
