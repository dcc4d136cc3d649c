"""The figures of matrices, rankings and scales with a name, as the results page shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from allears.design import charts
from allears.design.parts import Column
from allears.questionnaires import statistics
from allears.questionnaires.models import Preset, QuestionKind
from allears.questionnaires.presets import shape_of
from allears.questionnaires.results import ListedResult, QuestionResult

# Label, count, of how many, who answered so.
MakeBar = Callable[[str, int, int, str], charts.Answers]


@dataclass(frozen=True)
class Row:
    """One row of a matrix: its distribution over the steps."""

    key: str
    label: str
    total: int
    answers: list[charts.Answers]
    median: str = ""


def matrix_rows(result: QuestionResult, bar: MakeBar) -> list[Row]:
    """Return the rows of a matrix, each with all its steps; nothing for other kinds."""
    if result.question.kind != QuestionKind.MATRIX or not result.answered:
        return []
    return [_row(result, row, bar) for row in result.listed]


def _row(result: QuestionResult, row: ListedResult, bar: MakeBar) -> Row:
    question, total = result.question, row.answered
    steps = range(int(question.minimum or 0), int(question.maximum or 0) + 1)
    counts = {**{float(step): 0 for step in steps}, **row.numbers}
    ends = {question.minimum: question.low_label, question.maximum: question.high_label}
    answers = [
        bar(f"{step:g} {ends.get(step, '')}".strip(), count, total, f"{question.key}:{row.key}={step:g}")
        for step, count in sorted(counts.items())
    ]
    middle = statistics.median(row.numbers) if total >= statistics.ENOUGH else None
    return Row(str(row.key), row.label, total, answers, "" if middle is None else f"{middle:g}")


@dataclass(frozen=True)
class Ranks:
    """A ranking: how often each item came first, and its mean place (only from ten answers on)."""

    firsts: list[charts.Answers]
    table: list[list[str]] = field(default_factory=list)
    total: int = 0
    enough: bool = False

    @property
    def columns(self) -> list[Column]:
        """The heads of the table."""
        heads = (_("Mean place"), _("between"), _("first"), _("ranked by"))
        return [Column(_("Item")), *(Column(head, numeric=True) for head in heads)]


def ranks(result: QuestionResult, bar: MakeBar) -> Ranks | None:
    """Return a ranking with the best mean place first; None for other kinds or without answers.

    Items that share first place do not count as first.
    """
    if result.question.kind != QuestionKind.RANKING or not result.answered:
        return None
    items = sorted(result.listed, key=lambda item: (not item.answered, item.answered and statistics.mean(item.numbers)))
    firsts = [
        bar(item.label, item.numbers.get(1.0, 0), result.answered, f"{result.question.key}:{item.key}=1") for item in items
    ]
    return Ranks(firsts, [_places(item) for item in items], result.answered, result.answered >= statistics.ENOUGH)


def _places(item: ListedResult) -> list[str]:
    """An item's line in the table: mean place, its interval, how often first, how many ranked it."""
    n = item.answered
    shown = between = ""
    if n >= statistics.ENOUGH:
        interval = statistics.mean_interval(item.numbers)
        shown = f"{interval.share:.1f}"
        between = f"{max(1.0, interval.low):.1f}–{interval.high:.1f}"
    return [item.label, shown, between, str(item.numbers.get(1.0, 0)), str(n)]


@dataclass(frozen=True)
class Score:
    """The figure that goes with a preset's name, with its interval."""

    label: str
    shown: str
    note: str


def score_of(result: QuestionResult) -> Score | None:
    """Return the figure of a scale with a name; None for others, and below ten answers."""
    question, total = result.question, result.answered
    shape = shape_of(question.preset)
    if shape is None or total < statistics.ENOUGH or question.kind != QuestionKind.SCALE:
        return None
    good = sum(count for step, count in result.numbers.items() if step >= shape.good_from)
    if question.preset == Preset.NPS:
        bad = sum(count for step, count in result.numbers.items() if step <= 6)
        score = statistics.net_score(good, total - good - bad, bad)
        low, high = (f"{round(100 * end):+d}" for end in (score.low, score.high))
        note = _("95%% interval %(low)s to %(high)s; %(good)d gave 9 or 10, %(bad)d gave 0 to 6") % {
            "low": low, "high": high, "good": good, "bad": bad,
        }  # fmt: skip
        return Score(_("Net promoter score"), f"{round(100 * score.share):+d}", note)
    share = statistics.wilson(good, total)
    note = _("gave %(from)d or more; 95%% interval %(low)d%% to %(high)d%%") % {
        "from": shape.good_from, "low": round(100 * share.low), "high": round(100 * share.high),
    }  # fmt: skip
    label = _("Satisfied") if question.preset == Preset.CSAT else _("Found it easy")
    return Score(label, f"{round(100 * share.share)}%", note)
