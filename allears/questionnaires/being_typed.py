"""A question as it is being typed, in its place among those that are saved. Saves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from allears.people.budget import the_budget
from allears.people.models import ContactBudget
from allears.questionnaires import places
from allears.questionnaires.answering_preview import render_beside
from allears.questionnaires.answering_timing import correction
from allears.questionnaires.authoring import CHANGEABLE
from allears.questionnaires.duration import minutes_for, seconds_of
from allears.questionnaires.forms import QuestionForm, choice_rows, has_choices
from allears.questionnaires.measuring import estimate_of
from allears.questionnaires.models import Choice, Question, Questionnaire, Section, Version
from allears.questionnaires.structure import (
    draft_version,
    published_version,
    questionnaire_of,
    questions_in,
    sections_of,
)
from allears.studies.models import Study


@dataclass(frozen=True)
class Typed:
    """What would be asked if it were saved now. Rows that are not saved have ids that no saved one has.

    `wrong`: sentences about ends of a scale, of numbers or of days that cannot stay as they are, and about places for
    words that differ from person to person which fill in nothing.
    """

    version: Version
    sections: list[Section]
    question: Question
    wrong: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The id that the question has on its page."""
        return f"q{self.question.pk}-question"

    @property
    def html(self) -> str:
        """The page on which the question stands, as participants get it."""
        return render_beside(self.version, self.sections, str(self.question.key))


@dataclass(frozen=True)
class Minutes:
    """How long it takes: one question in seconds, the whole in minutes, beside what may be asked of one person."""

    seconds: int
    whole: float
    budget: ContactBudget

    @property
    def is_beyond(self) -> bool:
        """Whether the whole takes more than one person may be asked in the period."""
        return self.whole > self.budget.minutes


def saved(question: Question) -> Typed:
    """Return a draft's question as it is saved."""
    sections = sections_of(question.version)
    return Typed(question.version, sections, question, tuple(_doubts(sections, question)))


def typed(study: Study, data: Any, kind: str, key: UUID | None, page: str = "") -> Typed:
    """Return the draft with the question that stands in a posted form, whether it could be saved or not.

    `key`: the question that is being changed; None: a new one, at the end of the page with the id `page` or the last.
    """
    version = draft_version(study) or published_version(study) or _first(study)
    sections = sections_of(version) if version.pk else []
    sections = sections or [_loaded(Section(pk=0, version=version, position=0), [])]
    before = next((question for question in questions_in(sections) if question.key == key), None)
    form = QuestionForm(data, kind=kind)
    form.is_valid()
    question = _question(form, data, before, version)
    if before:
        for section in sections:
            _loaded(section, [question if q.key == key else q for q in section.questions.all()])
    else:
        section = next((s for s in sections if str(s.pk) == page), sections[-1])
        _loaded(section, [*section.questions.all(), question])
    return Typed(version, sections, question, (*_wrong_ends(form), *_doubts(sections, question)))


def _first(study: Study) -> Version:
    questionnaire = questionnaire_of(study) or Questionnaire(study=study, title=study.title)
    return Version(questionnaire=questionnaire, number=1)


def _loaded(section: Section, questions: Sequence[Question]) -> Section:
    section._prefetched_objects_cache = {"questions": list(questions)}  # type: ignore[attr-defined]
    return section


def _wrong_ends(form: QuestionForm) -> list[str]:
    """What is wrong with ends that were typed; an empty one may still be filled."""
    names = [name for name in ("minimum", "maximum", "earliest", "latest") if name in form.fields and form[name].data]
    return [str(words) for name in names for words in form.errors.get(name, [])]


def _doubts(sections: list[Section], question: Question) -> list[str]:
    texts = [question.text, question.help]
    return places.doubts(texts, places.known_before(sections, question)) if "{" in "".join(texts) else []


def _question(form: QuestionForm, data: Any, before: Question | None, version: Version) -> Question:
    told = {name: value for name, value in form.cleaned_data.items() if name in CHANGEABLE and value is not None}
    if before:
        told = {"shown_if": before.shown_if, **told}
    question = Question(
        pk=before.pk if before else 0, key=before.key if before else uuid4(), position=0, version=version,
        **{**told, "kind": form.kind.value},
    )  # fmt: skip
    rows = choice_rows(data) if has_choices(form.kind) else None
    words = rows.words() if rows is not None and rows.is_valid() else []
    choices = [
        Choice(
            pk=-1 - place, question=question, position=place, key=one.key or uuid4(), label=one.label,
            asks_text=one.asks_text and question.has_choices, exclusive=one.exclusive, anchored=one.anchored,
        )
        for place, one in enumerate(words)
    ]  # fmt: skip
    question._prefetched_objects_cache = {"choices": choices}  # type: ignore[attr-defined]
    return question


def minutes_of(asked: Typed) -> Minutes:
    """Return the minutes, from the same estimator and with the same correction by what was measured as everywhere."""
    factor = pace = 1.0
    if asked.version.pk:
        estimate = estimate_of(asked.version)
        factor = estimate.minutes / estimate.computed if estimate.computed else 1.0
        pace = correction(asked.version.pk)
    seconds = round(seconds_of(asked.question) * pace)
    return Minutes(seconds, round(minutes_for(asked.sections) * factor, 1), the_budget())
