"""Panels of a few people: fair first, then as many voices as can be heard.

A panel of 3 or 4 cannot hold every value of every facet. Choosing the panels that cover most would leave
nearly everybody without a chance. So everybody keeps at least `alpha` (0.8) of the best least chance; with
what is left, the expected coverage is as great as it can be. Coverage of a panel is the summed weight of the
values that somebody in it holds; by default a value weighs as many people as hold it.

The bound: a value with x expected seats is heard with chance at most min(1, x). That is one linear programme.
Panels in which a value with x <= 1 has at most one seat and a value with x >= 1 at least one attain it, if some mix of
them has these expected seats. Among such panels coverage is linear in the seats: one more programme mixes them for the
greatest coverage while every type keeps its floor, and its prices ask for the panels that are missing. Where the bound
is not reached within a fixed amount of work, the gap is stated: the bound is exact either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allears.selection.certificate import ceiling, integers, worths
from allears.selection.ideal import Floor, Mask, leximin
from allears.selection.mixing import BATCH, Maker, Mix
from allears.selection.problem import Floats, Ints, Problem
from allears.selection.solver import INFINITY, STEPS, Budget, Programme, unlimited

Weights = Mapping[tuple[str, str], Fraction]
NEAR = 1e-7
MARGIN, KEPT = 1e-7, 1e-6
PENALTY = 100.0
PRIMAL = 4  # HiGHS's number for the simplex method that goes on best from where new columns came in
REPAIRS, CAP = 20, 120.0
STANDSTILL, PATIENCE = 1e-6, 3
LABOUR, REPAIR = 5_000_000, 1_500  # steps of the solver times its rows, about a second; what a round of repairs counts


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


def cover(
    problem: Problem,
    eligible: Mask,
    weights: tuple[Fraction, ...],
    floor: Fraction,
    budget: Budget,
    seeds: Ints | None = None,
) -> tuple[Mix, CoverageBound]:
    """A lottery that leaves everybody the floor and covers as much as was found, with the bound on what can be.

    The mix's reach is the part of the floor that everybody keeps: 1, or less where its panels cannot give more.
    seeds: (P, T) panels to begin with. Of all expected seats with the best coverage, the search keeps near the fairest.
    """
    best, bound = most_coverage(problem, eligible, weights, floor)
    numbers = np.array([float(weight) for weight in weights])
    near = leximin(problem, eligible, floor=Floor(numbers, best - 1e-10), budget=budget)
    seats = np.where(eligible, near.seats, 0.0)
    master = Covering(problem, eligible, numbers, float(floor), budget)
    if seeds is not None:
        master.add(seeds)
    return covering(master, seats, float(bound.bound), budget), bound


class Covering:
    """Mix panels for the greatest coverage while every type keeps its floor; a part of it is given up at a high price.

    Rows are in units of the floor, which is asked for with a margin, so that what is published keeps it in full.
    """

    def __init__(
        self, problem: Problem, eligible: Mask, weights: Floats, floor: float, budget: Budget = unlimited
    ) -> None:
        self.problem, self.weights = problem, weights
        self.rows = np.flatnonzero(eligible) if floor > 0 else np.zeros(0, dtype=np.int64)
        self.unit = 1 / (floor * problem.sizes[self.rows]) if floor > 0 else np.zeros(0)
        self.place = np.full(problem.types, -1)
        self.place[self.rows] = np.arange(len(self.rows))
        count = len(self.rows)
        self.programme = Programme(maximise=True, budget=budget)
        self.programme.add_rows(
            np.append(np.full(count, 1 + MARGIN), 1.0), np.append(np.full(count, INFINITY), 1.0)
        )
        self.programme.add_columns(
            np.array([-PENALTY]), np.zeros(1), np.array([1 + MARGIN]), np.zeros(1, np.int64), np.arange(count),
            np.ones(count),
        )
        self.panels: list[Ints] = []
        self.seen: set[bytes] = set()
        self.absent: Ints | None = None
        self.labour = 0
        self.stood: Covered | None = None

    def covers(self, panels: Ints) -> Floats:
        """(P, T) panels to (P,) what each covers; added up row by row, which is the same on every machine."""
        which, types = np.nonzero(panels)
        held = np.zeros((len(self.weights), len(panels)), dtype=bool)
        for place in range(self.problem.facets):
            held[self.problem.codes[types, place], which] = True
        covers = np.zeros(len(panels))
        for row, weight in zip(held, self.weights.tolist(), strict=True):
            covers += row * weight
        return covers

    def add(self, panels: Ints) -> int:
        """Panels not seen before enter; returns how many."""
        fresh = []
        for panel in panels:
            if panel.tobytes() not in self.seen:
                self.seen.add(panel.tobytes())
                fresh.append(panel)
        if not fresh:
            return 0
        held = [np.flatnonzero((panel > 0) & (self.place >= 0)) for panel in fresh]
        rows = [np.append(self.place[types], len(self.rows)) for types in held]
        entries = [
            np.append(panel[types] * self.unit[self.place[types]], 1.0)
            for panel, types in zip(fresh, held, strict=True)
        ]
        starts = np.cumsum([0, *(len(places) for places in rows[:-1])])
        none = np.zeros(len(fresh))
        self.programme.add_columns(
            self.covers(np.array(fresh)), none, np.full(len(fresh), INFINITY), starts, np.concatenate(rows),
            np.concatenate(entries),
        )
        self.panels += fresh
        return len(fresh)

    def stand_in(self) -> Ints:
        """Columns for the types on no panel yet, so that they do not pull everybody's floor down; made once."""
        first = 1 + len(self.panels)
        rows = np.flatnonzero(~np.array(self.panels)[:, self.rows].any(axis=0))
        count, ones = len(rows), np.ones(len(rows))
        if count:
            self.programme.add_columns(-PENALTY * ones, 0 * ones, (1 + MARGIN) * ones, np.arange(count), rows, ones)
        for row in rows.tolist():
            self.programme.entry(row, 0, 0.0)
        return np.arange(first, first + count)

    def solve(self) -> Covered:
        """The best mix of the panels so far; there must be one.

        Where the work or the time ends meanwhile: the last step's if it keeps every row, else what the last solve gave.
        """
        self.absent = self.stand_in() if self.absent is None else self.absent
        left = self.steps_left()
        self.programme.set("simplex_iteration_limit", left)
        answer = self.programme.solve()
        self.labour += answer.steps * (len(self.rows) + 1)
        if not (answer.optimal or answer.cut):
            self.programme.restart()
            answer = self.programme.solve()
            self.labour += answer.steps * (len(self.rows) + 1)
        self.programme.set("simplex_strategy", PRIMAL)
        if not (answer.optimal or answer.valid):
            return self.as_it_stood()
        worth = np.zeros(self.problem.types)
        worth[self.rows] = np.maximum(-answer.prices[:-1], 0) * self.unit
        helped = answer.columns[[0, *self.absent]]
        shares = np.delete(answer.columns, [0, *self.absent])
        self.stood = Covered(
            answer.objective + PENALTY * helped.sum(), float(helped.max()), float(helped.sum()), shares, worth,
            float(answer.prices[-1]),
        )
        return self.stood

    def steps_left(self) -> int:
        """The first solve may take what it needs; later ones end soon after the work is done."""
        if self.stood is None:
            return STEPS
        return max(1, min(STEPS, (self.most_labour() + LABOUR // 3 - self.labour) // (len(self.rows) + 1)))

    def most_labour(self) -> int:
        """More, where somebody has not got their floor yet."""
        return LABOUR if self.stood and self.stood.missed <= KEPT else 3 * LABOUR

    def as_it_stood(self) -> Covered:
        """Panels that came since have no share yet; before the first solve all have the same."""
        count = len(self.panels)
        if self.stood is not None:
            return replace(self.stood, shares=np.append(self.stood.shares, np.zeros(count - len(self.stood.shares))))
        panels = np.array(self.panels)
        missed = np.maximum(0.0, 1 - panels.mean(axis=0)[self.rows] * self.unit)
        return Covered(
            float(self.covers(panels).mean()), float(missed.max(initial=0.0)), float(missed.sum()),
            np.full(count, 1 / count), np.zeros(self.problem.types), 0.0,
        )


@dataclass(frozen=True)
class Covered:
    """What a solve of Covering gave.

    coverage: what the mix covers. missed: the greatest part of a floor that it misses. owing: all such parts, added up.
    shares: (P,) how often each panel. worth: (T,) what a seat is worth to the floors. price: what a panel must bring,
    in coverage and worth, to help.
    """

    coverage: float
    missed: float
    owing: float
    shares: Floats
    worth: Floats
    price: float

    def mix(self, master: Covering, proven: bool) -> Mix:
        panels, used = np.array(master.panels, dtype=np.int64), np.flatnonzero(self.shares > 1e-13)
        return Mix(panels[used], self.shares[used], max(0.0, 1 - self.missed), proven, panels, self.worth)


def covering(master: Covering, target: Floats, bound: float, budget: Budget) -> Mix:
    """The best cover found by adding panels that the prices pay for, until the bound, a standstill or the end of work.

    First panels among which coverage is linear, near the target; then any. Work is counted in steps of the solver and
    not in seconds: without a budget the same question has the same answer on a slow machine and a fast one.
    """
    makers = two_makers(master, target, budget)
    if not master.panels:
        none = np.zeros((0, master.problem.types), dtype=np.int64)
        return Mix(none, np.zeros(0), 0.0, False, none, np.zeros(master.problem.types))
    left = list(makers)
    best, still = -INFINITY, 0
    while True:
        now = master.solve()
        proven = now.missed <= KEPT and now.coverage >= bound * (1 - NEAR)
        enough = labour(master, makers) > master.most_labour()
        if proven or enough or not left or budget() <= 0:
            return now.mix(master, proven)
        progress = now.coverage - PENALTY * now.owing
        still = 0 if progress > best + STANDSTILL else still + 1
        best = max(best, progress)
        if still > PATIENCE or not refill(master, *left[0], now, budget):
            left, still = left[1:], 0


def labour(master: Covering, makers: list[tuple[Maker, Floats]]) -> int:
    """Work done so far, in steps of the solver times its rows."""
    return master.labour + REPAIR * sum(maker.finder.steps for maker, _ in makers)


def two_makers(master: Covering, target: Floats, budget: Budget) -> list[tuple[Maker, Floats]]:
    """Two ways to make panels, each with (T,) what a seat adds to coverage: exactly for the first, about for the second."""
    problem, expected = master.problem, master.problem.count(target)
    narrow = Maker(problem, target, wish=representative(problem, target), repairs=REPAIRS, cap=CAP)
    wide = Maker(problem, target)
    master.add(narrow.owed(2 * max(BATCH, problem.types), budget))
    if not master.panels:
        master.add(wide.owed(2 * BATCH, budget))
    wide.loosen()
    linear = np.where(expected <= 1 + NEAR, master.weights, 0.0)
    shared = master.weights / np.maximum(1, expected)
    return [(narrow, per_type(problem, linear)), (wide, per_type(problem, shared))]


def per_type(problem: Problem, weights: Floats) -> Floats:
    """(R,) weights of rows to (T,) their sums over the rows of each type."""
    return np.asarray(weights[problem.codes].sum(axis=1))


def refill(master: Covering, maker: Maker, extra: Floats, now: Covered, budget: Budget) -> bool:
    """Add panels that the prices pay for, and some that are owed; False where no new one is paid for."""
    paid = maker.paid(now.worth + extra, budget)
    helpful = paid[paid @ now.worth + master.covers(paid) > now.price + 1e-9]
    if not master.add(helpful):
        return False
    master.add(maker.owed(master.problem.types, budget))
    return True
