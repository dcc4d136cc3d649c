"""Panels of a few people: fair first, then as many voices as can be heard.

A panel of 3 or 4 cannot hold every value of every facet. Choosing the panels that cover most would leave
nearly everybody without a chance. So everybody keeps at least `alpha` (0.8) of the best least chance; with
what is left, the expected coverage is as great as it can be. Coverage of a panel is the summed weight of the
values that somebody in it holds; by default a value weighs as many people as hold it.

The bound: a value with x expected seats is heard with chance at most min(1, x). That is one linear programme.
Its solution is reached by panels in which a value with x <= 1 has at most one seat and a value with x >= 1 at
least one, and those panels are mixed like any other lottery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allears.selection.certificate import ceiling, integers, worths
from allears.selection.ideal import Floor, Mask, leximin
from allears.selection.mixing import REACHED, Budget, Maker, Mix, mix
from allears.selection.problem import Floats, Ints, Problem
from allears.selection.solver import INFINITY, Programme

Weights = Mapping[tuple[str, str], Fraction]
NEAR = 1e-7
STANDSTILL, PATIENCE = 1e-5, 5


@dataclass(frozen=True)
class CoverageBound:
    """No lottery that leaves everybody `floor` covers more than `bound`: parts and prices prove it exactly."""

    bound: Fraction
    floor: Fraction
    parts: tuple[Fraction, ...]
    prices: tuple[Fraction, ...]
    seat: Fraction


def even_weights(counts: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, str], Fraction]:
    """Every value of a facet counts the same, however few people hold it (counts: as Pool.counts() gives them)."""
    return {
        (facet, value): Fraction(1, len(counts) * len(values)) for facet, values in counts.items() for value in values
    }


def people_weights(problem: Problem) -> tuple[Fraction, ...]:
    """A value counts by the people who hold it: coverage is then the chance that somebody picked at random finds

    somebody like them on the panel, in a facet picked at random.
    """
    total = int(problem.sizes.sum()) * max(1, problem.facets)
    return tuple(Fraction(held, total) for held in problem.people_of_row.tolist())


def row_weights(problem: Problem, weights: Weights | None) -> tuple[Fraction, ...]:
    """Weights in the order of the rows, adding up to 1; a value that is not named weighs nothing."""
    if weights is None:
        return people_weights(problem)
    exact = [Fraction(weights.get(row, 0)) for row in problem.rows]
    total = sum(exact) or Fraction(1)
    return tuple(weight / total for weight in exact)


def covered(problem: Problem, panel: Ints, weights: tuple[Fraction, ...]) -> Fraction:
    """What one panel covers: the weight of the values that somebody in it holds."""
    return sum((weights[row] for row in np.flatnonzero(problem.count(panel))), Fraction(0))


def most_coverage(
    problem: Problem, eligible: Mask, weights: tuple[Fraction, ...], floor: Fraction
) -> tuple[float, CoverageBound]:
    """(the greatest expected coverage when everybody keeps `floor`, its exact bound)."""
    programme, rows, types = Programme(maximise=True), len(problem.rows), problem.types
    people = np.where(eligible, problem.sizes, 0).astype(np.float64)
    base = float(floor) * people
    held = np.append(problem.count(base), base.sum())
    programme.add_rows(
        np.concatenate([problem.lower - held[:-1], [problem.size - held[-1]], np.full(rows, -INFINITY)]),
        np.concatenate([problem.upper - held[:-1], [problem.size - held[-1]], held[:-1]]),
    )
    every = np.arange(rows)
    programme.add_columns(
        np.array([float(weight) for weight in weights]), np.zeros(rows), np.ones(rows), every, rows + 1 + every,
        np.ones(rows),
    )
    entries = np.concatenate([problem.codes, np.full((types, 1), rows), rows + 1 + problem.codes], axis=1)
    signs = np.concatenate([np.ones((types, problem.facets + 1)), -np.ones((types, problem.facets))], axis=1)
    programme.add_columns(
        np.zeros(types), np.zeros(types), people - base, np.arange(types) * entries.shape[1], entries.ravel(),
        signs.ravel(),
    )
    answer = programme.solve()
    if not answer.optimal:
        raise ArithmeticError("no expected seats meet the quotas and the floor")
    return answer.objective, prove(problem, eligible, weights, floor, answer.prices)


def prove(
    problem: Problem, eligible: Mask, weights: tuple[Fraction, ...], floor: Fraction, prices: Floats
) -> CoverageBound:
    """The tightest exact bound among a few roundings of the solver's prices."""
    rows = len(problem.rows)
    candidates = []
    for unit in (Fraction(1), min((weight for weight in weights if weight), default=Fraction(1))):
        for denominator in (60, 10_000, 10**7):
            exact = [Fraction(float(price) / float(unit)).limit_denominator(denominator) * unit for price in prices]
            parts = tuple(
                min(Fraction(1), max(Fraction(0), price / weight)) if weight else Fraction(0)
                for price, weight in zip(exact[rows + 1 :], weights, strict=True)
            )
            bound = coverage_bound(problem, eligible, weights, floor, parts, exact[: rows + 1])
            candidates.append(CoverageBound(bound, floor, parts, tuple(exact[:rows]), exact[rows]))
    return min(candidates, key=lambda candidate: candidate.bound)


def coverage_bound(
    problem: Problem,
    eligible: Mask,
    weights: tuple[Fraction, ...],
    floor: Fraction,
    parts: tuple[Fraction, ...],
    prices: list[Fraction],
) -> Fraction:
    """sum w(1 - part) + the most that seats worth sum(w * part) can bring when everybody keeps the floor.

    True for any prices and any parts between 0 and 1: a row's coverage min(1, seats) is at most
    part * seats + 1 - part, and the rest is weak duality (see allears.selection.certificate).
    """
    gains = [weight * part for weight, part in zip(weights, parts, strict=True)]
    whole, unit = integers([*gains, *prices])
    gain = worths(problem, [*whole[: len(gains)], 0])[eligible]
    worth = worths(problem, whole[len(gains) :])[eligible]
    people = problem.sizes[eligible].astype(object)
    spill = int((people * np.maximum(gain - worth, 0)).sum())
    slack = int((people * np.maximum(worth - gain, 0)).sum())
    fixed = sum((weight * (1 - part) for weight, part in zip(weights, parts, strict=True)), Fraction(0))
    return fixed + Fraction(ceiling(problem, whole[len(gains) :]) + spill, unit) - floor * Fraction(slack, unit)


def representative(problem: Problem, seats: Floats) -> Problem:
    """The same problem, with at most one seat for a value that expects less and at least one where it expects more."""
    expected = problem.count(seats)
    upper = np.where((expected <= 1 + NEAR) & (problem.upper > 1), 1, problem.upper)
    lower = np.where((expected >= 1 - NEAR) & (problem.lower < 1), 1, problem.lower)
    return replace(problem, lower=lower, upper=upper)


def direct_cover(
    problem: Problem, eligible: Mask, weights: tuple[Fraction, ...], floor: Fraction, budget: Budget
) -> tuple[Mix, CoverageBound, Floats]:
    """(a mix near the best expected seats, the bound on coverage, those seats). Reach 1: the bound is attained.

    Of all expected seats with the best coverage, the fairest are taken: leximin once more.
    """
    best, bound = most_coverage(problem, eligible, weights, floor)
    numbers = np.array([float(weight) for weight in weights])
    ideal = leximin(problem, eligible, floor=Floor(numbers, best - 1e-10))
    narrow = representative(problem, ideal.seats)
    return mix(narrow, ideal.seats, np.where(eligible, ideal.seats, 0.0), budget, exact=False), bound, ideal.seats


def cover(
    problem: Problem, eligible: Mask, weights: tuple[Fraction, ...], floor: Fraction, fair: Mix, budget: Budget
) -> tuple[Mix, CoverageBound]:
    """A lottery that leaves everybody the floor and covers as much as was found, with the bound on what can be.

    fair: a mix that gives everybody at least the floor, kept as a start so that there is always an answer.
    """
    mixed, bound, seats = direct_cover(problem, eligible, weights, floor, budget)
    if mixed.reach > 1 - REACHED:
        return mixed, bound
    numbers = np.array([float(weight) for weight in weights])
    known = np.concatenate([fair.known, mixed.known])
    master = Covering(problem, eligible, numbers, float(floor))
    master.add(known)
    return covering(master, seats, float(bound.bound), budget), bound


class Covering:
    """Mix panels for the greatest coverage while every type keeps its floor."""

    def __init__(self, problem: Problem, eligible: Mask, weights: Floats, floor: float) -> None:
        self.problem, self.weights = problem, weights
        self.rows = np.flatnonzero(eligible)
        floors = floor * problem.sizes[self.rows] * (1 - 1e-12)
        self.programme = Programme(maximise=True)
        self.programme.add_rows(np.append(floors, 1.0), np.append(np.full(len(floors), INFINITY), 1.0))
        self.panels: list[Ints] = []
        self.seen: set[bytes] = set()

    def covers(self, panel: Ints) -> float:
        return float(self.weights[self.problem.count(panel) > 0].sum())

    def add(self, panels: Iterable[Ints]) -> int:
        added = 0
        for panel in panels:
            if panel.tobytes() in self.seen:
                continue
            self.seen.add(panel.tobytes())
            held = np.flatnonzero(panel[self.rows])
            entries = np.append(panel[self.rows][held], 1).astype(np.float64)
            self.programme.add_columns(
                np.array([self.covers(panel)]), np.zeros(1), np.array([INFINITY]), np.zeros(1, np.int64),
                np.append(held, len(self.rows)), entries,
            )
            self.panels.append(panel)
            added += 1
        return added

    def solve(self) -> tuple[float, Floats, Floats, float]:
        """(coverage, shares, (T,) what a seat is worth to the floors, what a panel must bring)."""
        answer = self.programme.solve()
        worth = np.zeros(self.problem.types)
        worth[self.rows] = np.maximum(-answer.prices[:-1], 0)
        return answer.objective, answer.columns, worth, float(answer.prices[-1])


def covering(master: Covering, target: Floats, bound: float, budget: Budget) -> Mix:
    """The best cover found by adding panels that the prices pay for, until the bound or a standstill is reached."""
    problem, maker = master.problem, Maker(master.problem, target)
    maker.loosen()
    share = master.weights / np.maximum(1, problem.count(target))
    extra = sum((share[problem.codes[:, place]] for place in range(problem.facets)), np.zeros(problem.types))
    before, still = 0.0, 0
    while True:
        reached, shares, worth, price = master.solve()
        still = 0 if reached > before * (1 + STANDSTILL) else still + 1
        before = max(before, reached)
        if reached < bound * (1 - REACHED) and still < PATIENCE and budget() > 0:
            paid = maker.paid(worth + extra)
            if master.add([panel for panel in paid if (panel * worth).sum() + master.covers(panel) > price + 1e-9]):
                continue
        panels, used = np.array(master.panels, dtype=np.int64), np.flatnonzero(shares > 1e-13)
        return Mix(panels[used], shares[used], 1.0, reached >= bound * (1 - REACHED), panels, worth)
