"""The published lottery: whole panels, each holding a whole number of tickets."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from allears.selection.mixing import Mix
from allears.selection.problem import Ints

TICKETS = 10**15
READABLE = 10**6


@dataclass(frozen=True)
class Lottery:
    """Panels as sorted pairs (type, seats), and how many tickets each holds."""

    panels: tuple[tuple[tuple[int, int], ...], ...]
    tickets: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.tickets)

    def seats(self) -> dict[int, int]:
        """Seats times tickets of each type: divide by the total for expected seats."""
        held: dict[int, int] = {}
        for panel, tickets in zip(self.panels, self.tickets, strict=True):
            for type_, seats in panel:
                held[type_] = held.get(type_, 0) + seats * tickets
        return held

    def chances(self, sizes: tuple[int, ...] | Ints) -> tuple[Fraction, ...]:
        """Everybody's exact chance, per type."""
        held, total = self.seats(), self.total
        return tuple(Fraction(held.get(at, 0), total * int(size)) for at, size in enumerate(sizes))


def publish(mixed: Mix) -> Lottery:
    """Shares to whole tickets: a small readable number where that is exact, else a million millions.

    Panels are in canonical order, so that the same mix always makes the same file.
    """
    named = sorted(
        (tuple((int(at), int(panel[at])) for at in np.flatnonzero(panel)), float(share))
        for panel, share in zip(mixed.panels, mixed.shares, strict=True)
    )
    tickets = readable([share for _, share in named]) or rounded([share for _, share in named], TICKETS)
    kept = [(panel, count) for (panel, _), count in zip(named, tickets, strict=True) if count]
    return Lottery(tuple(panel for panel, _ in kept), tuple(count for _, count in kept))


def readable(shares: list[float]) -> list[int] | None:
    """Tickets that are these shares exactly, if fewer than a million will do."""
    unit = 1
    exact: list[Fraction] = []
    for share in shares:
        exact.append(Fraction(share).limit_denominator(10_000))
        unit = lcm(unit, exact[-1].denominator)
        if unit > READABLE or abs(float(exact[-1]) - share) > 1e-11:
            return None
    return [int(share * unit) for share in exact] if sum(exact) == 1 else None


def rounded(shares: list[float], total: int) -> list[int]:
    """Largest remainders: whole tickets that add up to the total, none off by more than one."""
    sum_ = sum(map(Fraction, shares))
    exact = [Fraction(share) / sum_ * total for share in shares]
    tickets = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda at: (tickets[at] - exact[at], at))
    for at in order[: total - sum(tickets)]:
        tickets[at] += 1
    return tickets
