"""Answers saved while the page stays open: a small script posts the form with `go=save`.

Nothing counts as gone through and nothing is sent. A form that was filled before another device answered keeps
saying so: otherwise what it showed would overrule the newer answer the next time.
"""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpResponse

from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_store import Saved, Saving
from allears.questionnaires.answering_ways import Way, stamp

GO = "save"


def is_on(way: Way) -> bool:
    """Whether a page saves along: not once sent, when every change enters the ledger, and not before a response has
    begun by a public link, whose beginnings are counted against floods.
    """
    return way.kind != "public" and way.submitted_at is None


def reply(saving: Saving, saved: Saved, *, refused: bool) -> HttpResponse:
    """Return what the script learns: 204, or 422 where an answer could not be taken, and what the form has seen now."""
    response = HttpResponse(status=422 if refused else 204)
    begun = saving.way.changed_at is None
    if begun or saving.seen == saving.way.seen:
        response.headers["X-Allears-Seen"] = stamp(saved.changed_at)
    else:
        response.headers["X-Allears-Elsewhere"] = "1"
    return response


def part(way: Way) -> str:
    """Return the script and the line in which it speaks."""
    return _part(way.language) if is_on(way) else ""


@lru_cache(maxsize=64)
def _part(_language: str) -> str:
    return pages.part("saving")
