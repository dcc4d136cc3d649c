"""From a figure to a place on a scale, and to the words people read."""

FEWEST = 10


def place(value: float, lowest: float, highest: float) -> str:
    """Where `value` stands between two ends, as a percentage; never outside, and 0 where there is no
    distance.
    """
    if highest <= lowest:
        return "0%"
    return written(100 * min(1.0, max(0.0, (value - lowest) / (highest - lowest)))) + "%"


def written(number: float) -> str:
    """A number for SVG: a point whatever the reader's language, and no needless digits."""
    return f"{number:.2f}".rstrip("0").rstrip(".") or "0"


def percent(share: float) -> str:
    """A share as people read it. Something is never shown as 0 %, nor all but one as 100 %."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{round(100 * share)}%"
