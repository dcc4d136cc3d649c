"""Lines: before and after, and week by week."""

from collections.abc import Iterable, Sequence

from allears.design.charts.drawn import DrawnChange, Sparkline
from allears.design.charts.given import Change, Week
from allears.design.charts.scale import written

LONGEST_LABEL = 18


def slope(changes: Iterable[Change], height: int = 240, apart: int = 20, head: int = 20) -> list[DrawnChange]:
    """Lines from before (left) to after (right), the larger the higher, in a box of `height` pixels.

    The first `head` pixels are left for the names of the two times. Labels that would touch are moved apart
    to at least `apart` pixels; the ends of the lines stay where they are.
    """
    changes = list(changes)
    if not changes:
        return []
    ends = [value for change in changes for value in (change.before, change.after)]
    lowest, highest = min(ends), max(ends)
    befores = [_height(change.before, lowest, highest, height, head, apart) for change in changes]
    afters = [_height(change.after, lowest, highest, height, head, apart) for change in changes]
    labels = zip(spread(befores, apart), spread(afters, apart), strict=True)
    return [_drawn_change(*row) for row in zip(changes, befores, afters, labels, strict=True)]


def _height(value: float, lowest: float, highest: float, height: int, head: int, margin: int) -> float:
    room = height - head - 2 * margin
    part = (highest - value) / (highest - lowest) if highest > lowest else 0.5
    return head + margin + room * part


def _drawn_change(change: Change, y1: float, y2: float, labels: tuple[float, float]) -> DrawnChange:
    short = change.label if len(change.label) <= LONGEST_LABEL else change.label[: LONGEST_LABEL - 1].rstrip() + "…"
    direction = "up" if change.after > change.before else "down" if change.after < change.before else "level"
    return DrawnChange(
        change.label,
        short,
        written(y1),
        written(y2),
        written(labels[0]),
        written(labels[1]),
        change.before_shown or written(change.before),
        change.after_shown or written(change.after),
        direction,
        change.href,
    )


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """The places nearest to those wanted (in total squares) that keep their order and stay `apart`, in the
    order given.

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


def sparkline(weeks: Sequence[Week]) -> Sparkline | None:
    """A count week by week, from 0 to its peak; nothing when there is no week."""
    if not weeks:
        return None
    top = max(week.count for week in weeks) or 1
    last_index = max(len(weeks) - 1, 1)
    xs = [100 * index / last_index for index in range(len(weeks))]
    ys = [100 - 100 * week.count / top for week in weeks]
    points = " ".join(f"{written(x)},{written(y)}" for x, y in zip(xs, ys, strict=True))
    peak = max(weeks, key=lambda week: week.count)
    return Sparkline(
        points,
        f"{written(xs[-1])}%",
        f"{written(ys[-1])}%",
        peak,
        weeks[-1],
        sum(week.count for week in weeks),
        weeks,
    )
