"""Looking through all answers before they are sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring
from allears.questionnaires.models import Response, Version
from allears.studies import actions as studies
from allears.studies.models import WayIn
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited, only_who_chose, public, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
THREE: list[dict[str, Any]] = [
    {"kind": "single", "text": "Did it come?", "choices": ["Yes", "No"], "required": True},
    {"kind": "long_text", "text": "What happened?", "required": True},
    {"kind": "short_text", "text": "Where?"},
]


def reviewed(questions: list[dict[str, Any]], sections: int = 1, **manner: bool) -> Version:
    """Publish `questions` of which all answers are looked through before they are sent."""
    before = asking(questions, sections)
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.set_manner(version=draft, **{"one_question_a_page": False, "reviewed": True, **manner})
    assert before.number < draft.number
    return authoring.publish(version=draft, by=cast.ana())


def to_the_review(path: str, most: int = 12) -> Robot:
    """Answer every page and look through the answers; places given twice are asked about once more."""
    robot = Robot().open(path)
    while not robot.url.endswith("/review/") and len(robot.pages) < most:
        robot.press("review" if 'value="review"' in robot.html else "")
    return robot


def test_every_answer_stands_there_in_its_order_with_the_way_to_change_it() -> None:
    version = asking(ALL_KINDS, sections=2)
    robot = to_the_review(invited(cast.bob()))

    assert robot.url.endswith("/review/")
    asked = [q for q in version.questions.all() if q.kind != "statement"]
    lines = robot.page.css("dl.review > div")
    assert [line.css_first("dt").text() for line in lines] == [q.text for q in asked]
    answered = {line.css_first("dt").text(): line.css_first("dd").text().strip() for line in lines}
    assert answered["What happened?"] == "It came nine days late."
    assert answered["You may use my answers for research."] == "I agree"
    assert answered["Show us how it came."] == "Not answered"
    assert "parcel" in answered["How good was ..."]
    assert answered["What matters most?"][:2] in ("1.", "1–")
    for line, one in zip(lines, asked, strict=True):
        address = line.css_first("a").attributes["href"] or ""
        assert address.endswith(f"?returns#q{one.pk}-question")
        assert f'id="q{one.pk}-question"' in Robot().open(address.split("#")[0]).html
    assert robot.page.css_first("#error-summary") is None
    assert Response.objects.get().submitted_at is None

    robot.press()

    assert "Thank you" in robot.text
    assert robot.form is None
    assert Response.objects.get().submitted_at is not None


def test_items_that_share_places_say_so() -> None:
    version = asking([{"kind": "ranking", "text": "What matters most?", "choices": ["Speed", "Price", "Care"]}])
    ranked = version.questions.get()
    fields = {f"q{ranked.pk}.r{item.pk}": place for item, place in zip(ranked.choices.all(), "211", strict=True)}
    path = invited(cast.bob())
    robot = Robot().open(path).press("pause", **fields)
    robot.open(f"{path}1/").press("pause", extra=[(f"q{ranked.pk}.tie", "1")], **fields)

    robot.open(f"{path}review/")

    assert [part.text() for part in robot.page.css("dl.review dd:first-of-type p")] == ["1–2. Price", "1–2. Care", "3. Speed"]


def test_who_changes_an_answer_from_there_comes_back_there() -> None:
    version = asking(THREE, sections=3)
    robot = to_the_review(invited(cast.bob()))
    first = robot.page.css("dl.review a")[0].attributes["href"] or ""
    yes, no = (f"{choice.pk}" for choice in question(version, "Did it come?").choices.all())

    robot.open(first.split("#")[0]).press(**{f"q{question(version, 'Did it come?').pk}": no})

    assert robot.url.endswith("/review/")
    assert "No" in robot.page.css("dl.review dd")[0].text()
    assert yes != no


def test_what_is_missing_is_listed_and_nothing_is_sent_without_it() -> None:
    version = asking(THREE, sections=3)
    happened = f"q{question(version, 'What happened?').pk}"
    path = invited(cast.bob())
    robot = Robot().open(path).press()
    robot.press("back", **{happened: ""})

    robot.open(f"{path}review/")
    assert [link.text() for link in robot.page.css("#error-summary a")] == ["What happened?"]
    robot.press()

    assert robot.url.endswith("/2/?missing&returns")
    assert "Write an answer." in robot.text
    assert not Verbatim.objects.exists()
    robot.press(**{happened: "It came late."})
    assert robot.page.css_first("#error-summary") is None
    robot.press()
    assert "Thank you" in robot.text
    assert Verbatim.objects.get().text == "It came late."


@pytest.mark.parametrize("sections", [1, 3])
@pytest.mark.parametrize("way", ["personal", "public"])
def test_where_everybody_looks_through_them_a_robot_comes_to_the_thanks_as_well(sections: int, way: str) -> None:
    reviewed(THREE, sections)
    path = invited(cast.bob()) if way == "personal" else public()

    robot = Robot().walk(path)

    assert "Thank you" in robot.text
    assert len(robot.pages) == sections + 2
    assert robot.pages[-2].endswith("/review/")
    assert Response.objects.get().submitted_at is not None


def test_what_changed_on_another_device_is_shown_before_it_is_sent() -> None:
    version = reviewed(THREE)
    where = f"q{question(version, 'Where?').pk}"
    path = invited(cast.bob())
    phone = Robot().open(path).press()
    assert phone.url.endswith("/review/")
    Robot().open(f"{path}1/").press("pause", **{where: "At the office"})

    phone.press()

    assert "changed on another device" in phone.text
    assert "At the office" in phone.text
    assert Response.objects.get().submitted_at is None
    phone.press()
    assert said_to(question(version, "Where?")) == ["At the office"]
    assert "Thank you" in phone.text


def test_what_is_not_asked_of_this_person_does_not_stand_there_and_does_not_count() -> None:
    asking(THREE, sections=3)
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    first, second, _third = draft.questions.all()
    rule = only_who_chose(first, "No")
    authoring.change_question(question=second, shown_if=rule)
    version = authoring.publish(version=draft, by=cast.ana())
    first, second, _third = version.questions.all()
    yes, no = first.choices.all()
    path = invited(cast.bob())
    robot = Robot().open(path).press(**{f"q{first.pk}": str(no.pk)})
    assert robot.url.endswith("/2/")
    robot.press()
    robot.open(f"{path}1/?returns").press(**{f"q{first.pk}": str(yes.pk)})

    assert [dt.text() for dt in robot.page.css("dl.review dt")] == ["Did it come?", "Where?"]
    robot.press()

    assert "Thank you" in robot.text
    assert not said_to(second)
    assert [words.text for words in Verbatim.objects.all()] == []


def test_after_sending_it_is_where_answers_are_looked_at_and_changed() -> None:
    version = asking(THREE, sections=3)
    path = invited(cast.bob())
    robot = Robot().walk(path)
    robot.open(robot.page.css_first(".ways a").attributes["href"] or "")

    assert robot.url == f"{path}review/"
    assert robot.form is None
    robot.open((robot.page.css("dl.review a")[1].attributes["href"] or "").split("#")[0])
    robot.press(**{f"q{question(version, 'What happened?').pk}": "It never came."})
    assert robot.url == f"{path}review/"
    assert "It never came." in robot.text
    assert Client().post(f"{path}review/", {}).status_code == 200
    assert Verbatim.objects.count() == 3


def test_looking_changes_nothing_and_who_has_not_begun_is_led_to_the_first_page(client: Client) -> None:
    asking(THREE)
    for path in (invited(cast.bob()), public()):
        answer = client.get(f"{path}review/")
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
        assert client.post(f"{path}review/", {}).status_code == 303
    assert not Response.objects.exists()


def test_at_a_counter_nobody_sees_the_answers_of_the_one_before() -> None:
    reviewed(THREE)
    link = studies.make_public_link(study=cast.late_orders(), by=cast.ana(), kind=WayIn.KIOSK)
    robot = Robot().open(f"/a/{link.token}/").press()
    assert "kiosk.js" in robot.html
    mine = robot.url
    assert "pause/" not in robot.html

    robot.press()

    assert "Thank you" in robot.text
    assert "nine days late" not in Robot().open(mine).html


def test_a_closed_study_sends_nothing(client: Client) -> None:
    reviewed(THREE)
    path = invited(cast.bob())
    robot = Robot().open(path).press()
    studies.close_study(study=cast.late_orders(), by=cast.ana())

    robot.press()

    assert "This study is closed" in robot.text
    assert Response.objects.get().submitted_at is None


@pytest.mark.parametrize("body", [b"", b"seen=%00", b"seen=9999", b"go=back&seen=", b"q1=2"])
def test_whatever_is_posted_there_is_no_error(client: Client, body: bytes) -> None:
    reviewed(THREE)
    path = invited(cast.bob())
    Robot().open(path).press()

    answer = client.post(f"{path}review/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (200, 303)


def test_it_costs_the_same_number_of_queries_however_much_was_answered(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    reviewed([*ALL_KINDS, *ALL_KINDS, *ALL_KINDS], 5)
    path = invited(cast.bob())
    to_the_review(path, 20)

    with django_assert_max_num_queries(6):
        assert client.get(f"{path}review/").status_code == 200
