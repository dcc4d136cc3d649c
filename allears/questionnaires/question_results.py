"""What was answered to one question through all versions that ask it, read from what was counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from allears.questionnaires.answers_counted import Counts
from allears.questionnaires.models import Choice, Question, QuestionKind, SentFile
from allears.questionnaires.spans import Span, spans_of
from allears.verbatims.models import Source, Verbatim

FIRST = 1.0  # the place of whoever put an item before all others


@dataclass(frozen=True)
class ChoiceResult:
    """How many gave one choice; None: so few of a group, or it would give them away."""

    key: UUID
    label: str
    count: int | None


@dataclass
class ListedResult:
    """What was answered about one row of a matrix or one item of a ranking: how often each step or place."""

    key: UUID
    label: str
    numbers: dict[float, int] = field(default_factory=dict)  # nothing where not all of them may be shown
    spans: list[Span] = field(default_factory=list)  # of a row: what is shown of them
    answered: int | None = 0  # how many rated or ranked it; None: it is not shown
    first: int | None = None  # of an item: how many put it first; None: it is not shown
    kept_back: bool = False  # not all may be shown


@dataclass
class QuestionResult:
    """What was answered to one question. `answered` counts people (responses), the rest as its kind has it."""

    question: Question
    answered: int = 0
    choices: list[ChoiceResult] = field(default_factory=list)
    numbers: dict[float, int] = field(default_factory=dict)  # nothing where not all of them may be shown
    spans: list[Span] = field(default_factory=list)  # what is shown of them
    listed: list[ListedResult] = field(default_factory=list)
    files: list[SentFile] = field(default_factory=list)  # the newest
    words: int = 0
    sources: list[Source] = field(default_factory=list)
    newest: list[Verbatim] = field(default_factory=list)
    too_few: bool = False  # so few of the group answered, or all but so few, that nothing is shown
    kept_back: bool = False  # not all figures of the group may be shown


def merged(rows: list[Question]) -> list[tuple[Question, list[Question]]]:
    """The newest wording of each question with all rows of its key; statements ask nothing."""
    by_key: dict[UUID, list[Question]] = defaultdict(list)
    for row in rows:
        if row.kind != QuestionKind.STATEMENT:
            by_key[row.key].append(row)
    return [(same[0], same) for same in by_key.values()]


def result_of(question: Question, same: list[Question], counts: Counts) -> QuestionResult:
    """Return what was answered to a question, asked as `same`."""
    found = QuestionResult(question, answered=sum(counts.answered(row) for row in same))
    if question.has_choices:
        found.choices = _choices(same, counts)
    if question.has_list and not question.has_choices:
        found.listed = _listed(same, counts)
    for row in same:
        for number, count in counts.numbers.get(row.pk, {}).items():
            found.numbers[number] = found.numbers.get(number, 0) + count
    found.sources = list({row.source.pk: row.source for row in same if row.source}.values())
    return found


def draw_all(found: QuestionResult) -> None:
    """Say which bars stand for the numbers, all of them shown."""
    if found.numbers and found.question.kind != QuestionKind.CONSENT:
        found.spans = spans_of(found.question, found.numbers)
    if found.question.kind == QuestionKind.MATRIX:
        for row in found.listed:
            row.spans = spans_of(found.question, row.numbers)


def _listed(same: list[Question], counts: Counts) -> list[ListedResult]:
    """The rows or items of all wordings by their key; those that are no longer asked only where they were answered."""
    listed: dict[UUID, ListedResult] = {}
    for row in same:
        for choice in row.choices.all():
            result = listed.setdefault(choice.key, ListedResult(choice.key, choice.label))
            for number, count in counts.listed.get(choice.pk, {}).items():
                result.numbers[number] = result.numbers.get(number, 0) + count
    for result in listed.values():
        result.answered = sum(result.numbers.values())
        result.first = result.numbers.get(FIRST, 0) if same[0].kind == QuestionKind.RANKING else None
    newest = {choice.key for choice in same[0].choices.all()}
    return [result for key, result in listed.items() if key in newest or result.answered]


def _choices(same: list[Question], counts: Counts) -> list[ChoiceResult]:
    """The choices of all wordings by their key, as the newest version that offers them has them."""
    offered: dict[UUID, Choice] = {}
    given: dict[UUID, int] = defaultdict(int)
    for row in same:
        for choice in row.choices.all():
            offered.setdefault(choice.key, choice)
            given[choice.key] += counts.choices.get(row.pk, {}).get(choice.pk, 0)
    newest = {choice.key for choice in same[0].choices.all()}
    return [
        ChoiceResult(key, choice.label, given[key]) for key, choice in offered.items() if key in newest or given[key]
    ]
