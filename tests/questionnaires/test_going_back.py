"""Back, and another language, where an answer on the page cannot be taken: neither is refused."""

from __future__ import annotations

from typing import Any

import pytest

from allears.questionnaires.models import Response
from allears.questionnaires.translatable import texts_of
from allears.studies import translating
from tests import cast
from tests.questionnaires.asked import asking, invited, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
PAGES: list[dict[str, Any]] = [
    {"kind": "long_text", "text": "What happened?", "required": True},
    {"kind": "short_text", "text": "And then?"},
    {"kind": "number", "text": "How many days late?", "maximum": 365, "required": True},
    {"kind": "short_text", "text": "Where?", "required": True},
]


def test_back_leads_back_also_past_an_answer_that_cannot_be_taken_keeps_the_others_and_says_so() -> None:
    version = asking(PAGES, sections=2)
    days, where = (f"q{question(version, text).pk}" for text in ("How many days late?", "Where?"))
    robot = Robot().open(invited(cast.bob())).press()

    robot.press("back", **{days: "about nine", where: "At home"})

    assert "/1/?not=" in robot.url
    assert robot.status == 200
    assert "Only your answer to “How many days late?” could not be taken" in robot.text
    assert said_to(question(version, "Where?")) == ["At home"]
    assert Response.objects.get().passed == 1


def test_back_asks_for_nothing_that_is_still_missing() -> None:
    version = asking(PAGES, sections=2)
    days, where = (f"q{question(version, text).pk}" for text in ("How many days late?", "Where?"))
    robot = Robot().open(invited(cast.bob())).press()

    robot.press("back", **{days: "", where: ""})

    assert robot.url.endswith("/1/")
    assert "another look" not in robot.text


def test_another_language_comes_also_where_an_answer_cannot_be_taken_and_says_so_in_that_language() -> None:
    version = asking(PAGES, sections=2)
    study = cast.late_orders()
    texts = texts_of(study)
    said = {text.sign: f"عبارة {number}" for number, text in enumerate(texts, start=1)}
    translating.translate(study=study, language="ar", texts=texts, said=said, by=cast.ana())
    translating.offer(study=study, language="ar", by=cast.ana())
    days, where = (f"q{question(version, text).pk}" for text in ("How many days late?", "Where?"))
    robot = Robot().open(invited(cast.bob())).press()

    robot.post([*robot.filled(**{days: "about nine", where: "At home"}), ("go", "in-ar")])

    assert robot.status == 422
    assert 'lang="ar"' in robot.html
    assert "about nine" in robot.html
    assert "Enter a number" not in robot.text
    assert "عددًا" in robot.page.css_first(".error").text()
    assert Response.objects.get().language == "ar"
    assert said_to(question(version, "Where?")) == ["At home"]
