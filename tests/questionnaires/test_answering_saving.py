"""Answers that a script saves while the page stays open."""

from __future__ import annotations

import pytest

from allears.questionnaires.models import EarlierAnswer, Response
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, public, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
TWO = [{"kind": "long_text", "text": "What happened?", "required": True}, {"kind": "short_text", "text": "Where?"}]


def save(robot: Robot, **said: str) -> tuple[int, str | None]:
    """Save along as the script does; the form learns what it has seen."""
    data = [(name, said.get(name, value)) for name, value in robot.filled(**said)]
    answer = robot.client.post(robot.url, {**dict(data), "go": "save"})
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


def test_by_a_public_link_saving_along_starts_with_the_second_page() -> None:
    version = asking(TWO, sections=2)
    happened, where = names(version)
    robot = Robot().open(public())
    assert "saving.js" not in robot.html
    assert save(robot, **{happened: "Late"})[0] == 409
    assert not Response.objects.exists()

    robot.press(**{happened: "Late"})

    assert "saving.js" in robot.html
    assert save(robot, **{where: "At home"})[0] == 204
    assert said_to(question(version, "Where?")) == ["At home"]


def test_once_sent_nothing_is_saved_along() -> None:
    version = asking(TWO)
    path = invited(cast.bob())
    Robot(words="Late").walk(path)
    robot = Robot().open(path + "1/")

    assert "saving.js" not in robot.html
    assert save(robot, **dict.fromkeys(names(version), "Else"))[0] == 409
    assert said_to(question(version, "Where?")) == ["Late"]
