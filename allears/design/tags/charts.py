"""Charts: geometry from `charts.py`, drawn by templates in `templates/design/charts/`.

Every chart has a title, a sentence that says what is to be seen, and the same figures as a table.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify

from allears.design import charts
from allears.design.tags import register

MOST_FACETS = 6  # that stand open in a comparison


def _chart(name: str, title: str, desc: str, id: str, **geometry: Any) -> SafeString:
    chart_id = id or f"chart-{slugify(title) or name}"
    return render_to_string(f"design/charts/{name}.html", {"title": title, "desc": desc, "id": chart_id, **geometry})


@register.simple_tag
def bar_chart(
    given: Iterable[charts.Bar],
    title: str,
    desc: str = "",
    top: float | None = None,
    reference: str = "",
    what: str = "",
    figure: str = "",
    id: str = "",
    most: int | None = None,
) -> SafeString:
    """Bars (charts.Bar), each may be a link. `reference` names what the ticks mark ("all customers"); `top`
    ends the scale
    (100 for percentages); `what` and `figure` head the table's columns; `most` bars stand open, the others fold."""
    drawn = charts.bars(given, top)
    first, more = _folded(drawn, most)
    return _chart(
        "bars", title, desc, id, bars=drawn, first=first, more=more, reference=reference, what=what, figure=figure
    )


def _folded(drawn: list[charts.DrawnBar], most: int | None) -> tuple[list[charts.DrawnBar], list[charts.DrawnBar]]:
    """Bars that stand open, and those behind a fold; three more are not worth one."""
    return (drawn[:most], drawn[most:]) if most and len(drawn) > most + 3 else (drawn, [])


@register.simple_tag
def distribution_chart(
    answers: Iterable[charts.Answers],
    title: str,
    desc: str = "",
    total: int | None = None,
    id: str = "",
    key: bool = True,
) -> SafeString:
    """How many chose each answer (charts.Answers), with the interval of its share drawn; below ten only
    counts. `key=False` where the page says once for all its charts what the interval is
    (`design/charts/interval_key.html`).
    """
    rows = charts.distribution(answers, total)
    return _chart("distribution", title, desc, id, bars=rows, has_shares=any(row.note for row in rows), key=key)


@register.simple_tag
def funnel_chart(steps: Iterable[charts.FunnelStep], title: str, desc: str = "", id: str = "") -> SafeString:
    """How many people came how far round the loop (charts.FunnelStep)."""
    return _chart("funnel", title, desc, id, steps=charts.funnel(steps))


@register.simple_tag
def coverage_chart(
    facets: Iterable[charts.Facet], title: str, desc: str = "", id: str = "", most: int = 8
) -> SafeString:
    """Those chosen compared with all customers, facet by facet (charts.Facet); quotas drawn as intervals.

    `most` values of a facet stand open, the others fold; so do facets beyond the first few.
    """
    drawn = [_compared(number, facet, most) for number, facet in enumerate(facets, 1)]
    has_quota = any(bar.low for facet in drawn for bar in facet["bars"])
    open_ = len(drawn) if len(drawn) <= MOST_FACETS + 1 else MOST_FACETS  # one alone is not worth folding
    return _chart(
        "coverage", title, desc, id, facets=drawn, open=drawn[:open_], closed=drawn[open_:], has_quota=has_quota
    )


def _compared(number: int, facet: charts.Facet, most: int) -> dict[str, Any]:
    bars = charts.coverage(facet)
    first, more = _folded(bars, most)
    return {"number": number, "name": facet.name, "bars": bars, "first": first, "more": more}


@register.simple_tag
def slope_chart(
    changes: Iterable[charts.Change],
    title: str,
    desc: str = "",
    before: str = "",
    after: str = "",
    id: str = "",
) -> SafeString:
    """Before and after (charts.Change), a line each."""
    changes = list(changes)
    height = max(150, 34 * len(changes) + 50)
    lines = charts.slope(changes, height)
    return _chart(
        "slope",
        title,
        desc,
        id,
        lines=lines,
        height=str(height),
        before=before,
        after=after,
        linked=any(line.href for line in lines),
    )


@register.simple_tag
def journey_chart(
    touchpoints: Iterable[charts.Touchpoint],
    title: str,
    desc: str = "",
    lowest: float = 1,
    highest: float = 5,
    large: float = 1,
    id: str = "",
) -> SafeString:
    """What staff predicted against what customers said, touchpoint by touchpoint (charts.Touchpoint)."""
    rows = charts.journey(touchpoints, lowest, highest, large)
    return _chart("journey", title, desc, id, rows=rows, lowest=f"{lowest:g}", highest=f"{highest:g}")


@register.simple_tag
def sparkline_chart(
    weeks: Sequence[charts.Week], title: str, desc: str = "", id: str = "", href: str = ""
) -> SafeString:
    """A small line through the weeks (charts.Week), its last figure beside it."""
    return _chart("sparkline", title, desc, id, line=charts.sparkline(weeks), href=href)
