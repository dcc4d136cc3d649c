"""Where the marks of a chart stand: typed figures in, geometry out. Knows no Django, draws nothing.

Positions are written as SVG percentages ("61.3%") along a scale, so that a chart is as wide as its
place and its
words keep their size; templates in `templates/design/charts/` draw them and CSS classes colour them. A share
is a
number from 0 to 1. Below ten answers nothing becomes a percentage: people see counts and words instead.
"""

from allears.design.charts.bars import bars, coverage, distribution, funnel
from allears.design.charts.drawn import (
    DrawnBar,
    DrawnChange,
    DrawnStep,
    DrawnTouchpoint,
    Sparkline,
)
from allears.design.charts.given import (
    Answers,
    Bar,
    Change,
    Facet,
    FacetValue,
    FunnelStep,
    Touchpoint,
    Week,
)
from allears.design.charts.journey import journey
from allears.design.charts.lines import slope, sparkline, spread
from allears.design.charts.scale import FEWEST, percent, place

__all__ = [
    "FEWEST",
    "Answers",
    "Bar",
    "Change",
    "DrawnBar",
    "DrawnChange",
    "DrawnStep",
    "DrawnTouchpoint",
    "Facet",
    "FacetValue",
    "FunnelStep",
    "Sparkline",
    "Touchpoint",
    "Week",
    "bars",
    "coverage",
    "distribution",
    "funnel",
    "journey",
    "percent",
    "place",
    "slope",
    "sparkline",
    "spread",
]
