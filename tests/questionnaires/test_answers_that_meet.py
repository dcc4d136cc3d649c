"""Two devices answer the same question: the newer answer stands, the older one is kept, and whoever answers is told and
can see both.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from time_machine import travel

from allears.core.clock import now
from allears.questionnaires.models import EarlierAnswer
from tests import cast
from tests.questionnaires.asked import asking, invited, public, question, said_to
from tests.questionnaires.robot import Robot
from tests.questionnaires.test_answering_saving import post, save

pytestmark = pytest.mark.django_db
TWO = [{"kind": "long_text", "text": "What happened?", "required": True}, {"kind": "short_text", "text": "Where?"}]
TOLD = "Answered differently meanwhile, on another device or in another window: “What happened?”"
BESIDE = "On another device or in another window"


def others(path: str) -> list[str]:
    """What stands on the page of all answers as given on another device."""
    page = Robot().open(f"{path}review/").page
    return [other.text(separator="|").strip().split("|")[-1].strip() for other in page.css(".review__other")]


def test_whoever_saves_later_from_an_older_page_is_told_and_can_see_both_answers() -> None:
    version = asking(TWO, sections=2)
    path, happened = invited(cast.bob()), f"q{question(version, 'What happened?').pk}"
    phone, desk = Robot().open(path), Robot().open(path)
    desk.press(**{happened: "Nine days late"})
    assert TOLD not in desk.text

    phone.press(**{happened: "A week late"})

    assert phone.url.endswith(f"/2/?met={happened[1:]}")
    assert TOLD in phone.text
    assert phone.page.css_first(f'a[href="{path}review/"]').text() == "Look at both answers"
    assert said_to(question(version, "What happened?")) == ["A week late"]
    assert others(path) == ["Nine days late"]
    assert [(one.value[0]["words"], one.unseen) for one in EarlierAnswer.objects.all()] == [("Nine days late", True)]


@pytest.mark.parametrize(("button", "leads_to"), [("", "/2/"), ("pause", "/pause/")])
def test_wherever_the_button_leads_it_is_said_there(button: str, leads_to: str) -> None:
    version = asking(TWO, sections=2)
    path, happened = invited(cast.bob()), f"q{question(version, 'What happened?').pk}"
    phone, desk = Robot().open(path), Robot().open(path)
    desk.press(**{happened: "Nine days late"})

    phone.press(button, **{happened: "A week late"})

    assert leads_to in phone.url
    assert TOLD in phone.text


def test_the_question_is_called_as_they_read_it() -> None:
    why = "You said “{answer:how|something}”. Why?"
    version = asking([{"kind": "short_text", "text": "How was it?", "code": "how"}, {"kind": "long_text", "text": why}, TWO[1]], sections=3)
    path, (how, because) = invited(cast.bob()), (f"q{question(version, text).pk}" for text in ("How was it?", why))
    phone = Robot().open(path).press(**{how: "Slow"})
    Robot().open(path).press(**{because: "It rained."})

    phone.press(**{because: "It snowed."})

    assert "in another window: “You said “Slow”. Why?”" in phone.text


def test_it_is_said_on_the_thanks_and_beside_what_needs_another_look() -> None:
    version = asking([*TWO, {"kind": "number", "text": "How many?", "maximum": 9}])
    happened, many = (f"q{question(version, text).pk}" for text in ("What happened?", "How many?"))
    path = invited(cast.bob())
    phone, again, desk = Robot().open(path), Robot().open(path), Robot().open(path)
    desk.press("pause", **{happened: "Nine days late", many: "9"})

    phone.press(**{happened: "A week late", many: "ten"})
    again.press(**{happened: "Eight days late", many: "8"})

    assert phone.status == 422
    assert TOLD in phone.text
    assert "Enter a number in figures" in phone.text
    assert "Thank you, Bob." in again.text
    assert TOLD in again.text
    assert others(path) == ["Nine days late", "A week late", "9"]


def test_nothing_is_said_where_only_one_device_answers_and_nothing_of_its_own_drafts_is_shown() -> None:
    version = asking(TWO, sections=2)
    path, happened = invited(cast.bob()), f"q{question(version, 'What happened?').pk}"
    robot = Robot().open(path)
    for words in ("A", "A week", "A week late"):
        _status, seen = save(robot, **{happened: words})
        robot.html = re.sub(r'name="seen" value="\d*"', f'name="seen" value="{seen}"', robot.html)
    robot.press(**{happened: "A week late!"})

    assert "met=" not in robot.url
    assert EarlierAnswer.objects.filter(unseen=False).count() == 3
    assert others(path) == []


def test_what_a_stale_form_saved_itself_is_no_other_device_s() -> None:
    version = asking(TWO)
    happened, where = (f"q{question(version, text).pk}" for text in ("What happened?", "Where?"))
    path = invited(cast.bob())
    save(Robot().open(path), **{happened: "Late", where: "At home"})
    one, other = Robot().open(path), Robot().open(path)
    save(other, **{happened: "Nine days late", where: "At home"})

    first = post(one, **{happened: "Late", where: "At work"})
    assert "X-Allears-Met" not in first.headers
    one.html = one.html.replace("</form>", f'<input type="hidden" name="wrote" value="{first.headers["X-Allears-Wrote"]}"></form>')
    again = post(one, **{happened: "Late", where: "At the office"})

    assert "X-Allears-Met" not in again.headers
    assert "X-Allears-Elsewhere" in again.headers
    assert others(path) == []


def test_what_waited_without_a_connection_and_is_older_is_shown_as_well() -> None:
    version = asking(TWO)
    happened, where = (f"q{question(version, text).pk}" for text in ("What happened?", "Where?"))
    path = invited(cast.bob())
    phone, desk = Robot().open(path), Robot().open(path)
    post(desk, **{happened: "Nine days late", where: ""})

    answer = post(phone, {happened: 3_600_000}, **{happened: "A week late", where: ""})

    assert answer.headers["X-Allears-Met"] == happened[1:]
    assert said_to(question(version, "What happened?")) == ["Nine days late"]
    assert others(path) == ["A week late"]


def test_the_same_answer_from_two_devices_is_no_difference_and_one_that_was_taken_over_is_not_shown_any_more() -> None:
    version = asking(TWO, sections=2)
    path, happened = invited(cast.bob()), f"q{question(version, 'What happened?').pk}"
    phone, again, desk = Robot().open(path), Robot().open(path), Robot().open(path)
    desk.press(**{happened: "Nine days late"})
    again.press(**{happened: "Nine days late"})
    assert "met=" not in again.url

    phone.press(**{happened: "A week late"})
    Robot().open(f"{path}1/").press(**{happened: "Nine days late"})

    assert others(path) == []


def test_by_a_public_link_both_answers_are_behind_the_response_s_own_link() -> None:
    version = asking(TWO, sections=2)
    happened = f"q{question(version, 'What happened?').pk}"
    first = Robot().open(public()).press(**{happened: "Nine days late"})
    own = first.url.removesuffix("2/")
    phone, desk = Robot().open(f"{own}1/"), Robot().open(f"{own}1/")
    with travel(now() + timedelta(minutes=1), tick=False):
        desk.press(**{happened: "Ten days late"})

    phone.press(**{happened: "A week late"})

    assert TOLD in phone.text
    assert others(own) == ["Ten days late"]
    assert BESIDE in Robot().open(f"{own}review/").text
