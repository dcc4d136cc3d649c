"""Whoever is erased leaves nothing behind in what they were asked."""

from __future__ import annotations

import pytest
from django.test import Client

from allears.core.claims import waiting
from allears.core.delivery import send_again
from allears.core.models import Message
from allears.people.actions import change_person, erase, record_consent
from allears.studies import actions
from allears.studies.models import Decline, Invitation
from tests import cast
from tests.questionnaires.asked import asking, invited

pytestmark = pytest.mark.django_db


def test_why_an_erased_person_declined_is_forgotten_and_that_they_did_is_not() -> None:
    asking()
    invited(cast.bob())
    actions.decline(invitation=Invitation.objects.get(), kind="no_time", reason="Ask my wife Cleo, 0664 5885")

    erase(person=cast.bob(), by=cast.ada(), reason="person")

    decline = Decline.objects.get()
    assert (decline.kind, decline.reason) == ("no_time", "")


def test_the_link_of_an_erased_person_takes_no_words_any_more() -> None:
    asking()
    way = invited(cast.bob())
    assert Client().get(way).status_code == 200

    erase(person=cast.bob(), by=cast.ada(), reason="person")

    assert 'method="post"' not in Client().get(way).content.decode()


def test_letters_to_an_address_they_had_before_are_emptied_too() -> None:
    asking()
    actions.invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=3)
    change_person(person=cast.bob(), by=cast.ana(), email="bob@elsewhere.example")

    erase(person=cast.bob(), by=cast.ada(), reason="person")

    letter, notice = Message.objects.order_by("pk")
    for mail in (letter, notice):
        assert "bob" not in f"{mail.to} {mail.to_name} {mail.text} {mail.html} {mail.headers} {mail.key}".lower()
        assert mail.failed_at is not None


def test_a_letter_that_waits_does_not_reach_who_said_no_meanwhile() -> None:
    asking()
    actions.invite(study=cast.late_orders(), people=[cast.bob(), cast.cleo()], by=cast.ana(), minutes=3)

    record_consent(person=cast.bob(), purpose="contact", given=False, source="the link in a mail")

    assert not waiting().filter(to=cast.bob().email).exists()
    assert Message.objects.filter(to=cast.cleo().email, failed_at=None).count() == 1
    assert send_again(messages=Message.objects.all(), by=cast.ada()) == 0
