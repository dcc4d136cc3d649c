"""Leximin over whole panels, for pools whose quotas keep whole panels from reaching the ideal.

Stage by stage: the greatest least chance that any mix of valid panels gives, proven by an exact search for a
better panel; whoever has a price above zero is held there; the others go on.
"""

from __future__ import annotations

import numpy as np

from allears.selection.ideal import Mask
from allears.selection.mixing import Maker, Master, Mix, grow
from allears.selection.problem import Floats, Ints, Problem
from allears.selection.solver import Budget

HELD = 1e-7


def leximin_of_panels(problem: Problem, eligible: Mask, target: Floats, seeds: Ints, budget: Budget) -> Mix:
    """The fairest mix of panels. `proven` is False where time ran out before the last stage was sure."""
    people = problem.sizes.astype(np.float64)
    master, maker = Master(np.where(eligible, people, 0.0), budget=budget), Maker(problem, target)
    maker.loosen()
    master.add(seeds)
    free, first, proven = eligible.copy(), None, True
    while True:
        mixed = grow(problem, master, maker, budget)
        proven = proven and mixed.proven
        first = mixed.reach if first is None else first
        held = free & (mixed.worth * people > HELD)
        held = free.copy() if mixed.reach > 1 - HELD or not held.any() else held
        master.fix(held, mixed.reach * people)
        free &= ~held
        if not free.any() or budget() <= 0:
            return Mix(mixed.panels, mixed.shares, first, proven and not free.any(), mixed.known, mixed.worth)
