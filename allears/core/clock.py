"""The one place that asks what time it is, so that tests can move the clock."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """Today's date where the current reader is (the active time zone)."""
    return timezone.localdate()
