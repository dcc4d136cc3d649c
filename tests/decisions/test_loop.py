"""What the room says of a study's loop."""

from __future__ import annotations

import pytest

from allears.decisions.loop import shown_days
from allears.decisions.queries import HearBack


@pytest.mark.parametrize(
    ("days", "shown"), [(None, ""), (0.6, "1 day"), (12.2, "12 days"), (730.0, "730 days"), (3992.0, "10.9 years")]
)  # fmt: skip
def test_long_times_are_told_in_years(days: float | None, shown: str) -> None:
    assert shown_days(HearBack(contributors=30, told=20, median_days=days)) == shown
