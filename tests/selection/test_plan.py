"""The lottery is as fair as can be, and says so in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from allears.selection import Infeasible, Plan, Pool, Quotas, SelectionError, prepare
from tests.selection.pools import HALVES, LEANING, customers, in_proportion, self_selected, two_by_two


def every_panel_is_valid(plan: Plan) -> bool:
    assert plan.lottery is not None
    for panel in plan.lottery.panels:
        held: dict[tuple[str, str], int] = {}
        for at, seats in panel:
            assert 0 < seats <= plan.pool.sizes[at]
            for row in zip(plan.pool.facets, plan.pool.types[at], strict=True):
                held[row] = held.get(row, 0) + seats
        assert sum(seats for _, seats in panel) == plan.size
        for facet, value, low, high in plan.quotas:
            assert low <= held.get((facet, value), 0) <= high
    return True


def test_without_pressure_everybody_has_the_same_chance_exactly() -> None:
    plan = prepare(LEANING, HALVES, 20)
    assert set(plan.chances) == {Fraction(1, 10)}
    assert plan.certificate.bound == Fraction(1, 10)
    assert (plan.certified, plan.gap, plan.proven) == (True, 0, True)


@pytest.mark.parametrize("rule", ["maximin", "leximin"])
@pytest.mark.parametrize(("people", "size"), [(60, 8), (150, 12), (400, 20)])
def test_the_least_chance_reaches_its_bound(rule: str, people: int, size: int) -> None:
    pool, quotas = self_selected(people, size)
    plan = prepare(pool, quotas, size, rule=rule)
    assert plan.certified
    assert plan.gap < Fraction(1, 10**8)
    assert every_panel_is_valid(plan)
    assert sum(chance * count for chance, count in zip(plan.chances, pool.sizes, strict=True)) == size


def test_leximin_goes_on_where_maximin_stops() -> None:
    pool, quotas = self_selected(200, 14)
    first, second = (
        sorted(chance for chance, count in zip(plan.chances, pool.sizes, strict=True) for _ in range(count))
        for plan in (prepare(pool, quotas, 14, rule="maximin"), prepare(pool, quotas, 14, rule="leximin"))
    )
    assert [round(float(chance), 8) for chance in second] > [round(float(chance), 8) for chance in first]


def test_a_scarce_group_is_not_pressed_and_the_plenty_share_what_is_left() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 10), (("old",), 90)])
    plan = prepare(pool, Quotas({"age": {"young": (5, 5), "old": (5, 5)}}), 10)
    assert plan.chances == (Fraction(1, 18), Fraction(1, 2))
    assert plan.certificate.bound == Fraction(1, 18)


def test_a_quota_has_a_price_and_says_it() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 10), (("old",), 90)])
    plan = prepare(pool, Quotas({"age": {"young": (5, 10), "old": (0, 5)}}), 10)
    [dearest, *_] = plan.quota_prices()
    assert dearest.gain == Fraction(1, 90)
    assert dearest.sentence(plan.certificate.bound).endswith("chance of 5.56 % could rise to 6.67 % at most.")


def test_whoever_no_panel_can_hold_is_named_by_facets_with_the_quota() -> None:
    pool = two_by_two(a=("young", "inland"), b=("old", "inland"), c=("old", "coast"), d=("young", "coast"))
    quotas = Quotas({"age": {"young": (1, 2), "old": (0, 2)}, "town": {"coast": (0, 0), "inland": (2, 2)}})
    plan = prepare(pool, quotas, 2)
    assert plan.least == 1
    why = "can be on no valid panel: the quota of town “coast” (0 to 0) keeps them off."
    assert plan.barred_sentences() == (
        f"1 person (age “old”, town “coast”) {why}",
        f"1 person (age “young”, town “coast”) {why}",
    )


def test_somebody_whom_two_quotas_together_keep_off_is_found_and_proven() -> None:
    """Both seats must be young and at least one from the coast, where only the old live but for one."""
    pool = two_by_two(a=("young", "coast"), b=("young", "inland"), c=("young", "inland"), d=("old", "inland"))
    quotas = Quotas({"age": {"young": (2, 2), "old": (0, 1)}, "town": {"coast": (1, 2), "inland": (0, 2)}})
    plan = prepare(pool, quotas, 2)
    [entry] = plan.barred
    assert pool.types[entry.type] == ("old", "inland")
    assert entry.bound is not None
    assert entry.bound < 1
    assert plan.least == Fraction(1, 2)


def test_quotas_that_whole_people_cannot_meet_though_halves_could_are_refused() -> None:
    """A triangle: each of three facets wants exactly one of two people, and each person holds two of them."""
    pool = Pool.from_people(
        ("a", "b", "c"), {"x": ("1", "1", "0"), "y": ("1", "0", "1"), "z": ("0", "1", "1"), "w": ("0", "0", "0")}
    )
    quotas = Quotas({name: {"1": (1, 1), "0": (0, 2)} for name in "abc"})
    with pytest.raises(Infeasible) as caught:
        prepare(pool, quotas, 2)
    assert caught.value.sentences


def test_an_unfair_ceiling_of_whole_panels_is_admitted_as_a_gap() -> None:
    """Halves of people would do better than whole ones: the gap is stated, and the search proves it is the best."""
    pool = Pool.from_people(
        ("a", "b", "c"),
        {
            "x": ("1", "1", "0"), "y": ("1", "0", "1"), "z": ("0", "1", "1"),
            "p": ("0", "0", "0"), "q": ("1", "1", "1"),
        },
    )
    quotas = Quotas({name: {"1": (1, 1), "0": (1, 1)} for name in "abc"})
    plan = prepare(pool, quotas, 2, rule="leximin")
    assert plan.proven
    assert every_panel_is_valid(plan)
    assert len(plan.barred) in (0, 3)


def test_a_cap_of_one_chance_is_respected() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 2), (("old",), 50)])
    plan = prepare(pool, Quotas({"age": {"young": (2, 2), "old": (0, 8)}}), 10)
    assert plan.chances == (Fraction(4, 25), Fraction(1))


def test_no_quotas_is_a_plain_lottery() -> None:
    plan = prepare(Pool.from_counts((), [((), 7)]), Quotas({}), 3)
    assert plan.chances == (Fraction(3, 7),)


def test_everybody_is_chosen_where_seats_equal_people() -> None:
    pool = customers(12)
    assert set(prepare(pool, in_proportion(pool, 12), 12).chances) == {Fraction(1)}


def test_expected_seats_stand_beside_the_pool() -> None:
    plan = prepare(LEANING, HALVES, 20)
    assert plan.expected_seats()["gender", "man"] == 6
    assert sum(seats for (facet, _), seats in plan.expected_seats().items() if facet == "gender") == 20


def test_wishes_that_cannot_be_meant_are_refused() -> None:
    for code, wish in (
        ("unknown_rule", {"rule": "loudest"}),
        ("size_for_rule", {"rule": "panel", "size": 7}),
        ("bad_alpha", {"alpha": Fraction(3, 2)}),
    ):
        with pytest.raises(SelectionError) as caught:
            prepare(LEANING, Quotas({}), wish.pop("size", 4), **wish)  # type: ignore[arg-type]
        assert caught.value.code == code
