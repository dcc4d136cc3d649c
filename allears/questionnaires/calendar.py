"""Dates as answers: kept as proleptic Gregorian ordinals (0001-01-01 is 1), so that they count and sort as numbers."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format

# Where the author sets no limits. Most years of other calendars (1448, 2569, 5787) fall outside: who types one is
# asked for the international one instead of being understood wrongly.
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)


def as_date(typed: str) -> date | None:
    """Return the day that somebody typed, as 2026-11-26 or 26.11.2026, in any script's digits; None when it is none."""
    if len(typed) > 40:
        return None
    dotted = typed.count(".") == 2
    parts = [part.strip() for part in typed.split("." if dotted else "-")]
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    year, month, day = reversed(parts) if dotted else parts
    if len(year) != 4 or len(month) > 2 or len(day) > 2:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def limits(minimum: float | None, maximum: float | None) -> tuple[date, date]:
    """Return the first and the last day that a question for a date takes."""
    low = EARLIEST if minimum is None else date_of(minimum)
    high = LATEST if maximum is None else date_of(maximum)
    return min(low, high), max(low, high)


def date_of(number: float) -> date:
    """Return the day that is kept as `number`."""
    return date.fromordinal(int(number))


def number_of(day: date) -> float:
    """Return how `day` is kept."""
    return float(day.toordinal())


def said(day: date) -> str:
    """Return the day as this reader writes it."""
    return str(date_format(day, "DATE_FORMAT"))
