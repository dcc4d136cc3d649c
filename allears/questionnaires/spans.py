"""The answers that one bar of a chart stands for: a step of a scale, a number, a day, or several of them in one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from allears.questionnaires import statistics
from allears.questionnaires.date_bins import date_bins
from allears.questionnaires.models import SCALED_KINDS, Question, QuestionKind

# More different answers than this are drawn as bins.
MOST_BARS = 21


@dataclass(frozen=True)
class Span:
    """The answers from `first` to `last` (both included), what these ends are called, and how often one of them was given."""

    first: float
    last: float
    begins: str
    ends: str
    count: int = 0

    @property
    def label(self) -> str:
        return self.begins if self.begins == self.ends else _("%(first)s to %(last)s") % {"first": self.begins, "last": self.ends}

    @property
    def is_one(self) -> bool:
        """Whether it is a single answer."""
        return self.first == self.last

    @property
    def value(self) -> str:
        """As the reading room's addresses name it."""
        return f"{self.first:g}" if self.is_one else f"{self.first:g}-{self.last:g}"


def spans_of(question: Question, numbers: Mapping[float, int]) -> list[Span]:
    """Return all steps of a scale or of a matrix's row; numbers as they were given, or in bins where they are many; days."""
    if question.kind == QuestionKind.DATE:
        return [Span(bin.first, bin.last, bin.label, bin.label, bin.count) for bin in date_bins(numbers)]
    if question.kind in SCALED_KINDS and question.minimum is not None and question.maximum is not None:
        numbers = {**{float(step): 0 for step in range(int(question.minimum), int(question.maximum) + 1)}, **numbers}
    if len(numbers) <= MOST_BARS or question.kind == QuestionKind.MATRIX:
        return [_one(question, number, count) for number, count in sorted(numbers.items())]
    return [_bin(each, numbers) for each in statistics.bins(numbers)]


def _one(question: Question, number: float, count: int) -> Span:
    """A step, with what it means where it is an end."""
    words = {question.minimum: question.low_label, question.maximum: question.high_label}.get(number, "")
    label = f"{number:g} {words}".strip()
    return Span(number, number, label, label, count)


def _bin(each: statistics.Bin, numbers: Mapping[float, int]) -> Span:
    inside = [number for number in numbers if each.low <= number < each.high] or [each.low]
    whole = all(number.is_integer() for number in numbers) and each.high - each.low >= 1
    return Span(min(inside), max(inside), f"{each.low:g}", f"{each.high - 1 if whole else each.high:g}", each.count)


def counted(spans: Sequence[Span], numbers: Mapping[float, int]) -> list[int]:
    """Return how often an answer of each span stands among `numbers`: of everybody's spans, what some gave."""
    begins, counts = [span.first for span in spans], [0] * len(spans)
    for number, count in numbers.items():
        counts[max(0, bisect_right(begins, number) - 1)] += count
    return counts


def joined(spans: Iterable[Span], count: int) -> Span:
    """Return neighbouring spans as one in which `count` answers lie."""
    spans = list(spans)
    return replace(spans[0], last=spans[-1].last, ends=spans[-1].ends, count=count)
