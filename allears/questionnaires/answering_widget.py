"""The widget for one's own site: one script, made for one study, that asks there and leads to the participant's page.

It works under a strict policy of the other site, which has to allow nothing but this script: there is no frame,
no request, no inline style, no cookie. Who is asked too often is never asked by it: for a personal link it says
nothing once the person has answered, declined, asked for another time, wants no more questions, or has no minutes
left. A public link knows nobody: before a click nothing is kept, and then only the visitor's own browser keeps that
they were asked, for a week after "not now", else for good.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allears.core.doors import open_door
from allears.questionnaires.answering_opener import opener_of
from allears.questionnaires.answering_pages import RIGHT_TO_LEFT
from allears.questionnaires.answering_progress import minutes_left
from allears.questionnaires.answering_timing import device_of
from allears.questionnaires.answering_ways import Way, look
from allears.studies.inviting import may_be_asked_now
from allears.studies.models import State, WayIn
from allears.studies.wording import minutes_in_words

MOST_BYTES = 10_000  # with more, the first question is left out and only the link is there
LONGEST_PROBLEM = 600  # signs, as many as the study's form takes
SILENT = "/* nothing to ask here now */"


@open_door
@require_safe
def widget(request: HttpRequest, token: str) -> HttpResponse:
    """The script of a public link made for a site, or of a personal link; one that does nothing for all others."""
    way = look(token)
    asks = way is not None and _asks(way)
    if way:
        way.device = device_of(request)
    answer = HttpResponse(_script(way) if way and asks else SILENT, content_type="text/javascript; charset=utf-8")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = "no-store" if way is None or way.kind != "public" else "public, max-age=300"
    answer.headers["Vary"] = "Sec-CH-UA-Mobile, User-Agent"  # its minutes are those of a phone, or of a desk
    return answer


def _asks(way: Way) -> bool:
    if way.state != State.OPEN or way.asked_id is None or way.closed_at or way.submitted_at:
        return False
    if way.invitation_id is None:
        return way.kind == "public" and way.way_in == WayIn.WIDGET
    return way.declined_at is None and may_be_asked_now(way.invitation_id)


def _script(way: Way) -> str:
    with translation.override(way.language):
        told = _told(way)
    whole = _with(told)
    return whole if len(whole.encode()) <= MOST_BYTES else _with({**told, "opener": None})


def _with(told: dict[str, Any]) -> str:
    """The script that says what is `told`, in letters as they are: written as signs of ASCII, Arabic weighs three times
    as much. What could end a script or a line of it stands there as signs.
    """
    words = json.dumps(told, ensure_ascii=False)
    for sign in "<\u2028\u2029":
        words = words.replace(sign, f"\\u{ord(sign):04x}")
    return f"{_source('widget.js').rstrip()}({words}, document.currentScript);\n"


def _told(way: Way) -> dict[str, Any]:
    """What the script says, and where its links lead."""
    assert way.asked_id is not None
    opener = opener_of(way.asked_id)
    return {
        "id": way.slug,
        "url": f"{settings.BASE_URL}/a/{way.token}/",
        "language": way.language,
        "dir": "rtl" if way.language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
        "label": _("A question from %(organisation)s") % {"organisation": way.organisation},
        "asks": _("%(organisation)s · %(name)s asks") % {"organisation": way.organisation, "name": way.asks},
        "problem": Truncator(way.problem).chars(LONGEST_PROBLEM),
        "opener": opener and {
            "text": opener.text,
            "ends": f"{opener.low} … {opener.high}" if opener.low or opener.high else "",
            "clicks": [[click.label, click.query] for click in opener.clicks],
            "steps": len(opener.clicks) if opener.steps else 0,
        },
        "answer": _("Answer, %(minutes)s") % {"minutes": minutes_in_words(minutes_left(way))},
        "later": _("Not now"),
        "never": _("Not again here"),
        "note": _(
            "Opens in a new page. Your browser alone notes that you were asked, once you have clicked:"
            " after “Not now” for a week, else until you clear it."
        ),
        "css": _source("widget.css"),
    }  # fmt: skip


@lru_cache(maxsize=2)
def _source(name: str) -> str:
    path = finders.find(f"questionnaires/{name}")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        return file.read()
