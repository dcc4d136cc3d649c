"""A panel of a few people: fair first, then as many voices as can be heard, over one panel and over a year."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import accumulate, combinations_with_replacement

import numpy as np
import pytest

from allears.selection import (
    Held,
    Plan,
    Pool,
    Quotas,
    carried_weights,
    commit,
    draw,
    even_weights,
    owed,
    prepare,
    verify,
)
from allears.selection.checker import pick
from allears.selection.coverage import covered
from tests.linear import linprog
from tests.selection.pools import customers, in_proportion


@pytest.mark.parametrize("size", [3, 4, 6])
def test_everybody_keeps_four_fifths_of_an_equal_chance_and_coverage_is_the_best_there_is(size: int) -> None:
    pool = customers(400)
    plan = prepare(pool, in_proportion(pool, size), size, rule="panel")
    assert plan.coverage is not None
    assert plan.least >= Fraction(4, 5) * Fraction(size, 400)
    assert plan.coverage.bound.bound * Fraction(999, 1000) <= plan.coverage.expected <= plan.coverage.bound.bound
    assert plan.coverage.share_of_best >= Fraction(87, 100)
    assert plan.certified == (size > 3), "three people miss the bound by two parts in ten thousand, and say so"


def test_more_fairness_costs_coverage_and_none_at_all_costs_nothing() -> None:
    pool = customers(120)
    covered = [
        prepare(pool, in_proportion(pool, 4), 4, rule="panel", alpha=Fraction(tenths, 10)).coverage
        for tenths in (0, 5, 10)
    ]
    expected = [float(found.expected) for found in covered if found]
    assert expected[0] > expected[1] > expected[2]
    assert covered[0] is not None
    assert float(covered[0].share_of_best) == pytest.approx(1, abs=1e-6)


def test_every_value_can_be_made_to_count_the_same() -> None:
    pool = Pool.from_counts(("age",), [(("old",), 98), (("young",), 1), (("middle",), 1)])
    weights = even_weights(pool.counts())
    assert set(weights.values()) == {Fraction(1, 3)}
    plan = prepare(pool, Quotas({}).with_bounds("age", "old", 0, 3), 3, rule="panel", weights=weights)
    assert plan.coverage is not None
    assert plan.chances[pool.types.index(("young",))] > Fraction(1, 10)


@pytest.mark.parametrize(("people", "size", "slack"), [(24, 2, 1), (30, 3, 1), (30, 3, 0), (18, 4, 1)])
def test_a_panel_covers_about_what_an_independent_solver_finds_and_its_gap_is_exact(people: int, size: int, slack: int) -> None:
    """SciPy over every panel there is: never above the bound, hardly above the plan; the bound is that of its relaxation."""
    pool = customers(people, facets=3, seed=people)
    plan = prepare(pool, in_proportion(pool, size, slack=slack), size, rule="panel")
    assert plan.coverage is not None
    expected, bound = plan.coverage.expected, plan.coverage.bound.bound
    assert plan.coverage.gap == 1 - expected / bound
    assert expected == covered_by_hand(plan)
    best = best_of_all_panels(plan)
    assert best == pytest.approx(float(expected), rel=2e-3)
    assert float(expected) - 1e-8 <= best <= float(bound) + 1e-8
    assert float(bound) == pytest.approx(best_of_fractions(plan), abs=1e-7)
    assert plan.least >= plan.coverage.bound.floor


def covered_by_hand(plan: Plan) -> Fraction:
    """What the published tickets cover, value by value."""
    assert plan.lottery is not None
    assert plan.coverage is not None
    told = Fraction(0)
    for row, weight in zip(plan.problem.rows, plan.coverage.weights, strict=True):
        for panel, tickets in zip(plan.lottery.panels, plan.lottery.tickets, strict=True):
            if any(row[1] == plan.pool.types[at][plan.pool.facets.index(row[0])] for at, _ in panel):
                told += weight * tickets
    return told / plan.lottery.total


def best_of_all_panels(plan: Plan) -> float:
    """The greatest coverage of any lottery of valid panels that leaves everybody the floor."""
    assert plan.coverage is not None
    problem, panels = plan.problem, []
    for chosen in combinations_with_replacement(range(problem.types), problem.size):
        panel = np.zeros(problem.types, dtype=np.int64)
        for at, seats in Counter(chosen).items():
            panel[at] = seats
        if problem.admits(panel):
            panels.append(panel)
    answer = linprog(
        [-float(covered(problem, panel, plan.coverage.weights)) for panel in panels],
        A_ub=-np.array(panels).T, b_ub=-float(plan.coverage.bound.floor) * problem.sizes,
        A_eq=np.ones((1, len(panels))), b_eq=[1.0], method="highs",
    )
    assert answer.status == 0
    return -float(answer.fun)


def best_of_fractions(plan: Plan) -> float:
    """The same where panels need not be whole: seats per type, then what is heard of each value."""
    assert plan.coverage is not None
    problem, types, rows = plan.problem, plan.problem.types, len(plan.problem.rows)
    holds = np.array([[float(row in codes) for codes in problem.codes.tolist()] for row in range(rows)])
    none = np.zeros((rows, rows))
    answer = linprog(
        [0.0] * types + [-float(weight) for weight in plan.coverage.weights],
        A_ub=np.block([[holds, none], [-holds, none], [-holds, np.eye(rows)]]),
        b_ub=np.concatenate([problem.upper, -problem.lower, np.zeros(rows)]),
        A_eq=[[1.0] * types + [0.0] * rows], b_eq=[problem.size], method="highs",
        bounds=[(float(plan.coverage.bound.floor) * size, size) for size in problem.sizes.tolist()] + [(0, 1)] * rows,
    )
    assert answer.status == 0
    return -float(answer.fun)


def test_quotas_that_leave_hardly_any_panel_are_kept_and_the_gap_is_said() -> None:
    """Where no panel can hold what the best coverage asks for, others are mixed, and nobody is below the floor."""
    pool = Pool.from_counts(
        ("age", "town"), [(("old", "east"), 5), (("old", "west"), 1), (("young", "west"), 5), (("young", "east"), 1)]
    )
    exact = Quotas({"age": {"old": (1, 1), "young": (1, 1)}, "town": {"east": (1, 1), "west": (1, 1)}})
    plan = prepare(pool, exact, 2, rule="panel")
    assert plan.coverage is not None
    assert plan.coverage.share_of_best == 1
    assert plan.least >= Fraction(4, 5) * plan.certificate.bound
    assert plan.certified


def test_somebody_who_can_be_on_no_panel_is_named_and_the_others_keep_their_floor() -> None:
    pool = Pool.from_counts(("age",), [(("old",), 2), (("young",), 1)])
    plan = prepare(pool, Quotas({"age": {"old": (2, 2), "young": (0, 1)}}), 2, rule="panel")
    assert [entry.type for entry in plan.barred] == [pool.types.index(("young",))]
    assert plan.least == 1
    assert plan.certified
    cut_short = prepare(pool, plan.quotas, 2, rule="panel", budget=lambda: 0.0)
    assert (cut_short.least, cut_short.certificate.bound) == (0, 0), "nobody had time to find out who is on no panel"
    assert verify(draw(commit(cut_short, salt="s"), "x")) == []


def test_what_earlier_panels_owed_is_counted_in_seats() -> None:
    base = {"age": {"old": 75, "young": 25}}
    panels = [Held(4, {("age", "old"): 4}), Held(4, {("age", "old"): 3, ("age", "young"): 1})]
    assert owed(base, panels) == {("age", "old"): -1, ("age", "young"): 1}
    assert sum(owed(base, panels).values()) == 0


def test_a_voice_that_was_not_heard_weighs_more_and_nobody_weighs_nothing() -> None:
    base = {"age": {"old": 75, "young": 25}}
    before = carried_weights(base, [], 4)
    after = carried_weights(base, [Held(4, {("age", "old"): 4})] * 3, 4)
    assert before == {("age", "old"): Fraction(3, 4), ("age", "young"): Fraction(1, 4)}
    assert after[("age", "young")] > Fraction(3, 4)
    assert after[("age", "old")] > 0


def test_over_a_year_of_panels_every_voice_is_heard_about_as_often_as_it_should_be() -> None:
    """Twelve panels of three: without the account small groups wait for luck; with it they are owed and heard."""
    pool = customers(200, facets=2)
    base = pool.counts()
    panels: list[Held] = []
    for month in range(12):
        plan = prepare(
            pool, in_proportion(pool, 3), 3, rule="panel", alpha=Fraction(1, 2), weights=carried_weights(base, panels, 3)
        )
        assert plan.lottery is not None
        seats: dict[tuple[str, str], int] = {}
        ticket = pick(plan.lottery.total, "a year", f"month {month}")
        drawn = next(at for at, end in enumerate(accumulate(plan.lottery.tickets)) if ticket < end)
        for at, count in plan.lottery.panels[drawn]:
            for row in zip(pool.facets, pool.types[at], strict=True):
                seats[row] = seats.get(row, 0) + count
        panels.append(Held(3, seats))
    assert max(abs(debt) for debt in owed(base, panels).values()) <= 4
