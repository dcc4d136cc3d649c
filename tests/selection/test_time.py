"""A time limit holds: whenever time is up, little more is done, and the lottery so far comes with its proven gap.

No test here waits or measures time. The library takes its clock from outside, so these hand it one that jumps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from allears.selection import Plan, Pool, Quotas, commit, draw, prepare, verify
from allears.selection.finder import Finder
from allears.selection.problem import Floats, Ints
from allears.selection.solver import LOOK, Answer, Budget, Programme, unlimited
from tests.selection.pools import customers, in_proportion, self_selected

POOLS: dict[str, tuple[Pool, Quotas, int]] = {
    rule: (*self_selected(160, size), size) for rule, size in (("panel", 3), ("maximin", 16), ("leximin", 16), ("sample", 40))
}


@dataclass
class Clock:
    """Stands still until it was asked `looks` times, then time is up. It counts the work since it was asked last."""

    looks: float
    asked: int = 0
    after: int = 0
    batches: int = 0
    most_batches: int = 0
    steps_after: int = 0

    def __call__(self) -> float:
        self.asked += 1
        self.after += self.asked > self.looks
        self.most_batches, self.batches = max(self.most_batches, self.batches), 0
        return -1.0 if self.asked > self.looks else 60.0


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Clock]:
    """A clock that is told of every batch of panels, and of the solver's steps once time is up."""
    find, solve = Finder.find, Programme.solve
    clock = Clock(0)

    def counted_find(finder: Finder, scores: Floats, repairs: int = 60) -> tuple[Ints, NDArray[np.bool_]]:
        clock.batches += 1
        return find(finder, scores, repairs)

    def counted_solve(programme: Programme, seconds: float | None = None) -> Answer:
        before = programme.watch.steps
        answer = solve(programme, seconds)
        if clock.after and programme.watch.budget is not unlimited:
            clock.steps_after += min(answer.steps, programme.watch.steps - before)
        return answer

    monkeypatch.setattr(Finder, "find", counted_find)
    monkeypatch.setattr(Programme, "solve", counted_solve)

    def set_to(looks: float) -> Clock:
        clock.__init__(looks)  # type: ignore[misc]
        return clock

    return set_to


def hurried(rule: str, budget: Budget) -> Plan:
    pool, quotas, size = POOLS[rule]
    return prepare(pool, quotas, size, rule=rule, budget=budget)


@pytest.mark.parametrize("rule", list(POOLS))
@pytest.mark.parametrize("looks", [0, 3, 12, 30])
def test_whenever_time_is_up_little_more_is_done_and_the_gap_is_proven(
    rule: str, looks: int, watched: Callable[[float], Clock]
) -> None:
    clock = watched(looks)
    plan = hurried(rule, clock)
    assert clock.after <= 8
    assert clock.most_batches <= 2
    assert clock.steps_after <= 2 * LOOK
    assert verify(draw(commit(plan, salt="s"), "x")) == []
    assert plan.gap == max(0, 1 - plan.least / plan.certificate.bound)


@pytest.mark.parametrize("rule", list(POOLS))
def test_a_clock_that_has_time_changes_nothing_and_is_asked_all_the_while(
    rule: str, watched: Callable[[float], Clock]
) -> None:
    clock = watched(float("inf"))
    plan = hurried(rule, clock)
    assert clock.asked > 3
    assert clock.most_batches <= 2
    assert commit(plan, salt="s") == commit(hurried(rule, unlimited), salt="s")


@pytest.mark.parametrize("looks", [0, 8, 20, 40])
def test_a_leximin_of_whole_panels_that_is_cut_short_keeps_what_was_found_and_does_not_call_it_proven(looks: int) -> None:
    """Exact quotas under which no mix of whole panels reaches the ideal: the gap stays whatever the time."""
    pool = customers(20, seed=6)
    quotas = in_proportion(pool, 3, slack=0)
    whole, cut = prepare(pool, quotas, 3), prepare(pool, quotas, 3, budget=Clock(looks))
    assert (whole.proven, cut.proven) == (True, False)
    assert whole.gap > 0
    assert cut.certificate.bound == whole.certificate.bound
    assert cut.least <= whole.least + Fraction(1, 10**9)
    assert (cut.least > 0) == (looks > 0)
    assert verify(draw(commit(cut, salt="s"), "x")) == []


def long_programme(budget: Budget) -> Programme:
    """A linear programme that takes the simplex method far more than a few steps."""
    chance, rows, columns = np.random.default_rng(1), 120, 400
    programme = Programme(maximise=True, budget=budget)
    programme.add_rows(np.full(rows, -np.inf), np.ones(rows))
    held = np.concatenate([np.sort(chance.choice(rows, 4, replace=False)) for _ in range(columns)])
    programme.add_columns(
        chance.random(columns), np.zeros(columns), np.full(columns, np.inf), np.arange(columns) * 4, held,
        chance.random(4 * columns) + 0.1,
    )
    return programme


def test_the_solver_stops_within_a_few_steps_of_the_end_of_time() -> None:
    whole, cut = long_programme(unlimited).solve(), long_programme(Clock(2)).solve()
    assert whole.optimal
    assert whole.steps > 5 * LOOK
    assert (cut.optimal, cut.cut) == (False, True)
    assert 2 * LOOK < cut.steps <= 3 * LOOK + 1


def test_what_a_clock_raises_while_the_solver_works_comes_out_again() -> None:
    def stopped() -> float:
        raise InterruptedError("somebody wants no more")

    with pytest.raises(InterruptedError, match="no more"):
        long_programme(stopped).solve()
