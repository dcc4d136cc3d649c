"""Quotas that nobody can meet become sentences, with the smallest change that helps."""

from __future__ import annotations

from fractions import Fraction

import pytest

from allears.selection import Infeasible, Pool, Quotas, prepare
from allears.selection.certificate import Certificate
from allears.selection.explain import prices, smallest_changes
from allears.selection.problem import describe
from tests.selection.pools import two_by_two


def sentences(pool: Pool, quotas: Quotas, size: int) -> tuple[str, ...]:
    with pytest.raises(Infeasible) as caught:
        prepare(pool, quotas, size)
    return caught.value.sentences


def test_a_pool_that_lacks_people_says_how_many_it_has() -> None:
    pool = Pool.from_counts(("tenure",), [(("under a year",), 2), (("longer",), 30)])
    quotas = Quotas({"tenure": {"under a year": (5, 6), "longer": (0, 10)}})
    assert sentences(pool, quotas, 10) == (
        "The smallest change that helps:",
        "tenure “under a year”: ask for at least 2 instead of 5: the pool has only 2 people like that.",
    )


def test_one_person_and_nobody_are_said_as_one_says_them() -> None:
    quotas = Quotas({"tenure": {"new": (2, 3), "old": (0, 10)}})
    one = Pool.from_counts(("tenure",), [(("new",), 1), (("old",), 30)])
    none = Pool.from_counts(("tenure",), [(("old",), 30)])
    assert sentences(one, quotas, 5)[1].endswith("ask for at least 1 instead of 2: the pool has only 1 person like that.")
    assert sentences(none, quotas, 5)[1].endswith("ask for at least 0 instead of 2: the pool has nobody like that.")


def test_two_facets_that_fight_each_other_need_one_change() -> None:
    pool = two_by_two(a=("young", "coast"), b=("young", "coast"), c=("old", "inland"), d=("old", "inland"))
    quotas = Quotas({"age": {"young": (2, 2), "old": (0, 2)}, "town": {"coast": (0, 1), "inland": (0, 2)}})
    told = sentences(pool, quotas, 2)
    assert told == ("The smallest change that helps:", "town “coast”: allow up to 2 instead of 1.") or told == (
        "The smallest change that helps:", "age “young”: ask for at least 1 instead of 2."
    )


def test_changes_that_are_only_enough_together_are_told_together() -> None:
    pool = two_by_two(a=("young", "coast"), b=("young", "coast"))
    quotas = Quotas({"age": {"young": (0, 1), "old": (1, 2)}, "town": {"coast": (0, 1), "inland": (1, 1)}})
    told = sentences(pool, quotas, 2)
    assert told[0] == "The smallest changes that help, together:"
    assert len(told) == 5


def test_the_change_that_is_proposed_does_help() -> None:
    pool = two_by_two(a=("young", "coast"), b=("young", "inland"), c=("old", "coast"))
    quotas = Quotas({"age": {"young": (0, 2), "old": (2, 2)}, "town": {"coast": (0, 2), "inland": (1, 2)}})
    changes = smallest_changes(describe(pool, quotas, 2))
    assert changes
    for change in changes:
        quotas = quotas.with_bounds(change.facet, change.value, *change.after)
    assert prepare(pool, quotas, 2).least > 0
    assert smallest_changes(describe(pool, quotas, 2)) == ()


def test_a_value_that_is_not_given_is_called_that() -> None:
    pool = Pool.from_counts(("age",), [(("",), 5), (("old",), 5)])
    assert "age (not given): allow up to 4 instead of 0." in sentences(
        pool, Quotas({"age": {"": (0, 0), "old": (0, 1), "young": (0, 5)}}), 5
    )


def test_a_bound_that_cannot_give_way_costs_nothing() -> None:
    """Whatever prices prove the bound: nobody is told to allow five of four seats, or to ask for fewer than none."""
    pool = two_by_two(a=("young", "coast"), b=("young", "inland"), c=("old", "coast"), d=("young", "coast"))
    problem = describe(pool, Quotas({"age": {"young": (2, 2), "old": (0, 2)}, "town": {"coast": (1, 2), "inland": (0, 1)}}), 2)
    priced = dict(zip(problem.rows, (Fraction(-1), Fraction(1), Fraction(-1), Fraction(1)), strict=True))
    certificate = Certificate(Fraction(1, 2), tuple(priced.values()), Fraction(1))
    found = prices(problem, certificate, Fraction(4))
    assert [(price.facet, price.value, price.side, price.bound) for price in found] == [
        ("town", "coast", "min", 1), ("town", "inland", "max", 1),
    ]
