"""A panel of a few people: fair first, then as many voices as can be heard, over one panel and over a year."""

from __future__ import annotations

from fractions import Fraction

import pytest

from allears.selection import Held, Pool, Quotas, carried_weights, even_weights, owed, prepare
from tests.selection.pools import customers, in_proportion


@pytest.mark.parametrize("size", [3, 4, 6])
def test_everybody_keeps_four_fifths_of_an_equal_chance_and_coverage_is_the_best_there_is(size: int) -> None:
    pool = customers(400)
    plan = prepare(pool, in_proportion(pool, size), size, rule="panel")
    assert plan.coverage is not None
    assert plan.least >= Fraction(4, 5) * Fraction(size, 400) * Fraction(999_999, 1_000_000)
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


def test_a_panel_with_impossible_wishes_says_its_gap_honestly() -> None:
    pool = customers(60, facets=3)
    plan = prepare(pool, in_proportion(pool, 3), 3, rule="panel")
    assert plan.coverage is not None
    assert plan.coverage.expected <= plan.coverage.bound.bound


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
        for at, count in plan.lottery.panels[month * 7 % len(plan.lottery.panels)]:
            for row in zip(pool.facets, pool.types[at], strict=True):
                seats[row] = seats.get(row, 0) + count
        panels.append(Held(3, seats))
    assert max(abs(debt) for debt in owed(base, panels).values()) <= 4
