"""The way out of our mails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from allears.core.clock import now
from allears.core.models import Message
from allears.people import links, returning
from allears.people.models import Consent, Person
from tests import cast

pytestmark = pytest.mark.django_db


def address() -> str:
    return links.leaving_link(cast.bob()).removeprefix(settings.BASE_URL)


def contactable() -> bool:
    return Person.objects.get(pk=cast.bob().pk).contactable


def test_opening_the_link_changes_nothing_because_scanners_open_links_too() -> None:
    answer = Client().get(address())

    assert (answer.status_code, contactable(), Consent.objects.count()) == (200, True, 0)
    assert "Shall we stop asking you?" in answer.content.decode()


def test_one_click_in_a_mail_program_ends_it_without_cookie_or_token() -> None:
    answer = Client(enforce_csrf_checks=True).post(address(), {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, contactable()) == (200, False)
    assert Consent.objects.get().source == "the link in a mail"


def way_back() -> str:
    """The address in the mail that lets them ask again."""
    letter = Message.objects.get(subject="May we ask you again?")
    assert letter.to == cast.bob().email
    return re.search(r"/people/back/\S+", letter.text)[0]  # type: ignore[index]


def test_a_mistake_is_taken_back_by_a_click_in_a_fresh_mail() -> None:
    Client().post(address())
    answer = Client().post(address(), {"again": "yes"})
    assert (contactable(), "Please look into your mail" in answer.content.decode()) == (False, True)

    assert "May we ask you again?" in Client().get(way_back()).content.decode()
    assert not contactable()
    answer = Client().post(way_back())
    assert (contactable(), "We may ask you again" in answer.content.decode()) == (True, True)


def test_whoever_else_holds_a_mail_cannot_say_that_they_may_be_asked_again() -> None:
    Client().post(address())
    for _time in range(5):
        Client().post(address(), {"again": "yes"})

    assert (contactable(), Message.objects.filter(subject="May we ask you again?").count()) == (False, 1)
    assert Client().post(address().replace("/leave/", "/back/")).status_code == 404


def test_nobody_can_have_their_mailbox_filled_with_ways_back() -> None:
    Client().post(address())
    for hour in range(12):
        with time_machine.travel(now() + timedelta(hours=hour), tick=False):
            Client().post(address(), {"again": "yes"})

    assert Message.objects.filter(subject="May we ask you again?").count() == returning.MOST_A_DAY


def test_the_way_back_is_open_for_an_hour() -> None:
    Client().post(address())
    Client().post(address(), {"again": "yes"})

    with time_machine.travel(now() + timedelta(minutes=61)):
        assert (Client().post(way_back()).status_code, contactable()) == (404, False)


@pytest.mark.parametrize("token", ["x", "0000000000.forged", "%00", "a" * 5000])
def test_a_forged_link_ends_nobodys_mails(token: str) -> None:
    assert Client().post(f"/people/leave/{token}/").status_code == 404
