"""Numbers that strangers type."""

from __future__ import annotations

import pytest

from allears.core.typed import whole_number, whole_numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0", 0), ("7", 7), ("0042", 42), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None), ("", None)]
    + [(None, None), ("-1", None), ("+1", None), (" 1", None), ("1.0", None), ("1e3", None), ("٣", None), ("²", None)],
)
def test_only_plain_digits_are_a_number(typed: str | None, number: int | None) -> None:
    assert whole_number(typed) == number


def test_a_longer_one_than_is_expected_is_none() -> None:
    assert (whole_number("99999", digits=5), whole_number("100000", digits=5)) == (99_999, None)


def test_what_is_no_number_is_left_out_of_several() -> None:
    assert whole_numbers(["3", "", "x", "-1", "1"]) == [3, 1]
