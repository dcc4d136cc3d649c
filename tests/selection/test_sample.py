"""A sample from a pool of any size: one draw, by the cube method, unbiased and inside every quota."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from allears.selection import Plan, Pool, Quotas, SelectionError, commit, draw, prepare, verify
from allears.selection.cube import Chance, fly
from allears.selection.landing import Landing, seat_sample
from tests.selection.pools import customers, in_proportion, self_selected


def seated(plan: Plan, key: str, ticket: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    assert plan.targets is not None
    landing: Landing = seat_sample(plan.problem, plan.targets, key)
    seats = landing.base.copy()
    for at, count in landing.lottery.panels[ticket % len(landing.lottery.panels)]:
        seats[at] += count
    return seats


def test_every_way_a_sample_can_land_is_valid() -> None:
    pool = customers(3000)
    plan = prepare(pool, in_proportion(pool, 60), 60, rule="sample")
    for number in range(10):
        assert plan.problem.admits(seated(plan, f"key {number}", ticket=number))


def test_chances_are_equal_without_pressure_and_proven() -> None:
    pool = customers(3000)
    plan = prepare(pool, in_proportion(pool, 60), 60, rule="sample")
    assert plan.certified
    assert max(plan.chances) - min(plan.chances) < Fraction(1, 10**12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_pool_that_chose_itself_gives_the_least_lucky_the_best_there_is(seed: int) -> None:
    pool, quotas = self_selected(5000, 200, seed=seed)
    plan = prepare(pool, quotas, 200, rule="sample")
    assert plan.certified
    assert plan.gap < Fraction(1, 10**9)
    for number in range(3):
        assert plan.problem.admits(seated(plan, f"key {number}"))


def test_quotas_that_hold_the_least_lucky_in_many_places_say_what_room_costs() -> None:
    pool, quotas = crossed_clubs()
    plan = prepare(pool, quotas, 60, rule="sample")
    assert not plan.certified
    assert 0 < plan.gap < Fraction(1, 5)
    assert plan.problem.admits(seated(plan, "key"))


def crossed_clubs() -> tuple[Pool, Quotas]:
    """Twenty facets, in each of which half the people hold a value whose quota is far below their share."""
    chance = random.Random(4)
    people = {f"p{at}": tuple(chance.choice("ab") for _ in range(20)) for at in range(2000)}
    names = tuple(f"club {at}" for at in range(20))
    return Pool.from_people(names, people), Quotas({name: {"a": (10, 22), "b": (30, 50)} for name in names})


def test_the_steps_keep_every_row_and_end_in_whole_seats() -> None:
    pool = customers(2000)
    plan = prepare(pool, in_proportion(pool, 50), 50, rule="sample")
    assert plan.targets is not None
    targets = plan.targets.floats()
    flight = fly(plan.problem, targets, "key")
    drift = plan.problem.count(flight.whole + flight.part) - plan.problem.count(targets)
    assert np.abs(drift).max() < 1e-9
    assert (flight.part > 0).sum() < len(targets)
    assert ((flight.part >= 0) & (flight.part < 1)).all()


def test_the_same_key_takes_the_same_steps() -> None:
    pool = customers(2000)
    plan = prepare(pool, in_proportion(pool, 50), 50, rule="sample")
    assert (seated(plan, "a") == seated(plan, "a")).all()
    assert (seated(plan, "a") != seated(plan, "b")).any()


def test_chance_is_spread_evenly_and_comes_from_the_key_alone() -> None:
    first, again = Chance("key"), Chance("key")
    numbers = np.concatenate([first.take(3), first.take(10_000), first.take(1)])
    assert (numbers == np.concatenate([again.take(10_000), again.take(4)])).all()
    assert 0 <= numbers.min() < numbers.max() < 1
    assert np.histogram(numbers, bins=10, range=(0, 1))[0] == pytest.approx([1000] * 10, abs=150)


def test_quotas_so_tight_that_no_whole_sample_has_the_expected_seats_are_drawn_from_whole_panels() -> None:
    kinds = {"000": 3, "001": 2, "010": 2, "011": 2, "012": 2, "101": 2, "102": 3, "111": 4}
    pool = Pool.from_people("abc", {f"{kind}-{number}": kind for kind, people in kinds.items() for number in range(people)})
    bounds = {"a": {"0": (3, 4), "1": (0, 1)}, "b": {"0": (2, 3), "1": (2, 3)}, "c": {"0": (1, 1), "1": (0, 2), "2": (2, 3)}}
    plan = prepare(pool, Quotas(bounds), 4, rule="sample")
    assert (plan.rule, plan.targets) == ("leximin", None)
    assert verify(draw(commit(plan, salt="s"), "x")) == []


def test_a_sample_from_counts_alone() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 700_000), (("old",), 300_000)])
    plan = prepare(pool, Quotas({"age": {"young": (650, 750), "old": (250, 350)}}), 1000, rule="sample")
    assert seated(plan, "key").sum() == 1000
    assert set(plan.chances) == {Fraction(1, 1000)}


def test_a_lottery_of_panels_over_too_many_types_points_to_the_sample() -> None:
    counts = [((f"v{at}",), 1) for at in range(1501)]
    with pytest.raises(SelectionError, match="Use the rule “sample”"):
        prepare(Pool.from_counts(("f",), counts), Quotas({}).with_bounds("f", "v0", 0, 1), 5)
