"""When somebody could be asked again, worked out where they are: this evening, at the weekend, next week. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

MORNING, NOON, EVENING = time(9), time(13), time(19)
PARTS = {"morning": MORNING, "noon": NOON, "evening": EVENING}
# Shorter than this is not later.
SOONEST = timedelta(minutes=30)
SATURDAY = 5


@dataclass(frozen=True)
class Moment:
    """One offer: its key and the moment, in the zone that it was worked out for."""

    key: str  # evening, tomorrow, weekend, week
    at: datetime


def offered(now: datetime, zone: tzinfo) -> list[Moment]:
    """Return what can be offered at `now` to somebody in `zone`, soonest first."""
    local = now.astimezone(zone)
    found = [moment for moment in _wanted(local) if moment.at - now >= SOONEST]
    days = [moment.at.date() for moment in found]
    # Tomorrow may be Saturday or Monday: the plainer word says it.
    return [moment for place, moment in enumerate(found) if moment.at.date() not in days[:place]]


def _wanted(local: datetime) -> Iterator[Moment]:
    today = local.date()
    yield Moment("evening", _at(today, EVENING, local.tzinfo))
    yield Moment("tomorrow", _at(today + timedelta(days=1), MORNING, local.tzinfo))
    yield Moment("weekend", _at(_weekend(today), time(10), local.tzinfo))
    yield Moment("week", _at(today + timedelta(days=7 - today.weekday()), MORNING, local.tzinfo))


def _weekend(today: date) -> date:
    """The coming Saturday; on a Saturday the Sunday, on a Sunday the Saturday after."""
    if today.weekday() == SATURDAY:
        return today + timedelta(days=1)
    return today + timedelta(days=(SATURDAY - today.weekday()) % 7)


def on_day(day: date, part: str, zone: tzinfo) -> datetime:
    """Return the moment on `day` for a part of it ("morning", "noon", "evening"; anything else: morning)."""
    return _at(day, PARTS.get(part, MORNING), zone)


def _at(day: date, clock: time, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone)
