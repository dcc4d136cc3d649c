"""Which questions somebody is asked: conditions on earlier answers, on facets, on the language. Pure.

A question may carry a rule: *all* or *any* of some conditions. It is shown when the rule holds for what is known of
who answers. Only what was answered to questions that are shown themselves counts, so that a chain of questions
disappears together with its beginning. Conditions look back and never forward: a rule cannot turn in a circle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any, Protocol

SUBJECTS = ("answer", "facet", "language")
# What a condition can say, with how many values go with it.
VERBS = {
    "is": 1, "is_not": 1, "at_least": 1, "at_most": 1, "answered": 0, "not_answered": 0,
    "first": 0, "among": 1,  # of an item that was ranked: its place, which is the first, or one of the first few
    "on": 1, "before": 1, "after": 1, "between": 1,  # of a day, as 2026-11-26; between: two, joined by BETWEEN
}  # fmt: skip
PLACES = ("first", "among")
DAYS = {"on": 1, "before": 1, "after": 1, "between": 2}  # with how many days each compares
OF_A_ROW = ("is", "at_least", "at_most", *PLACES)
BETWEEN = ".."
MOST_CONDITIONS = 20
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadRule(ValueError):
    """What was stored or sent is no rule."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold: `of` names a question's key or a facet; `value` a choice's key, a number, a day, a value;
    `row` the key of a matrix's row or of an item to rank, where it is about that one alone.
    """

    about: str
    of: str
    verb: str
    value: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions, and whether all of them must hold or any."""

    join: str
    conditions: tuple[Condition, ...]

    @property
    def looks_at(self) -> frozenset[str]:
        """The keys of the questions that it looks back at."""
        return frozenset(one.of for one in self.conditions if one.about == "answer")

    @property
    def facets(self) -> frozenset[str]:
        """The facets that it needs to know."""
        return frozenset(one.of for one in self.conditions if one.about == "facet")


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to one question: keys of choices, a number, or words of any kind; of a matrix or a ranking the
    numbers of its rows.
    """

    choices: frozenset[str] = frozenset()
    number: float | None = None
    words: bool = False
    rows: Mapping[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.choices or self.words) or self.number is not None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of who answers."""

    answers: Mapping[str, Answered] = field(default_factory=dict)
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    language: str = ""


class Ruled(Protocol):
    """A question, as far as rules go."""

    @property
    def key(self) -> str: ...

    @property
    def rule(self) -> Rule | None: ...


def parsed(stored: Any) -> Rule | None:
    """Return the rule that `stored` (JSON values) describes; None where nothing is asked for. Raises `BadRule`."""
    if not stored:
        return None
    try:
        join, rows = stored["join"], stored["conditions"]
        conditions = tuple(Condition(**{name: str(value) for name, value in row.items()}) for row in rows)
    except (TypeError, KeyError, AttributeError) as error:
        raise BadRule("a rule is made of a join and conditions") from error
    if join not in ("all", "any") or not 0 < len(conditions) <= MOST_CONDITIONS:
        raise BadRule("a rule joins at least one and at most 20 conditions by all or any")
    for condition in conditions:
        _must_be_one(condition)
    return Rule(join, conditions)


def _must_be_one(condition: Condition) -> None:
    if condition.about not in SUBJECTS or condition.verb not in VERBS:
        raise BadRule(f"nothing is known of “{condition.about} {condition.verb}”")
    if VERBS[condition.verb] and not condition.value:
        raise BadRule("a condition compares with something")
    numbered = condition.verb in ("at_least", "at_most", "among") or (condition.row and condition.verb == "is")
    if numbered and _number(condition.value) is None:
        raise BadRule(f"“{condition.value}” is no number")
    if condition.verb in DAYS and days_of(condition) is None:
        raise BadRule(f"“{condition.value}” is no day")
    if bool(condition.row) and (condition.about != "answer" or condition.verb not in OF_A_ROW):
        raise BadRule(f"“{condition.verb}” is not said of a row")
    if condition.verb in PLACES and not condition.row:
        raise BadRule("only an item has a place")


def stored(rule: Rule | None) -> dict[str, Any]:
    """Return the JSON values that `parsed` reads again; empty for no rule."""
    if rule is None:
        return {}
    rows = [
        {"about": c.about, "of": c.of, "verb": c.verb, "value": c.value, **({"row": c.row} if c.row else {})}
        for c in rule.conditions
    ]
    return {"join": rule.join, "conditions": rows}


def holds(rule: Rule | None, known: Known) -> bool:
    """Whether a question with this rule is shown to who is `known`; without a rule it always is."""
    if rule is None:
        return True
    found = (_is_so(condition, known) for condition in rule.conditions)
    return all(found) if rule.join == "all" else any(found)


def shown(questions: Iterable[Ruled], known: Known) -> frozenset[str]:
    """Return the keys of those `questions` (in the order in which they are asked) that are shown."""
    kept: set[str] = set()
    counting: dict[str, Answered] = {}
    for question in questions:
        if holds(question.rule, Known(counting, known.facets, known.language)):
            kept.add(question.key)
            if answer := known.answers.get(question.key):
                counting[question.key] = answer
    return frozenset(kept)


def open_until(rule: Rule, known: Known, undecided: Mapping[str, int]) -> int:
    """Return up to which page a rule that does not hold for who is `known` may come to hold; -1: it is settled.

    `undecided`: by the keys of questions without an answer, up to which page one may come.
    """
    ends = [undecided.get(one.of, -1) if one.about == "answer" else -1 for one in rule.conditions if not _is_so(one, known)]
    return min(ends, default=-1) if rule.join == "all" else max(ends, default=-1)


def _is_so(condition: Condition, known: Known) -> bool:
    if condition.about == "language":
        same = known.language.split("-")[0] == condition.value.split("-")[0]
        return same if condition.verb == "is" else not same
    if condition.about == "facet":
        return _facet_is_so(condition, known.facets.get(condition.of, frozenset()))
    return _answer_is_so(condition, known.answers.get(condition.of, Answered()))


def _facet_is_so(condition: Condition, values: frozenset[str]) -> bool:
    if condition.verb in ("answered", "not_answered"):
        return bool(values) is (condition.verb == "answered")
    return (condition.value in values) is (condition.verb == "is")


def _answer_is_so(condition: Condition, answer: Answered) -> bool:
    verb = condition.verb
    if verb in ("answered", "not_answered"):
        return bool(answer) is (verb == "answered")
    number = answer.rows.get(condition.row) if condition.row else answer.number
    if verb in ("is", "is_not"):
        same = condition.value in answer.choices or (number is not None and number == _number(condition.value))
        return same is (verb == "is")
    bounds = bounds_of(condition)
    return number is not None and bounds is not None and bounds[0] <= number <= bounds[1]


def bounds_of(condition: Condition) -> tuple[float, float] | None:
    """Return the least and the largest number that a condition takes, days as they are kept; None where it is not about
    how large one is.
    """
    if condition.verb in DAYS:
        days = days_of(condition)
        first, last = (days[0].toordinal(), days[-1].toordinal()) if days else (1, 0)
        return {"before": (-inf, first - 1), "after": (first + 1, inf)}.get(condition.verb, (first, last))
    limit = 1.0 if condition.verb == "first" else _number(condition.value)
    if limit is None or condition.verb not in ("at_least", "at_most", *PLACES):
        return None
    return (limit, inf) if condition.verb == "at_least" else (-inf, limit)


def days_of(condition: Condition) -> tuple[date, ...] | None:
    """Return the day that a condition names, of "between" both, the earlier one first; None where it names none."""
    texts = condition.value.split(BETWEEN) if condition.verb == "between" else [condition.value]
    if len(texts) != DAYS.get(condition.verb, 0) or not all(map(_DAY.fullmatch, texts)):
        return None
    try:
        days = tuple(map(date.fromisoformat, texts))
    except ValueError:
        return None
    return days if days[0] <= days[-1] else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None
