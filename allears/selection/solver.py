"""The only file that knows the linear-programme solver: HiGHS, one thread, a fixed random seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from allears.selection.problem import Floats, Ints

Budget = Callable[[], float]
INFINITY = highspy.kHighsInf
TOLERANCE = 1e-9
SLIGHT = 1e-8  # by so much a row may be missed where a solve was stopped: a tenth of what the masters leave as margin
STEPS = 30_000  # the simplex method can go round in circles where rounding rules: then the solve is not optimal
CUT = (
    highspy.HighsModelStatus.kInterrupt, highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kIterationLimit,
)
LOOK = 50  # steps of the simplex method between two looks at the time that is left


def unlimited() -> float:
    """A budget of time that never ends. Any function that returns the seconds left will do."""
    return float("inf")


class Watch:
    """Looks at a budget while the solver works, and stops it when nothing is left.

    What the budget raises waits until the solver has stopped: it must not pass through foreign code.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget, self.steps = budget, 0
        self.raised: BaseException | None = None

    def simplex(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """Called after every step of the simplex method."""
        self.steps += 1
        if self.steps % LOOK == 0:
            self.search(event)

    def search(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """Called between pieces of a search for whole numbers."""
        try:
            over = self.budget() <= 0
        except BaseException as error:
            self.raised, over = error, True
        if over:
            event.interrupt()


@dataclass(frozen=True)
class Answer:
    """What a solve gave. `optimal` is False when it stopped early or there is no solution.

    cut: it stopped because steps or time ran out. valid: its columns keep every row but for rounding.
    steps: how many the simplex method took, a measure of work that is the same on every machine.
    """

    optimal: bool
    infeasible: bool
    objective: float
    columns: Floats
    prices: Floats
    reduced: Floats
    bound: float
    steps: int
    cut: bool
    valid: bool


class Programme:
    """A linear programme that is built once, changed a little and solved many times from where it stood.

    budget: a solve that is under way when it runs out stops within a few steps, and is not optimal.
    """

    def __init__(self, *, maximise: bool, budget: Budget = unlimited) -> None:
        self.highs = highspy.Highs()
        self.watch = Watch(budget)
        if budget is not unlimited:
            self.highs.cbSimplexInterrupt.subscribe(self.watch.simplex)
            self.highs.cbMipInterrupt.subscribe(self.watch.search)
        options: tuple[tuple[str, bool | int | float | str], ...] = (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("parallel", "off"),
            ("primal_feasibility_tolerance", TOLERANCE),
            ("dual_feasibility_tolerance", TOLERANCE),
            ("mip_feasibility_tolerance", TOLERANCE),
            ("mip_rel_gap", 0.0),
            ("simplex_iteration_limit", STEPS),
        )
        for option, value in options:
            self.set(option, value)
        if maximise:
            self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def set(self, option: str, value: bool | int | float | str) -> None:
        self.highs.setOptionValue(option, value)

    def add_rows(self, lower: Floats | Ints, upper: Floats | Ints) -> None:
        """Rows without entries yet: columns bring theirs."""
        empty = np.array([], dtype=np.int32)
        self.highs.addRows(
            len(lower), lower.astype(np.float64), upper.astype(np.float64), 0,
            np.zeros(len(lower), dtype=np.int32), empty, empty.astype(np.float64),
        )

    def add_columns(
        self,
        cost: Floats,
        lower: Floats,
        upper: Floats,
        starts: Ints,
        rows: Ints,
        entries: Floats,
        *,
        whole: bool = False,
    ) -> None:
        """Columns with their entries in compressed form: column j has rows[starts[j]:starts[j + 1]]."""
        first = self.highs.getNumCol()
        self.highs.addCols(
            len(cost), cost.astype(np.float64), lower.astype(np.float64), upper.astype(np.float64), len(rows),
            starts[: len(cost)].astype(np.int32), rows.astype(np.int32), entries.astype(np.float64),
        )
        if whole:
            columns = np.arange(first, first + len(cost), dtype=np.int32)
            kinds = np.full(len(cost), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self.highs.changeColsIntegrality(len(cost), columns, kinds)

    def cost(self, columns: Ints | Sequence[int], costs: Floats) -> None:
        columns = np.asarray(columns, dtype=np.int32)
        self.highs.changeColsCost(len(columns), columns, costs.astype(np.float64))

    def bounds(self, columns: Ints | Sequence[int], lower: Floats | Ints, upper: Floats | Ints) -> None:
        columns = np.asarray(columns, dtype=np.int32)
        self.highs.changeColsBounds(len(columns), columns, lower.astype(np.float64), upper.astype(np.float64))

    def row_bounds(self, rows: Ints | Sequence[int], lower: Floats, upper: Floats) -> None:
        for row, low, high in zip(rows, lower, upper, strict=True):
            self.highs.changeRowBounds(int(row), float(low), float(high))

    def entry(self, row: int, column: int, value: float) -> None:
        self.highs.changeCoeff(row, column, value)

    def restart(self) -> None:
        """Forget where the last solve stood."""
        self.highs.clearSolver()

    def solve(self, seconds: float | None = None) -> Answer:
        """Solve from where the last solve stood. `seconds` counts from the first solve of this programme."""
        if seconds is not None:
            self.highs.setOptionValue("time_limit", max(0.001, seconds))
        self.highs.run()
        if self.watch.raised is not None:
            raise self.watch.raised
        status = self.highs.getModelStatus()
        solution, info = self.highs.getSolution(), self.highs.getInfo()
        return Answer(
            optimal=status == highspy.HighsModelStatus.kOptimal,
            infeasible=status
            in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible),
            objective=info.objective_function_value,
            columns=np.array(solution.col_value),
            prices=np.array(solution.row_dual),
            reduced=np.array(solution.col_dual),
            bound=info.mip_dual_bound,
            steps=max(0, info.simplex_iteration_count),
            cut=status in CUT,
            valid=0 <= info.max_primal_infeasibility <= SLIGHT,
        )
