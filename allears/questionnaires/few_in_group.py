"""What is left out of a group's results: whatever would tell what a few people answered.

Nothing is shown of a question that fewer than five of a group answered, or all but so few of everybody; nor where the other
groups, taken from everybody, would leave so few of one that is not shown (`statistics.hidden_groups`). The same holds of each
row of a matrix and each item of a ranking.

Of what is shown no single figure tells of one to four people, nor can it be found from the others (`small_cells`). A mean, a
median or a score is told only where it could be worked out from the figures that are shown: then it says nothing besides.
All is worked out when it is read, of everybody's and all groups' figures, and alike for every reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from allears.questionnaires.models import QuestionKind
from allears.questionnaires.presets import shape_of
from allears.questionnaires.question_results import ListedResult, QuestionResult
from allears.questionnaires.small_cells import Part, parts_shown
from allears.questionnaires.spans import Span, counted, joined
from allears.questionnaires.statistics import FEWEST_IN_GROUP, hidden_groups

if TYPE_CHECKING:
    from allears.questionnaires.results import Results

Figures = TypeVar("Figures", QuestionResult, ListedResult)


def hide_few(found: Results, everybody: Results, value: str, groups: Mapping[UUID, Mapping[str, QuestionResult]]) -> None:
    """Take out of the results of the group with `value` (its key) what few of it did. `groups`: what each group of the same
    facet answered to each question.
    """
    whole = {each.question.key: each for each in everybody.questions}
    came = {page.section.pk: page.count for page in everybody.reached}
    found.questions = [
        _safe(whole[each.question.key], {**groups.get(each.question.key, {}), value: each}, value) for each in found.questions
    ]
    found.reached = [page for page in found.reached if not _are_few(page.count, came.get(page.section.pk, 0))]
    found.sent = None if _are_few(found.sent or 0, everybody.sent or 0) else found.sent


def _are_few(some: int, everybody: int) -> bool:
    return 0 < some < FEWEST_IN_GROUP or (bool(some) and 0 < everybody - some < FEWEST_IN_GROUP)


def _large_enough(everybody: Figures, groups: Mapping[str, Figures]) -> dict[str, Figures]:
    """Those groups of which so many answered that something of it is shown, or nobody did."""
    sizes, all_ = {value: each.answered or 0 for value, each in groups.items()}, everybody.answered or 0
    hidden = hidden_groups(sizes, max(all_, sum(sizes.values())), FEWEST_IN_GROUP)
    return {value: groups[value] for value, n in sizes.items() if value not in hidden and not _are_few(n, all_)}


def _safe(everybody: QuestionResult, groups: Mapping[str, QuestionResult], value: str) -> QuestionResult:
    """What is shown of a question's results for the group with `value`."""
    found, shown = groups[value], _large_enough(everybody, groups)
    if value not in shown:
        return QuestionResult(found.question, too_few=True)
    match found.question.kind:
        case QuestionKind.SINGLE:
            _hide_choices(found, everybody, shown, value)
        case QuestionKind.MULTIPLE:
            _hide_several(found, everybody, shown, value)
        case QuestionKind.SCALE | QuestionKind.NUMBER | QuestionKind.DATE:
            _join_steps(found, everybody, shown, value, _begins(found, everybody.spans))
        case QuestionKind.MATRIX:
            found.listed = [_safe_row(row, shown, value) for row in everybody.listed]
        case QuestionKind.RANKING:
            _hide_places(found, everybody, shown, value)
        case _:
            pass
    return found


# --- choices ----------------------------------------------------------------------------------------------------------


def _hide_choices(found: QuestionResult, everybody: QuestionResult, groups: Mapping[str, QuestionResult], value: str) -> None:
    """Of one choice each: how many gave one is what is left of the others."""
    keys = [choice.key for choice in everybody.choices]
    hidden = _hidden(keys, lambda each: {choice.key: choice.count or 0 for choice in each.choices}, everybody, groups, value)
    _leave_out(found, everybody, hidden)


def _hide_several(found: QuestionResult, everybody: QuestionResult, groups: Mapping[str, QuestionResult], value: str) -> None:
    """Of several choices each tells by itself who gave it, and who did not."""
    hidden: set[UUID] = set()
    for choice in everybody.choices:

        def divided(each: QuestionResult, key: UUID = choice.key) -> dict[bool, int]:
            given = next((other.count or 0 for other in each.choices if other.key == key), 0)
            return {True: given, False: each.answered - given}

        if _hidden([True, False], divided, everybody, groups, value):
            hidden.add(choice.key)
    _leave_out(found, everybody, hidden)


def _leave_out(found: QuestionResult, everybody: QuestionResult, hidden: set[UUID]) -> None:
    given = {choice.key: choice.count for choice in found.choices}
    # All that everybody was offered: what is missing would be known as nobody's.
    found.choices = [
        replace(choice, count=None if choice.key in hidden else given.get(choice.key, 0)) for choice in everybody.choices
    ]
    found.kept_back = bool(hidden)


Key = TypeVar("Key")


def _hidden(
    keys: Sequence[Key],
    count: Callable[[Figures], Mapping[Key, int]],
    everybody: Figures,
    groups: Mapping[str, Figures],
    value: str,
) -> set[Key]:
    """Which of these answers are not shown of the group with `value`."""
    counts = {group: count(each) for group, each in groups.items()}
    lines = {group: [of.get(key, 0) for key in keys] for group, of in counts.items()}
    whole = count(everybody)
    parts = parts_shown(lines, [whole.get(key, 0) for key in keys])[value]
    return {keys[column] for part in parts if len(part) > 1 for column in part}


# --- steps, numbers, days ---------------------------------------------------------------------------------------------


def _begins(found: QuestionResult, spans: Sequence[Span]) -> set[int]:
    """Where, along a scale with a name, answers begin to count as good (or no longer as bad)."""
    shape = shape_of(found.question.preset)
    return {n for n, span in enumerate(spans) if shape and span.first in shape.parted_at}


def _join_steps(
    found: Figures, everybody: Figures, groups: Mapping[str, Figures], value: str, begins: set[int] | None = None
) -> None:
    """Join neighbouring bars of everybody's until none is of few; without the numbers behind them, where they tell more."""
    spans = everybody.spans
    lines = {group: counted(spans, each.numbers) for group, each in groups.items()}
    parts: list[Part] = parts_shown(lines, [span.count for span in spans], ordered=True, begins=begins or ())[value]
    found.spans = [joined((spans[c] for c in part), sum(lines[value][c] for c in part)) for part in parts]
    found.kept_back = any(len(part) > 1 for part in parts)
    if not all(span.is_one for span in found.spans):
        found.numbers = {}


def _safe_row(everybody: ListedResult, groups: Mapping[str, QuestionResult], value: str) -> ListedResult:
    """A row of a matrix."""
    found, shown = _listed(everybody, groups, value)
    if found.answered is not None:
        _join_steps(found, everybody, shown, value)
    return found


def _listed(
    everybody: ListedResult, groups: Mapping[str, QuestionResult], value: str
) -> tuple[ListedResult, dict[str, ListedResult]]:
    """What a group answered about one row or item, without figures where so few did; and all groups where enough did."""
    nobody = ListedResult(everybody.key, everybody.label)
    each = {group: next((row for row in of.listed if row.key == everybody.key), nobody) for group, of in groups.items()}
    shown = _large_enough(everybody, each)
    found = replace(each[value], numbers=dict(each[value].numbers))
    return (found, shown) if value in shown else (replace(nobody, answered=None, kept_back=True), shown)


# --- places -----------------------------------------------------------------------------------------------------------


def _hide_places(found: QuestionResult, everybody: QuestionResult, groups: Mapping[str, QuestionResult], value: str) -> None:
    """How many put each item first, as of one choice each; its places, of which the mean tells, by themselves."""
    keys = [item.key for item in everybody.listed]
    hidden = _hidden(keys, lambda each: {item.key: item.first or 0 for item in each.listed}, everybody, groups, value)
    found.listed = [_safe_item(item, groups, value, item.key in hidden) for item in everybody.listed]
    found.kept_back = any(item.first is None for item in found.listed)


def _safe_item(everybody: ListedResult, groups: Mapping[str, QuestionResult], value: str, first_hidden: bool) -> ListedResult:
    found, shown = _listed(everybody, groups, value)
    if found.answered is not None:
        places = sorted(everybody.numbers)
        found.kept_back = bool(_hidden(places, lambda each: each.numbers, everybody, shown, value))
        found.numbers = {} if found.kept_back else found.numbers
        found.first = None if first_hidden else found.first
    return found
