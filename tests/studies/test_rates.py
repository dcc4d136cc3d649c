"""The rates are those of the standard, worked by hand."""

from __future__ import annotations

import pytest

from allears.studies.rates import Outcomes


def test_the_rates_of_a_worked_example() -> None:
    # I 40, P 10, R 20, silent 30, and 5 who were not the right person.
    rates = Outcomes(complete=40, partial=10, refused=20, silent=30, not_eligible=5)

    assert rates.rr1 == pytest.approx(40 / 100)
    assert rates.rr2 == pytest.approx(50 / 100)
    assert rates.coop1 == pytest.approx(40 / 70)
    assert rates.ref1 == pytest.approx(20 / 100)
    assert rates.con1 == pytest.approx(70 / 100)
    assert rates.asked == 105


def test_below_ten_there_are_counts_only() -> None:
    rates = Outcomes(complete=5, partial=1, refused=1, silent=2)

    assert (rates.rr1, rates.rr2, rates.coop1, rates.ref1, rates.con1) == (None,) * 5


def test_a_rate_of_few_contacted_is_silent_even_when_many_were_asked() -> None:
    rates = Outcomes(complete=5, silent=95)

    assert (rates.rr1, rates.coop1) == (0.05, None)


def test_nobody_asked_is_no_division() -> None:
    assert Outcomes().rr1 is None
