"""The figures of matrices, rankings and scales with a name, as the results page shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from allears.design import charts
from allears.design.parts import Column
from allears.questionnaires import statistics
from allears.questionnaires.models import Preset, QuestionKind
from allears.questionnaires.presets import shape_of
from allears.questionnaires.question_results import ListedResult, QuestionResult

_NOT_SHOWN = "–"
# Label, count (None: it is not shown), of how many, who answered so.
MakeBar = Callable[[str, int | None, int, str], charts.Answers]


@dataclass(frozen=True)
class Row:
    """One row of a matrix: its distribution over the steps."""

    key: str
    label: str
    total: int | None  # None: it is not shown
    answers: list[charts.Answers]
    median: str = ""
    kept_back: bool = False

    @property
    def only_joined(self) -> bool:
        """Whether nothing is left to be shown but how many answered."""
        return self.kept_back and len(self.answers) == 1


def matrix_rows(result: QuestionResult, bar: MakeBar) -> list[Row]:
    """Return the rows of a matrix, each with all its steps; nothing for other kinds."""
    if result.question.kind != QuestionKind.MATRIX or not result.answered:
        return []
    return [_row(result, row, bar) for row in result.listed]


def _row(result: QuestionResult, row: ListedResult, bar: MakeBar) -> Row:
    total = row.answered or 0
    answers = [bar(span.label, span.count, total, f"{result.question.key}:{row.key}={span.value}") for span in row.spans]
    middle = statistics.median(row.numbers) if total >= statistics.ENOUGH else None
    return Row(str(row.key), row.label, row.answered, answers, "" if middle is None else f"{middle:g}", row.kept_back)


@dataclass(frozen=True)
class Ranks:
    """A ranking: how often each item came first, and its mean place (only from ten answers on)."""

    firsts: list[charts.Answers]
    table: list[list[str]] = field(default_factory=list)
    total: int = 0
    enough: bool = False
    kept_back: bool = False  # not every figure stands in the table

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
    items = sorted(result.listed, key=lambda item: (not item.numbers, statistics.mean(item.numbers) if item.numbers else 0))
    firsts = [bar(item.label, item.first, result.answered, f"{result.question.key}:{item.key}=1") for item in items]
    kept_back = any(item.kept_back or item.first is None for item in items)
    return Ranks(firsts, [_places(item) for item in items], result.answered, result.answered >= statistics.ENOUGH, kept_back)


def _places(item: ListedResult) -> list[str]:
    """An item's line in the table: mean place, its interval, how often first, how many ranked it."""
    shown = between = _NOT_SHOWN if item.kept_back else ""
    if item.numbers and (item.answered or 0) >= statistics.ENOUGH:
        interval = statistics.mean_interval(item.numbers)
        shown = f"{interval.share:.1f}"
        between = f"{max(1.0, interval.low):.1f}–{interval.high:.1f}"
    return [item.label, shown, between, *(_NOT_SHOWN if n is None else str(n) for n in (item.first, item.answered))]


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
    if any(span.first < begins <= span.last for span in result.spans for begins in shape.parted_at):
        return None  # joined across, so that nobody is recognised
    good = sum(span.count for span in result.spans if span.first >= shape.good_from)
    if shape.bad_to is not None:
        bad = sum(span.count for span in result.spans if span.last <= shape.bad_to)
        score = statistics.net_score(good, total - good - bad, bad)
        low, high = (f"{round(100 * end):+d}" for end in (score.low, score.high))
        note = _("95%% interval %(low)s to %(high)s; %(good)s gave 9 or 10, %(bad)s gave 0 to 6") % {
            "low": low, "high": high, "good": intcomma(good), "bad": intcomma(bad),
        }  # fmt: skip
        return Score(_("Net promoter score"), f"{round(100 * score.share):+d}", note)
    share = statistics.wilson(good, total)
    note = _("gave %(from)d or more; 95%% interval %(low)d%% to %(high)d%%") % {
        "from": shape.good_from, "low": round(100 * share.low), "high": round(100 * share.high),
    }  # fmt: skip
    label = _("Satisfied") if question.preset == Preset.CSAT else _("Found it easy")
    return Score(label, f"{round(100 * share.share)}%", note)
