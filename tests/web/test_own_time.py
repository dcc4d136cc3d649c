"""On their own page people see the minutes asked of them, and say how much, when and where."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
import time_machine
from django.test import Client

from allears.core.models import AuditEvent, Message
from allears.people import links
from allears.people.budget import good_moment
from allears.people.models import Person
from allears.studies import actions
from allears.studies.models import Invitation, Later
from tests import cast

pytestmark = pytest.mark.django_db
SAID = {"budget_minutes": "10", "quiet_from": "18:00", "quiet_to": "09:30", "time_zone": "Asia/Kolkata"}


def page() -> str:
    return f"/me/{links.issue(cast.bob())}/"


def bob() -> Person:
    return Person.objects.get(pk=cast.bob().pk)


def invited() -> Invitation:
    return actions.invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=6.5)[0]


def test_they_read_what_was_asked_of_them_and_of_how_much() -> None:
    invited()
    shown = Client().get(page()).content.decode()

    assert "In the last 90 days we asked 6.5 of at most 30 minutes of your time." in shown
    assert "Late orders, 6.5 minutes" in shown


def test_what_they_set_holds_for_every_mail() -> None:
    address = page()
    answer = Client().post(f"{address}time/", SAID)
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?done=time#time")

    assert (bob().budget_minutes, bob().quiet_from, bob().quiet_to, bob().time_zone) == (
        10, time(18), time(9, 30), "Asia/Kolkata",
    )  # fmt: skip
    assert good_moment(bob(), datetime(2026, 11, 26, 20, 0, tzinfo=UTC)) == datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
    assert AuditEvent.objects.filter(verb="people.limits-set", actor_label="the person").count() == 1
    shown = Client().get(address).content.decode()
    assert "of at most 10 minutes" in shown
    assert 'value="18:00"' in shown

    Client().post(f"{address}time/", {"budget_minutes": "", "quiet_from": "", "quiet_to": "", "time_zone": ""})
    assert (bob().budget_minutes, bob().quiet_from, bob().time_zone) == (None, None, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("budget_minutes", "-1"), ("budget_minutes", "many"), ("budget_minutes", "99999999999999999999"),
        ("quiet_from", ""), ("quiet_to", "25:99"), ("time_zone", "Mars/Olympus"), ("time_zone", "../etc/passwd"),
    ],
)  # fmt: skip
def test_what_cannot_be_comes_back_with_what_was_typed(name: str, value: str) -> None:
    answer = Client().post(f"{page()}time/", {**SAID, name: value})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert bob().budget_minutes is None


def test_whoever_wants_nothing_asked_at_all_is_not_asked() -> None:
    Client().post(f"{page()}time/", {**SAID, "budget_minutes": "0"})

    with pytest.raises(actions.NotInvitable):
        actions.invite_one(study=cast.late_orders(), person=bob(), by=cast.ana(), minutes=1)


def test_what_they_put_off_stands_there_and_can_be_taken_back() -> None:
    with time_machine.travel(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), tick=False):
        row = invited()
        actions.ask_later(invitation=row, at=datetime(2026, 11, 27, 15, 0, tzinfo=UTC))
        address = page()
        assert "you asked us to ask you on Friday 27 November, 15:00" in Client().get(address).content.decode()

        Client().post(f"{address}later/", {"invitation": row.ref})
        assert Later.objects.get().over_at is not None
        other = Invitation.objects.create(study=cast.late_orders(), person=cast.cleo())
        assert Client().post(f"{address}later/", {"invitation": other.ref}).status_code == 404


def test_they_leave_and_come_back_by_a_fresh_mail() -> None:
    leave = "/people/leave/" + Client().get(page()).content.decode().split("/people/leave/")[1].split('"')[0]
    Client().post(leave)
    assert bob().contactable is False
    assert "You may ask me again" in Client().get(page()).content.decode()

    Client().post(leave, {"again": "yes"})
    mailed = Message.objects.get(to=cast.bob().email).text
    Client().post("/people/back/" + mailed.split("/people/back/")[1].split()[0])
    assert bob().contactable is True
