"""The one interval that this room draws. Pure."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float]:
    """Return the score interval of a proportion (Wilson 1927), as numbers from 0 to 1; (0, 1) when nothing is known."""
    if whole == 0:
        return 0.0, 1.0
    share, spread = part / whole, z * z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
