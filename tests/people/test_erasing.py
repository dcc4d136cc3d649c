"""Whoever asks to be forgotten is."""

from __future__ import annotations

import json

import pytest
from django.core import serializers

from allears.core import mail
from allears.core.models import AuditEvent, Message
from allears.people import actions, budget, links, queries
from allears.people.errors import AlreadyErased, NoReason, NotContactable, NotMergeable
from allears.people.models import Consent, Contact, Merge, Person, PersonFacet
from allears.people.signals import person_erased
from tests import cast

pytestmark = pytest.mark.django_db


def test_nothing_that_says_who_they_were_is_left() -> None:
    bob = cast.person("Bob Hale", account=cast.account(), phone="+43 1 58858", phone_key="+43158858", external_id="C-7")
    other = cast.person("Robert Hale", email="robert@customer.example", email_key="robert@customer.example")
    cast.has(bob, "Region", "North")
    actions.record_consent(person=bob, purpose="contact", given=True, source="call with Bob Hale", wording="Hi Bob")
    actions.merge(keep=bob, other=other, by=cast.ana())
    mail.put(to=other.email, to_name="Robert Hale", subject="Robert, hello", text="Dear Robert", key="1")

    erased = actions.erase(person=other, by=cast.ada(), reason="asked by mail")

    assert (erased.pk, erased.erased_at is not None, erased.contactable) == (bob.pk, True, False)
    rows = [*Person.objects.all(), *Consent.objects.all(), *Message.objects.all(), *Merge.objects.all()]
    left = serializers.serialize("json", [*rows, *AuditEvent.objects.all(), *PersonFacet.objects.all()])
    for trace in ("Hale", "Robert", "customer.example", "58858", "C-7", "Bob", "North"):
        assert trace not in left
    assert list(queries.matching({})) == []
    assert not queries.search.find(Person.objects.all(), "hale").exists()


def test_a_mail_that_still_waits_does_not_leave_any_more() -> None:
    bob = cast.bob()
    mail.put(to=bob.email, subject="Hello", text="Hello", key="1")

    actions.erase(person=bob, by=None, reason="their own page")

    assert Message.objects.get().failed_at is not None


def test_the_rooms_above_are_told_and_can_stop_it() -> None:
    bob = cast.bob()

    def refuse(**news: object) -> None:
        assert (news["person"], news["by"]) == (bob, cast.ada())
        raise RuntimeError

    person_erased.connect(refuse)
    with pytest.raises(RuntimeError):
        actions.erase(person=bob, by=cast.ada(), reason="law")
    person_erased.disconnect(refuse)

    assert Person.objects.get().name == "Bob Hale"


def test_it_needs_a_reason_and_happens_once() -> None:
    bob = cast.bob()
    with pytest.raises(NoReason):
        actions.erase(person=bob, by=cast.ada(), reason="  ")
    actions.erase(person=bob, by=cast.ada(), reason="asked by mail")
    with pytest.raises(AlreadyErased):
        actions.erase(person=bob, by=cast.ada(), reason="again")

    event = AuditEvent.objects.get(verb="people.erased")
    assert (event.actor, event.details) == (cast.ada(), {"reason": "asked by mail", "rows": 1})


def test_no_link_opens_and_nobody_can_be_asked_and_no_merge_be_undone() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    token, leaving = links.issue(bob), links.leaving_link(bob).split("/")[-2]
    done = actions.merge(keep=bob, other=cleo, by=None)

    actions.erase(person=bob, by=None, reason="their own page")

    assert (links.person_for(token), links.leaver(leaving)) == (None, None)
    with pytest.raises(NotContactable):
        budget.ask_minutes(person=cleo, minutes=1, subject="a", topic="a", by=cast.ana(), override_reason="please")
    with pytest.raises(NotMergeable):
        actions.unmerge(merge=done, by=None)


def test_that_minutes_were_asked_stays_without_the_reason_that_may_name_them() -> None:
    bob = cast.bob()
    budget.ask_minutes(
        person=bob,
        minutes=90,
        subject="Late orders",
        topic="study:1",
        by=cast.ana(),
        override_reason="Bob wants to",
    )

    actions.erase(person=bob, by=None, reason="their own page")

    contact = Contact.objects.get()
    assert (contact.minutes, contact.override_reason) == (90, "")
    assert json.dumps(str(contact.subject)) == '"Late orders"'
