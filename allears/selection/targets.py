"""Expected seats per type as whole numbers of a very small unit: what a sample promises before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allears.selection.ideal import Ideal, leximin
from allears.selection.problem import Floats, Problem

UNIT = 1 << 50
EXACT_ROWS = 15
ROOM = 0.5
NEAR = 1e-6


@dataclass(frozen=True)
class Targets:
    """seats: per type, in parts of `unit`; they add up to the size of the sample exactly."""

    seats: tuple[int, ...]
    unit: int = UNIT

    def chances(self, sizes: Sequence[int]) -> tuple[Fraction, ...]:
        return tuple(Fraction(part, self.unit * size) for part, size in zip(self.seats, sizes, strict=True))

    def floats(self) -> Floats:
        """The same as floating-point numbers, exactly rounded."""
        return np.array(self.seats, dtype=np.float64) / self.unit


def sample_targets(problem: Problem) -> tuple[Targets, Ideal]:
    """The fairest expected seats that a sample can keep exactly, and the ideal that they are measured against.

    Where the pool chose itself, the ideal presses most rows against their bounds, and then hardly any whole
    sample lies near it. So when more than fifteen rows are pressed, every bound that has room keeps half a seat of
    it free. That costs the least lucky about half a seat in the seats of the quota that holds them: the plan's
    gap says exactly how much. Raises ArithmeticError where the quotas cannot be met.
    """
    ideal = leximin(problem)
    expected = problem.count(ideal.seats)
    pressed = (expected > problem.upper - NEAR) | (expected < problem.lower + NEAR)
    if (pressed & (problem.people_of_row > 0) & (problem.upper > 0)).sum() > EXACT_ROWS:
        ideal = replace_seats(ideal, roomy(problem))
    return Targets(in_units(ideal.seats, problem)), ideal


def roomy(problem: Problem) -> Ideal | None:
    """Leximin with half a seat (or a quarter) of room inside every bound that can spare it."""
    for room in (ROOM, ROOM / 2):
        spare = np.where((problem.upper > problem.lower) & (problem.upper > 0), room, 0.0)
        low = np.where(problem.lower > 0, problem.lower + spare, 0.0)
        inner = replace(problem, lower=low, upper=problem.upper - spare)
        try:
            return leximin(inner)
        except ArithmeticError:
            continue
    return None


def replace_seats(ideal: Ideal, inner: Ideal | None) -> Ideal:
    """The proof of the full bounds with the seats of the inner ones."""
    return ideal if inner is None else replace(ideal, seats=inner.seats, chances=inner.chances)


def in_units(seats: Floats, problem: Problem) -> tuple[int, ...]:
    """Round to units; the largest type takes the remainder (a few parts in 2**50), so that the sum is exact."""
    parts = [min(max(0, round(share * UNIT)), int(size) * UNIT)
             for share, size in zip(seats.tolist(), problem.sizes.tolist(), strict=True)]
    rest = problem.size * UNIT - sum(parts)
    for at in sorted(range(len(parts)), key=lambda at: -parts[at]):
        moved = min(max(rest, -parts[at]), int(problem.sizes[at]) * UNIT - parts[at])
        parts[at] += moved
        rest -= moved
        if not rest:
            break
    return tuple(parts)
