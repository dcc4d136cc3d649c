"""Where the marks of a chart stand: typed figures in, geometry out. Knows no Django, draws nothing.

Positions are written as SVG percentages ("61.3%") along a scale, so that a chart is as wide as its place and its words
keep their size; templates in `templates/design/charts/` draw them and CSS classes colour them. A share is a number from
0 to 1. Nothing below `FEWEST` answers becomes a percentage: people see counts and words instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from allears.design.parts import Tone

FEWEST = 10
LONGEST_LABEL = 22


# What comes in.


@dataclass(frozen=True)
class Bar:
    """One bar. `shown` is the figure as people read it; `reference` is where the tick stands (all customers)."""

    label: str
    value: float
    shown: str = ""
    reference: float | None = None
    reference_shown: str = ""
    href: str = ""
    tone: Tone = "accent"


@dataclass(frozen=True)
class Answers:
    """How many chose one answer, with the interval of its share (for instance Wilson's) where one is known."""

    label: str
    count: int
    low: float | None = None
    high: float | None = None
    href: str = ""


@dataclass(frozen=True)
class FunnelStep:
    """How many people came as far as this step of the loop."""

    label: str
    count: int
    tone: Tone = "voice"
    href: str = ""


@dataclass(frozen=True)
class FacetValue:
    """How many were chosen and how many there are in all with this value; the quota, when there is one."""

    label: str
    chosen: int
    everyone: int
    fewest: int | None = None
    most: int | None = None
    href: str = ""


@dataclass(frozen=True)
class Facet:
    """A way in which people differ, with its values."""

    name: str
    values: Sequence[FacetValue]


@dataclass(frozen=True)
class Change:
    """The same thing before and after."""

    label: str
    before: float
    after: float
    before_shown: str = ""
    after_shown: str = ""
    href: str = ""


@dataclass(frozen=True)
class Touchpoint:
    """What staff predicted for a touchpoint, and what customers said; `None` where nobody predicted or answered."""

    label: str
    predicted: float | None
    actual: float | None
    stage: str = ""
    href: str = ""


@dataclass(frozen=True)
class Week:
    """A count in a week; `label` names the week ("12 Jan")."""

    label: str
    count: int


# What goes out.


@dataclass(frozen=True)
class DrawnBar:
    """A bar on its track: `width` and `tick` along it, the interval from `low` to `high`."""

    label: str
    shown: str
    width: str
    tick: str = ""
    tick_shown: str = ""
    low: str = ""
    high: str = ""
    href: str = ""
    tone: Tone = "accent"
    note: str = ""


@dataclass(frozen=True)
class DrawnStep:
    """A step of the funnel: its bar, and the slope (SVG points in a 100 by 100 box) that leads on to the next."""

    label: str
    count: int
    width: str
    share: str
    onward: str
    tone: Tone
    href: str


@dataclass(frozen=True)
class DrawnChange:
    """A line from before to after; `y1` and `y2` in pixels, with the places of its labels moved apart."""

    label: str
    short: str
    y1: str
    y2: str
    label_y1: str
    label_y2: str
    before_shown: str
    after_shown: str
    direction: str
    href: str


@dataclass(frozen=True)
class DrawnTouchpoint:
    """A touchpoint's row: both dots, and where the two lines come from above and go on to below."""

    label: str
    stage: str
    predicted: str
    actual: str
    predicted_shown: str
    actual_shown: str
    gap: str
    kind: str
    predicted_from: str
    predicted_to: str
    actual_from: str
    actual_to: str
    href: str


@dataclass(frozen=True)
class Sparkline:
    """A line through the weeks in a 100 by 100 box, and its last point."""

    points: str
    last_x: str
    last_y: str
    peak: Week
    last: Week
    total: int
    weeks: Sequence[Week]


def place(value: float, lowest: float, highest: float) -> str:
    """Where `value` stands between two ends, as a percentage; never outside, and 0 where there is no distance."""
    if highest <= lowest:
        return "0%"
    return _written(100 * min(1.0, max(0.0, (value - lowest) / (highest - lowest)))) + "%"


def _written(number: float) -> str:
    """A number for SVG: a point whatever the reader's language, and no needless digits."""
    return f"{number:.2f}".rstrip("0").rstrip(".") or "0"


def nice_top(highest: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that `highest` fits under; 1 when there is nothing."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(highest))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if highest <= step * power * (1 + 1e-9))


def percent(share: float) -> str:
    """A share as people read it. Something is never shown as 0 %, nor all but one as 100 %."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{round(100 * share)}%"


def bars(given: Iterable[Bar], top: float | None = None) -> list[DrawnBar]:
    """Bars on a common scale from 0 to `top` (or to the largest value or reference)."""
    given = list(given)
    reach = top or max((max(bar.value, bar.reference or 0) for bar in given), default=0)
    return [_drawn_bar(bar, reach) for bar in given]


def _drawn_bar(bar: Bar, top: float) -> DrawnBar:
    tick = "" if bar.reference is None else place(bar.reference, 0, top)
    shown = bar.shown or _written(bar.value)
    return DrawnBar(bar.label, shown, place(bar.value, 0, top), tick, bar.reference_shown, href=bar.href, tone=bar.tone)


def distribution(answers: Iterable[Answers], total: int | None = None) -> list[DrawnBar]:
    """Counts of answers as bars on a scale of shares, each with its interval.

    `total`: how many people answered (more than the sum when several answers were allowed, or fewer). Below `FEWEST`
    there is neither a percentage nor an interval.
    """
    answers = list(answers)
    people = sum(answer.count for answer in answers) if total is None else total
    reach = _reach(answers, people)
    return [_drawn_answers(answer, people, reach) for answer in answers]


def _reach(answers: Sequence[Answers], people: int) -> float:
    """The end of the scale: room for the longest bar and the widest interval, at most everybody."""
    largest = max((answer.count for answer in answers), default=0) / people if people else 1.0
    widest = max((answer.high or 0 for answer in answers), default=0) if people >= FEWEST else 0
    return min(1.0, ceil(10 * max(largest, widest, 0.1)) / 10)


def _drawn_answers(answer: Answers, people: int, reach: float) -> DrawnBar:
    share = answer.count / people if people else 0.0
    enough = people >= FEWEST
    low, high = (answer.low, answer.high) if enough else (None, None)
    return DrawnBar(
        label=answer.label,
        shown=str(answer.count),
        width=place(share, 0, reach),
        low="" if low is None else place(low, 0, reach),
        high="" if high is None else place(high, 0, reach),
        href=answer.href,
        note=percent(share) if enough else "",
        tick_shown="" if low is None or high is None else f"{percent(low)}–{percent(high)}",
    )


def funnel(steps: Iterable[FunnelStep]) -> list[DrawnStep]:
    """Steps of the loop as bars of people, each as wide as its part of the first."""
    steps = list(steps)
    first = steps[0].count if steps else 0
    onward = [*steps[1:], None]
    return [_drawn_step(step, after, first) for step, after in zip(steps, onward, strict=True)]


def _drawn_step(step: FunnelStep, after: FunnelStep | None, first: int) -> DrawnStep:
    width = place(step.count, 0, first)
    share = percent(step.count / first) if first >= FEWEST else ""
    slope = "" if after is None else _slope(width, place(after.count, 0, first))
    return DrawnStep(step.label, step.count, width, share, slope, step.tone, step.href)


def _slope(here: str, there: str) -> str:
    return f"0,0 {here.rstrip('%')},0 {there.rstrip('%')},100 0,100"


def coverage(facet: Facet) -> list[DrawnBar]:
    """One facet: the share of those chosen as a bar, the share of all customers as a tick, the quota as an interval."""
    chosen, everyone = (sum(getattr(v, name) for v in facet.values) for name in ("chosen", "everyone"))
    shares = [(v, _share(v.chosen, chosen), _share(v.everyone, everyone)) for v in facet.values]
    ends = [max(mine, theirs, _share(v.most or 0, chosen)) for v, mine, theirs in shares]
    reach = min(1.0, ceil(10 * max([*ends, 0.1])) / 10)
    return [_drawn_value(v, mine, theirs, chosen, reach) for v, mine, theirs in shares]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _drawn_value(value: FacetValue, mine: float, theirs: float, chosen: int, reach: float) -> DrawnBar:
    has_quota = value.fewest is not None and value.most is not None
    return DrawnBar(
        label=value.label,
        shown=str(value.chosen),
        width=place(mine, 0, reach),
        tick=place(theirs, 0, reach),
        tick_shown=percent(theirs),
        low=place(_share(value.fewest or 0, chosen), 0, reach) if has_quota else "",
        high=place(_share(value.most or 0, chosen), 0, reach) if has_quota else "",
        href=value.href,
        note=percent(mine) if chosen >= FEWEST else "",
    )


def slope(changes: Iterable[Change], height: int = 240, apart: int = 20) -> list[DrawnChange]:
    """Lines from before (left) to after (right), the larger the higher, in a box of `height` pixels.

    Labels that would touch are moved apart to at least `apart` pixels; the ends of the lines stay where they are.
    """
    changes = list(changes)
    if not changes:
        return []
    ends = [value for change in changes for value in (change.before, change.after)]
    lowest, highest = min(ends), max(ends)
    befores = [_height(change.before, lowest, highest, height, apart) for change in changes]
    afters = [_height(change.after, lowest, highest, height, apart) for change in changes]
    labels = zip(spread(befores, apart), spread(afters, apart), strict=True)
    return [_drawn_change(*row) for row in zip(changes, befores, afters, labels, strict=True)]


def _height(value: float, lowest: float, highest: float, height: int, margin: int) -> float:
    if highest <= lowest:
        return height / 2
    return margin + (height - 2 * margin) * (highest - value) / (highest - lowest)


def _drawn_change(change: Change, y1: float, y2: float, labels: tuple[float, float]) -> DrawnChange:
    short = change.label if len(change.label) <= LONGEST_LABEL else change.label[: LONGEST_LABEL - 1].rstrip() + "…"
    direction = "up" if change.after > change.before else "down" if change.after < change.before else "level"
    return DrawnChange(
        change.label, short, _written(y1), _written(y2), _written(labels[0]), _written(labels[1]),
        change.before_shown or _written(change.before), change.after_shown or _written(change.after), direction,
        change.href,
    )  # fmt: skip


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """The places nearest to those wanted (in total squares) that keep their order and stay `apart`, in the order given.

    Pool adjacent violators: neighbours that would touch form a block around their common mean.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        mean, size = wanted[index] - rank * apart, 1
        while blocks and blocks[-1][0] > mean:
            earlier, count = blocks.pop()
            mean, size = (earlier * count + mean * size) / (count + size), size + count
        blocks.append((mean, size))
    flat = [mean for mean, size in blocks for _ in range(size)]
    places = {index: flat[rank] + rank * apart for rank, index in enumerate(order)}
    return [places[index] for index in range(len(wanted))]


def journey(touchpoints: Iterable[Touchpoint], lowest: float, highest: float, large: float) -> list[DrawnTouchpoint]:
    """Predicted against actual, a row a touchpoint in the order given; the two lines run on from row to row.

    A gap of at least `large` is a surprise: "worse" than predicted, or "better".
    """
    rows = list(touchpoints)
    places = [
        [None if v is None else float(place(v, lowest, highest)[:-1]) for v in values]
        for values in ([row.predicted for row in rows], [row.actual for row in rows])
    ]
    return [_drawn_touchpoint(row, places, index, large) for index, row in enumerate(rows)]


def _drawn_touchpoint(
    row: Touchpoint, places: Sequence[Sequence[float | None]], index: int, large: float
) -> DrawnTouchpoint:
    (p_from, p_at, p_to), (a_from, a_at, a_to) = (_passage(line, index) for line in places)
    gap, kind = _gap(row, large)
    return DrawnTouchpoint(
        row.label, row.stage, p_at, a_at, _figure(row.predicted), _figure(row.actual), gap, kind,
        p_from, p_to, a_from, a_to, row.href,
    )  # fmt: skip


def _passage(line: Sequence[float | None], index: int) -> tuple[str, str, str]:
    """Where a line enters a row, where its dot is, where it leaves: half-way to its neighbours."""
    here = line[index]
    before = line[index - 1] if index else None
    after = line[index + 1] if index + 1 < len(line) else None
    return _half_way(here, before), "" if here is None else f"{_written(here)}%", _half_way(here, after)


def _half_way(here: float | None, there: float | None) -> str:
    return "" if here is None or there is None else f"{_written((here + there) / 2)}%"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _gap(row: Touchpoint, large: float) -> tuple[str, str]:
    if row.predicted is None or row.actual is None:
        return "", "unknown"
    gap = round(row.actual - row.predicted, 1)
    signed = f"{gap:+.1f}".replace("-", "−") if gap else "0.0"
    return signed, ("near" if abs(gap) < large else "worse" if gap < 0 else "better")


def sparkline(weeks: Sequence[Week]) -> Sparkline | None:
    """A count week by week, from 0 to its peak; nothing when there is no week."""
    if not weeks:
        return None
    top = max(week.count for week in weeks) or 1
    last_index = max(len(weeks) - 1, 1)
    xs = [100 * index / last_index for index in range(len(weeks))]
    ys = [100 - 100 * week.count / top for week in weeks]
    points = " ".join(f"{_written(x)},{_written(y)}" for x, y in zip(xs, ys, strict=True))
    peak = max(weeks, key=lambda week: week.count)
    return Sparkline(points, f"{_written(xs[-1])}%", f"{_written(ys[-1])}%", peak, weeks[-1],
                     sum(week.count for week in weeks), weeks)  # fmt: skip
