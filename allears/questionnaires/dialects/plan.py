"""The plan of an import: what each column of a table is, as proposed by us and edited by a person.

A plan is a tree of plain data. `to_json` and `from_json` carry it to a page and back; nothing in it refers to
a file, to the clock or to the database. Columns are counted from 0.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The types of questions; the same words as everywhere in the product."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    NUMBER = "number"
    DATE = "date"


LEFT_OUT = "Left out."
OPEN_KINDS = frozenset({Kind.SHORT_TEXT, Kind.LONG_TEXT})


class Role(StrEnum):
    """What a column says about a response, when it is no answer."""

    EXTERNAL_ID = "external_id"
    PERSON_ID = "person_id"
    STARTED = "started"
    SUBMITTED = "submitted"
    STATUS = "status"
    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    DURATION = "duration"
    IGNORED = "ignored"


class Layout(StrEnum):
    """How answers stand in cells."""

    CELL = "cell"  # one value a cell; an open question with several boxes has a column for each
    JOINED = "joined"  # several choices in one cell
    SPREAD = "spread"  # a column for each choice


@dataclass(slots=True)
class MetaColumn:
    """A column that is no question; `note` says why it was taken so. Dates: `day_first` settles 1/2/2020."""

    column: int
    heading: str
    role: Role
    note: str = ""
    day_first: bool = False


@dataclass(slots=True)
class ChoicePlan:
    """A choice: its wording, the cell values that mean it, its column if each choice has one."""

    label: str
    values: list[str] = field(default_factory=list)
    column: int | None = None
    asks_text: bool = False


@dataclass(slots=True)
class QuestionPlan:
    """A question: `columns` are its boxes (open), its choices (spread) or its only column."""

    text: str
    kind: Kind
    columns: list[int]
    code: str = ""
    layout: Layout = Layout.CELL
    separator: str = ""
    choices: list[ChoicePlan] = field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None
    low_label: str = ""
    high_label: str = ""
    no_answer: list[str] = field(default_factory=list)
    other_column: int | None = None
    group: str = ""
    facet: bool = False
    facet_name: str = ""
    include: bool = True
    note: str = ""
    day_first: bool = False  # of dates such as 1/2/2020

    @property
    def is_open(self) -> bool:
        return self.kind in OPEN_KINDS

    @property
    def every_column(self) -> list[int]:
        """All columns that this question reads."""
        return [*self.columns, *([] if self.other_column is None else [self.other_column])]


@dataclass(slots=True)
class Plan:
    """What to do with a table: which rows are headings, which columns are what."""

    dialect: str
    header_rows: int
    headings: list[str]
    language: str = ""
    time_zone: str = "UTC"
    rows: int = 0
    unsure_date: str = ""  # one that stands in the file and may name two days, where nothing tells which comes first
    said_on: str = ""  # as YYYY-MM-DD: the day of whatever says no day of its own, as somebody told us
    meta: list[MetaColumn] = field(default_factory=list)
    questions: list[QuestionPlan] = field(default_factory=list)

    @property
    def says_when(self) -> bool:
        """Whether a column says when a response was given."""
        return any(column.role in {Role.STARTED, Role.SUBMITTED} for column in self.meta)

    def column_of(self, role: Role) -> MetaColumn | None:
        """The first column with that role."""
        return next((meta for meta in self.meta if meta.role is role), None)

    @property
    def day_first(self) -> bool:
        """Whether in dates such as 1/2/2020 the day comes first."""
        return any(column.day_first for column in self.meta) or any(question.day_first for question in self.questions)

    @property
    def left_out(self) -> dict[str, list[str]]:
        """The headings of columns that are neither taken as questions nor say anything of a response, by why."""
        found: dict[str, list[str]] = {}
        for meta in self.meta:
            if meta.role is Role.IGNORED:
                found.setdefault(meta.note or LEFT_OUT, []).append(meta.heading)
        for question in self.questions:
            if not question.include:
                names = [self.headings[column] for column in question.every_column]
                found.setdefault(question.note or LEFT_OUT, []).extend(names)
        return found

    def with_day_first(self, first: bool) -> Plan:
        """The plan with every date read so."""
        meta = [replace(column, day_first=first) for column in self.meta]
        return replace(self, meta=meta, questions=[replace(question, day_first=first) for question in self.questions])

    def count_by_kind(self) -> dict[str, int]:
        """How many questions of each type are taken."""
        counts: dict[str, int] = {}
        for question in self.questions:
            if question.include:
                counts[question.kind] = counts.get(question.kind, 0) + 1
        return counts

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for json.dumps."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        """The plan that `to_json` gave. Raises KeyError, TypeError or ValueError for anything else."""
        given = dict(data)
        metas = [MetaColumn(**{**meta, "role": Role(meta["role"])}) for meta in given.pop("meta")]
        questions = [_question(question) for question in given.pop("questions")]
        return cls(**given, meta=metas, questions=questions)


def changed_kind(question: QuestionPlan, kind: Kind) -> QuestionPlan:
    """The same columns read as another type, with what that type needs.

    A closed question becomes open word for word; an open one becomes a choice among the answers that the plan
    knows, and everything else that was said is kept as "Other" with the words.
    """
    question = replace(question, note="")
    if kind in OPEN_KINDS or kind in {Kind.NUMBER, Kind.DATE}:
        return replace(question, kind=kind, layout=Layout.CELL, choices=[], separator="", facet=False)
    if kind is Kind.SCALE:
        return replace(question, kind=kind, layout=Layout.CELL, choices=[], separator="", **_ends(question))
    return replace(question, kind=kind, layout=question.layout if question.choices else Layout.CELL)


def _ends(question: QuestionPlan) -> dict[str, Any]:
    numbers = [number for choice in question.choices if (number := _number(choice.label)) is not None]
    low = question.minimum if question.minimum is not None else min(numbers, default=1.0)
    high = question.maximum if question.maximum is not None else max(numbers, default=5.0)
    return {"minimum": low, "maximum": max(high, low + 1)}


def _number(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None


def _question(data: dict[str, Any]) -> QuestionPlan:
    choices = [ChoicePlan(**choice) for choice in data["choices"]]
    known = {"kind": Kind(data["kind"]), "layout": Layout(data["layout"]), "choices": choices}
    return QuestionPlan(**{**data, **known})
