"""What stands there when everything was sent: thanks, their words with a receipt each, and where to see
what becomes of them. No form.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape

from allears.core.languages import marked, runs, set_down
from allears.people.models import Purpose
from allears.questionnaires import answering_kiosk as kiosk
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_pages as pages
from allears.questionnaires import answering_progress as progress
from allears.questionnaires import answering_sql as sql
from allears.questionnaires.answering_agreed import was_asked
from allears.questionnaires.answering_asked import asking
from allears.questionnaires.answering_language import choice
from allears.questionnaires.answering_pages import Compiled
from allears.questionnaires.answering_store import said_by
from allears.questionnaires.answering_ways import Way
from allears.studies.links import answering_url
from allears.studies.models import State
from allears.verbatims.receipts import written


def thanks(way: Way, told: str = "") -> str:
    """Return the page for who has sent their answers; `told`: what has to be said of them, as HTML."""
    if way.at_a_counter:
        return kiosk.thanks(way)
    said, promise = _said(way), way.promise_to_come
    known = way.person_id is not None and way.kind == "personal"
    page = _page(
        way.language,
        named=bool(way.first_name),
        promised=promise is not None,
        hears=_hears(way),
        spoke=bool(said),
        known=known,
        open_=way.state == State.OPEN,
        asked_again=_asked_again(way),
        example=way.example,
    )
    link = escape(answering_url(way.token))
    return page.filled(
        {
            "organisation": escape(way.organisation),
            "name": escape(way.first_name),
            "day": _day(way.language, promise) if promise else "",
            "said": said,
            "told": told,
            "languages": choice(way),
            "own_page": "/me/" if known else "",
            "link": link,
            "change": f"/a/{way.token}/review/",
            "look_up": escape(settings.BASE_URL + _addresses()),
        }
    )


@lru_cache(maxsize=128)
def _page(
    language: str, *, named: bool, promised: bool, hears: bool, spoke: bool, known: bool, open_: bool, asked_again: bool,
    example: bool,
) -> Compiled:  # fmt: skip
    return pages.compile_template(
        "thanks", language, named=named, promised=promised, hears=hears, spoke=spoke, known=known, open=open_,
        asked_again=asked_again, example=example,
    )  # fmt: skip


@lru_cache(maxsize=128)
def _day(_language: str, day: date) -> str:
    return date_format(day, "DATE_FORMAT")


# As `people.queries.who_wants_no_mail` finds it of many: what whoever stands for this person today said last.
_HEARS = """SELECT c.given FROM people_person p JOIN people_consent c ON c.person_id = COALESCE(p.merged_into_id, p.id)
    WHERE p.id = %s AND c.purpose = %s ORDER BY c.at DESC, c.id DESC LIMIT 1"""


def _hears(way: Way) -> bool:
    """Whether a mail may tell them what became of it: whoever wants none is promised none."""
    if way.person_id is None:
        return True
    said = sql.row(_HEARS, [way.person_id, Purpose.HEAR])
    return said is None or bool(said[0])


def _asked_again(way: Way) -> bool:
    """Whether a mail asks them once more what they agreed to; asks nothing where there is nothing to agree to."""
    consents = asking(way.asked_id, *way.written).consents if way.asked_id is not None else ()
    return bool(consents) and way.response_id is not None and was_asked(way.response_id, consents)


@lru_cache(maxsize=64)
def _one(language: str, *, kept: bool) -> Compiled:
    return pages.compile_template("thanks_said", language, kept=kept)


def _said(way: Way) -> str:
    """Their words in the order of the questions, those that were taken back without words."""
    rows = [(row[0], *row[7:8], *row[9:]) for row in said_by(way) if row[5] is not None]
    if not rows:
        return ""
    asked = _as_read(way)
    order = {question: at for at, question in enumerate(asked)}
    rows.sort(key=lambda row: order[row[0]])  # the boxes of a question are in their order
    return "\n".join(_words(way.language, asked[row[0]], *row[1:]) for row in rows)


def _as_read(way: Way) -> dict[int, str]:
    """What this person was asked, in order, with their own words at its places."""
    assert way.asked_id is not None
    asked = asking(way.asked_id, *way.written)
    read = logic.reading(asked.pages, asked, way, progress.given_by(way))
    return {question.id: read(question.text) for question in asked.questions()}


def _words(language: str, question: str, text: str, ref: str, digest: bytes, spoken: str) -> str:
    receipt = written(ref, bytes(digest))
    return _one(language, kept=bool(text)).filled(
        {
            "question": escape(marked(question)), "text": set_down(text), "runs": runs(text),
            "spoken": escape(spoken), "receipt": receipt, "url": _address(receipt),
        }
    )  # fmt: skip


@lru_cache(maxsize=1)
def _addresses() -> str:
    return reverse("verbatims:look_up")


def _address(receipt: str) -> str:
    return f"{_addresses()}{receipt}/"
