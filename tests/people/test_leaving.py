"""The way out of our mails."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from allears.people import links
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


def test_a_mistake_can_be_taken_back() -> None:
    Client().post(address())
    answer = Client().post(address(), {"again": "yes"})

    assert contactable()
    assert "We may write to you again" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "0000000000.forged", "%00", "a" * 5000])
def test_a_forged_link_ends_nobodys_mails(token: str) -> None:
    assert Client().post(f"/people/leave/{token}/").status_code == 404
