"""Expected seats per type as whole numbers of a very small unit: what a sample promises before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allears.selection.ideal import Ideal, Mask, leximin, slight
from allears.selection.problem import Floats, Problem
from allears.selection.solver import Budget, unlimited

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


def sample_targets(problem: Problem, budget: Budget = unlimited) -> tuple[Targets, Ideal]:
    """The fairest expected seats that a sample can keep exactly, and the ideal whose prices bound every lottery.

    Where the pool chose itself, full leximin presses most rows against their bounds, and then hardly any whole
    sample lies near it. So when more than fifteen rows would be pressed, the bounds keep a seat of room free,
    except those that the least lucky need: their chance stays the best there is, and the room is taken from those
    who are luckier. Only where more than fifteen rows hold the least lucky do all keep room, and then the plan's
    gap says exactly what that costs. Where time runs out, those who are luckier than the least share less evenly.
    Raises ArithmeticError where the quotas cannot be met.
    """
    bound = leximin(problem, most_stages=1)
    inner = roomy(problem, bound, budget)
    if inner and not 0 < pressed(*inner) <= EXACT_ROWS:
        ideal = inner[1]
    else:
        full = leximin(problem, budget=budget)
        ideal = inner[1] if inner and pressed(problem, full) > EXACT_ROWS else full
    unit = 1 << (SAFE_BITS - problem.size.bit_length())
    return Targets(in_units(ideal.seats, problem, unit), unit), replace(ideal, least=bound.least, prices=bound.prices)


def pressed(problem: Problem, ideal: Ideal) -> int:
    """How many rows the expected seats press against a bound."""
    expected = problem.count(ideal.seats)
    at_bound = (expected > problem.upper - NEAR) | ((expected < problem.lower + NEAR) & (problem.lower > 0))
    return int((at_bound & (problem.people_of_row > 0) & (problem.upper > 0)).sum())


def roomy(problem: Problem, bound: Ideal, budget: Budget) -> tuple[Problem, Ideal] | None:
    """Room inside the bounds, and leximin within: as fair to the least lucky as `bound` where that can be."""
    return spared(problem, bound, budget) or next(
        (found for room in (ROOM, ROOM / 2) if (found := within(narrowed(problem, room), budget))), None
    )


def spared(problem: Problem, bound: Ideal, budget: Budget) -> tuple[Problem, Ideal] | None:
    """Room for every row but those whose room would cost the least lucky: they give half of it, then all.

    None where that leaves more rows without room than whole samples can be expected to meet.
    """
    rooms = np.where(priced(bound), 0.0, ROOM)
    while (rooms == 0).sum() <= EXACT_ROWS:
        inner = narrowed(problem, rooms)
        first = within(inner, budget, most_stages=1)
        if first and first[1].least >= bound.least * (1 - NEAR * NEAR):
            return within(inner, budget)
        blocking = priced(first[1]) & (rooms > 0) if first else rooms > 0
        if not blocking.any():
            return None
        rooms = np.where(blocking, np.where(rooms == ROOM, ROOM / 2, 0.0), rooms)
    return None


def priced(ideal: Ideal) -> Mask:
    """(R,) the rows that hold the least lucky where they are."""
    prices = np.abs(ideal.prices[:-1])
    return np.asarray(prices > slight(prices))


def narrowed(problem: Problem, room: float | Floats) -> Problem:
    """Bounds that keep `room` seats free on each side, or half of what there is, if less."""
    spare = np.where(problem.upper > 0, np.minimum(room, (problem.upper - problem.lower) / 2), 0.0)
    low = np.where(problem.lower > 0, problem.lower + spare, 0.0)
    return replace(problem, lower=low, upper=problem.upper - spare)


def within(inner: Problem, budget: Budget, *, most_stages: int | None = None) -> tuple[Problem, Ideal] | None:
    try:
        return inner, leximin(inner, most_stages=most_stages, budget=budget)
    except ArithmeticError:
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
