"""Answers that a script saves while the page stays open."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.http import HttpResponse
from time_machine import travel

from allears.core.clock import now
from allears.questionnaires.answering_saving import LONGEST_AGE, ages
from allears.questionnaires.answering_ways import stamp
from allears.questionnaires.models import EarlierAnswer, Response
from allears.studies.actions import close_study, make_public_link
from allears.studies.models import WayIn
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, public, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
TWO = [{"kind": "long_text", "text": "What happened?", "required": True}, {"kind": "short_text", "text": "Where?"}]


def post(robot: Robot, ages: dict[str, int] | None = None, **said: str) -> HttpResponse:
    """Save along as the script does; `ages`: for how many milliseconds answers have waited, by question."""
    data = [(name, said.get(name, value)) for name, value in robot.filled(**said)]
    waited = {f"{name}.age": str(age) for name, age in (ages or {}).items()}
    assert robot.form is not None
    answer = robot.client.post(robot.form.attributes["action"] or "", {**dict(data), **waited, "go": "save"})
    return answer  # type: ignore[return-value]


def save(robot: Robot, **said: str) -> tuple[int, str | None]:
    """Save along; the form learns what it has seen."""
    answer = post(robot, **said)
    return answer.status_code, answer.headers.get("X-Allears-Seen")


def names(version: object) -> tuple[str, str]:
    return f"q{question(version, 'What happened?').pk}", f"q{question(version, 'Where?').pk}"  # type: ignore[arg-type]


def test_saving_along_keeps_answers_and_neither_goes_on_nor_sends() -> None:
    version = asking(TWO)
    happened, where = names(version)
    robot = Robot().open(invited(cast.bob()))

    status, seen = save(robot, **{happened: "", where: "At home"})

    response = Response.objects.get()
    assert (status, seen is not None) == (204, True)
    assert (response.passed, response.submitted_at, response.seconds) == (0, None, 0)
    assert said_to(question(version, "Where?")) == ["At home"]
    assert not Verbatim.objects.exists()


def test_minutes_fall_with_each_answer_also_where_everything_stands_on_one_page() -> None:
    version = asking([TWO[0], *({**TWO[0], "text": f"And {n}?", "required": False} for n in range(3))])
    link, (first, *others) = invited(cast.bob()), [f"q{q.pk}" for q in version.questions.order_by("pk")]
    robot = Robot().open(link)
    said = [unquote(post(robot, **{first: "Late", **dict.fromkeys(others, ""), **more}).headers["X-Allears-Left"])
            for more in ({}, {others[0]: "Wet"}, dict.fromkeys(others, "Wet"))]  # fmt: skip

    assert "About 6 minutes left" in robot.text
    assert said == ["About 4 minutes left", "About 3 minutes left", "Less than a minute left"]
    assert "Less than a minute left" in Robot().open(link).text
    assert "Less than a minute left" in Robot().open(f"{link}pause/").text


def test_a_device_that_saves_along_never_overrules_a_newer_answer_of_another() -> None:
    version = asking(TWO)
    happened, where = names(version)
    path = invited(cast.bob())
    save(Robot().open(path), **{happened: "Late", where: "At home"})
    one, other = Robot().open(path), Robot().open(path)

    save(other, **{happened: "Nine days late", where: "At home"})
    for place in ("At work", "At the office"):
        status, seen = save(one, **{happened: "Late", where: place})
        assert (status, seen) == (204, None)

    assert said_to(question(version, "What happened?")) == ["Nine days late"]
    assert said_to(question(version, "Where?")) == ["At the office"]
    assert EarlierAnswer.objects.count() == 3


def test_by_a_public_link_the_first_change_begins_the_response_once_and_goes_on_under_its_own_link() -> None:
    version = asking(TWO, sections=2)
    happened, where = names(version)
    robot = Robot().open(public())
    assert save(robot, **{happened: "  "}) == (204, None)
    assert not Response.objects.exists()

    first, again = post(robot, **{happened: "Late"}), post(robot, **{happened: "Late"})

    assert Response.objects.get().passed == 0
    assert first.headers["X-Allears-Link"] == again.headers["X-Allears-Link"]
    assert "X-Allears-Elsewhere" not in again.headers
    own = Robot().open(first.headers["X-Allears-Link"])
    assert "Late" in own.html
    assert save(own, **{happened: "Nine days late"})[0] == 204
    assert said_to(question(version, "What happened?")) == ["Nine days late"]
    robot.press(**{happened: "Ten days late"})
    assert Response.objects.count() == 1
    assert robot.url.endswith(f"/2/?met={happened[1:]}")
    assert save(robot, **{where: "At home"})[0] == 204


def test_at_a_counter_only_next_begins() -> None:
    version = asking(TWO, sections=2)
    happened, _where = names(version)
    robot = Robot().open(f"/a/{make_public_link(study=cast.late_orders(), by=cast.ana(), kind=WayIn.KIOSK).token}/")

    assert "saving.js" not in robot.html
    assert save(robot, **{happened: "Late"})[0] == 409
    assert not Response.objects.exists()
    robot.press(**{happened: "Late"})
    assert "saving.js" in robot.html
    assert "data-keep" not in robot.html


def test_a_reply_that_was_lost_is_no_other_device() -> None:
    version = asking(TWO)
    happened, where = names(version)
    robot = Robot().open(invited(cast.bob()))
    said = {happened: "Late", where: "At home"}

    assert save(robot, **said)[0] == 204  # of which the browser heard nothing
    again = post(robot, **said)

    assert again.headers["X-Allears-Seen"] == stamp(Response.objects.get().changed_at)
    assert "X-Allears-Elsewhere" not in again.headers
    assert not EarlierAnswer.objects.exists()


def test_what_waited_in_a_browser_is_as_old_as_it_says_and_kept_as_a_version_where_another_device_was_later() -> None:
    version = asking(TWO)
    happened, where = names(version)
    path = invited(cast.bob())
    phone, desk = Robot().open(path), Robot().open(path)
    post(desk, **{happened: "Nine days late", where: ""})

    hour = 3_600_000
    answer = post(phone, {happened: hour, where: hour}, **{happened: "Late", where: "At home"})
    post(phone, {happened: hour, where: hour}, **{happened: "Late", where: "At home"})

    assert answer.headers["X-Allears-Elsewhere"] == "1"
    assert said_to(question(version, "What happened?")) == ["Nine days late"]
    assert said_to(question(version, "Where?")) == ["At home"]
    assert [earlier.value for earlier in EarlierAnswer.objects.all()] == [[{"box": 0, "words": "Late"}]]
    assert save(desk, **{happened: "Nine days late", where: ""})[0] == 204
    assert said_to(question(version, "Where?")) == ["At home"]


def test_what_waited_wins_over_what_is_older() -> None:
    version = asking(TWO)
    happened, where = names(version)
    path = invited(cast.bob())
    phone, desk = Robot().open(path), Robot().open(path)
    with travel(now() - timedelta(hours=2), tick=False):
        post(desk, **{happened: "Late", where: ""})

    post(phone, {happened: 3_600_000}, **{happened: "Nine days late", where: ""})

    assert said_to(question(version, "What happened?")) == ["Nine days late"]
    assert [earlier.value for earlier in EarlierAnswer.objects.all()] == [[{"box": 0, "words": "Late"}]]


@pytest.mark.parametrize("age", ["", "-5", "x", "9" * 30, "²"])
def test_an_age_that_is_none_is_passed_over(age: str) -> None:
    assert set(ages({"q7.age": [age], "q.age": ["5"], "x": [""], "": [""]}).values()) <= {LONGEST_AGE}


def test_a_study_that_closed_meanwhile_says_so_to_the_script() -> None:
    version = asking(TWO)
    happened, _where = names(version)
    robot = Robot().open(invited(cast.bob()))
    close_study(study=cast.late_orders(), by=cast.ana())

    answer = post(robot, **{happened: "Late"})
    assert (answer.status_code, "This study is closed" in answer.content.decode()) == (200, True)
    assert not Response.objects.exists()


def test_once_sent_nothing_is_saved_along() -> None:
    version = asking(TWO)
    path = invited(cast.bob())
    Robot(words="Late").walk(path)
    robot = Robot().open(path + "1/")

    assert "saving.js" not in robot.html
    assert save(robot, **dict.fromkeys(names(version), "Else"))[0] == 409
    assert said_to(question(version, "Where?")) == ["Late"]
