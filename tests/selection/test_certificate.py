"""The certificate is true: an independent solver never finds a lottery above it, and finds one that reaches it."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from allears.selection import Infeasible, Pool, Quotas, SelectionError, commit, draw, prepare, verify
from allears.selection.certificate import least_bound
from allears.selection.coverage import covered
from allears.selection.plan import Plan
from tests.linear import linprog

SHORT = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

MOST_WAYS = 20_000  # to seat each type so or so often: all of them are tried


@some.composite
def pools(taken: some.DrawFn) -> tuple[Pool, Quotas, int]:
    """Small pools with up to three facets, and quotas of any tightness: two of three leave room for some group."""
    facets = taken(some.integers(1, 3))
    values = [taken(some.integers(1, 3)) for _ in range(facets)]
    every = list(itertools.product(*(range(count) for count in values)))
    sizes = taken(some.lists(some.integers(0, 4), min_size=len(every), max_size=len(every)))
    counts = [(tuple(f"v{at}" for at in type_), size) for type_, size in zip(every, sizes, strict=True) if size]
    counts = counts or [(tuple("v0" for _ in values), 1)]
    names = tuple(f"f{at}" for at in range(facets))
    people = {f"{at}-{number}": type_ for at, (type_, size) in enumerate(counts) for number in range(size)}
    size = taken(some.integers(1, min(6, len(people))))
    assume(prod(min(count, size) + 1 for _, count in counts) <= MOST_WAYS)
    around = taken(some.permutations(sorted(people)))[:size] if taken(some.integers(0, 2)) else []
    bounds: dict[str, dict[str, tuple[int, int]]] = {}
    for place, (name, count) in enumerate(zip(names, values, strict=True)):
        held = Counter(people[person][place] for person in around)
        bounds[name] = {}
        for value in (f"v{at}" for at in range(count)):
            low = max(0, held[value] - taken(some.integers(0, 2))) if around else taken(some.integers(0, 2))
            bounds[name][value] = (low, max(held[value], low) + taken(some.integers(0, 2 if around else size)))
    return Pool.from_people(names, people), Quotas(bounds), size


def all_panels(plan_or: tuple[Pool, Quotas, int]) -> list[tuple[int, ...]]:
    """Every valid panel there is, by trying all."""
    pool, quotas, size = plan_or
    ranges = [range(min(count, size) + 1) for count in pool.sizes]
    found = []
    for panel in itertools.product(*ranges):
        if sum(panel) != size:
            continue
        held: dict[tuple[str, str], int] = {}
        for values, seats in zip(pool.types, panel, strict=True):
            for row in zip(pool.facets, values, strict=True):
                held[row] = held.get(row, 0) + seats
        if all(low <= held.get((facet, value), 0) <= high for facet, value, low, high in quotas):
            found.append(panel)
    return found


def best_least(pool: Pool, panels: list[tuple[int, ...]], eligible: list[int]) -> float:
    """The greatest least chance of any lottery over these panels, by SciPy."""
    rows = [[-panel[at] / pool.sizes[at] for panel in panels] + [1.0] for at in eligible]
    answer = linprog(
        [0.0] * len(panels) + [-1.0], A_ub=rows, b_ub=[0.0] * len(eligible),
        A_eq=[[1.0] * len(panels) + [0.0]], b_eq=[1.0], method="highs",
    )
    assert answer.status == 0
    return -float(answer.fun)


@SHORT
@given(pools())
def test_any_pool_gives_the_fairest_lottery_or_a_sentence(case: tuple[Pool, Quotas, int]) -> None:
    pool, quotas, size = case
    panels = all_panels(case)
    if not panels:
        with pytest.raises(SelectionError) as caught:
            prepare(pool, quotas, size)
        assert isinstance(caught.value, Infeasible) or caught.value.code.endswith(("above_size", "below_size"))
        assert not isinstance(caught.value, Infeasible) or caught.value.sentences
        return
    plan = prepare(pool, quotas, size)
    assert plan.lottery is not None
    for panel in plan.lottery.panels:
        whole = [0] * len(pool.types)
        for at, seats in panel:
            whole[at] = seats
        assert tuple(whole) in panels
    barred = {entry.type for entry in plan.barred}
    assert barred == {at for at in range(len(pool.types)) if not any(panel[at] for panel in panels)}
    eligible = [at for at in range(len(pool.types)) if at not in barred]
    best = best_least(pool, panels, eligible)
    assert float(plan.certificate.bound) >= best - 1e-9
    assert float(plan.least) == pytest.approx(best, abs=1e-7)
    assert plan.certified == (float(plan.certificate.bound) <= float(plan.least) * (1 + 1.1e-6))
    verify(draw(commit(plan, salt="s"), "seed"))


@SHORT
@given(pools())
def test_any_panel_of_a_few_keeps_its_floor_and_its_bound_on_coverage_is_true(case: tuple[Pool, Quotas, int]) -> None:
    """SciPy over every panel there is finds nothing above the bound; the plan keeps its floor or says what is missing."""
    pool, quotas, size = case
    if size < 2:
        return
    panels = np.array(all_panels(case))
    if not len(panels):
        return
    plan = prepare(pool, quotas, size, rule="panel")
    assert plan.coverage is not None
    barred = {entry.type for entry in plan.barred}
    eligible = [at for at in range(len(pool.types)) if at not in barred]
    floor = float(plan.coverage.bound.floor)
    answer = linprog(
        [-float(covered(plan.problem, panel, plan.coverage.weights)) for panel in panels],
        A_ub=-panels[:, eligible].T, b_ub=[-floor * pool.sizes[at] for at in eligible],
        A_eq=np.ones((1, len(panels))), b_eq=[1.0], method="highs",
    )
    assert answer.status == 0
    assert float(plan.coverage.expected) - 1e-6 <= -float(answer.fun) <= float(plan.coverage.bound.bound) + 1e-9
    assert plan.least >= plan.coverage.bound.floor * Fraction(999_999, 1_000_000)
    verify(draw(commit(plan, salt="s"), "seed"))


@settings(SHORT, max_examples=40)
@given(pools())
def test_any_sample_that_can_be_committed_can_be_drawn_and_keeps_its_quotas(case: tuple[Pool, Quotas, int]) -> None:
    """Where whole samples cannot have the seats of the ideal, whole panels are drawn from: by their own proof."""
    pool, quotas, size = case
    panels = all_panels(case)
    if not panels:
        return
    proof = draw(commit(prepare(pool, quotas, size, rule="sample"), salt="s"), "seed")
    whole = [0] * len(pool.types)
    for at, seats in proof["rounds"][0]["seats"]:
        whole[at] = seats
    assert tuple(whole) in panels
    assert all("by search" in note for note in verify(proof))


@SHORT
@given(pools())
def test_leximin_is_leximin(case: tuple[Pool, Quotas, int]) -> None:
    """Stage by stage with SciPy over every panel there is."""
    pool, quotas, size = case
    panels = all_panels(case)
    if not panels:
        return
    plan = prepare(pool, quotas, size)
    eligible = [at for at in range(len(pool.types)) if any(panel[at] for panel in panels)]
    expected = leximin_by_scipy(pool, panels, eligible)
    mine = sorted(float(plan.chances[at]) for at in eligible for _ in range(pool.sizes[at]))
    theirs = sorted(expected[at] for at in eligible for _ in range(pool.sizes[at]))
    assert mine == pytest.approx(theirs, abs=1e-6)


def leximin_by_scipy(pool: Pool, panels: list[tuple[int, ...]], eligible: list[int]) -> dict[int, float]:
    fixed: dict[int, float] = {}
    chance = {at: [panel[at] / pool.sizes[at] for panel in panels] for at in eligible}
    while len(fixed) < len(eligible):
        free = [at for at in eligible if at not in fixed]
        rows = [[-part for part in chance[at]] + [1.0] for at in free]
        rows += [[-part for part in chance[at]] + [0.0] for at in fixed]
        limits = [0.0] * len(free) + [1e-10 - level for level in fixed.values()]
        level = -linprog(
            [0.0] * len(panels) + [-1.0], A_ub=rows, b_ub=limits,
            A_eq=[[1.0] * len(panels) + [0.0]], b_eq=[1.0], method="highs",
        ).fun
        for at in free:
            others = [[-part for part in chance[other]] for other in eligible]
            floor = [1e-10 - fixed.get(other, level) for other in eligible]
            most = -linprog(
                [-part for part in chance[at]], A_ub=others, b_ub=floor, A_eq=[[1.0] * len(panels)], b_eq=[1.0],
                method="highs",
            ).fun
            if most <= level + 1e-8:
                fixed[at] = level
    return fixed


def test_any_prices_at_all_give_a_true_bound() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 10), (("old",), 90)])
    plan = prepare(pool, Quotas({"age": {"young": (5, 5), "old": (5, 5)}}), 10)
    every = np.ones(2, dtype=bool)
    for young, old, seat in itertools.product(range(-3, 4), repeat=3):
        bound = least_bound(plan.problem, every, [Fraction(old), Fraction(young), Fraction(seat)])
        assert bound is None or bound >= Fraction(1, 18)


def test_a_plan_whose_lottery_was_made_worse_is_no_longer_certified() -> None:
    pool = Pool.from_counts(("age",), [(("old",), 10), (("young",), 10)])
    plan: Plan = prepare(pool, Quotas({"age": {"young": (0, 2), "old": (0, 2)}}), 2)
    assert plan.certified
    assert plan.lottery is not None
    worse = replace(plan, lottery=replace(plan.lottery, panels=(((0, 2),), ((0, 1), (1, 1))), tickets=(1, 1)))
    assert not worse.certified
    assert worse.gap == Fraction(1, 2)
