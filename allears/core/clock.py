"""The one place that asks what time it is, so that tests can move the clock."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime
from functools import cache

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """Today's date where the current reader is (the active time zone)."""
    return datetime.now(timezone.get_current_timezone()).date()


@cache
def known_time_zones() -> frozenset[str]:
    """The names of all time zones; read from disk once."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
