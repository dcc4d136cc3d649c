"""A questionnaire's version read whole, and what is wrong with it said in sentences. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from allears.questionnaires.models import Question, QuestionKind, Questionnaire, Section, Version
from allears.studies.models import Study

# More steps than this do not fit beside each other, and people cannot tell them apart.
MOST_STEPS = 21
MOST_RANKED = 25
_GAP = re.compile(r"(?<!\S)(?:…|\.\.\.)")  # standing by itself, as a preset's words leave it; behind a word it is punctuation


@dataclass(frozen=True)
class Problem:
    """Why a version cannot be published yet: a sentence, and the question or section it is about."""

    words: str
    question: Question | None = None
    section: Section | None = None


def questionnaire_of(study: Study) -> Questionnaire | None:
    """Return what the study asks, or None while nobody has begun to write it."""
    return Questionnaire.objects.filter(study=study).first()


def versions_of(study: Study) -> QuerySet[Version]:
    """Return the study's versions, newest first."""
    return Version.objects.filter(questionnaire__study=study).order_by("-number")


def published_version(study: Study) -> Version | None:
    """Return the version that participants are asked now."""
    return versions_of(study).filter(published_at__isnull=False).first()


def draft_version(study: Study) -> Version | None:
    """Return the version that is being written, if there is one."""
    return versions_of(study).filter(published_at=None).first()


def sections_of(version: Version) -> list[Section]:
    """Return the version's sections in order, with questions and choices loaded (three queries, whatever its
    size).
    """
    questions = Question.objects.order_by("position", "id").prefetch_related("choices")
    sections = version.sections.prefetch_related(Prefetch("questions", queryset=questions))
    return list(sections)


def pages_of(section: Section) -> list[tuple[Question, ...]]:
    """Return a loaded section's questions as they share a page: all of them, or one each with the statements before it.
    There is one page at least.
    """
    questions = tuple(section.questions.all())
    if not section.version.one_question_a_page:
        return [questions]
    ends = [at for at, question in enumerate(questions, 1) if question.kind != QuestionKind.STATEMENT]
    if not ends or ends[-1] < len(questions):
        ends.append(len(questions))
    return [questions[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def questions_in(sections: Iterable[Section]) -> Iterator[Question]:
    """Return the questions of loaded sections in the order in which they are asked."""
    for section in sections:
        yield from section.questions.all()


def problems_of(sections: list[Section]) -> list[Problem]:
    """Return everything that stands between loaded sections and being published."""
    found = [problem for question in questions_in(sections) for problem in problems_of_question(question)]
    if not any(question.kind != QuestionKind.STATEMENT for question in questions_in(sections)):
        return [Problem(_("There is no question yet. Add the first one.")), *found]
    return found + [_empty_page(place, s) for place, s in enumerate(sections, 1) if not s.questions.all()]


def _empty_page(place: int, section: Section) -> Problem:
    words = _("Page %(place)d has nothing on it. Add a question or take the page away.") % {"place": place}
    return Problem(words, section=section)


def problems_of_question(question: Question) -> Iterator[Problem]:
    """Return what is wrong with one question whose choices are loaded."""
    if not question.text.strip():
        yield Problem(_("A question has no words. Write what you want to ask."), question)
    checks = {
        QuestionKind.SINGLE: _choices_problems,
        QuestionKind.MULTIPLE: _choices_problems,
        QuestionKind.SCALE: _scale_problems,
        QuestionKind.MATRIX: _matrix_problems,
        QuestionKind.RANKING: _ranking_problems,
        QuestionKind.NUMBER: _number_problems,
        QuestionKind.DATE: _date_problems,
    }
    check = checks.get(QuestionKind(question.kind))
    for words in check(question) if check else ():
        yield Problem(words % {"question": shortened(question.text)}, question)


def _choices_problems(question: Question) -> Iterator[str]:
    labels = [choice.label.strip() for choice in question.choices.all()]
    if len(labels) < 2:
        yield _("“%(question)s” offers fewer than two choices. Add some.")
    if "" in labels:
        yield _("“%(question)s” has a choice without words. Fill it in or take it away.")
    if len({label.casefold() for label in labels}) < len(labels):
        yield _("“%(question)s” offers the same choice twice. Change one of them.")


def _matrix_problems(question: Question) -> Iterator[str]:
    if not question.choices.all():
        yield _("“%(question)s” has no rows. Add what is to be rated.")
    else:
        yield from list(_choices_problems(question))[len(question.choices.all()) < 2 :]
    yield from _scale_problems(question)


def _ranking_problems(question: Question) -> Iterator[str]:
    yield from _choices_problems(question)
    if len(question.choices.all()) > MOST_RANKED:
        yield _("“%(question)s” has more to rank than people can keep in mind. Take some away, or ask for a choice.")


def _scale_problems(question: Question) -> Iterator[str]:
    low, high = question.minimum, question.maximum
    if question.preset and _GAP.search(question.text):
        yield _("“%(question)s” still has a gap. Put what you ask about in the place of the “…”.")
    if low is None or high is None:
        yield _("“%(question)s” is a scale without ends. Say from where to where it goes.")
    elif not (low.is_integer() and high.is_integer()):
        yield _("“%(question)s” is a scale between fractions. Use whole numbers.")
    elif low >= high:
        yield _("“%(question)s” is a scale that ends before it begins. Swap its ends.")
    elif high - low + 1 > MOST_STEPS:
        yield _("“%(question)s” has too many steps for a scale. Ask for a number instead.")
    if not (question.low_label.strip() and question.high_label.strip()):
        yield _("“%(question)s” is a scale whose ends have no words. Say what each end means.")


def _number_problems(question: Question) -> Iterator[str]:
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low >= high:
        yield _("“%(question)s” asks for a number above its largest. Swap the limits.")


def _date_problems(question: Question) -> Iterator[str]:
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low >= high:
        yield _("“%(question)s” asks for a day after the last one. Swap the limits.")


def shortened(text: str, length: int = 60) -> str:
    """Return `text` on one line, cut at a word with an ellipsis when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rsplit(" ", 1)[0] + "…"
