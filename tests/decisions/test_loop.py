"""What the room says of a study's loop."""

from __future__ import annotations

import pytest

from allears.decisions.loop import leading, shown_days
from allears.decisions.queries import HearBack


@pytest.mark.parametrize(
    ("days", "shown"), [(None, ""), (0.2, "under a day"), (0.6, "1 day"), (12.2, "12 days"), (730.0, "730 days"), (3992.0, "10.9 years")]
)  # fmt: skip
def test_long_times_are_told_in_years(days: float | None, shown: str) -> None:
    assert shown_days(HearBack(contributors=30, told=20, median_days=days)) == shown


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ((0, 0, None), [("–", "nobody has taken part yet"), ("–", "nobody has taken part yet")]),
        ((1092, 0, None), [("0%", "0 of 1,092 who took part"), ("–", "nobody has heard back yet")]),
        ((4, 3, 12.2), [("3 of 4", "of those who took part"), ("12 days", "")]),
        ((1095, 1092, 12.2), [("99%", "1,092 of 1,095 who took part"), ("12 days", "")]),
        ((1095, 1, 12.2), [("1%", "1 of 1,095 who took part"), ("12 days", "")]),
        (
            (30, 30, 1.2, 3984.4),
            [
                ("100%", "30 of 30 who took part"),
                ("1 day", "past responses count from when they were brought; 10.9 years from when people spoke"),
            ],
        ),
    ],
)
def test_the_leading_figures_say_why_where_there_is_none_yet(
    found: tuple[int, int, float | None] | tuple[int, int, float, float], shown: list[tuple[str, str]]
) -> None:
    assert [(figure.shown, figure.note) for figure in leading(HearBack(*found))] == shown


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "of those who took part, 1 of these by a mail that has not left yet"),
        (3, "of those who took part, 3 of these by mails that have not left yet"),
        (1_000, "of those who took part, 1,000+ of these by mails that have not left yet"),
    ],
)
def test_mails_that_have_not_left_yet_are_told_beside_who_heard(number: int, said: str) -> None:
    heard, _days = leading(HearBack(4, 3, 1.0, in_outbox=number))
    assert heard.note == said
