"""Expected seats per type as whole numbers of a very small unit: what a sample promises before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allears.selection.ideal import Ideal, leximin
from allears.selection.problem import Floats, Problem

SAFE_BITS = 53  # whole numbers up to here survive in every language that reads JSON
EXACT_ROWS = 15
ROOM = 1.0
NEAR = 1e-6


@dataclass(frozen=True)
class Targets:
    """seats: per type, in parts of `unit`; they add up to the size of the sample exactly."""

    seats: tuple[int, ...]
    unit: int

    def chances(self, sizes: Sequence[int]) -> tuple[Fraction, ...]:
        return tuple(Fraction(part, self.unit * size) for part, size in zip(self.seats, sizes, strict=True))

    def floats(self) -> Floats:
        """The same as floating-point numbers, exactly rounded."""
        return np.array(self.seats, dtype=np.float64) / self.unit


def sample_targets(problem: Problem) -> tuple[Targets, Ideal]:
    """The fairest expected seats that a sample can keep exactly, and the ideal whose prices bound every lottery.

    Where the pool chose itself, the ideal presses most rows against their bounds, and then hardly any whole
    sample lies near it. So when more than fifteen rows are pressed, every bound keeps a seat of room free (or
    half of what it has, if less). That costs the least lucky about one seat in the seats of the quota that holds
    them: the plan's gap says exactly how much. Raises ArithmeticError where the quotas cannot be met.
    """
    bound = leximin(problem, most_stages=1)
    inner = roomy(problem)
    rows = pressed(*inner) if inner else 1
    ideal = inner[1] if inner and not 0 < rows <= EXACT_ROWS else leximin(problem)
    unit = 1 << (SAFE_BITS - problem.size.bit_length())
    return Targets(in_units(ideal.seats, problem, unit), unit), replace(ideal, least=bound.least, prices=bound.prices)


def pressed(problem: Problem, ideal: Ideal) -> int:
    """How many rows the expected seats press against a bound."""
    expected = problem.count(ideal.seats)
    at_bound = (expected > problem.upper - NEAR) | ((expected < problem.lower + NEAR) & (problem.lower > 0))
    return int((at_bound & (problem.people_of_row > 0) & (problem.upper > 0)).sum())


def roomy(problem: Problem) -> tuple[Problem, Ideal] | None:
    """A seat of room inside every bound (or half a seat, or half of what it has), and leximin within."""
    for room in (ROOM, ROOM / 2):
        spare = np.where(problem.upper > 0, np.minimum(room, (problem.upper - problem.lower) / 2), 0.0)
        low = np.where(problem.lower > 0, problem.lower + spare, 0.0)
        inner = replace(problem, lower=low, upper=problem.upper - spare)
        try:
            return inner, leximin(inner)
        except ArithmeticError:
            continue
    return None


def in_units(seats: Floats, problem: Problem, unit: int) -> tuple[int, ...]:
    """Round to units; the largest types take the remainder (a few parts), so that the sum is exact."""
    parts: list[int] = np.rint(np.clip(seats, 0, problem.sizes) * unit).astype(np.int64).tolist()
    rest = problem.size * unit - sum(parts)
    for at in np.argsort(-seats, kind="stable").tolist():
        if not rest:
            break
        moved = min(max(rest, -parts[at]), int(problem.sizes[at]) * unit - parts[at])
        parts[at] += moved
        rest -= moved
    return tuple(parts)
