"""The exports of survey tools, known by their headings; each says what its columns are.

A dialect looks at the first rows of a table. `recognise` is how sure it is (0 to 1), `read` gives the number
of heading rows and a head for each column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from .heads import Head, Part, is_write_in, tidy
from .plan import Role
from .roles import TIMINGS, folded, note_on, role_of

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a dialect made of the headings."""

    header_rows: int
    heads: list[Head]
    headings: list[str]


class Dialect(Protocol):
    """One tool's way of writing a table of responses."""

    name: str

    def recognise(self, rows: Rows) -> float: ...

    def read(self, rows: Rows) -> Reading: ...


class Plain:
    """A table with one row of headings: any spreadsheet."""

    name = "plain"

    def recognise(self, rows: Rows) -> float:
        return 0.1

    def read(self, rows: Rows) -> Reading:
        return Reading(1, [plain_head(index, heading) for index, heading in enumerate(rows[0])], list(rows[0]))


def plain_head(index: int, heading: str) -> Head:
    """A head for a heading that is one whole question, or names a role."""
    text = tidy(heading)
    head = Head(index, heading, text, key=f"{index}:{text}")
    role = role_of(heading)
    return head if role is None else with_role(head, role)


def with_role(head: Head, role: Role) -> Head:
    """The head as metadata."""
    return replace(head, role=role, note=note_on(head.heading, role))


def cell(rows: Rows, row: int, index: int) -> str:
    """A cell that may lie beyond the end of its row."""
    return rows[row][index] if row < len(rows) and index < len(rows[row]) else ""


class GoogleForms:
    """Google Forms: a timestamp first; a grid is "Question [row]"."""

    name = "google_forms"
    TIMESTAMPS = frozenset(
        ["timestamp", "marca temporal", "zeitstempel", "horodateur", "informazioni cronologiche",
         "carimbo de data/hora", "tijdstempel", "sygnatura czasowa", "タイムスタンプ", "отметка времени"]
    )  # fmt: skip

    def recognise(self, rows: Rows) -> float:
        return 0.8 if folded(cell(rows, 0, 0)) in self.TIMESTAMPS else 0.0

    def read(self, rows: Rows) -> Reading:
        heads = [self._head(index, heading) for index, heading in enumerate(rows[0])]
        heads[0] = with_role(heads[0], Role.SUBMITTED)
        return Reading(1, heads, list(rows[0]))

    def _head(self, index: int, heading: str) -> Head:
        stem, bracket, row = heading.rstrip().rpartition("[")
        if bracket and row.endswith("]") and stem.strip():
            question = tidy(stem)
            return Head(index, heading, question, key=question, part=Part.SOME, label=tidy(row[:-1]))
        return plain_head(index, heading)


class Alchemer:
    """Alchemer, formerly SurveyGizmo: "Box label:Question", and the words of "Other - Write In:Question"."""

    name = "alchemer"
    ABOUT = frozenset(["city", "state/region", "postal", "country", "region", "contact id", "legacy comments",
                       "comments", "tags", "longitude", "latitude", "sessionid"])  # fmt: skip

    def recognise(self, rows: Rows) -> float:
        names = {folded(heading) for heading in rows[0]}
        return 0.9 if {"time started", "date submitted", "status"} <= names else 0.0

    def read(self, rows: Rows) -> Reading:
        suffixes = self._shared_suffixes([tidy(heading) for heading in rows[0]])
        heads = [self._head(index, heading, suffixes) for index, heading in enumerate(rows[0])]
        return Reading(1, heads, list(rows[0]))

    def _head(self, index: int, heading: str, suffixes: set[str]) -> Head:
        text = tidy(heading)
        for label, question in _cuts(text):
            if question in suffixes:
                part = Part.OTHER if is_write_in(label) else Part.SOME
                return Head(index, heading, question, key=question, part=part, label=label)
        head = plain_head(index, heading)
        if head.role is None and folded(heading) in self.ABOUT:
            return with_role(head, Role.IGNORED)
        return replace(head, key=text) if text in suffixes else head

    def _shared_suffixes(self, texts: list[str]) -> set[str]:
        """What stands behind a colon in several headings, or is a heading by itself."""
        seen: dict[str, set[int]] = {}
        for index, text in enumerate(texts):
            for suffix in [text, *(question for _, question in _cuts(text))]:
                seen.setdefault(suffix, set()).add(index)
        return {suffix for suffix, indexes in seen.items() if len(indexes) > 1 and len(suffix) > 3}


def _cuts(text: str) -> list[tuple[str, str]]:
    """Every way to read "label:question", the longest question first."""
    places = [place for place, letter in enumerate(text) if letter == ":"]
    cuts = [(text[:place].strip(), text[place + 1 :].strip()) for place in places]
    return [(label, question) for label, question in cuts if label and question and question[0] != ":"]


class SurveyMonkey:
    """SurveyMonkey: questions in the first row, their choices, rows or "Response" in the second."""

    name = "surveymonkey"
    ALONE = frozenset(["response", "open-ended response", "respuesta abierta", "respuesta", "antwort", "réponse"])

    def recognise(self, rows: Rows) -> float:
        names = {folded(heading) for heading in rows[0]}
        known = {"respondent id", "respondentid"} & names and {"collector id", "collectorid"} & names
        return 0.9 if known and len(rows) > 1 else 0.0

    def read(self, rows: Rows) -> Reading:
        width = max(len(rows[0]), len(rows[1]))
        heads: list[Head] = []
        question, first = "", 0
        for index in range(width):
            heading, label = cell(rows, 0, index), tidy(cell(rows, 1, index))
            if heading.strip():
                question, first = tidy(heading), index
            heads.append(self._head(index, heading or question, question, first, label))
        return Reading(2, heads, [head.heading for head in heads])

    def _head(self, index: int, heading: str, question: str, first: int, label: str) -> Head:
        if not label and (role := role_of(heading)):
            return with_role(Head(index, heading, question, key=str(index)), role)
        if not label or label.casefold() in self.ALONE:
            return Head(index, heading, question, key=f"{first}:{question}")
        part = Part.OTHER if is_write_in(label) else Part.SOME
        return Head(index, heading, question, key=f"{first}:{question}", part=part, label=label)


def private_or_timing(head: Head) -> Head:
    """A head that tools add beside the questions, as metadata."""
    if head.role is None and TIMINGS.search(head.heading):
        return with_role(head, Role.IGNORED)
    return head
