"""How this room puts figures and dates into words."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.clock import today
from allears.studies.piping import general


def promise_in_words(day: date, overdue: bool) -> str:
    """Return what a promise for `day` comes to today: "9 days left", "today", "3 days overdue"; a past one for which nobody
    waits, because everybody has heard or nobody took part, is not `overdue`: "3 days ago".
    """
    left = (day - today()).days
    if left == 0:
        return _("today")
    if left > 0:
        return ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    if overdue:
        return ngettext("%(n)d day overdue", "%(n)d days overdue", -left) % {"n": -left}
    return ngettext("%(n)d day ago", "%(n)d days ago", -left) % {"n": -left}


def on_day(day: date) -> str:
    """Return the day as readers of the active language write it."""
    return str(formats.date_format(day, "DATE_FORMAT"))


def never_put_in(place: str, read: str = "") -> str:
    """Return what whoever writes about a study reads of a `place` like {name}, where only a question has such. `read`: what
    stands there for everybody, if it is not what stands behind its bar.
    """
    words = _("“%(place)s” is filled in only inside questions; here everybody reads “%(read)s”. Write it without; in a question you can use it.")
    return words % {"place": place, "read": read or general(place)}


def percent(share: float | None) -> str:
    """Return "64%"; nothing where there are too few to speak of shares."""
    return "" if share is None else f"{share * 100:.0f}%"


def minutes_in_words(minutes: Any) -> str:
    """Return "about 3 minutes": rounded up, because a promise of time is kept or broken."""
    whole = max(1, math.ceil(float(minutes)))
    return ngettext("about %(count)d minute", "about %(count)d minutes", whole) % {"count": whole}


def moment_in_words(at: datetime) -> str:
    """Return a moment as it is read where `at` says it is: "Saturday 28 November, 10:00"."""
    day = at.date()
    told = {"weekday": formats.date_format(day, "l"), "day": formats.date_format(day, "MONTH_DAY_FORMAT"), "time": f"{at:%H:%M}"}
    return _("%(weekday)s %(day)s, %(time)s") % told
