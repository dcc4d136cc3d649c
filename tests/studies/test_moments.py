"""What "later" can mean is worked out where somebody is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from allears.studies.moments import offered, on_day

VIENNA = ZoneInfo("Europe/Vienna")
AUCKLAND = ZoneInfo("Pacific/Auckland")


def shown(at: datetime, zone: ZoneInfo = VIENNA) -> list[str]:
    return [f"{moment.key} {moment.at:%a %d %H:%M}" for moment in offered(at, zone)]


def test_on_a_weekday_morning_there_is_this_evening_tomorrow_the_weekend_and_next_week() -> None:
    tuesday = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    assert shown(tuesday) == ["evening Tue 24 19:00", "tomorrow Wed 25 09:00", "weekend Sat 28 10:00", "week Mon 30 09:00"]


def test_when_the_evening_has_begun_it_is_not_offered() -> None:
    assert shown(datetime(2026, 11, 24, 18, 0, tzinfo=UTC))[0] == "tomorrow Wed 25 09:00"


def test_it_is_evening_where_they_are_and_not_where_we_are() -> None:
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # 21:00 in Auckland

    assert shown(at, AUCKLAND)[0] == "tomorrow Wed 25 09:00"


@pytest.mark.parametrize(
    ("day", "weekend"), [(27, "weekend Sat 28 10:00"), (28, "weekend Sun 29 10:00"), (29, "weekend Sat 05 10:00")]
)
def test_the_weekend_is_the_next_day_of_one(day: int, weekend: str) -> None:
    found = shown(datetime(2026, 11, day, 8, 0, tzinfo=UTC))

    # On Friday and Saturday, tomorrow is that day, and says so in the plainer word.
    assert weekend in found or f"tomorrow {weekend.split(' ', 1)[1].replace('10:00', '09:00')}" in found


def test_a_day_of_their_own_keeps_its_hour_over_a_change_of_clocks() -> None:
    assert on_day(date(2026, 10, 24), "evening", VIENNA).astimezone(UTC).hour == 17
    assert on_day(date(2026, 10, 26), "evening", VIENNA).astimezone(UTC).hour == 18
