"""All answers of one person in the order of the questions, to look through before they are sent, each with the way to
change it. What is not asked of this person does not stand here; what must be answered and is not, does.

Only reading: the page is shown, and what its one button does is done, in `answering_views`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allears.core.languages import marked
from allears.questionnaires import answering_kiosk as kiosk
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_notes as notes
from allears.questionnaires import answering_pages as pages
from allears.questionnaires import answering_timing as timing
from allears.questionnaires.answering_asked import Asked, Asking, Cell, Given, Page
from allears.questionnaires.answering_forms import figure_as_said, missing
from allears.questionnaires.answering_kinds import first_place
from allears.questionnaires.answering_store import met_elsewhere
from allears.questionnaires.answering_ways import Way
from allears.questionnaires.calendar import date_of
from allears.questionnaires.models import SentFile

GO = "review"  # the value of the buttons that lead here
PATH = "review/"
RETURNS = "returns"  # in an address and in a form: from there back to here
MARK = f'<input type="hidden" name="{RETURNS}" value="1">'


@dataclass(slots=True)
class Line:
    """A question and what was answered: `words` as they were written, or `parts` of a list."""

    question: Asked
    text: str
    change: str
    is_missing: bool = False
    words: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)


@dataclass(slots=True)
class Other:
    """Another answer to the same question, given on another device; the newer one counts."""

    at: datetime
    words: list[str]
    parts: list[str]


def page(way: Way, asked: Asking, given: dict[int, Given], *, changed: bool = False) -> str:
    """Return the page with everything that `given` answers of what this person is asked.

    `changed`: their answers have changed since they looked at them, so that nothing was sent.
    """
    others = _others(way, given)
    names = _names_of_files(asked, [given, *({q: said} for q, them in others.items() for said, _at in them)])
    sections: list[dict[str, Any]] = []
    read = logic.reading(asked.pages, asked, way, given)
    for at in logic.pages_there(asked):
        one = asked.pages[at]
        lines = list(_lines(way, one, at, given, names, read))
        for line in lines:
            line.others = [Other(given_at, *in_words(line.question, said, names)) for said, given_at in others.get(line.question.id, ())]
        if lines and (not sections or (one.title and one.title != sections[-1]["title"])):
            sections.append({"title": one.title, "heading": marked(one.title), "lines": []})
        if lines:
            sections[-1]["lines"] += lines
    return render_to_string(
        f"{pages.FOLDER}/review.html",
        {
            "way": way,
            "sections": sections,
            "missing": [line for section in sections for line in section["lines"] if line.is_missing],
            "changed": changed,
            "stamp": mark_safe(timing.stamp()),
            **{name: mark_safe(html) for name, html in kiosk.parts(way).items()},
            **notes.direction(way),
        },
    )


def _lines(
    way: Way, one: Page, at: int, given: dict[int, Given], names: dict[int, str], read: Callable[[str], str]
) -> Iterator[Line]:
    gaps = {gap.question.id for gap in missing(one.questions, given)}
    for question in one.questions:
        if question.kind != "statement":
            line = Line(question, read(question.text), _address(way, at, question), question.id in gaps)
            line.words, line.parts = in_words(question, given.get(question.id, ()), names)
            yield line


def _address(way: Way, at: int, question: Asked) -> str:
    return f"/a/{way.token}/{at + 1}/?{RETURNS}#{question.name}-question"


# --- answers in words ------------------------------------------------------------------------------------------


def in_words(question: Asked, given: Given, names: dict[int, str]) -> tuple[list[str], list[str]]:
    """Return what was answered: words as they were written, and parts of a list. `names`: of files, by number."""
    if question.is_open:
        return [cell.text for cell in given], []
    if question.kind == "ranking":
        return [], list(_ranked(question, given))
    return [], [_part(question, cell, names) for cell in given]


def _ranked(question: Asked, given: Given) -> Iterator[str]:
    """Items in the order of their places; those that share some carry the mean of them (see `read_ranking`)."""
    for cell in sorted(given, key=lambda cell: cell.number or 0.0):
        place = cell.number or 0.0
        first = first_place(given, place)
        last = int(2 * place) - first
        yield f"{first if first == last else f'{first}–{last}'}. {_label(question, cell)}"


def _part(question: Asked, cell: Cell, names: dict[int, str]) -> str:
    if question.kind == "file":
        return names.get(int(cell.number or 0), _("A file"))
    if question.kind == "consent":
        return _("I agree")
    label = _label(question, cell)
    if cell.number is None:
        return f"{label}: {cell.text}" if label and cell.text else label or cell.text
    number = _figure(question, cell.number)
    return f"{label}: {number}" if label else number


def _label(question: Asked, cell: Cell) -> str:
    """The choice, the row, the item; also of words beside a choice that was not made."""
    chosen = next((one for one in question.choices if one.id == cell.choice), None)
    if cell.choice is None and cell.text:
        chosen = next((one for one in question.choices if one.position + 1 == cell.box), None)
    return str(chosen.label) if chosen else ""


def _figure(question: Asked, number: float) -> str:
    if question.kind == "date":
        return formats.date_format(date_of(number), "DATE_FORMAT")
    said = figure_as_said(number)
    ends = {question.steps[0]: question.low_label, question.steps[-1]: question.high_label} if _has_steps(question) else {}
    end = ends.get(int(number), "")
    return f"{said} ({end})" if end else said


def _has_steps(question: Asked) -> bool:
    return question.kind in ("scale", "matrix")


def _others(way: Way, given: dict[int, Given]) -> dict[int, list[tuple[Given, datetime]]]:
    """What was answered on other devices meanwhile and says something else than what stands; each once, oldest first."""
    if way.at_a_counter:
        return {}
    found = {q: {said: at for said, at in them if said and said != given.get(q)} for q, them in met_elsewhere(way.response_id).items()}
    return {question: list(them.items()) for question, them in found.items()}


def _names_of_files(asked: Asking, answers: Iterable[dict[int, Given]]) -> dict[int, str]:
    """The names of the files that were sent, by number; one query, or none where there is none."""
    questions = [q.id for q in asked.questions() if q.kind == "file"]
    sent = [int(c.number or 0) for given in answers for q in questions for c in given.get(q, ())]
    return dict(SentFile.objects.filter(pk__in=sent).values_list("pk", "name")) if sent else {}
