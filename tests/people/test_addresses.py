"""A new address waits two days for what is personal, and whoever has the one before is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from allears.core.clock import now
from allears.core.models import AuditEvent, Message
from allears.people import actions, addresses, links
from allears.people.errors import NoReason
from allears.people.models import AddressChange, Person
from tests import cast
from tests.people.test_importing import bring

pytestmark = pytest.mark.django_db

THEIRS = "ana@house.example"


def moved() -> Person:
    """Bob, whose address Ana has made her own."""
    return actions.change_person(person=cast.bob(), by=cast.ana(), email=THEIRS)


def test_the_address_before_is_told_without_naming_the_new_one() -> None:
    before = cast.bob().email
    moved()

    told = Message.objects.get(kind="address")
    assert (told.to, THEIRS in told.text, "within two days" in told.text) == (before, False, True)
    assert AddressChange.objects.get().by == cast.ana()


def test_for_two_days_neither_a_fresh_link_nor_the_page_s_link_goes_to_the_new_address() -> None:
    own = links.page_link(cast.bob()).partition("/me/")[2]
    moved()
    browser = Client()

    answer = browser.post(f"/me/{own}fresh/", follow=True)
    browser.post("/me/", {"email": THEIRS})

    assert "two days after the change" in answer.content.decode()
    mails = Message.objects.filter(to=THEIRS)
    assert [mail.subject for mail in mails] == ["Your own page, in a little while"]
    assert f"/me/{own}" not in mails[0].text
    assert not any(len(part) > 15 for part in mails[0].text.partition("/me/")[2].split()[:1])


def test_after_two_days_it_goes() -> None:
    own = links.page_link(cast.bob()).partition("/me/")[2]
    moved()

    with time_machine.travel(now() + addresses.HOLD + timedelta(minutes=1)):
        answer = Client().post(f"/me/{own}fresh/", follow=True)

    assert "on its way" in answer.content.decode()
    assert Message.objects.filter(to=THEIRS, text__contains="/personal/").count() == 1


def test_a_merge_holds_too_and_tells_the_address_that_no_mail_goes_to_any_more() -> None:
    stranger = cast.person("Robert", email=THEIRS, email_key=THEIRS)
    actions.merge(keep=stranger, other=cast.bob(), by=cast.ana())

    assert addresses.held_until(cast.bob()) is not None
    assert Message.objects.get(kind="address").to == cast.bob().email


def test_an_address_that_was_not_known_before_is_held_without_telling_anybody() -> None:
    nobody = cast.person("Nameless One", email="", email_key=None)
    actions.change_person(person=nobody, by=cast.ana(), email=THEIRS)

    assert addresses.held_until(nobody) is not None
    assert not Message.objects.filter(kind="address").exists()


@pytest.mark.parametrize("news", [{"name": "Robert Hale"}, {"email": "BOB@customer.example"}, {"email": ""}])
def test_what_leads_nowhere_new_holds_nothing(news: dict[str, str]) -> None:
    actions.change_person(person=cast.bob(), by=cast.ana(), **news)

    assert addresses.held() == set() or news == {"email": ""}
    assert Message.objects.filter(kind="address").count() == (1 if news == {"email": ""} else 0)


def test_a_file_that_replaces_addresses_holds_them_as_well() -> None:
    bob = cast.bob()
    Person.objects.filter(pk=bob.pk).update(external_id="C-7")
    bringing = bring(f"Customer id,Email\nC-7,{THEIRS}\n", known="replace")

    bob.refresh_from_db()
    assert (bringing.changed, bob.email, addresses.held()) == (1, THEIRS, {bob.pk})
    assert Message.objects.get(kind="address").to == "bob@customer.example"


def test_an_administrator_lets_it_through_with_a_reason_that_stays(as_ada: Client, as_ana: Client) -> None:
    bob = moved()
    assert as_ana.post(f"/people/{bob.ref}/new-address/", {"reason": "mine"}).status_code == 403
    assert "A new address" in as_ada.get(f"/people/{bob.ref}/").content.decode()
    assert as_ada.post(f"/people/{bob.ref}/new-address/", {"reason": " "}).status_code == 422
    with pytest.raises(NoReason):
        addresses.trust(person=bob, by=cast.ada(), reason="")

    as_ada.post(f"/people/{bob.ref}/new-address/", {"reason": "He rang us from the number we know"})

    assert addresses.held_until(bob) is None
    event = AuditEvent.objects.get(verb="people.address-trusted")
    assert (event.actor, event.details["reason"]) == (cast.ada(), "He rang us from the number we know")


def test_who_is_forgotten_is_forgotten_at_the_address_before_as_well() -> None:
    before = cast.bob().email
    bob = moved()
    actions.erase(person=bob, by=cast.ada(), reason="asked by mail")

    kept: list[Any] = [value for row in Message.objects.values() for value in row.values()]
    assert not any(before in str(value) or THEIRS in str(value) for value in kept)
