"""Answering on a tablet at the counter, which the next person uses too.

Nothing of one visit may be seen in the next: the thanks hold no words and no link, and whoever opens the page of
a visit that has been over for a while, or goes back to it, comes to a new one. What was answered stays. A small
script asks whoever has been quiet for a while whether they are still there, keeps what stands on the page as begun,
and starts anew; without it the
browser does so by itself on the thanks, and everywhere the server forgets the visit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_pages import Compiled
from allears.questionnaires.answering_ways import Way

QUIET = timedelta(minutes=3)  # after which a visit cannot be looked at any more
THANKED = timedelta(minutes=1)
SECONDS_OF_THANKS = 20


def is_over(way: Way, now: datetime) -> bool:
    """Whether this is a visit at the counter that somebody else may be looking at by now."""
    if not way.at_a_counter or way.kind != "own" or way.changed_at is None:
        return False
    return now - way.changed_at > (THANKED if way.submitted_at else QUIET)


def parts(way: Way) -> dict[str, str]:
    """Return the slots that make a page one for the counter; none elsewhere."""
    if not way.at_a_counter:
        return {}
    return {"frame": " ask--kiosk", "after": _still_there(way.language).filled({"door": way.door})}


@lru_cache(maxsize=64)
def _still_there(language: str) -> Compiled:
    return pages.compile_part("kiosk", door=pages.slot("door"), script=static("questionnaires/kiosk.js"))


def thanks(way: Way) -> str:
    """Return the thanks at the counter: nothing of what was said, and the way to the next visit."""
    told = _("By %(day)s we tell everybody here what came of it.") % {"day": date_format(way.promise_to_come, "DATE_FORMAT")} if (
        way.promise_to_come
    ) else ""  # fmt: skip
    return _thanks(way.language).filled(
        {"organisation": escape(way.organisation), "told": told, "door": way.door, **parts(way)}
    )


@lru_cache(maxsize=64)
def _thanks(language: str) -> Compiled:
    return pages.compile_template("thanks_kiosk", language, seconds=SECONDS_OF_THANKS)
