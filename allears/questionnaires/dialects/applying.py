"""A plan put to work: rows in, responses out, and a problem for everything that was not understood.

Words are handed on exactly as they stand in the cell. What is empty but for white space is no answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from allears.core.tables import Row, columns_of

from .grouping import NOT_TICKS
from .heads import tidy
from .joined import Cutter
from .kinds import step_of
from .moments import day_of, moment_of
from .plan import Kind, Layout, MetaColumn, Plan, QuestionPlan, Role
from .profiles import NUMBER

COMPLETE = frozenset(["complete", "completed", "finished", "submitted", "true", "yes", "1", "y", "ja", "sí", "oui"])
PARTIAL = frozenset(
    ["partial", "incomplete", "in progress", "started", "abandoned", "false", "no", "0", "n", "nein", "non",
     "disqualified", "unfinished", "partially completed", "partially complete"]
)  # fmt: skip
NAMELESS = frozenset(["anonymous", "anonym", "anonyme", "anónimo", "n/a", "-"])
DECIMAL = re.compile(r"[+-]?\d*[.,]\d+(?:[eE][+-]?\d+)?|[+-]?\d+[eE][+-]?\d+")
KEEPS_UNSENT = frozenset(["limesurvey", "alchemer", "surveymonkey", "qualtrics"])  # without a date: unsent
SHOWN = 80  # characters of a cell in a problem's sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood: where, and why."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a response: `question` and `choice` are positions in the plan."""

    question: int
    box: int = 0
    choice: int | None = None
    number: float | None = None
    text: str = ""


@dataclass(slots=True)
class Reply:
    """One row as a response. `key` is the same whenever the same row comes again."""

    row: int
    key: str
    complete: bool = True
    external_id: str = ""
    person_id: str = ""
    email: str = ""
    name: str = ""
    language: str = ""
    started: dt.datetime | None = None
    submitted: dt.datetime | None = None
    given: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def apply_plan(plan: Plan, rows: Iterable[Row]) -> Iterator[Reply]:
    """A reply for every row, in order, as a stream. The rows must not hold the headings."""
    reader = _Reader(plan)
    for row in rows:
        yield reader.reply(row)


def noting_empty(plan: Plan, rows: Iterable[Row], noted: Counter[tuple[int, str]]) -> Iterator[Row]:
    """The rows, as a stream; `noted` counts the cells that `apply_plan` takes as empty though words stand in them.

    Its keys are a column and what stands there, stripped.
    """
    nothing = [
        (column, frozenset(question.no_answer))
        for question in plan.questions
        if question.include and question.no_answer and question.layout is not Layout.SPREAD
        for column in question.columns
    ]
    for row in rows:
        for column, markers in nothing:
            if (said := row.cells[column].strip()) in markers:
                noted[column, said] += 1
        yield row


Reading = Callable[["_Cells"], Iterator[Given]]


class _Reader:
    """A plan with everything looked up beforehand."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.zone = ZoneInfo(plan.time_zone)
        self.said_on = _noon(plan.said_on, self.zone)
        self.names = [tidy(column.name) for column in columns_of(plan.headings)]
        self.roles = {meta.role: meta for meta in reversed(plan.meta)}
        self.seen: Counter[int] = Counter()
        self.readings = [_reading(place, question) for place, question in enumerate(plan.questions) if question.include]

    def reply(self, row: Row) -> Reply:
        cells = _Cells(row, self.names)
        reply = Reply(row=row.number, key=self._key(row), problems=cells.problems)
        for reading in self.readings:
            reply.given.extend(reading(cells))
        self._say_who(reply, cells)
        self._say_when(reply, cells)
        return reply

    def _key(self, row: Row) -> str:
        """The row's own id, or a digest of its cells and how many rows before it were just the same."""
        if (meta := self.roles.get(Role.EXTERNAL_ID)) and (name := row.cells[meta.column].strip()):
            return f"id:{name}"[:120]
        digest = hashlib.sha256("\x1f".join(row.cells).rstrip("\x1f").encode("utf-8", "surrogatepass"))
        short = int.from_bytes(digest.digest()[:8], "big")
        self.seen[short] += 1
        return f"row:{digest.hexdigest()}:{self.seen[short]}"

    def _say_who(self, reply: Reply, cells: _Cells) -> None:
        reply.external_id = self._cell(cells, Role.EXTERNAL_ID)
        reply.person_id = self._cell(cells, Role.PERSON_ID)
        reply.email = self._email(cells)
        first_and_last = f"{self._cell(cells, Role.FIRST_NAME)} {self._cell(cells, Role.LAST_NAME)}"
        reply.name = self._cell(cells, Role.NAME) or first_and_last.strip()
        reply.name = "" if reply.name.casefold() in NAMELESS else reply.name
        reply.language = self._cell(cells, Role.LANGUAGE) or self.plan.language

    def _say_when(self, reply: Reply, cells: _Cells) -> None:
        reply.started = self._moment(cells, Role.STARTED)
        reply.submitted = self._moment(cells, Role.SUBMITTED)
        reply.complete = self._is_complete(reply, cells)
        if reply.started is None and reply.submitted is None:
            reply.submitted = self.said_on

    def _email(self, cells: _Cells) -> str:
        address = self._cell(cells, Role.EMAIL)
        if address.casefold() in NAMELESS:
            return ""
        if address and (address.count("@") != 1 or " " in address or len(address) > 320):
            cells.doubt(self.roles[Role.EMAIL].column, f"“{_short(address)}” is not an e-mail address.")
            return ""
        return address

    def _moment(self, cells: _Cells, role: Role) -> dt.datetime | None:
        meta: MetaColumn | None = self.roles.get(role)
        if meta is None or not (text := cells.stripped(meta.column)):
            return None
        moment = moment_of(text, zone=self.zone, day_first=meta.day_first)
        if moment is None:
            cells.doubt(meta.column, f"“{_short(text)}” is not a date that we understand.")
        return moment

    def _is_complete(self, reply: Reply, cells: _Cells) -> bool:
        """As the status says; without one, whatever was sent or answered counts as complete."""
        said = self._cell(cells, Role.STATUS).casefold()
        if said in PARTIAL or said in COMPLETE:
            return said in COMPLETE
        if said:
            cells.doubt(self.roles[Role.STATUS].column, f"“{_short(said)}” is not a status that we know.")
        if Role.SUBMITTED in self.roles and (Role.STARTED in self.roles or self.plan.dialect in KEEPS_UNSENT):
            return reply.submitted is not None
        return True

    def _cell(self, cells: _Cells, role: Role) -> str:
        meta = self.roles.get(role)
        return cells.stripped(meta.column) if meta else ""


def _noon(day: str, zone: ZoneInfo) -> dt.datetime | None:
    """The middle of a day, which is that day to readers nearly everywhere; None of an empty text."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), tzinfo=zone) if day else None


class _Cells:
    """The cells of a row, and the problems that reading them has met."""

    def __init__(self, row: Row, names: list[str]) -> None:
        self.row, self.names, self.cells = row.number, names, row.cells
        self.problems = [Problem(found.row, self._place(found.column), found.reason) for found in row.problems]

    def stripped(self, column: int) -> str:
        return self.cells[column].strip()

    def doubt(self, column: int, reason: str) -> None:
        self.problems.append(Problem(self.row, self.names[column], reason))

    def _place(self, letter: str) -> str:
        index = 0
        for sign in letter:
            index = index * 26 + ord(sign) - ord("A") + 1
        return self.names[index - 1] if 0 < index <= len(self.names) else f"Column {letter}"


def _reading(place: int, question: QuestionPlan) -> Reading:
    """The function that reads a question's answers from a row."""
    if question.is_open:
        return partial(_read_words, place, question, frozenset(question.no_answer))
    if question.kind is Kind.DATE:
        return partial(_read_day, place, question, frozenset(question.no_answer))
    if question.kind in {Kind.NUMBER, Kind.SCALE}:
        return partial(_read_number, place, question, frozenset(question.no_answer))
    other = next((n for n, choice in enumerate(question.choices) if choice.asks_text), None)
    if question.layout is Layout.SPREAD:
        return partial(_read_spread, place, question, other)
    known = {value: n for n, choice in enumerate(question.choices) for value in choice.values}
    if question.layout is Layout.JOINED:
        return partial(_read_joined, place, question, Cutter(known, question.separator), other)
    return partial(_read_choice, place, question, known, other)


def _read_words(place: int, question: QuestionPlan, nothing: frozenset[str], cells: _Cells) -> Iterator[Given]:
    for box, column in enumerate(question.columns):
        said = cells.stripped(column)
        if said and said not in nothing:
            yield Given(place, box=box, text=cells.cells[column])


def _read_number(place: int, question: QuestionPlan, nothing: frozenset[str], cells: _Cells) -> Iterator[Given]:
    column = question.columns[0]
    said = cells.stripped(column)
    if not said or said in nothing:
        return
    number = _scale_step(said) if question.kind is Kind.SCALE else _plain_number(said)
    if number is None:
        cells.doubt(column, f"“{_short(said)}” is not a number.")
    elif not _within(number, question):
        cells.doubt(column, f"“{_short(said)}” is outside {question.minimum:g} to {question.maximum:g}.")
    else:
        yield Given(place, number=number)


def _read_day(place: int, question: QuestionPlan, nothing: frozenset[str], cells: _Cells) -> Iterator[Given]:
    column = question.columns[0]
    said = cells.stripped(column)
    if not said or said in nothing:
        return
    if (day := day_of(said, day_first=question.day_first)) is None:
        cells.doubt(column, f"“{_short(said)}” is not a date that we understand.")
    else:
        yield Given(place, number=day.toordinal())


def _read_choice(
    place: int, question: QuestionPlan, known: dict[str, int], other: int | None, cells: _Cells
) -> Iterator[Given]:
    column = question.columns[0]
    said = cells.stripped(column)
    said = "" if said in question.no_answer else said
    words = _other_words(question, cells)
    choice = known.get(said) if said else None
    if choice is not None:
        yield Given(place, box=choice, choice=choice, text=words)
    elif said and other is None:
        cells.doubt(column, f"“{_short(said)}” is not among the choices.")
    elif said or (words and other is not None):
        own = [text for text in (cells.cells[column] if said else "", words) if text]
        yield from _ticked(place, question, other, [], own)


def _read_joined(
    place: int, question: QuestionPlan, cutter: Cutter, other: int | None, cells: _Cells
) -> Iterator[Given]:
    column = question.columns[0]
    told = cells.stripped(column) not in {"", *question.no_answer}
    chosen, own = cutter.cut(cells.cells[column]) if told else ([], "")
    if own and other is None:
        cells.doubt(column, f"“{_short(own)}” is not among the choices.")
    yield from _ticked(place, question, other, chosen, [own, _other_words(question, cells)])


def _read_spread(place: int, question: QuestionPlan, other: int | None, cells: _Cells) -> Iterator[Given]:
    chosen = []
    for position, choice in enumerate(question.choices):
        said = cells.stripped(choice.column) if choice.column is not None else ""
        if said in choice.values:
            chosen.append(position)
        elif said and not _is_no(said) and choice.column is not None:
            cells.doubt(choice.column, f"“{_short(said)}” says neither that this was chosen nor that it was not.")
    yield from _ticked(place, question, other, chosen, ["", _other_words(question, cells)])


def _ticked(
    place: int, question: QuestionPlan, other: int | None, chosen: list[int], words: list[str]
) -> Iterator[Given]:
    """The ticked choices; what was written besides goes with "Other", each text on its own."""
    said = [text for text in words if text] if other is not None else []
    for position in chosen:
        if position != other:
            yield Given(place, box=position, choice=position)
    if other is not None and (said or other in chosen):
        yield Given(place, box=other, choice=other, text=said[0] if said else "")
        for extra, text in enumerate(said[1:], start=len(question.choices)):
            yield Given(place, box=extra, choice=other, text=text)


def _other_words(question: QuestionPlan, cells: _Cells) -> str:
    """What stands in the column for the words beside "Other"; reported if no choice takes words."""
    column = question.other_column
    if column is None or not cells.stripped(column):
        return ""
    if not any(choice.asks_text for choice in question.choices):
        cells.doubt(column, f"No choice takes these words: “{_short(cells.cells[column])}”.")
        return ""
    return cells.cells[column]


def _is_no(said: str) -> bool:
    return said.casefold() in NOT_TICKS


def _scale_step(said: str) -> float | None:
    step = step_of(said)[0]
    return float(step) if step is not None else _plain_number(said)


def _plain_number(said: str) -> float | None:
    if NUMBER.fullmatch(said):
        return float(said.replace(",", ""))
    return float(said.replace(",", ".")) if DECIMAL.fullmatch(said) else None


def _within(number: float, question: QuestionPlan) -> bool:
    low, high = question.minimum, question.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
