"""What comes in: the figures of each kind of chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from allears.design.parts import Tone


@dataclass(frozen=True)
class Bar:
    """One bar. `shown` is the figure as people read it; `reference` is where the tick stands (all
    customers).
    """

    label: str
    value: float
    shown: str = ""
    reference: float | None = None
    reference_shown: str = ""
    href: str = ""
    tone: Tone = "accent"


@dataclass(frozen=True)
class Answers:
    """How many chose one answer, with the interval of its share (for instance Wilson's) where one
    is known. A count of None is kept back: nobody is to be recognised by it.
    """

    label: str
    count: int | None
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
    """What staff predicted for a touchpoint, and what customers said; `None` where nobody predicted or
    answered.
    """

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
