"""A study that is still open after the day by which its contributors were to hear back: nobody reads that they hear by a
day that is past, and whoever wants to be asked later still can say when.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.formats import date_format

from allears.core.clock import now, today
from allears.core.queries import the_organisation
from allears.decisions import actions, telling
from allears.decisions.models import Update
from allears.people import links
from allears.studies import actions as studies
from allears.studies import mails
from allears.studies.models import Invitation, Later, Study
from tests import cast
from tests.decisions.test_actions import decided
from tests.questionnaires.asked import asking, invited
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
WORDS = [{"kind": "long_text", "text": "What happened?", "required": True}]


@pytest.fixture
def day() -> str:
    """The day that was promised, as pages write it; Bob is invited."""
    asking(WORDS)
    past = today() - timedelta(days=3)
    Study.objects.update(promise_on=past)
    return date_format(past, "DATE_FORMAT")


def test_the_first_page_says_that_the_day_is_past_and_the_thanks_name_none(day: str) -> None:
    robot = Robot().open(invited(cast.bob()))
    assert f"we tell you what came of it; the day first promised for that, {day}, is past" in robot.text
    assert f"we tell you by {day}" not in robot.text

    robot.press()
    assert "We tell you what became of them." in robot.text
    assert day not in robot.text


def test_one_s_own_page_says_what_is_owed(day: str) -> None:
    Robot().walk(invited(cast.bob()))
    shown = Client().get(f"/me/{links.issue(cast.bob())}/").content.decode()

    assert f"You were to hear from us by {day}. That day is past, and we still owe it to you." in shown


def test_who_has_heard_by_what_everybody_was_told_is_owed_nothing(day: str) -> None:
    Robot().walk(invited(cast.cleo()))
    actions.approve_update(update=Update.objects.get(decision=decided()), by=cast.lea())
    telling.send(cast.late_orders())
    shown = Client().get(f"/me/{links.issue(cast.cleo())}/").content.decode()

    assert shown.index("Because you took part") < shown.index("You said")
    assert "You also said" not in shown
    assert "If more comes of these words, you hear that, too." in shown
    assert "we still owe" not in shown


def test_whoever_wants_to_be_asked_later_still_can(day: str) -> None:
    path = invited(cast.bob())
    page = Client().get(f"{path}later/").content.decode()
    assert "max=" not in page
    assert "Tomorrow" in page

    Client().post(f"{path}later/", {"when": "tomorrow"})

    assert Later.objects.get().ask_at > now()


def test_letters_promise_no_day_that_is_past(day: str) -> None:
    invited(cast.bob())
    invitation = Invitation.objects.select_related("study__owner", "person").get()
    letter = mails.Letters(invitation.study, the_organisation()).reminder(invitation, "x" * 24)

    assert day not in letter["text"]
    assert "we tell you what became" not in letter["text"]


def test_once_closed_it_says_by_when_they_were_to_hear(day: str) -> None:
    path = invited(cast.bob())
    studies.close_study(study=cast.late_orders(), by=cast.ana())

    assert f"Whoever took part was to hear by {day} what came of it." in Robot().open(path).text
