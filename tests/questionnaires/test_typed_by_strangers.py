"""What nobody's page offered is refused in words, whatever it looks like."""

from __future__ import annotations

import pytest

from allears.questionnaires.calendar import as_date


@pytest.mark.parametrize("typed", ["2026-99999999999999999999-1", "2026-1-99999999999999999999", "1.99999999999999999999.2026"])
def test_a_month_of_twenty_digits_is_no_date(typed: str) -> None:
    assert as_date(typed) is None
