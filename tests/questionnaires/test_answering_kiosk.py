"""A tablet at the counter: nobody sees what the one before said."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from allears.core.clock import now
from allears.questionnaires.models import Response
from allears.studies import actions as studies
from allears.studies.models import PublicLink, WayIn
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
TWO = [{"kind": "long_text", "text": "What happened?"}, {"kind": "long_text", "text": "What would have helped?"}]


def counter() -> str:
    return f"/a/{studies.make_public_link(study=cast.late_orders(), by=cast.ana(), kind=WayIn.KIOSK).token}/"


def test_answers_at_the_counter_are_kept_and_say_how_they_came() -> None:
    asking(TWO, sections=2)
    robot = Robot(words="It came late.").walk(counter())

    assert "Thank you" in robot.text
    assert robot.form is None
    assert Response.objects.get().public_link == PublicLink.objects.get(kind=WayIn.KIOSK)
    assert list(Verbatim.objects.values_list("text", flat=True)) == ["It came late."] * 2


def test_the_thanks_hold_no_words_and_no_link_and_lead_to_the_next_visit() -> None:
    asking(TWO)
    path = counter()
    robot = Robot(words="It came late.").walk(path)

    links = set(re.findall(r'href="(/a/[^"]*)"', robot.html))
    assert "It came late." not in robot.html
    assert links == {path}
    assert f'content="20; url={path}"' in robot.html
    assert not re.search(r"/a/(?!" + path.split("/")[2] + ")", robot.html)


def test_what_is_kept_says_that_nothing_stays_on_the_tablet_and_leads_back_by_itself() -> None:
    asking(TWO)
    path = counter()
    told = Robot().open(f"{path}kept/")

    assert "nothing that you answer is kept on it" in told.text
    assert "waits in this browser" not in told.text
    assert "questionnaires/kiosk.js" in told.html


def test_a_visit_that_was_left_cannot_be_looked_at_by_the_next_person() -> None:
    asking(TWO, sections=2)
    path = counter()
    robot = Robot(words="My neighbour is Mr Smith.").open(path).press()
    mine = robot.url

    with time_machine.travel(now().timestamp() + 4 * 60, tick=False):
        later = [Client().get(mine), Client().get(mine.rsplit("/", 2)[0] + "/1/")]

    assert [(answer.status_code, answer.headers["Location"]) for answer in later] == [(303, path)] * 2
    assert Response.objects.get().answers.count() == 1


def test_who_writes_for_a_long_time_loses_nothing() -> None:
    asking(TWO, sections=2)
    robot = Robot(words="It came late.").open(counter()).press()

    with time_machine.travel(now().timestamp() + 20 * 60, tick=False):
        robot.press()

    assert Response.objects.get().submitted_at is not None
    assert Verbatim.objects.count() == 2


def test_after_the_thanks_nothing_of_the_visit_opens_again() -> None:
    asking(TWO)
    path = counter()
    robot = Robot(words="It came late.").walk(path)
    mine = robot.url
    page = Client().get(f"{mine}1/", follow=True)

    assert b"It came late." not in page.content
    with time_machine.travel(now().timestamp() + 2 * 60, tick=False):
        assert Client().get(mine).headers["Location"] == path


def test_the_counter_has_no_way_to_stop_and_no_link_of_ones_own() -> None:
    asking(TWO, sections=2)
    robot = Robot().open(counter())
    first = robot.html
    second = robot.press().html

    for html in (first, second):
        assert 'value="pause"' not in html
        assert "keep this link" not in html
        assert "kiosk.js" in html


def test_the_way_in_by_a_public_link_has_nothing_of_the_counter() -> None:
    asking(TWO)
    public = f"/a/{studies.make_public_link(study=cast.late_orders(), by=cast.ana()).token}/"

    html = Robot().open(public).html
    assert "kiosk" not in html
    assert "data-keep" in html


def test_each_way_in_is_made_once_and_withdrawn_alone(as_ana: Client) -> None:
    asking(TWO)
    where = f"/studies/{cast.late_orders().slug}/link/"
    for kind in ("link", "kiosk", "widget", "kiosk"):
        as_ana.post(where, {"kind": kind})
    as_ana.post(where, {"kind": "kiosk", "withdraw": "1"})

    assert sorted(PublicLink.objects.filter(withdrawn_at=None).values_list("kind", flat=True)) == ["link", "widget"]
    assert PublicLink.objects.count() == 3
    assert as_ana.post(where, {"kind": "carrier pigeon"}).status_code == 400
