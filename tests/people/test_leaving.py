"""The way out of our mails."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.test import Client

from allears.core.clock import now
from allears.core.models import Message
from allears.people import links, returning
from allears.people.actions import record_consent
from allears.people.models import Consent, Person, Purpose
from allears.people.queries import consents
from tests import cast

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address(purpose: str = Purpose.CONTACT) -> str:
    return links.leaving_link(cast.bob(), purpose).removeprefix(settings.BASE_URL)


def said() -> dict[str, bool]:
    return consents([cast.bob().pk])[cast.bob().pk]


def contactable() -> bool:
    return Person.objects.get(pk=cast.bob().pk).contactable


def test_opening_the_link_changes_nothing_because_scanners_open_links_too() -> None:
    answer = Client().get(address())

    assert (answer.status_code, contactable(), Consent.objects.count()) == (200, True, 0)
    assert "Shall we stop asking you?" in answer.content.decode()


def test_one_click_in_a_mail_program_ends_it_without_cookie_or_token() -> None:
    answer = Client(enforce_csrf_checks=True).post(address(), ONE_CLICK)

    assert (answer.status_code, contactable()) == (200, False)
    assert Consent.objects.get().source == "the link in a mail"


@pytest.mark.parametrize(("purpose", "left"), [("contact", "hear"), ("hear", "contact")])
def test_one_click_ends_the_mails_that_it_came_with_and_no_others(purpose: str, left: str) -> None:
    Client().post(address(purpose), ONE_CLICK)

    assert said() == {purpose: False}
    assert contactable() is (left == "contact")


@pytest.mark.parametrize("purpose", ["contact", "hear"])
def test_the_page_behind_either_link_ends_both_where_they_say_so(purpose: str) -> None:
    page = Client().get(address(purpose)).content.decode()
    answer = Client().post(address(purpose), {"stop": "nothing"}).content.decode()
    Client().post(address(purpose), {"stop": "nothing"})

    assert [f'value="{what}"' in page for what in (purpose, "nothing")] == [True, True]
    assert (said(), Consent.objects.count()) == ({"contact": False, "hear": False}, 2)
    assert "We write you nothing any more" in answer


def test_who_is_asked_no_more_reads_that_they_still_hear_and_can_end_that_too() -> None:
    answer = Client().post(address(), ONE_CLICK).content.decode()
    assert ("we still write to you" in answer, 'value="nothing"' in answer) == (True, True)

    Client().post(address(), {"stop": "nothing"})
    assert said() == {"contact": False, "hear": False}


def test_hearing_again_takes_a_click_in_a_fresh_mail_of_its_own_and_nobody_asks_by_it() -> None:
    Client().post(address(), {"stop": "nothing"})
    for purpose in ("contact", "hear"):
        Client().post(address(), {"again": purpose})
    back = way_back("May we write to you again?")

    assert ("May we write to you again?" in Client().get(back).content.decode(), said()["hear"]) == (True, False)
    Client().post(back)
    assert (said(), contactable()) == ({"contact": False, "hear": True}, False)


def test_who_wanted_nothing_before_the_two_were_told_apart_goes_on_getting_nothing() -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    with time_machine.travel(day, tick=False):
        record_consent(person=cast.bob(), purpose="contact", given=False, source="a call", wording="No mails.", by=cast.ana())
        record_consent(person=cast.dev(), purpose="contact", given=False, source="a call")
    record_consent(person=cast.dev(), purpose="contact", given=True, source="a call")
    migration = import_module("allears.people.migrations.0012_being_asked_and_hearing_back")
    for _again in range(2):
        migration.keep_their_will(apps, None)

    entry = Consent.objects.get(purpose="hear")
    assert (entry.person, entry.given, entry.at, entry.source) == (cast.bob(), False, day, "a call")
    assert (entry.wording, entry.by) == ("No mails.", cast.ana())


def way_back(subject: str = "May we ask you again?") -> str:
    """The address in the mail that lets them ask again, or write again."""
    letter = Message.objects.get(subject=subject)
    assert letter.to == cast.bob().email
    return re.search(r"/people/back/\S+", letter.text)[0]  # type: ignore[index]


def test_a_mistake_is_taken_back_by_a_click_in_a_fresh_mail() -> None:
    Client().post(address())
    answer = Client().post(address(), {"again": "contact"})
    assert (contactable(), "Please look into your mail" in answer.content.decode()) == (False, True)

    assert "May we ask you again?" in Client().get(way_back()).content.decode()
    assert not contactable()
    answer = Client().post(way_back())
    assert (contactable(), "We may ask you again" in answer.content.decode()) == (True, True)


def test_whoever_else_holds_a_mail_cannot_say_that_they_may_be_asked_again() -> None:
    Client().post(address())
    for _time in range(5):
        Client().post(address(), {"again": "contact"})

    assert (contactable(), Message.objects.filter(subject="May we ask you again?").count()) == (False, 1)
    assert Client().post(address().replace("/leave/", "/back/")).status_code == 404


def test_nobody_can_have_their_mailbox_filled_with_ways_back() -> None:
    Client().post(address())
    for hour in range(12):
        with time_machine.travel(now() + timedelta(hours=hour), tick=False):
            Client().post(address(), {"again": "contact"})

    assert Message.objects.filter(subject="May we ask you again?").count() == returning.MOST_A_DAY


def test_the_way_back_is_open_for_an_hour() -> None:
    Client().post(address())
    Client().post(address(), {"again": "contact"})

    with time_machine.travel(now() + timedelta(minutes=61)):
        assert (Client().post(way_back()).status_code, contactable()) == (404, False)


@pytest.mark.parametrize("token", ["x", "0000000000.forged", "%00", "a" * 5000])
def test_a_forged_link_ends_nobodys_mails(token: str) -> None:
    assert Client().post(f"/people/leave/{token}/").status_code == 404
