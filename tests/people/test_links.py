"""A person's own ways in and out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from allears.people import links
from allears.people.models import PersonalLink, Purpose
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_link_opens_the_page_of_its_person_again_and_again() -> None:
    address = links.page_link(cast.bob())
    token = address.removeprefix(f"{settings.BASE_URL}/me/").removesuffix("/")

    assert [links.person_for(token), links.person_for(token)] == [cast.bob(), cast.bob()]
    assert token not in str(PersonalLink.objects.values().get())


@pytest.mark.parametrize("token", ["", "guess", "x" * 100_000, "\0", "../../etc", "\ud800"])
def test_a_guess_opens_nothing(token: str) -> None:
    links.page_link(cast.bob())

    assert links.person_for(token) is None


def test_a_fresh_link_is_short_lived_and_neither_kind_stands_for_the_other() -> None:
    fresh, page = links.issue(cast.bob(), scope="fresh"), links.issue(cast.bob())

    assert (links.person_for(fresh, "fresh"), links.person_for(fresh), links.person_for(page, "fresh")) == (
        cast.bob(), None, None,
    )  # fmt: skip
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        assert (links.person_for(fresh, "fresh"), links.person_for(page)) == (None, cast.bob())


def test_a_forwarded_link_can_be_revoked() -> None:
    token = links.issue(cast.bob())

    assert links.revoke(person=cast.bob(), by=cast.ana()) == 1
    assert links.person_for(token) is None


def test_leaving_is_one_click_and_says_so_in_the_mails_headers() -> None:
    headers = links.leaving_headers(links.leaving_link(cast.bob()))
    token = links.leaving_link(cast.bob()).rstrip("/").rsplit("/", 1)[1]

    assert headers["List-Unsubscribe"] == f"<{links.leaving_link(cast.bob())}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (links.leaver(token), links.leaver(token + "x"), links.leaver("x")) == (
        (cast.bob(), Purpose.CONTACT),
        None,
        None,
    )
