"""What is wrong on a participant's small forms stands at its field, too, and is read out with it."""

from __future__ import annotations

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from allears.people import links
from tests import cast
from tests.questionnaires import asked

pytestmark = pytest.mark.django_db
QUESTION = [{"kind": "long_text", "text": "What happened?"}]


def posted(address: str, form: dict[str, str]) -> LexborHTMLParser:
    answer = Client().post(address, form)
    assert answer.status_code == 422
    return LexborHTMLParser(answer.content.decode())


def said_at(page: LexborHTMLParser, field: LexborNode | None) -> str:
    """The last of what describes `field`."""
    assert field is not None
    described = (field.attributes.get("aria-describedby") or "").split()
    return page.css_first(f"#{described[-1]}").text() if described else ""


def wrong_fields(page: LexborHTMLParser) -> dict[str | None, str]:
    """By its name, what is said at each field that is marked as wrong."""
    return {field.attributes["name"]: said_at(page, field) for field in page.css("form [aria-invalid=true]")}


def test_who_would_know() -> None:
    asked.asking(QUESTION)
    page = posted(f"{asked.invited(cast.bob())}somebody/", {"name": "", "email": "dora"})

    assert list(wrong_fields(page)) == ["name", "email"]
    assert [link.text() for link in page.css("#error-summary a")] == list(wrong_fields(page).values())


def test_when_they_want_to_be_asked() -> None:
    asked.asking(QUESTION)
    page = posted(f"{asked.invited(cast.bob())}later/", {"when": "day", "day": ""})

    assert said_at(page, page.css_first("fieldset#when")) == page.css_first("#error-summary a").text()


def test_what_they_allow_of_their_time() -> None:
    page = posted(f"/me/{links.issue(cast.bob())}/time/", {"budget_minutes": "-5", "quiet_from": "20:00", "time_zone": "Nowhere"})

    assert list(wrong_fields(page)) == ["budget_minutes", "quiet_to", "time_zone"]
    assert [link.text() for link in page.css("#error-summary a")] == list(wrong_fields(page).values())


def test_a_receipt_that_nothing_has() -> None:
    page = LexborHTMLParser(Client().get("/verbatims/receipt/?receipt=abc", follow=True).content.decode())

    assert wrong_fields(page) == {"receipt": page.css_first("[role=alert]").text()}
