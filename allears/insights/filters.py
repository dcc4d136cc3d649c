"""What a reader asks the reading room for, as it stands in the address.

`?q=late&question=<ref>&theme=<ref or none>&facet=<facet>:<value>&answered=<question key>:<choice key, number or
low-high>&language=de&since=2026-01-31&until=…&unread=1&insight=<ref>&order=oldest`. Whatever else stands there is
passed over; what names nothing finds nothing, rather than everything.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

UNEXPECTED, NEWEST, OLDEST = ORDERS = ("unexpected", "newest", "oldest")
NOT_THEMED = "none"
MOST_VALUES = 40
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Answered:
    """Who answered a closed question so: by a choice, by a number from `low` to `high` (both included), or by both: a row
    of a matrix, or an item of a ranking, and what it was given.
    """

    question: uuid.UUID
    choice: uuid.UUID | None = None
    low: float | None = None
    high: float | None = None
    raw: str = ""


@dataclass(frozen=True)
class Filters:
    """One reader's question to the reading room."""

    q: str = ""
    questions: tuple[str, ...] = ()
    theme: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    answered: tuple[str, ...] = ()
    language: str = ""
    since: date | None = None
    until: date | None = None
    unread: bool = False
    insight: str = ""
    against: str = ""  # an insight that the reader looks for words against; it is carried along and narrows nothing
    order: str = UNEXPECTED

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Read what stands in an address; nothing that stands there is an error."""
        return cls(
            q=query.get("q", "").strip()[:1000],
            questions=_all(query, "question"),
            theme=query.get("theme", "").strip(),
            facets=tuple(tuple(pair.split(":", 1)) for pair in _all(query, "facet") if ":" in pair),  # type: ignore[misc]
            answered=_all(query, "answered"),
            language=query.get("language", "").strip()[:12],
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            unread=query.get("unread") == "1",
            insight=query.get("insight", "").strip(),
            against=query.get("against", "").strip(),
            order=query.get("order", "") if query.get("order") in ORDERS else UNEXPECTED,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return what stands in the address for it: names and values, nothing that is as usual."""
        return [
            *_given("q", [self.q]),
            *_given("question", self.questions),
            *_given("theme", [self.theme]),
            *_given("facet", [f"{facet}:{value}" for facet, value in self.facets]),
            *_given("answered", self.answered),
            *_given("language", [self.language]),
            *_given("since", [self.since.isoformat() if self.since else ""]),
            *_given("until", [self.until.isoformat() if self.until else ""]),
            *_given("unread", ["1" if self.unread else ""]),
            *_given("insight", [self.insight]),
            *_given("against", [self.against]),
            *_given("order", [self.order if self.order != UNEXPECTED else ""]),
        ]

    def address(self, **changes: object) -> str:
        """Return the query of an address that asks this with some things changed: "?q=late", or "?" for everything."""
        changed = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        return "?" + urlencode(changed.pairs())

    @property
    def narrows(self) -> bool:
        """Whether it leaves any words out."""
        return self.whatever_the_order() != Filters()

    def whatever_the_order(self) -> Self:
        """Return what decides which words these are."""
        return replace(self, order=UNEXPECTED, against="")

    @property
    def by_who_they_are(self) -> bool:
        """Whether it picks words by what their speakers are like, which a small group must be safe from."""
        return bool(self.facets or self.answered or self.language)

    def without_one(self) -> list[Self]:
        """Return what is asked with one thing less about who speaks, for each of these things."""
        return [
            *[self._less(facets=tuple(pair for pair in self.facets if pair[0] != facet)) for facet in self.values_by_facet()],
            *[self._less(answered=tuple(raw for raw in self.answered if raw != one)) for one in self.answered],
            *[self._less(language=language) for language in _without_region(self.language)],
        ]

    def about_speakers(self) -> Self:
        """Return what is asked about who speaks, and nothing else."""
        return type(self)(facets=self.facets, answered=self.answered, language=self.language)

    def one_by_one_and_together(self) -> list[Self]:
        """Return each answer and the language that is asked about by itself, and all that is asked about, unless it is one
        facet and nothing else.
        """
        answers = [type(self)(answered=(raw,)) for raw in self.answered]
        each = [*answers, *([type(self)(language=self.language)] if self.language else [])]
        is_one_facet = len(self.values_by_facet()) == 1 and self == type(self)(facets=self.facets)
        return list(dict.fromkeys([*each, *([] if is_one_facet else [self])]))

    def narrower(self) -> list[Self]:
        """Return what is asked without one of several values of a facet, for each of these values."""
        several = {facet for facet, values in self.values_by_facet().items() if len(values) > 1}
        return [
            self._less(facets=tuple(other for other in self.facets if other != pair)) for pair in self.facets if pair[0] in several
        ]

    def _less(self, **changes: object) -> Self:
        return replace(self, **changes)  # type: ignore[arg-type]

    def values_by_facet(self) -> dict[str, list[str]]:
        """Return the chosen values of each facet: any of one facet, every one of the facets."""
        chosen: dict[str, list[str]] = {}
        for facet, value in self.facets:
            chosen.setdefault(facet, []).append(value)
        return chosen


def _without_region(language: str) -> list[str]:
    """What is asked instead with one thing less: "en" instead of "en-GB", and no language."""
    parts = language.split("-")
    return ["-".join(parts[:n]) for n in range(len(parts))] if language else []


def answers(raw: Iterable[str]) -> list[Answered | None]:
    """Read `answered` values; None stands for one that can name nothing."""
    return [_answer(each) for each in raw]


def _answer(raw: str) -> Answered | None:
    question, _, value = raw.partition(":")
    try:
        key = uuid.UUID(question)
    except ValueError:
        return None
    row, marked, number = value.rpartition("=")
    if marked:
        return _row_answer(key, row, number, raw)
    if found := _RANGE.fullmatch(value):
        return Answered(key, low=float(found[1]), high=float(found[2]), raw=raw)
    if _NUMBER.fullmatch(value):
        return Answered(key, low=float(value), high=float(value), raw=raw)
    try:
        return Answered(key, choice=uuid.UUID(value), raw=raw)
    except ValueError:
        return None


def _row_answer(key: uuid.UUID, row: str, number: str, raw: str) -> Answered | None:
    """One row of a matrix or item of a ranking, with the step or place that it was given."""
    try:
        choice = uuid.UUID(row)
    except ValueError:
        return None
    given = float(number) if _NUMBER.fullmatch(number) else None
    return None if given is None else Answered(key, choice, given, given, raw)


def _all(query: QueryDict, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in query.getlist(name) if value.strip()))[:MOST_VALUES]


def _given(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, value) for value in values if value]


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None
