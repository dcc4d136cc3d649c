"""A questionnaire as one person is asked it: without the questions whose rules do not hold, and with their own words
put into the others.

A version without rules and places is handed on as it is and costs nothing. Pages keep their numbers: one on which
nothing is left is passed over. What is shown may change while somebody answers; a question that follows from an
answer on its own page comes with that page shown once more, because nothing here relies on scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from django.utils.html import escape

from allears.core.languages import Foreign
from allears.people.models import FacetValue, Person
from allears.people.queries import facets_of
from allears.questionnaires import logic
from allears.questionnaires.answering_asked import Asked, Asking, Given, Page
from allears.questionnaires.answering_forms import figure_as_said
from allears.questionnaires.answering_ways import Way
from allears.questionnaires.duration import PAGE, in_minutes
from allears.questionnaires.logic import Answered, Known
from allears.studies import piping

HERE = "here"  # the field of a form that tells which questions stand on it
LONGEST_QUOTE = 120  # of words that somebody said, put into another question


class Reader(Protocol):
    """Who reads a text, as far as words in it may differ from person to person; a `Way` is one."""

    @property
    def first_name(self) -> str: ...

    @property
    def person_id(self) -> int | None: ...


# --- what is shown ---------------------------------------------------------------------------------------------


def tailored(asking: Asking, way: Way, given: Mapping[int, Given]) -> Asking:
    """Return `asking` as this person is asked it, who has answered `given` so far, with the minutes left to them."""
    if not asking.is_ruled:
        return asking
    person = known(asking, way, given)
    shown = logic.shown(asking.questions(), person)
    if all(question.key in shown for question in asking.questions()):
        return asking
    pages = _texts_kept([_without_hidden(page, shown) for page in asking.pages])
    minutes = _minutes_left(asking, pages, person)
    return replace(asking, pages=tuple(replace(page, minutes=left) for page, left in zip(pages, minutes, strict=True)))


def _minutes_left(asking: Asking, pages: list[Page], person: Known) -> list[float]:
    """Return the minutes from each page to the end: of what is asked, and of what may still come of an answer that is
    not given yet, so that no answer makes them more than was said.
    """
    until = _until(asking, pages, person)
    seconds = [0.0] * len(pages)
    for at, (whole, page) in enumerate(zip(asking.pages, pages, strict=True)):
        ends = [min(at, until[question.key]) for question in whole.questions]
        for question, end in zip(whole.questions, ends, strict=True):
            if end >= 0:
                seconds[end] += question.seconds
        end = at if is_there(page) else max(ends)
        if end >= 0:
            seconds[end] += PAGE + page.opening
    return [in_minutes(seconds[at:]) for at in range(len(pages))]


def _until(asking: Asking, pages: list[Page], person: Known) -> dict[str, int]:
    """Return by the questions' keys the last page on which each is still to be asked or may come to be; -1: nowhere."""
    shown = {question.key for page in pages for question in page.questions}
    counting = replace(person, answers={key: said for key, said in person.answers.items() if key in shown})
    until: dict[str, int] = {}
    undecided: dict[str, int] = {}
    for at, page in enumerate(asking.pages):
        for question in page.questions:
            open_to = at
            if question.key not in shown and question.rule:
                open_to = min(at, logic.open_until(question.rule, counting, undecided))
            until[question.key] = open_to
            if not counting.answers.get(question.key):
                undecided[question.key] = open_to
    return until


def _texts_kept(pages: list[Page]) -> list[Page]:
    """What a section says above its first question stands above the first one that is left, if that is on a page of
    its own.
    """
    for at in range(1, len(pages)):
        before, page = pages[at - 1], pages[at]
        if (before.text or before.opening) and not is_there(before) and page.section == before.section:
            pages[at - 1] = replace(before, opening=0.0)
            piped = page.is_piped or before.is_piped
            pages[at] = replace(page, text=before.text, opening=before.opening, is_piped=piped)
    return pages


def _without_hidden(page: Page, shown: frozenset[str]) -> Page:
    return replace(page, questions=tuple(q for q in page.questions if q.key in shown), whole=not page.questions)


def known(asking: Asking, way: Way, given: Mapping[int, Given]) -> Known:
    """Return what rules may look at."""
    return Known(answers_in(asking, given), _facets(way.person_id) if asking.looks_at_people else {}, way.language)


def answers_in(asking: Asking, given: Mapping[int, Given]) -> dict[str, Answered]:
    """Return by the questions' keys what rules may look at of answers."""
    return {q.key: _answered(q, given[q.id]) for q in asking.questions() if given.get(q.id)}


def _answered(question: Asked, given: Given) -> Answered:
    keys = {choice.id: choice.key for choice in question.choices}
    return Answered(
        choices=frozenset(keys[cell.choice] for cell in given if cell.choice in keys),
        number=next((cell.number for cell in given if cell.number is not None and cell.choice is None), None),
        words=any(cell.text for cell in given),
        rows={keys[cell.choice]: cell.number for cell in given if cell.number is not None and cell.choice in keys},
    )


def _facets(person_id: int | None) -> dict[str, frozenset[str]]:
    if person_id is None:
        return {}
    return by_key(facets_of([person_id])[person_id])


def by_key(values: Iterable[FacetValue]) -> dict[str, frozenset[str]]:
    """Return a person's values as rules look at them."""
    return {value.facet.key: frozenset({value.key}) for value in values}


def seconds_asked(asking: Asking, person: Known) -> float:
    """Return how long all of it takes that somebody is asked of whom so much is known at the end."""
    shown = logic.shown(asking.questions(), person)
    pages = _texts_kept([_without_hidden(page, shown) for page in asking.pages])
    return sum(page.seconds for page in pages if is_there(page))


def hidden(asking: Asking, shown: Asking, given: Mapping[int, Given]) -> list[int]:
    """Return the questions that are answered and not asked any more."""
    there = {question.id for question in shown.questions()}
    return [question.id for question in asking.questions() if question.id not in there and given.get(question.id)]


def follows(before: Page, after: Page) -> Asked | None:
    """Return the first question on this page that is asked now and was not when it was shown."""
    seen = {question.id for question in before.questions}
    return next((question for question in after.questions if question.id not in seen), None)


def stood(page: Page, told: str) -> Page:
    """Return `page` with the questions that stood on a form, as it tells: their numbers, with dots between them.

    What the answers say is no measure: they may have been saved while somebody typed, and bring up a question since.
    """
    there = set(told.split("."))
    return replace(page, questions=tuple(question for question in page.questions if str(question.id) in there))


def still_asked(before: Page, after: Page) -> list[Asked]:
    """Return the questions that stood on a page and are asked after what was answered there, too."""
    there = {question.id for question in after.questions}
    return [question for question in before.questions if question.id in there]


def is_there(page: Page) -> bool:
    """Whether a page is shown at all: one that had questions and has none left is passed over."""
    return bool(page.questions) or page.whole


def pages_there(asking: Asking) -> list[int]:
    """Return the places of the pages that this person sees; the first one where nothing would be left."""
    return [at for at, page in enumerate(asking.pages) if is_there(page)] or [0]


# --- what is put in --------------------------------------------------------------------------------------------


def places(page: Page, asking: Asking, way: Way, given: Mapping[int, Given]) -> dict[str, str]:
    """Return the slots of the places on a page, filled for this person."""
    if not page.is_piped:
        return {}
    person = _person(page.pipes, asking, way, given)
    return {slot_name(at): escape(piping.said(pipe, person)) for at, pipe in enumerate(page.pipes)}


def reading(pages: Iterable[Page], asking: Asking, way: Reader, given: Mapping[int, Given]) -> Callable[[str], str]:
    """Return what makes of a text of these pages what this person reads, for where it is no slot. Who they are is looked
    up here, once, and not for each text. Words in another language than the page stay marked as such.
    """
    pipes = [pipe for page in pages for pipe in page.pipes]
    if not pipes:
        return lambda text: text
    person = _person(pipes, asking, way, given)
    return lambda text: _filled(text, person)


def _filled(text: str, person: piping.Person) -> str:
    read = piping.filled(text, person)
    return Foreign(read, text.language) if isinstance(text, Foreign) else read


def slot_name(at: int) -> str:
    """Return the name of the slot of a page's place."""
    return f"pipe {at}"


def _person(
    pipes: Iterable[piping.Pipe], asking: Asking, way: Reader, given: Mapping[int, Given]
) -> piping.Person:
    wanted = {pipe.what for pipe in pipes}
    return piping.Person(
        name=way.first_name,
        account=_account(way.person_id) if "account" in wanted else "",
        facets=_facet_labels(way.person_id) if "facet" in wanted else {},
        answers=dict(_said(asking, given)) if "answer" in wanted else {},
    )


def _account(person_id: int | None) -> str:
    found = Person.objects.filter(pk=person_id).values_list("account__name", flat=True).first() if person_id else None
    return found or ""


def _facet_labels(person_id: int | None) -> dict[str, str]:
    if person_id is None:
        return {}
    return {value.facet.label: value.label for value in facets_of([person_id])[person_id]}


def _said(asking: Asking, given: Mapping[int, Given]) -> Iterator[tuple[str, str]]:
    """What was answered, in words, by the questions' short names."""
    for question in asking.questions():
        if question.code and given.get(question.id):
            yield question.code, _in_words(question, given[question.id])


def _in_words(question: Asked, given: Given) -> str:
    labels = {choice.id: choice.label for choice in question.choices}
    parts = [cell.text or labels.get(cell.choice or 0, "") or _figure(cell.number) for cell in given]
    words = ", ".join(part for part in parts if part)
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"


def _figure(number: float | None) -> str:
    return "" if number is None else figure_as_said(number)
