"""Answers saved while the page stays open: a small script posts the form with `go=save`.

Nothing counts as gone through and nothing is sent. A form that was filled before another device answered keeps
saying so: otherwise what it showed would overrule the newer answer the next time. It says when it was saved itself
(`wrote`), so that its own answers are not taken for another device's. What waited in a browser says for how long
(`q7.age`, in milliseconds), so that it does not overrule what was answered elsewhere meanwhile.

A first change by a public link begins the response; the script goes on under the response's own link. At a counter
"Next" does, or the end of a visit in which something was answered (`kiosk.js`): who touches a tablet in passing has not
begun to answer, and nothing waits in that browser.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from django.http import HttpResponse

from allears.core.typed import whole_number
from allears.questionnaires import answering_language as language
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_pages as pages
from allears.questionnaires import answering_store as store
from allears.questionnaires.answering_asked import Given
from allears.questionnaires.answering_forms import Posted
from allears.questionnaires.answering_progress import minutes_from
from allears.questionnaires.answering_store import Saved, Saving
from allears.questionnaires.answering_ways import Way, stamp
from allears.questionnaires.answering_wrong import Fields

GO = "save"
MOST_SAVED = 1_000  # times that a form says it was saved
LONGEST_AGE = 400 * 24 * 3600 * 1000  # milliseconds; nothing waits longer


def is_on(way: Way) -> bool:
    """Whether a page saves along: not once sent, when every change enters the ledger, and not before a visit at a
    counter has begun.
    """
    return way.submitted_at is None and not (way.kind == "public" and way.at_a_counter)


def is_nothing(way: Way, posted: Posted) -> bool:
    """Whether there is nothing to save: no response has begun, and nothing was answered that could be taken."""
    return way.response_id is None and not any(posted.given.values())


def ages(fields: Fields) -> dict[int, int]:
    """Return for how many milliseconds answers have waited in the browser, by question, as far as the form says."""
    found: dict[int, int] = {}
    for name, values in fields.items():
        question, _, what = name[1:].partition(".")
        if what != "age" or name[0] != "q":
            continue
        of, age = whole_number(question, digits=15), whole_number(values[0], digits=15)
        if of is not None and age is not None:
            found[of] = min(age, LONGEST_AGE)
    return found


def wrote(fields: Fields) -> frozenset[str]:
    """Return the moments at which this form was saved before, as it says: what was given with it is no other device's."""
    return frozenset(fields.get("wrote", [""])[0].split(" ")[:MOST_SAVED])


def reply(saving: Saving, saved: Saved, at: int, *, refused: bool) -> HttpResponse:
    """Return what the script learns: 204, or 422 where an answer could not be taken; what the form has seen now; the
    minutes that are left from page `at` on, in words; which questions were answered on another device meanwhile; and
    where it goes on.
    """
    response = HttpResponse(status=422 if refused else 204)
    stored = store.given(store.answers(saved.response_id))
    response.headers["X-Allears-Left"] = quote(_left(saving, at, stored))
    if saving.way.changed_at is None or saving.seen == saving.way.seen or _stands(saving, stored):
        response.headers["X-Allears-Seen"] = stamp(saved.changed_at)
    else:
        response.headers["X-Allears-Elsewhere"] = "1"
        response.headers["X-Allears-Wrote"] = stamp(saved.changed_at)
    if saved.met:
        response.headers["X-Allears-Met"] = " ".join(map(str, saved.met))
    if saving.way.kind == "public":
        response.headers["X-Allears-Link"] = f"/a/{saving.token}/1/{language.action_query(saving.way)}"
    return response


def _left(saving: Saving, at: int, stored: dict[int, Given]) -> str:
    asked = logic.tailored(saving.asking, saving.way, stored)
    return pages.minutes_left(minutes_from(asked, at, saving.way.device, stored))


def _stands(saving: Saving, stored: dict[int, Given]) -> bool:
    """Whether the answers of the page stand as its form says, although the form is stale: a reply was lost on its
    way, or both devices say the same.
    """
    return all(stored.get(question, ()) == given for question, given in saving.given.items())


def refused(way: Way) -> HttpResponse:
    """Return what the script learns where nothing is saved along: 409, and why."""
    why = "sent" if way.submitted_at else "closed"
    return HttpResponse(status=409, headers={"X-Allears-Why": why})


def crowded() -> HttpResponse:
    """Return what the script learns where too many begin at once: it waits and tries again."""
    return HttpResponse(status=429, headers={"Retry-After": "60"})


def part(way: Way) -> str:
    """Return the script and the line in which it speaks."""
    return _part(way.language, keeps=not way.at_a_counter) if is_on(way) else ""


@lru_cache(maxsize=64)
def _part(_language: str, *, keeps: bool) -> str:
    return pages.part("saving", keeps=keeps)
