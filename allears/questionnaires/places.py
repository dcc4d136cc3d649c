"""Places in a questionnaire's texts as whoever writes them needs to know: which there are to write, and which of those that
stand there would not do what they seem to do. See `piping` for how a place is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from allears.people.models import Facet
from allears.questionnaires.models import Question, QuestionKind, Section
from allears.questionnaires.structure import questions_in
from allears.studies.piping import braces_in, pipes_in

# These have no answer that could be put into words.
NEVER_SAID = frozenset({QuestionKind.STATEMENT, QuestionKind.CONSENT, QuestionKind.FILE})


@dataclass(frozen=True)
class Place:
    """A place to write, and what is put in there, in words."""

    written: str
    means: str


@dataclass(frozen=True)
class Known:
    """What places can name: facets by their labels, and answers by their questions' short names."""

    facets: tuple[str, ...]
    answers: tuple[str, ...]


def known_before(sections: Sequence[Section], question: Question | None, page: str = "") -> Known:
    """Return what a place in `question` can name: every facet, and the questions with a short name that are answered on a
    page before it in loaded `sections`. None: a new question, at the end of the page with the id `page` or the last.
    """
    return Known(_facets(), tuple(_answered_before(sections, question, page)))


def _facets() -> tuple[str, ...]:
    return tuple(Facet.objects.values_list("label", flat=True))


def _answered_before(sections: Sequence[Section], question: Question | None, page: str = "") -> list[str]:
    named: list[str] = []
    for section in sections:
        here: list[str] = []
        for other in section.questions.all():
            if question and other.key == question.key:
                return named + here if section.version.one_question_a_page else named
            here += [other.code] if _can_be_said(other) else []
        if question is None and (str(section.pk) == page or section is sections[-1]):
            return named + here if section.version.one_question_a_page else named
        named += here
    return named


def _can_be_said(question: Question) -> bool:
    return bool(question.code) and question.kind not in NEVER_SAID


def to_write(known: Known) -> list[Place]:
    """Return the places that can be written, each with words for whom nothing is known; a name with braces or a bar in it
    cannot stand in one.
    """
    places = [
        Place("{name|you}", _("Their first name.")),
        Place("{account|your company}", _("The account they belong to.")),
        *(Place(f"{{facet:{label}|it}}", _("What is known of their facet “%(facet)s”.") % {"facet": label}) for label in known.facets),
        *(
            Place(f"{{answer:{code}|that}}", _("What they answered to “%(question)s”, on a page before.") % {"question": code})
            for code in known.answers
        ),
    ]  # fmt: skip
    return [place for place in places if place.written in braces_in(place.written) and place.written.count("|") == 1]


def doubts(texts: Collection[str], known: Known) -> list[str]:
    """Return sentences about places in `texts` that fill in nothing, or nothing for whom nothing is known; each once."""
    return list(dict.fromkeys(words for text in texts for words in _doubts(text, known)))


def doubts_in(sections: Sequence[Section]) -> list[tuple[Question | None, str]]:
    """Return what there is to doubt in loaded sections, each sentence with its question; None for a page's own text."""
    found: list[tuple[Question | None, str]] = []
    facets, passed = _facets(), list[str]()
    for section in sections:
        found += [(None, words) for words in doubts([section.text], Known(facets, tuple(passed)))]
        passed += [question.code for question in section.questions.all() if _can_be_said(question)]
    for question in questions_in(sections):
        if "{" in question.text + question.help:
            known = Known(facets, tuple(_answered_before(sections, question)))
            found += [(question, words) for words in doubts([question.text, question.help], known)]
    return found


def _doubts(text: str, known: Known) -> Iterator[str]:
    for braces in braces_in(text):
        pipe = next(iter(pipes_in(braces)), None)
        said = {"place": braces, "fallback": pipe.fallback if pipe else ""}
        if pipe is None:
            yield _("“%(place)s” fills in nothing: everybody reads it as it stands here.") % said
        elif pipe.what == "facet" and pipe.of not in known.facets:
            yield _("“%(place)s”: there is no facet called so. Everybody reads “%(fallback)s”.") % said
        elif pipe.what == "answer" and pipe.of not in known.answers:
            yield _("“%(place)s”: no question on a page before has that short name. Everybody reads “%(fallback)s”.") % said
        elif not pipe.fallback:
            yield _("“%(place)s” leaves a gap for people of whom nothing is known. Write other words behind a bar, as in {name|you}.") % said
