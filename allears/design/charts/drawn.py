"""What goes out: where the marks stand, as text that an SVG attribute takes as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from allears.design.charts.given import Week
from allears.design.parts import Tone


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
    is_kept_back: bool = False  # its figure is not shown


@dataclass(frozen=True)
class DrawnStep:
    """A step of the funnel: its bar, and the slope (SVG points in a 100 by 100 box) that leads to
    it from the one before.
    """

    label: str
    count: int
    width: str
    share: str
    inward: str
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
