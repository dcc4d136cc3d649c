"""Questions about whole panels that only an integer programme answers: slow, so asked last."""

from __future__ import annotations

import numpy as np

from allears.selection.ideal import unusable
from allears.selection.problem import Floats, Ints, Problem
from allears.selection.solver import Answer, Programme


def panel_programme(problem: Problem, *, whole: bool) -> Programme:
    """Columns are types, rows are the quotas and the size."""
    programme = Programme(maximise=True)
    programme.add_rows(np.append(problem.lower, problem.size), np.append(problem.upper, problem.size))
    types, facets = problem.types, problem.facets
    rows = np.concatenate([problem.codes, np.full((types, 1), len(problem.rows))], axis=1)
    programme.add_columns(
        np.zeros(types),
        np.zeros(types),
        np.where(unusable(problem), 0, problem.sizes),
        np.arange(types) * (facets + 1),
        rows.ravel(),
        np.ones(types * (facets + 1)),
        whole=whole,
    )
    return programme


def best_panel(problem: Problem, worth: Floats, *, seconds: float) -> tuple[Ints | None, float, bool]:
    """(a valid panel of greatest worth or None, its worth, whether the search was complete)."""
    programme = panel_programme(problem, whole=True)
    unit = float(np.abs(worth).max()) or 1.0
    programme.cost(np.arange(problem.types), worth / unit)
    answer = programme.solve(min(seconds, 1e6))
    panel = as_panel(problem, answer)
    if panel is None:
        return None, 0.0, answer.infeasible
    return panel, float((panel * worth).sum()), answer.optimal


def as_panel(problem: Problem, answer: Answer) -> Ints | None:
    """The solver's numbers as a panel, checked in whole numbers."""
    if len(answer.columns) != problem.types or not np.isfinite(answer.columns).all():
        return None
    panel = np.round(answer.columns).astype(np.int64)
    return panel if problem.admits(panel) else None


class Reach:
    """Which types can be on a panel at all: asked type by type, from where the last question stood."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.loose = panel_programme(problem, whole=False)

    def most(self, type_: int) -> Answer:
        """The greatest fraction of seats for a type; its prices prove what it cannot have."""
        self.loose.cost([type_], np.ones(1))
        answer = self.loose.solve()
        self.loose.cost([type_], np.zeros(1))
        return answer

    def panel_with(self, type_: int, *, seconds: float) -> tuple[Ints | None, bool]:
        """(a valid panel with somebody of the type or None, whether the search was complete)."""
        programme = panel_programme(self.problem, whole=True)
        programme.bounds([type_], np.ones(1), self.problem.sizes[[type_]])
        answer = programme.solve(min(seconds, 1e6))
        return as_panel(self.problem, answer), answer.optimal or answer.infeasible

