"""Bars: counts, shares with their interval, the funnel of the loop, the facets of those chosen."""

from collections.abc import Iterable

from django.utils.formats import number_format

from allears.design.charts.drawn import DrawnBar, DrawnStep
from allears.design.charts.given import Answers, Bar, Facet, FacetValue, FunnelStep
from allears.design.charts.scale import FEWEST, percent, place, written


def bars(given: Iterable[Bar], top: float | None = None) -> list[DrawnBar]:
    """Bars on a common scale from 0 to `top` (or to the largest value or reference)."""
    given = list(given)
    reach = top or max((max(bar.value, bar.reference or 0) for bar in given), default=0)
    return [_drawn_bar(bar, reach) for bar in given]


def _drawn_bar(bar: Bar, top: float) -> DrawnBar:
    tick = "" if bar.reference is None else place(bar.reference, 0, top)
    shown = bar.shown or written(bar.value)
    return DrawnBar(bar.label, shown, place(bar.value, 0, top), tick, bar.reference_shown, href=bar.href, tone=bar.tone)


def distribution(answers: Iterable[Answers], total: int | None = None) -> list[DrawnBar]:
    """Counts of answers as bars, each with its interval: the whole track stands for everybody who answered.

    `total`: how many people answered (more than the sum when several answers were allowed, or fewer). Below
    `FEWEST` there is neither a percentage nor an interval.
    """
    answers = list(answers)
    people = sum(answer.count or 0 for answer in answers) if total is None else total
    return [_drawn_answers(answer, people) for answer in answers]


def _drawn_answers(answer: Answers, people: int) -> DrawnBar:
    if answer.count is None:
        return DrawnBar(answer.label, "–", place(0, 0, 1), is_kept_back=True)
    share = answer.count / people if people else 0.0
    enough = people >= FEWEST
    low, high = (answer.low, answer.high) if enough else (None, None)
    return DrawnBar(
        label=answer.label,
        shown=number_format(answer.count, force_grouping=True),
        width=place(share, 0, 1),
        low="" if low is None else place(low, 0, 1),
        high="" if high is None else place(high, 0, 1),
        href=answer.href,
        note=percent(share) if enough else "",
        tick_shown="" if low is None or high is None else f"{percent(low)}–{percent(high)}",
    )


def funnel(steps: Iterable[FunnelStep]) -> list[DrawnStep]:
    """Steps of the loop as bars of people, each as wide as its part of the first."""
    steps = list(steps)
    first = steps[0].count if steps else 0
    earlier = [None, *steps][: len(steps)]
    return [_drawn_step(step, before, first) for step, before in zip(steps, earlier, strict=True)]


def _drawn_step(step: FunnelStep, before: FunnelStep | None, first: int) -> DrawnStep:
    width = place(step.count, 0, first)
    share = percent(step.count / first) if first >= FEWEST else ""
    slope = "" if before is None else _slope(place(before.count, 0, first), width)
    return DrawnStep(step.label, step.count, width, share, slope, step.tone, step.href)


def _slope(here: str, there: str) -> str:
    return f"0,0 {here.rstrip('%')},0 {there.rstrip('%')},100 0,100"


def coverage(facet: Facet) -> list[DrawnBar]:
    """One facet: the share of those chosen as a bar on a track that is all of them, the share of all customers as a
    tick, the quota as an interval.
    """
    chosen, everyone = (sum(getattr(v, name) for v in facet.values) for name in ("chosen", "everyone"))
    shares = [(v, _share(v.chosen, chosen), _share(v.everyone, everyone)) for v in facet.values]
    return [_drawn_value(v, mine, theirs, chosen) for v, mine, theirs in shares]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _drawn_value(value: FacetValue, mine: float, theirs: float, chosen: int) -> DrawnBar:
    has_quota = value.fewest is not None and value.most is not None
    return DrawnBar(
        label=value.label,
        shown=str(value.chosen),
        width=place(mine, 0, 1),
        tick=place(theirs, 0, 1),
        tick_shown=percent(theirs),
        low=place(_share(value.fewest or 0, chosen), 0, 1) if has_quota else "",
        high=place(_share(value.most or 0, chosen), 0, 1) if has_quota else "",
        href=value.href,
        note=percent(mine) if chosen >= FEWEST else "",
    )
