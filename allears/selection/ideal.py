"""The fairest expected seats per type when panels need not be whole: a bound nobody can beat.

Leximin: raise the least chance as far as it goes, fix whoever is held there by a quota, go on with the rest.
Each stage is one linear programme with a row per quota; the prices of its rows prove the stage
(Flanigan, Goelz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies", Nature 2021,
here without the whole-panel constraint and over types instead of people).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allears.selection.problem import Floats, Ints, Problem
from allears.selection.solver import INFINITY, Budget, Programme, unlimited

Mask = NDArray[np.bool_]
TIGHT = 1e-6
SIFT = 4000
PENALTY = 1000.0


@dataclass(frozen=True)
class Ideal:
    """seats: (T,) expected seats. least: the least chance of anybody eligible. prices: of rows, then of the size.

    complete: False where it stopped before the last stage; then the luckier may have more or less than leximin gives.
    """

    seats: Floats
    least: float
    prices: Floats
    chances: Floats
    complete: bool = True


@dataclass(frozen=True)
class Floor:
    """Extra wishes: `weights` per row for being represented at all, whose sum must reach `coverage`."""

    weights: Floats
    coverage: float


def slight(cost: Floats) -> float:
    """A price below this is none: the solver's own inexactness, relative to the dearest."""
    return max(1e-9, TIGHT * float(np.abs(cost).max(initial=0.0)))


def unusable(problem: Problem) -> Mask:
    """(T,) types that a quota of zero seats shuts out."""
    return np.asarray((problem.upper[problem.codes] == 0).any(axis=1))


class Stages:
    """The programme of all stages: seats x[t] = least * even[t] + spare[t] for the types that are still free.

    even: (T,) the seats of a type if everybody had the same chance. So `least` is 1.0 where chances are equal,
    whatever the pool's size, and one tolerance serves ten people and ten million.
    """

    def __init__(self, problem: Problem, free: Mask, floor: Floor | None = None) -> None:
        self.problem, self.free = problem, free.copy()
        self.levels = np.zeros(problem.types)
        self.sizes = problem.sizes.astype(np.float64)
        self.equal = problem.size / self.sizes.sum()
        self.even = self.sizes * self.equal
        self.low = np.append(problem.lower, problem.size).astype(np.float64)
        self.high = np.append(problem.upper, problem.size).astype(np.float64)
        self.programme = Programme(maximise=True)
        self.programme.add_rows(self.low, self.high)
        self.columns = np.zeros(0, dtype=np.int64)
        self.capped: list[int] = []
        self.fixed: Floats | None = None
        self.margin = 1e-11
        self.standing, self.penalty, self.least = False, PENALTY, 0.0
        self.rows = len(self.low)
        self.slope = self.first_slope()
        self.add_least()
        self.floor_columns = self.add_floor(floor) if floor else 0
        self.helpers = self.add_helpers() if problem.types > SIFT else 0
        self.before = 1 + self.floor_columns + self.helpers
        self.add(self.first())

    def first_slope(self) -> Floats:
        """How many seats each row gains when the least chance rises by one."""
        free = np.flatnonzero(self.free)
        return np.append(self.problem.count(self.even[free], free), self.even[free].sum())

    def add_least(self) -> None:
        rows, most = np.arange(self.rows), np.array([1 / self.equal])
        self.programme.add_columns(np.ones(1), np.zeros(1), most, np.zeros(1, np.int64), rows, self.slope)

    def add_helpers(self) -> int:
        """While only some types are in the programme it may lack seats: dear stand-ins say which to bring in."""
        for sign in (1.0, -1.0):
            self.programme.add_columns(
                np.full(self.rows, -PENALTY), np.zeros(self.rows), np.full(self.rows, INFINITY),
                np.arange(self.rows), np.arange(self.rows), np.full(self.rows, sign),
            )
        return 2 * self.rows

    def add_floor(self, floor: Floor) -> int:
        """A column per row for being represented (at most 1, at most its seats), and their weighted sum."""
        highs, count = self.programme.highs, len(floor.weights)
        first = highs.getNumCol()
        none = np.zeros(0, dtype=np.int64)
        self.programme.add_columns(
            np.zeros(count), np.zeros(count), np.ones(count), np.zeros(count, np.int64), none, none.astype(float)
        )
        columns = np.arange(first, first + count, dtype=np.int32)
        highs.addRow(floor.coverage, INFINITY, count, columns, floor.weights)
        self.represented = self.rows + 1 + np.arange(count)
        for row in range(count):
            highs.addRow(-INFINITY, 0.0, 2, np.array([first + row, 0], np.int32), np.array([1.0, -self.slope[row]]))
        return count

    def first(self) -> Ints:
        """All free types, or enough of them to begin with when there are very many."""
        free = np.flatnonzero(self.free)
        return free if len(free) <= SIFT else free[:: len(free) // (SIFT // 2)]

    def add(self, types: Ints) -> None:
        """Spare seats of some types enter the programme."""
        codes = self.problem.codes[types]
        rows = [codes, np.full((len(types), 1), self.rows - 1)]
        values = [np.ones((len(types), codes.shape[1] + 1))]
        if self.floor_columns:
            rows.append(self.represented[codes])
            values.append(-np.ones(codes.shape))
        entries = np.concatenate(rows, axis=1)
        self.programme.add_columns(
            np.zeros(len(types)),
            np.zeros(len(types)),
            np.where(self.free[types], self.room(types), 0.0),
            np.arange(len(types)) * entries.shape[1],
            entries.ravel(),
            np.concatenate(values, axis=1).ravel(),
        )
        self.columns = np.concatenate([self.columns, types])

    def solve(self) -> tuple[float, Floats, Floats, Floats]:
        """One stage: (least chance, spare seats, prices of the rows, what a spare seat of each type costs)."""
        while True:
            answer = self.programme.solve()
            if not answer.optimal:
                self.widen()
                continue
            cost = self.cost(answer.prices)
            if self.bring_in(cost):
                continue
            if self.helped(answer.columns):
                continue
            least, spare = answer.columns[0], np.zeros(self.problem.types)
            spare[self.columns] = answer.columns[self.before : self.before + len(self.columns)]
            over = np.flatnonzero(self.uncapped() & (self.even * least + spare > self.sizes + 1e-9))
            if not len(over):
                return float(least), spare, answer.prices, cost
            self.cap(over)

    def widen(self) -> None:
        """A later stage can fail by rounding alone: its rows get ten times the margin, up to a 10,000,000th seat."""
        if self.fixed is None or self.margin > 5e-8:
            raise ArithmeticError("no expected seats meet the quotas")
        self.programme.restart()
        self.margin *= 10
        self.shift_rows(self.fixed)

    def helped(self, columns: Floats) -> bool:
        """Do stand-ins still hold seats? Then they become dearer once; after that nobody else can sit there.

        When a stage stands without them they leave: later stages start from where it stood.
        """
        stand_ins = np.arange(self.before - self.helpers, self.before)
        if not self.helpers or self.standing:
            return False
        if columns[stand_ins].sum() <= 1e-7:
            self.standing = True
            self.programme.bounds(stand_ins, np.zeros(len(stand_ins)), np.zeros(len(stand_ins)))
            return True
        if self.penalty > PENALTY:
            raise ArithmeticError("no expected seats meet the quotas")
        self.penalty = PENALTY * 1000
        self.programme.cost(stand_ins, np.full(len(stand_ins), -self.penalty))
        return True

    def bring_in(self, cost: Floats) -> bool:
        """Types outside the programme whose spare seats would help enter it: the most helpful first."""
        if not self.helpers:
            return False
        inside = np.zeros(self.problem.types, dtype=bool)
        inside[self.columns] = True
        helpful = np.flatnonzero(self.free & ~inside & (cost < -slight(cost)))
        if len(helpful):
            self.add(helpful[np.argsort(cost[helpful], kind="stable")[: SIFT // 4]])
        return len(helpful) > 0

    def cost(self, prices: Floats) -> Floats:
        """(T,) by how much one spare seat for a type would lower the least chance; above 0: it is held there.

        Types that are no longer free cost nothing here.
        """
        table = prices[: self.rows - 1].copy()
        if self.floor_columns:
            table -= prices[self.represented]
        free = np.flatnonzero(self.free)
        sums = np.full(len(free), prices[self.rows - 1])
        codes = self.problem.codes[free]
        for place in range(self.problem.facets):
            sums += table[codes[:, place]]
        cost = np.zeros(self.problem.types)
        cost[free] = sums
        if self.capped:
            np.add.at(cost, self.capped, np.where(self.free[self.capped], prices[self.cap_row :], 0.0))
        return cost

    @property
    def cap_row(self) -> int:
        return self.rows + (1 + self.floor_columns if self.floor_columns else 0)

    def room(self, types: Ints) -> Floats:
        """The most spare seats that leave everybody's chance at 1 or less, as far as is known yet."""
        return np.maximum(0.0, self.sizes[types] - self.least * self.even[types])

    def uncapped(self) -> Mask:
        """(T,) free types without a row of their own yet; one that has it can pass 1 by rounding only."""
        open_ = self.free.copy()
        open_[self.capped] = False
        return open_

    def cap(self, types: Ints) -> None:
        """Nobody's chance passes 1: rows added only for the types that would."""
        position = {int(type_): place for place, type_ in enumerate(self.columns)}
        for type_ in types:
            if int(type_) not in position:
                self.add(np.array([type_]))
                position[int(type_)] = len(self.columns) - 1
            columns = np.array([0, self.before + position[int(type_)]], dtype=np.int32)
            slope = np.array([self.even[type_], 1.0])
            self.programme.highs.addRow(-INFINITY, self.sizes[type_], 2, columns, slope)
            self.capped.append(int(type_))

    def fix(self, types: Mask, level: float) -> None:
        """These types stay at this chance; the rest of the programme moves around them."""
        self.levels[types], self.least = level, level
        self.free &= ~types
        most = np.where(self.free[self.columns], self.room(self.columns), 0.0)
        self.programme.bounds(self.before + np.arange(len(most)), np.zeros(len(most)), most)
        now = np.flatnonzero(types)
        even = np.append(self.problem.count(self.even[now], now), self.even[now].sum())
        slopes = self.slope = np.maximum(0.0, self.slope - even) if self.free.any() else 0.0 * even
        self.fixed = even * level if self.fixed is None else self.fixed + even * level
        for row, slope in enumerate(slopes):
            self.programme.entry(row, 0, float(slope))
        self.shift_rows(self.fixed)
        if self.floor_columns:
            for row in range(self.floor_columns):
                self.programme.entry(int(self.represented[row]), 0, -float(slopes[row]))
            none = np.full(self.floor_columns, -INFINITY)
            self.programme.row_bounds(self.represented, none, self.fixed[:-1] + self.margin)
        for row, type_ in enumerate(self.capped, start=self.cap_row):
            if not self.free[type_]:
                self.programme.entry(row, 0, 0.0)

    def shift_rows(self, fixed: Floats) -> None:
        low, high = self.low - fixed - self.margin, self.high - fixed + self.margin
        self.programme.row_bounds(range(self.rows), low, high)


def leximin(
    problem: Problem,
    free: Mask | None = None,
    *,
    floor: Floor | None = None,
    most_stages: int | None = None,
    budget: Budget = unlimited,
) -> Ideal:
    """The fairest expected seats. Raises ArithmeticError where not even fractions of people meet the quotas.

    free: (T,) who may be chosen; by default everybody whom no quota of zero shuts out.
    most_stages, budget: stop after so many stages, or when time is up, but never before the first; whoever is still
    free then keeps what the last one gave.
    """
    stages = Stages(problem, ~unusable(problem) if free is None else free, floor)
    first: tuple[float, Floats] | None = None
    done, over, seats = 0, False, np.zeros(problem.types)
    while stages.free.any() or first is None:
        try:
            least, spare, prices, cost = stages.solve()
        except ArithmeticError:
            if first is None:
                raise
            break  # rounding rules from here on: what the last stage gave meets every quota
        seats = np.where(stages.free, least * stages.even + spare, stages.levels * stages.even)
        first = first or (least, prices[: stages.rows])
        done += 1
        over = budget() <= 0
        if done == most_stages or over:
            break
        tight = stages.free & (cost > slight(cost))
        if least * stages.equal > 1 - 1e-9 or not tight.any():
            tight = stages.free.copy()
        stages.fix(tight, least)
    return Ideal(seats, first[0] * stages.equal, first[1], seats / stages.sizes, not (over and stages.free.any()))
