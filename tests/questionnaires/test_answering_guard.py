"""Guessing links and flooding public ones: held back, logged, and nobody else waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from allears.core.models import Message
from allears.people.models import Person
from allears.questionnaires.answering_guard import MOST_UNKNOWN
from allears.questionnaires.models import Response
from allears.studies import actions as studies
from allears.studies.models import WayIn
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, public, question
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"kind": "long_text", "text": "What happened?", "required": True}


@pytest.fixture(autouse=True)
def _nobody_has_come_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


THERE = "198.51.100.7"


def there() -> Robot:
    """A browser somewhere in the network."""
    return Robot(client=Client(REMOTE_ADDR=THERE))


def guess(number: int, **more: Any) -> int:
    return Client(**{"REMOTE_ADDR": THERE, **more}).get(f"/a/{number:0>24}/").status_code


def test_who_tries_many_links_is_held_back_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "allears"):
        answers = [guess(number) for number in range(MOST_UNKNOWN + 20)]

    assert answers == [404] * MOST_UNKNOWN + [429] * 20
    assert [record.name for record in caplog.records if "links that nobody made" in record.getMessage()] == [
        "allears.questionnaires.answering_guard"
    ]
    held = Client(REMOTE_ADDR=THERE).get(f"/a/{'x' * 24}/")
    assert held.headers["Retry-After"] == "600"
    assert "Please wait a few minutes." in held.content.decode()


def test_a_good_link_opens_also_where_somebody_else_is_guessing() -> None:
    asking([WORDS])
    for number in range(MOST_UNKNOWN + 1):
        guess(number)

    assert "What happened?" in there().open(invited(cast.bob())).text
    assert "What happened?" in there().open(public()).text
    assert guess(1, REMOTE_ADDR="203.0.113.9") == 404


def flood(path: str, count: int) -> list[int]:
    """What a page answers to so many who begin, each in a browser of its own."""
    robots = [there().open(path) for _ in range(count)]
    return [robot.press().status for robot in robots]


def test_who_floods_a_public_link_is_held_back_and_loses_nothing_of_what_they_wrote(settings: Any) -> None:
    settings.RESPONSES_A_MINUTE = 5
    version = asking([WORDS])
    path, field = public(), f"q{question(version, 'What happened?').pk}"
    flood(path, 5)
    late = there().open(path)
    start = next(value for name, value in late.filled() if name == "start")
    late.press(**{field: "It came late & wet."})

    assert (late.status, Response.objects.count()) == (429, 5)
    assert "It came late &amp; wet." in late.html
    assert "Please send it again in a minute." in late.text
    assert f'value="{start}"' in late.html
    cache.clear()
    late.press(**{field: "It came late & wet."})
    assert "Thank you" in late.text
    assert Verbatim.objects.filter(text="It came late & wet.").count() == 1


def test_who_has_begun_and_who_was_invited_go_on_while_a_link_is_flooded(settings: Any) -> None:
    settings.RESPONSES_A_MINUTE = 3
    asking([WORDS, {"kind": "short_text", "text": "Anything else?"}], sections=2)
    begun = there().open(public()).press()
    flood(public(), 4)

    assert "Thank you" in begun.press().text
    assert "Thank you" in there().walk(invited(cast.bob())).text


def test_other_addresses_other_links_and_the_counter_are_not_held_back_with_it(settings: Any) -> None:
    settings.RESPONSES_A_MINUTE = 2
    asking([WORDS])
    counter = f"/a/{studies.make_public_link(study=cast.late_orders(), by=cast.ana(), kind=WayIn.KIOSK).token}/"
    flood(public(), 3)

    elsewhere = Robot(client=Client(REMOTE_ADDR="203.0.113.9")).open(public()).press()
    assert "Thank you" in elsewhere.text
    assert 429 not in flood(counter, 5)


def test_from_the_machine_itself_nobody_is_held_back(settings: Any) -> None:
    settings.RESPONSES_A_MINUTE = 1
    asking([WORDS])

    assert [Robot().open(public()).press().status for _ in range(4)] == [200] * 4


def test_no_limit_where_the_installation_wants_none(settings: Any) -> None:
    settings.RESPONSES_A_MINUTE = 0
    asking([WORDS])

    assert 429 not in flood(public(), 12)


def test_a_form_that_is_sent_again_and_again_is_one_response() -> None:
    version = asking([WORDS])
    path, field = public(), f"q{question(version, 'What happened?').pk}"
    robot = Robot().open(path)
    form = dict([*robot.filled(), (field, "It came late.")])

    places = {Client().post(f"{path}1/", form).headers["Location"] for _ in range(4)}

    assert len(places) == 1
    assert Response.objects.count() == 1
    assert Verbatim.objects.count() == 1


@pytest.mark.parametrize("name", ["Bob\r\nBcc: all@victims.example", "Bob\nBcc: all@victims.example", "Bob\r\n\r\n<script>"])
def test_no_name_brings_a_header_into_a_letter(name: str) -> None:
    asking([WORDS])
    bob = cast.bob()
    Person.objects.filter(pk=bob.pk).update(name=name)
    studies.invite(study=cast.late_orders(), people=Person.objects.filter(pk=bob.pk), by=cast.ana(), minutes=1)
    letter = Message.objects.get()

    assert not any(sign in letter.subject + letter.to_name + letter.to for sign in "\r\n")
