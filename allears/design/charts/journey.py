"""A journey: what staff predicted against what customers said, touchpoint by touchpoint."""

from collections.abc import Iterable, Sequence

from allears.design.charts.drawn import DrawnTouchpoint
from allears.design.charts.given import Touchpoint
from allears.design.charts.scale import place, written


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
        row.label,
        row.stage,
        p_at,
        a_at,
        _figure(row.predicted),
        _figure(row.actual),
        gap,
        kind,
        p_from,
        p_to,
        a_from,
        a_to,
        row.href,
    )


def _passage(line: Sequence[float | None], index: int) -> tuple[str, str, str]:
    """Where a line enters a row, where its dot is, where it leaves: half-way to its neighbours."""
    here = line[index]
    before = line[index - 1] if index else None
    after = line[index + 1] if index + 1 < len(line) else None
    return _half_way(here, before), "" if here is None else f"{written(here)}%", _half_way(here, after)


def _half_way(here: float | None, there: float | None) -> str:
    return "" if here is None or there is None else f"{written((here + there) / 2)}%"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _gap(row: Touchpoint, large: float) -> tuple[str, str]:
    if row.predicted is None or row.actual is None:
        return "", "unknown"
    gap = round(row.actual - row.predicted, 1)
    signed = f"{gap:+.1f}".replace("-", "−") if gap else "0.0"
    return signed, ("near" if abs(gap) < large else "worse" if gap < 0 else "better")
