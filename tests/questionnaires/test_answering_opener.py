"""The first question answered by a click in a mail, and confirmed on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from allears.core.models import Message
from allears.questionnaires import authoring
from allears.questionnaires.models import Answer, Choice, Response
from allears.studies import actions as studies
from allears.studies.asking import opener_of
from tests import cast
from tests.questionnaires.asked import asking, public, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
AGAIN: dict[str, Any] = {
    "kind": "scale", "text": "Would you order again?", "minimum": 0, "maximum": 10, "low_label": "never",
    "high_label": "surely", "required": True,
}  # fmt: skip
CALLED: dict[str, Any] = {"kind": "single", "text": "Who called?", "choices": ["You <b>", "I"]}
WORDS: dict[str, Any] = {"kind": "long_text", "text": "What happened?"}


def links_in(letter: str) -> list[str]:
    return re.findall(r'href="([^"]*\?pick=[^"]*)"', letter)


def invite_bob() -> Message:
    studies.invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=1)
    return Message.objects.get(kind="study-invitation")


def test_the_letter_holds_an_answer_to_click_for_each_step() -> None:
    asking([{"kind": "statement", "text": "Hello."}, AGAIN, WORDS])
    letter = invite_bob().html

    assert "Would you order again?" in letter
    assert [re.search(r"\.(\d+)$", link)[1] for link in links_in(letter)] == [str(n) for n in range(11)]  # type: ignore[index]


def test_eleven_steps_stand_in_two_even_rows_of_the_letter_and_choices_one_after_another() -> None:
    asking([AGAIN])
    rows = re.findall(r"<tr>(.*?)</tr>", invite_bob().html, re.S)

    assert [re.findall(r">(\d+)</a>", row) for row in rows] == [list("012345"), [*"6789", "10"]]


@pytest.mark.parametrize(
    ("question", "rows"),
    [({**AGAIN, "minimum": 1, "maximum": 5}, [5]), ({**AGAIN, "minimum": 1, "maximum": 7}, [4, 3]), (AGAIN, [6, 5]), (CALLED, [])],
)
def test_only_steps_stand_in_rows_and_in_two_where_there_are_more_than_six(question: dict[str, Any], rows: list[int]) -> None:
    asking([question])
    opener = opener_of(cast.late_orders(), "en")

    assert opener is not None
    assert [len(row) for row in opener.rows] == rows


def test_a_click_marks_the_answer_and_changes_nothing_until_the_form_is_sent() -> None:
    version = asking([AGAIN, WORDS])
    link = links_in(invite_bob().html)[9]
    robot = Robot().open(link[link.index("/a/") :])

    assert not Response.objects.exists()
    assert 'value="9" checked' in robot.html
    assert "It counts when you go on" in robot.text
    marked = re.findall(r'value="(\d+)" checked', robot.html)[0]
    robot.press(**{f"q{question(version, 'Would you order again?').pk}": marked})
    assert said_to(question(version, "Would you order again?")) == [9]


def test_the_choices_of_a_first_question_can_be_clicked_too() -> None:
    version = asking([CALLED, WORDS])
    opener = opener_of(cast.late_orders(), "en")
    mine = Choice.objects.get(question__version=version, label="I")

    assert opener is not None
    assert [click.label for click in opener.clicks] == ["You <b>", "I"]
    html = Robot().open(public() + opener.clicks[1].query).html
    assert f'value="{mine.pk}" checked' in html
    assert html.count(" checked") == 1
    assert "You &lt;b&gt;" in html or "You &lt;b" in html


@pytest.mark.parametrize(
    "questions",
    [[WORDS, AGAIN], [{"kind": "number", "text": "How many?"}],
     [{**AGAIN, "maximum": 20}]],
)  # fmt: skip
def test_a_question_that_no_row_of_buttons_can_answer_is_not_in_the_letter(questions: list[dict[str, Any]]) -> None:
    asking(questions)

    assert opener_of(cast.late_orders(), "en") is None
    assert links_in(invite_bob().html) == []


def test_what_was_answered_before_stands_and_is_not_overruled_by_a_click() -> None:
    version = asking([AGAIN, WORDS], sections=2)
    again = question(version, "Would you order again?")
    link = links_in(invite_bob().html)
    path = link[2][link[2].index("/a/") :]
    Robot().open(path).press("pause", **{f"q{again.pk}": "7"})

    html = Robot().open(path).html
    assert 'value="7" checked' in html
    assert 'value="2" checked' not in html


def test_a_letter_outlives_a_new_version() -> None:
    asking([AGAIN, WORDS])
    link = links_in(invite_bob().html)[4]
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.publish(version=draft, by=cast.ana())

    assert 'value="4" checked' in Robot().open(link[link.index("/a/") :]).html


@pytest.mark.parametrize("pick", ["", "x", "00000000.1", "'--.1", "0" * 500, "00000000.", "%00.1", "🎉.1"])
def test_a_click_that_we_never_made_only_opens_the_page(pick: str) -> None:
    asking([AGAIN, WORDS])
    answer = Client().get(public(), {"pick": pick})

    assert answer.status_code == 200
    assert " checked" not in answer.content.decode()
    assert not Answer.objects.exists()


def test_a_step_that_the_scale_does_not_have_is_not_marked() -> None:
    version = asking([AGAIN])
    key = str(question(version, "Would you order again?").key)[:8]

    assert " checked" not in Robot().open(f"{public()}?pick={key}.11").html
