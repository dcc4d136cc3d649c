"""Dates and times as exports write them, read without guessing more than must be guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
CLOCK = re.compile(r"[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([aApP]\.?\s?[mM]\.?)?")
FOUR_FIGURES = re.compile(r"\d{4}")
NEARLY_ALL = 0.9
UTC = ZoneInfo("UTC")
OFFSET = re.compile(r"\s*(?:(?:GMT|UTC)\s*)?([+-]\d{1,2})(?::?(\d{2}))?\s*$|\s*(Z|UTC|GMT)\s*$")


def day_comes_first(values: Iterable[str]) -> bool | None:
    """Whether dates such as 13/02/2020 show that the day stands before the month; None where none of them tells."""
    firsts, seconds = set(), set()
    for value in values:
        if found := YEAR_LAST.match(value.strip()):
            firsts.add(int(found.group(1)))
            seconds.add(int(found.group(2)))
    if any(number > 12 for number in firsts) != any(number > 12 for number in seconds):
        return any(number > 12 for number in firsts)
    return None


def day_mostly_first(counts: Mapping[str, int]) -> bool | None:
    """Which order nine in ten of the cells show that tell it, in a file that mixes both; else None.

    `counts`: how often each date stands in the file.
    """
    day = month = 0
    for value, count in counts.items():
        if found := YEAR_LAST.match(value.strip()):
            day += count * (int(found.group(1)) > 12)
            month += count * (int(found.group(2)) > 12)
    return day > month if day + month and max(day, month) >= NEARLY_ALL * (day + month) else None


def two_days(text: str) -> tuple[dt.date, dt.date] | None:
    """The two days that a date such as 01/02/2020 may name, first with the month in front; None if it names one."""
    one, other = (moment_of(text, zone=UTC, day_first=first) for first in (False, True))
    return (one.date(), other.date()) if one and other and one != other else None


def day_of(text: str, *, day_first: bool = False) -> dt.date | None:
    """The day that `text` names, with a year of four figures and no time but midnight; None if it is anything else."""
    moment = moment_of(text, zone=UTC, day_first=day_first)
    return moment.date() if moment and moment.time() == dt.time() and FOUR_FIGURES.search(text) else None


def moment_of(text: str, *, zone: ZoneInfo, day_first: bool = False) -> dt.datetime | None:
    """The moment that `text` names, with its time zone (`zone` unless it says one); None if it names none."""
    text = text.strip()
    date = _date(text, day_first)
    if date is None:
        return None
    day, rest = date
    clock = CLOCK.match(rest)
    time, rest = (_time(clock), rest[clock.end() :]) if clock else (dt.time(), rest)
    offset = OFFSET.match(rest)
    if time is None or (rest.strip() and not offset):
        return None
    try:
        return dt.datetime.combine(day, time, tzinfo=_zone(offset) if offset else zone)
    except (ValueError, OverflowError):
        return None


def _date(text: str, day_first: bool) -> tuple[dt.date, str] | None:
    if found := YEAR_FIRST.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := YEAR_LAST.match(text):
        one, two, year = (int(part) for part in found.groups())
        # Where dots stand between them, the day comes first everywhere; and there is no thirteenth month.
        first = one > 12 or found.group(0)[len(found.group(1))] == "." or (day_first and two <= 12)
        day, month = (one, two) if first else (two, one)
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return dt.date(year, month, day), text[found.end() :]
    except ValueError:
        return None


def _time(clock: re.Match[str]) -> dt.time | None:
    hour, minute, second = (int(clock.group(part) or 0) for part in (1, 2, 3))
    half = (clock.group(5) or "").lower()
    if half and hour > 12:
        return None
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return dt.time(hour, minute, second, int((clock.group(4) or "").ljust(6, "0")))
    except ValueError:
        return None


def _zone(offset: re.Match[str]) -> dt.tzinfo:
    if offset.group(3):
        return dt.UTC
    hours, minutes = int(offset.group(1)), int(offset.group(2) or 0)
    sign = -1 if offset.group(1).startswith("-") else 1
    return dt.timezone(sign * dt.timedelta(hours=abs(hours), minutes=minutes))
