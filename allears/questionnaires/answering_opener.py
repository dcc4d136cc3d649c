"""The first question answered by a click, in a mail or on another site.

The click opens the participant's page with that answer marked; nothing is kept until the form is sent, because
mail scanners click on everything. A click names the question and the choice by the first signs of their keys,
which are the same in every version that asks them, so that a mail outlives a new version. Where the question
is not on the page any more, or has been answered, the click only opens the page.
"""

from __future__ import annotations

import re

from django.http import HttpRequest

from allears.questionnaires.answering_asked import Asked, Given, Page, asking
from allears.questionnaires.answering_pages import typed
from allears.studies import piping
from allears.studies.asking import Click, Opener

_SHAPE = re.compile(r"[0-9a-f]{8}\.[0-9a-f-]{1,8}")
MOST = 11  # answers that stand in a row of buttons


def opener_of(version_id: int, language: str = "", wording: int = 0) -> Opener | None:
    """Return the question that a published version begins with, if one click can answer it; else None.
    In another `language`: see `answering_asked.asking`. It goes to many, so no person's words stand at its places.
    """
    question = next((q for q in asking(version_id, language, wording).questions() if q.kind != "statement"), None)
    if question is None:
        return None
    clicks = tuple(Click(label, f"?pick={question.key[:8]}.{sign}") for label, sign in _answers(question))
    if not 1 < len(clicks) <= MOST:
        return None
    return Opener(piping.general(question.text), question.low_label, question.high_label, clicks, question.kind == "scale")


def _answers(question: Asked) -> list[tuple[str, str]]:
    """The answers that a click can give, each with the sign that stands for it in the address."""
    if question.kind == "scale":
        return [(str(step), str(step)) for step in question.steps]
    if question.kind == "single":
        return [(choice.label, choice.key[:8]) for choice in question.choices]
    return []


def picked(request: HttpRequest) -> str:
    """Return what was clicked, as the address says; nothing where it says nothing that we could have made."""
    sign = request.GET.get("pick", "") if request.META.get("QUERY_STRING") else ""
    return sign if _SHAPE.fullmatch(sign) else ""


def marked(page: Page, picked: str, stored: dict[int, Given]) -> dict[str, str]:
    """Return the slots that mark the answer which was clicked; none where it has been answered or is not asked."""
    key, _, sign = picked.partition(".")
    question = next((q for q in page.questions if q.key[:8] == key), None)
    if question is None or stored.get(question.id):
        return {}
    value = _value(question, sign)
    return typed([question], {question.name: [value]}) if value else {}


def _value(question: Asked, sign: str) -> str:
    """What the form's field holds for the answer that `sign` stands for."""
    if question.kind == "scale":
        return sign if sign in map(str, question.steps) else ""
    return next((str(choice.id) for choice in question.choices if choice.key[:8] == sign), "")
