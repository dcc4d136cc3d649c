"""What a browser posted, read without Django's forms: this is the path that thousands walk at once.

Everything here is pure. Reading never fails: what cannot be taken becomes a `Wrong` with a sentence, and
everything else on the page is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.typed import whole_number
from allears.questionnaires.answering_asked import Asked, Cell, Given
from allears.questionnaires.answering_kinds import alone, is_whole, read_consent, read_date, read_matrix, read_ranking
from allears.questionnaires.answering_wrong import Fields, Wrong
from allears.verbatims import ledger


@dataclass(slots=True)
class Posted:
    """What was read from one page: answers that can be taken, by question, and what is wrong."""

    given: dict[int, Given] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def not_taken(self) -> list[Wrong]:
        """Where nothing of what was typed is kept."""
        return [one for one in self.wrong if not one.kept]


def read(questions: Iterable[Asked], fields: Fields) -> Posted:
    """Return what `fields` say to `questions`."""
    posted = Posted()
    for question in questions:
        reader = _readers.get(question.kind)
        if reader is None:
            continue
        found = reader(question, fields)
        if not isinstance(found, Wrong):
            posted.given[question.id] = found
            continue
        posted.wrong.append(found)
        if found.kept:
            posted.given[question.id] = found.kept
    return posted


def missing(questions: Iterable[Asked], given: dict[int, Given]) -> list[Wrong]:
    """Return those of `questions` that must be answered and are not."""
    return [
        Wrong(question, _first_gap(question, given.get(question.id, ())), _ask_for(question))
        for question in questions
        if question.required and question.kind != "statement" and not is_whole(question, given.get(question.id, ()))
    ]


def _first_gap(question: Asked, given: Given) -> str:
    """The control that waits for an answer: of a list of rows the first one that has none."""
    answered = {cell.choice for cell in given}
    row = next((row for row in question.choices if row.id not in answered), None)
    return f"{question.name}-{row.id}" if row and given else first_field(question)


def first_field(question: Asked) -> str:
    """Return the id of the control at which answering `question` begins."""
    if question.choices:
        return f"{question.name}-{question.choices[0].id}"
    if question.kind == "file":
        return f"{question.name}-0"
    return f"{question.name}-{question.steps[0]}" if question.kind == "scale" else question.name


def _ask_for(question: Asked) -> str:
    if question.kind == "multiple":
        return _("Choose at least one.")
    if question.kind in ("single", "scale"):
        return _("Choose one.")
    if question.kind == "matrix":
        return _("Choose one in each row.")
    if question.kind == "file":
        return _("Choose a file.")
    if question.kind == "consent":
        return _("Without your agreement we cannot go on. If you do not agree, stop here.")
    if question.kind == "ranking":
        return ngettext(
            "Give a place to at least %(count)d of them.", "Give places to at least %(count)d of them.",
            len(question.places),
        ) % {"count": len(question.places)}  # fmt: skip
    if question.kind in ("number", "date"):
        return _("Enter a number.") if question.kind == "number" else _("Enter a day.")
    return _("Write an answer.")


def box_name(question: Asked, box: int) -> str:
    """Return the name of an open question's box."""
    return f"{question.name}.{box}" if box else question.name


def other_name(question: Asked, choice: int) -> str:
    """Return the name of the text field that goes with a choice."""
    return f"{question.name}.t{choice}"


def _words(fields: Fields, name: str) -> str:
    """The words in a field as they were typed; only spaces are nothing."""
    values = fields.get(name)
    if not values or not values[0].strip():
        return ""
    return ledger.faithful(ledger.unbroken(values[0]))


def _too_long(question: Asked, name: str, text: str) -> Wrong | None:
    if len(text) * 4 <= ledger.LONGEST or len(text.encode()) <= ledger.LONGEST:
        return None
    fitting = ledger.LONGEST * len(text) // len(text.encode()) // 1000 * 1000  # of these letters, whose bytes differ
    words = _("This is longer than we can keep. Please shorten it to about %(n)s characters.")
    return Wrong(question, name.replace(".", "-"), words % {"n": number_format(fitting, force_grouping=True)})


def _read_open(question: Asked, fields: Fields) -> Given | Wrong:
    cells = []
    for box in range(question.boxes):
        name = box_name(question, box)
        text = _words(fields, name)
        wrong = _too_long(question, name, text)
        if wrong:
            return wrong
        if text:
            cells.append(Cell(box, text=text))
    return tuple(cells)


def _read_single(question: Asked, fields: Fields) -> Given | Wrong:
    """One choice. Words beside a choice that was not made are kept too, without counting as a choice."""
    chosen = fields.get(question.name, [""])[0]
    cells, others = [], []
    for choice in question.choices:
        text = _words(fields, other_name(question, choice.id)) if choice.asks_text else ""
        wrong = _too_long(question, other_name(question, choice.id), text)
        if wrong:
            return wrong
        if chosen == str(choice.id):
            cells.append(Cell(0, choice=choice.id, text=text))
        elif text:
            others.append((choice, text))
    if not cells and chosen:
        return Wrong(question, first_field(question), _("Choose one of the answers on the page."))
    if not cells and others:  # whoever wrote beside "Other" and did not mark it meant it
        choice, text = others.pop(0)
        cells.append(Cell(0, choice=choice.id, text=text))
    return (*cells, *(Cell(choice.position + 1, text=text) for choice, text in others))


def _read_multiple(question: Asked, fields: Fields) -> Given | Wrong:
    """Several choices; words beside a choice make it one."""
    chosen = set(fields.get(question.name, ()))
    known = {str(choice.id) for choice in question.choices}
    if chosen - known - {""}:
        return Wrong(question, first_field(question), _("Choose from the answers on the page."))
    cells = []
    for choice in question.choices:
        text = _words(fields, other_name(question, choice.id)) if choice.asks_text else ""
        wrong = _too_long(question, other_name(question, choice.id), text)
        if wrong:
            return wrong
        if text or str(choice.id) in chosen:
            cells.append(Cell(choice.position, choice=choice.id, text=text))
    if len(cells) > 1 and any(choice.exclusive for choice in question.choices):
        return alone(question, tuple(cells), fields)
    return tuple(cells)


def _read_scale(question: Asked, fields: Fields) -> Given | Wrong:
    chosen = fields.get(question.name, [""])[0]
    if not chosen:
        return ()
    steps = question.steps
    # "７", "+7" and "--7" are nothing that the page offered.
    if whole_number(chosen.removeprefix("-")) is not None and int(chosen) in steps:
        return (Cell(0, number=float(chosen)),)
    return Wrong(question, first_field(question), _("Choose one of the steps on the page."))


def _read_number(question: Asked, fields: Fields) -> Given | Wrong:
    typed = fields.get(question.name, [""])[0].strip()
    if not typed:
        return ()
    number = as_number(typed)
    if number is None:
        return Wrong(question, question.name, _("Enter a number in figures, like 12 or 3.5."))
    low, high = question.minimum, question.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        return Wrong(question, question.name, _out_of_range(low, high))
    return (Cell(0, number=number),)


def as_number(typed: str) -> float | None:
    """Return the number that somebody typed, with a point or a comma; None when it is none."""
    try:
        number = float(typed.replace(" ", "").replace(",", ".")) if len(typed) <= 40 and "_" not in typed else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _out_of_range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return _("Enter a number from %(low)s to %(high)s.") % {"low": figure_as_said(low), "high": figure_as_said(high)}
    if low is not None:
        return _("Enter a number that is %(low)s or more.") % {"low": figure_as_said(low)}
    return _("Enter a number that is %(high)s or less.") % {"high": figure_as_said(high or 0.0)}


def figure_as_said(number: float) -> str:
    """Return how a number is written to this reader: without decimals where it has none."""
    return str(number_format(int(number) if number.is_integer() else number, use_l10n=True))


def figure(number: float) -> str:
    """Return how a number is written in a form field: no exponent, no needless decimals."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


_readers: dict[str, Callable[[Asked, Fields], Given | Wrong]] = {
    "short_text": _read_open,
    "long_text": _read_open,
    "single": _read_single,
    "multiple": _read_multiple,
    "scale": _read_scale,
    "number": _read_number,
    "date": read_date,
    "consent": read_consent,
    "matrix": read_matrix,
    "ranking": read_ranking,
}
