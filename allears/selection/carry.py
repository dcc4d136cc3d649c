"""Over time: what earlier panels owed each facet value weighs in the next, so that a year hears everybody.

A panel of four cannot hold one person in ten of a small group. Over many panels it should. The account of a
value is the seats it should have had, by its share of all customers, less the seats it had; the next panel's
expected seats are its share plus what it is owed (never less than none).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from allears.selection.quotas import shares

Row = tuple[str, str]
Base = Mapping[str, Mapping[str, int | float | Fraction]]


@dataclass(frozen=True)
class Held:
    """One earlier panel: how many seats it had, and how many each (facet, value) held."""

    size: int
    seats: Mapping[Row, int]


def owed(base: Base, panels: Iterable[Held]) -> dict[Row, Fraction]:
    """Seats owed to each (facet, value) by earlier panels; negative where it had more than its share.

    Within a facet the accounts of all values add up to the seats of people whose value was not in the base.
    """
    share = {(facet, value): part for facet, values in base.items() for value, part in shares(facet, values).items()}
    account = dict.fromkeys(share, Fraction(0))
    for panel in panels:
        for row, part in share.items():
            account[row] += part * panel.size - panel.seats.get(row, 0)
    return account


def carried_weights(base: Base, panels: Iterable[Held], size: int) -> dict[Row, Fraction]:
    """Weights for the coverage of the next panel (rule "panel"): share plus what is owed, facets counting alike.

    Every value keeps at least a tenth of its own share, so that nobody's voice is worth nothing.
    """
    debts = owed(base, panels)
    weights: dict[Row, Fraction] = {}
    for facet, values in base.items():
        wish = {
            value: max(part * size / 10, part * size + debts[(facet, value)])
            for value, part in shares(facet, values).items()
        }
        total = sum(wish.values()) or Fraction(1)
        weights |= {(facet, value): part / total / len(base) for value, part in wish.items()}
    return weights
