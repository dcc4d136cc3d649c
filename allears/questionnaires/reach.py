"""Which questions can never be shown, whoever answers and whatever they say. Pure.

Every question has ways to be shown: sets of conditions that hold together, its own and those of the questions that have to
be answered for it. A way in which two conditions contradict each other is none; a question without any is never shown. Who
satisfies a way answers just what its conditions name, so that what is said here is exact; only where there are more ways
than `MOST_WAYS` a question is taken to be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, inf
from typing import Any

from allears.questionnaires.logic import DAYS, PLACES, Condition, Rule, bounds_of
from allears.questionnaires.models import QuestionKind

MOST_WAYS = 200
WHOLE_NUMBERS = (QuestionKind.SCALE, QuestionKind.DATE, QuestionKind.CONSENT)
POSITIVE = ("is", "at_least", "at_most", "answered", *PLACES, *DAYS)

Way = frozenset[Condition]
EVERYBODY: frozenset[Way] = frozenset({frozenset()})


@dataclass(frozen=True)
class Reached:
    """A question, as far as being shown goes: `choices` and `exclusive` are keys; the ends are those of its numbers."""

    key: str
    kind: str
    rule: Rule | None = None
    choices: frozenset[str] = frozenset()
    exclusive: frozenset[str] = frozenset()
    minimum: float | None = None
    maximum: float | None = None


def never_shown(questions: Iterable[Reached], facets: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the keys of those `questions`, in the order in which they are asked, that nobody is ever shown.

    `facets`: the values that each facet has.
    """
    ways: dict[str, frozenset[Way]] = {}
    before: dict[str, Reached] = {}
    for question in questions:
        ways[question.key] = _ways(question.rule, ways, before, facets)
        before[question.key] = question
    return frozenset(key for key, found in ways.items() if not found)


def _ways(
    rule: Rule | None, ways: Mapping[str, frozenset[Way]], before: Mapping[str, Reached], facets: Mapping[str, Collection[str]]
) -> frozenset[Way]:
    if rule is None:
        return EVERYBODY
    each = [_ways_of(condition, ways) for condition in rule.conditions]
    if rule.join == "any":
        found = frozenset(way for some in each for way in some if _is_possible(way, before, facets))
        return found if len(found) <= MOST_WAYS else EVERYBODY
    joined = EVERYBODY
    for some in each:
        joined = frozenset(one | other for one in joined for other in some if _is_possible(one | other, before, facets))
        if len(joined) > MOST_WAYS:
            return EVERYBODY
    return joined


def _ways_of(condition: Condition, ways: Mapping[str, frozenset[Way]]) -> frozenset[Way]:
    """What has to hold for one condition: the question that it wants answered has to be shown, too. One that is not asked
    before has no answer yet.
    """
    itself = frozenset({condition})
    if condition.about == "answer" and condition.verb in POSITIVE:
        return frozenset(itself | way for way in ways.get(condition.of, ()))
    if condition.about == "answer" and condition.of not in ways:
        return EVERYBODY
    return frozenset({itself})


def _is_possible(way: Way, before: Mapping[str, Reached], facets: Mapping[str, Collection[str]]) -> bool:
    for (subject, of), rows in groupby(sorted(way, key=_about), key=_about):
        conditions = list(rows)
        if subject == "answer":
            if not _can_be_answered(before.get(of), conditions):
                return False
            continue
        said = _by_verb(conditions)
        if not (_can_be_spoken(said) if subject == "language" else _can_be_lived(said, facets.get(of, ()))):
            return False
    return True


def _by_verb(conditions: Iterable[Condition]) -> dict[str, set[str]]:
    said: dict[str, set[str]] = {}
    for one in conditions:
        said.setdefault(one.verb, set()).add(one.value)
    return said


def _about(condition: Condition) -> tuple[str, str]:
    return condition.about, condition.of


def _can_be_spoken(said: Mapping[str, set[str]]) -> bool:
    spoken = {value.split("-")[0] for value in said.get("is", ())}
    others = {value.split("-")[0] for verb, values in said.items() if verb != "is" for value in values}
    return len(spoken) < 2 and not spoken & others


def _can_be_lived(said: Mapping[str, set[str]], values: Collection[str]) -> bool:
    """A person has one value of a facet, or none."""
    wanted = said.get("is", set())
    others = {value for verb, values in said.items() if verb not in ("is", "answered", "not_answered") for value in values}
    if not wanted and "answered" not in said:
        return True
    open_to = (wanted or set(values)) & set(values)
    return "not_answered" not in said and len(wanted) < 2 and bool(open_to - others)


def _can_be_answered(question: Reached | None, conditions: Sequence[Condition]) -> bool:
    """Whether one answer to `question` is all that is said of it; nothing said but what it is not: silence is."""
    if not any(one.verb in POSITIVE for one in conditions):
        return True
    said = _by_verb(one for one in conditions if not one.row)
    if question is None or "not_answered" in said or question.kind == QuestionKind.STATEMENT:
        return False
    of_rows = [one for one in conditions if one.row]
    if question.kind in (*WHOLE_NUMBERS, QuestionKind.NUMBER):
        return not of_rows and _has_number(question, [one for one in conditions if not one.row])
    if any(bounds_of(one) for one in conditions if not one.row) or not {one.row for one in of_rows} <= question.choices:
        return False
    return _have_numbers(question, of_rows) and _has_choice(question, said)


def _have_numbers(question: Reached, conditions: Sequence[Condition]) -> bool:
    """Whether the rows of a matrix, or the items of a ranking, can have all the numbers that are wanted of them."""
    by_row: dict[str, list[Condition]] = {}
    for one in conditions:
        by_row.setdefault(one.row, []).append(one)
    if question.kind == QuestionKind.RANKING:
        return _have_places(question, by_row)
    return not by_row or (
        question.kind == QuestionKind.MATRIX
        and all(_has_number(question, wanted, whole=True) for wanted in by_row.values())
    )


def _have_places(question: Reached, by_row: Mapping[str, Sequence[Condition]]) -> bool:
    """Whether so many items can come so far in front: those that share a place get the mean of the places they take."""
    if any(one.verb not in PLACES for wanted in by_row.values() for one in wanted):
        return False
    most = sorted(min((bounds_of(one) or (0.0, 0.0))[1] for one in wanted) for wanted in by_row.values())
    places = len(question.choices) if question.maximum is None else max(1, min(len(question.choices), int(question.maximum)))
    fewest: dict[int, int] = {0: 0}  # how many places are given, at least, to so many of the items
    for end in range(1, len(most) + 1):
        ways = [fewest[at] + 1 for at in range(end) if at in fewest and at + (end - at + 1) / 2 <= most[at]]
        if ways:
            fewest[end] = min(ways)
    return fewest.get(len(most), places + 1) <= places


def _has_choice(question: Reached, said: Mapping[str, set[str]]) -> bool:
    wanted, others = said.get("is", set()), said.get("is_not", set())
    if not wanted:
        return not question.choices or bool(question.choices - others)
    alone = question.kind == QuestionKind.SINGLE or wanted & question.exclusive
    return wanted <= question.choices and not wanted & others and not (alone and len(wanted) > 1)


def _has_number(question: Reached, conditions: Sequence[Condition], whole: bool = False) -> bool:
    said = _by_verb(conditions)
    exact = _numbers(said.get("is", ()))
    ends = [bounds for one in conditions if (bounds := bounds_of(one))]
    low = max([_end(question.minimum, -inf), *(first for first, _last in ends), *exact])
    high = min([_end(question.maximum, inf), *(last for _first, last in ends), *exact])
    if question.kind == QuestionKind.CONSENT:
        low, high = max(low, 1.0), min(high, 1.0)
    if len(exact) < len(said.get("is", ())) or low > high:
        return False
    others = {number for number in _numbers(said.get("is_not", ())) if low <= number <= high}
    if not whole and question.kind not in WHOLE_NUMBERS:
        return low < high or not others
    if low == -inf or high == inf:
        return True
    return floor(high) - ceil(low) + 1 > sum(1 for number in others if number.is_integer())


def _end(end: float | None, otherwise: float) -> float:
    return otherwise if end is None else end


def _numbers(values: Iterable[Any]) -> list[float]:
    """The values that are numbers."""
    found = []
    for value in values:
        try:
            found.append(float(value))
        except ValueError:
            continue
    return found
