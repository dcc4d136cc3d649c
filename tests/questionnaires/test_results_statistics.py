"""The figures agree with the literature and with an independent library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.questionnaires.statistics import bins, hidden_groups, median, quantile, wilson


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_s_interval_is_that_of_an_independent_library(pair: tuple[int, int]) -> None:
    from scipy.stats import binomtest  # takes seconds, and those only here

    count, total = pair
    ours, theirs = wilson(count, total), binomtest(count, total).proportion_ci(method="wilson")

    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=1e-9), pytest.approx(theirs.high, abs=1e-9))
    assert ours.low <= ours.share <= ours.high


@pytest.mark.parametrize("pair", [(1, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(*pair)


def test_the_median_is_the_middle_or_between_the_two_middles() -> None:
    assert median({1: 2, 5: 1}) == 1
    assert median({1: 1, 2: 1}) == 1.5
    assert median({}) is None
    assert quantile({1: 1, 2: 1, 3: 1, 4: 1}, 0.25) == 1.5
    assert quantile({7: 3}, 0.75) == 7


@given(st.dictionaries(st.integers(-10_000, 10_000).map(float), st.integers(1, 50), min_size=1))
def test_bins_lose_nobody(counts: dict[float, int]) -> None:
    found = bins(counts)

    assert sum(each.count for each in found) == sum(counts.values())
    assert found[0].low <= min(counts)
    assert found[-1].high >= max(counts)
    assert len(found) <= 14


def test_a_small_group_is_hidden_and_so_is_who_would_reveal_it() -> None:
    assert hidden_groups({"north": 30, "south": 3}, 33) == {"north", "south"}
    assert hidden_groups({"north": 30, "south": 3, "east": 40}, 73) == {"south", "north"}
    assert hidden_groups({"north": 30, "south": 40}, 70) == set()
    assert hidden_groups({"north": 30, "south": 40}, 72) == {"north"}
    assert hidden_groups({"north": 3, "south": 4, "east": 40}, 47) == {"north", "south"}
    assert hidden_groups({"north": 30, "south": 3}, 93) == {"south"}


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=6), st.integers(0, 30))
def test_what_is_hidden_can_never_be_worked_out(sizes: dict[str, int], without: int) -> None:
    everybody = sum(sizes.values()) + without
    hidden = hidden_groups(sizes, everybody)
    kept_back = everybody - sum(size for name, size in sizes.items() if name not in hidden)

    assert kept_back == 0 or kept_back >= 5 or all(name in hidden for name, size in sizes.items() if size)
    assert all(size >= 5 or size == 0 for name, size in sizes.items() if name not in hidden)
