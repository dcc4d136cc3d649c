"""The map of the logic: pages and questions in order, and a line from each question whose answer decides to those that
follow from it. A line runs in a lane of its own beside the rows, as far as it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from allears.design.charts.scale import written
from allears.questionnaires.models import Question, Section
from allears.questionnaires.reach import Reached, never_shown
from allears.questionnaires.ruling import facets_in
from allears.questionnaires.structure import shortened

# Pixels: the room of all lanes together, of one at most, of a dot; how far below its row's top a dot stands.
GUTTER, LANE, DOT = 96, 14, 16
MIDDLE = 19


@dataclass(frozen=True)
class Stretch:
    """What a lane shows in one row: a line from `top` to `bottom`, and where it turns off to the dot, if it does; `joins`
    where it also goes on, so that it is told from a line that only crosses.
    """

    x: str
    top: str
    bottom: str
    turns: bool
    arrives: bool
    joins: bool


@dataclass(frozen=True)
class Row:
    """A page (without `question`) or a question, with the words that say what the lines show."""

    section: Section
    place: int  # of the page
    question: Question | None = None
    number: str = ""
    asked_if: str = ""
    decides: str = ""  # the numbers of the questions that follow from it
    never: bool = False
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Map:
    """The rows from top to bottom; `width` is that of the lanes, `dot` and `tip` where dots stand and arrows end, `middle`
    how far below a row's top.
    """

    rows: list[Row]
    width: str
    dot: str
    tip: str
    middle: str = str(MIDDLE)
    questions: int = 0
    for_some: int = 0
    for_nobody: int = 0


@dataclass
class _Line:
    """From the row of a question that decides to those that follow from it."""

    source: int
    targets: list[int] = field(default_factory=list)
    lane: int = 0

    @property
    def first(self) -> int:
        return min(self.source, *self.targets)

    @property
    def last(self) -> int:
        return max(self.source, *self.targets)


def drawn(pages: Iterable[dict[str, Any]]) -> Map:
    """Return the map of pages as `views.authoring.numbered` gives them: each a `section` with its `rows`."""
    rows = list(_rows(pages))
    questions = [row.question for row in rows if row.question]
    lines = _lines(rows)
    lanes = max((line.lane for line in lines), default=-1) + 1
    step = min(LANE, GUTTER / lanes) if lanes else 0.0
    dot = lanes * step + DOT / 2
    never = _never(questions)
    finished = [_finished(at, row, rows, lines, never, dot, step) for at, row in enumerate(rows)]
    return Map(
        finished, written(dot + DOT / 2), written(dot), written(dot - 6), questions=len(questions),
        for_some=sum(1 for question in questions if question.rule),
        for_nobody=sum(1 for row in finished if row.question and row.never),
    )  # fmt: skip


def _rows(pages: Iterable[dict[str, Any]]) -> Iterable[Row]:
    for place, page in enumerate(pages, 1):
        yield Row(page["section"], place)
        for row in page["rows"]:
            yield Row(page["section"], place, row["question"], str(row["number"]), row["asked_if"])


def _lines(rows: Sequence[Row]) -> list[_Line]:
    where = {str(row.question.key): at for at, row in enumerate(rows) if row.question}
    lines: dict[int, _Line] = {}
    for at, row in enumerate(rows):
        rule = row.question.rule if row.question else None
        for source in sorted(where[key] for key in (rule.looks_at if rule else ()) if key in where):
            lines.setdefault(source, _Line(source)).targets.append(at)
    return _in_lanes(sorted(lines.values(), key=lambda line: (line.first, line.last)))


def _in_lanes(lines: list[_Line]) -> list[_Line]:
    """Give each line the lane nearest to the dots that is free from its first row to its last."""
    ends: list[int] = []
    for line in lines:
        line.lane = next((lane for lane, end in enumerate(ends) if end < line.first), len(ends))
        ends[line.lane : line.lane + 1] = [line.last]
    return lines


def _never(questions: Sequence[Question]) -> frozenset[str]:
    facets = {facet.key: [value.key for value in facet.values.all()] for facet in facets_in(questions)}
    return never_shown([_reached(question) for question in questions], facets)


def _reached(question: Question) -> Reached:
    choices = list(question.choices.all()) if question.has_list else []
    return Reached(
        str(question.key), question.kind, question.rule,
        choices=frozenset(str(choice.key) for choice in choices),
        exclusive=frozenset(str(choice.key) for choice in choices if choice.exclusive),
        minimum=question.minimum, maximum=question.maximum,
    )  # fmt: skip


def _finished(
    at: int, row: Row, rows: Sequence[Row], lines: Sequence[_Line], never: frozenset[str], dot: float, step: float
) -> Row:
    here = [line for line in lines if line.first <= at <= line.last]
    follow = [_called(rows[target]) for line in here if line.source == at for target in line.targets]
    on_it = [one.question for one in rows if one.question and one.section == row.section]
    asked = [row.question] if row.question else on_it
    return Row(
        row.section, row.place, row.question, row.number, row.asked_if, ", ".join(follow),
        never=bool(asked) and all(str(question.key) in never for question in asked),
        stretches=tuple(_stretch(line, at, written(dot - DOT / 2 - step * (line.lane + 0.5))) for line in here),
    )  # fmt: skip


def _stretch(line: _Line, at: int, x: str) -> Stretch:
    goes_on = line.first < at < line.last
    top = "0" if at > line.first else str(MIDDLE)
    bottom = "100%" if at < line.last else str(MIDDLE)
    turns = at == line.source or at in line.targets
    return Stretch(x, top, bottom, turns=turns, arrives=at in line.targets, joins=turns and goes_on)


def _called(row: Row) -> str:
    return row.number or f"“{shortened(row.question.text, 30)}”" if row.question else ""
