"""On their own page people see the minutes asked of them, and say how much, when and where."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from allears.core.models import AuditEvent, Message
from allears.people import links
from allears.people.actions import set_limits
from allears.people.budget import ask_minutes, good_moment
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

    assert "In the last 90 days we asked about 6.5 of at most 30 minutes of your time." in shown
    assert "Late orders, 6.5 min" in shown


def test_what_was_asked_for_each_thing_adds_up_to_what_was_asked() -> None:
    for minutes in (2.5, 1.4, 0.5, 0.3, 0.3):
        ask_minutes(person=bob(), minutes=minutes, subject="Late orders", topic="late")
    shown = Client().get(page()).content.decode()

    each = [float(minutes) for minutes in re.findall(r"Late orders, ([\d.]+) min", shown)]
    assert "we asked about 5 of at most 30 minutes" in shown
    assert sum(each) == pytest.approx(5)


def test_a_limit_set_afterwards_is_no_reason_that_somebody_gave() -> None:
    invited()
    Client().post(f"{page()}time/", {**NOTHING, "budget_minutes": "5"})
    lowered = Client().get(page()).content.decode()
    ask_minutes(person=bob(), minutes=1, subject="One more", topic="more", by=cast.ana(), override_reason="He called.")
    overridden = Client().get(page()).content.decode()

    assert "we asked about 6.5 of at most 5 minutes" in lowered
    assert ("asked before this limit held" in lowered, "gave a reason" in lowered) == (True, False)
    assert ("asked before this limit held" in overridden, "gave a reason" in overridden) == (False, True)


def test_that_it_is_saved_stands_where_it_was_said_and_what_is_wrong_takes_the_focus() -> None:
    address = page()
    saved = LexborHTMLParser(Client().post(f"{address}time/", quietly(), follow=True).content.decode())
    wrong = LexborHTMLParser(Client().post(f"{address}time/", quietly(quiet_to="")).content.decode())

    assert [note.text() for note in saved.css("[role=status]")] == ["Saved. It holds for every mail from now on."]
    assert saved.css_first("#time [role=status]")
    assert "autofocus" in wrong.css_first("#time [role=alert]").attributes


def quietly(**more: str) -> dict[str, str]:
    """A form that says more quiet hours than anybody had, and `more`."""
    return {"budget_minutes": "10", "quiet_from": "16:00", "quiet_to": "15:00", "time_zone": "Asia/Kolkata", **more}


def test_what_asks_for_less_holds_at_once_and_for_every_mail() -> None:
    address = page()
    answer = Client().post(f"{address}time/", quietly())
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?done=time&at=time#time")

    assert (bob().budget_minutes, bob().quiet_from, bob().quiet_to, bob().time_zone) == (
        10, time(16), time(15), "Asia/Kolkata",
    )  # fmt: skip
    assert good_moment(bob(), datetime(2026, 11, 26, 20, 0, tzinfo=UTC)) == datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    assert AuditEvent.objects.filter(verb="people.limits-set", actor_label="the person").count() == 1
    shown = Client().get(address).content.decode()
    assert "of at most 10 minutes" in shown
    assert 'value="16:00"' in shown
    assert not Message.objects.exists()


NOTHING = {"budget_minutes": "", "quiet_from": "", "quiet_to": "", "time_zone": ""}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"budget_minutes": "11"}, (10, time(16))), ({"budget_minutes": ""}, (10, time(16))),
        ({"quiet_to": "14:59"}, (10, time(16))), ({"quiet_from": "", "quiet_to": ""}, (10, time(16))),
        ({"time_zone": "Asia/Tokyo"}, (10, time(16))), ({"budget_minutes": "9", "quiet_to": "14:00"}, (9, time(16))),
        ({"budget_minutes": "90", "quiet_from": "15:30"}, (10, time(15, 30))),
    ],
)  # fmt: skip
def test_what_asks_for_more_waits_for_a_click_in_a_fresh_mail(change: dict[str, str], kept: tuple[int, time]) -> None:
    address = page()
    Client().post(f"{address}time/", quietly())

    answer = Client().post(f"{address}time/", quietly(**change), follow=True).content.decode()

    assert "on its way to your own address" in answer
    assert ("What asks for less of your time holds from now on." in answer) == (kept != (10, time(16)))
    assert (bob().budget_minutes, bob().quiet_from, bob().quiet_to, bob().time_zone) == (*kept, time(15), "Asia/Kolkata")
    assert [mail.to for mail in Message.objects.all()] == [bob().email]


def test_behind_the_fresh_mail_it_stands_as_wished_and_holds_once_it_is_saved() -> None:
    address = page()
    Client().post(f"{address}time/", quietly())
    Client().post(f"{address}time/", quietly(budget_minutes="45", quiet_from="22:00", quiet_to="07:00"))

    link = next(word for word in Message.objects.get().text.split() if "/personal/" in word).partition("/me/")[2]
    shown = Client().get(f"/me/{link}").content.decode()
    assert ('value="45"' in shown, 'value="22:00"' in shown, "If it was not you, leave it" in shown) == (True, True, True)
    assert bob().budget_minutes == 10

    saving = f"/me/{link.partition('?')[0]}time/"
    assert Client().post(saving, {**NOTHING, "budget_minutes": "many"}).status_code == 422
    assert Client().post(saving, {**NOTHING, "budget_minutes": "45"}).status_code == 302
    assert (bob().budget_minutes, bob().quiet_from, bob().time_zone) == (45, None, "")
    # The page's own link opens nothing behind it.
    assert Client().post(f"{address}personal/time/", NOTHING).status_code == 404


def test_what_was_written_down_for_them_meanwhile_is_not_replaced_by_a_page_that_stood_open() -> None:
    address = page()
    first = {**NOTHING, "seen": seen_on(Client().get(address))}
    set_limits(person=bob(), by=cast.ana(), budget_minutes=10, time_zone="Asia/Kolkata")

    kept = Client().post(f"{address}time/", {**first, "quiet_from": "16:00", "quiet_to": "15:00"})
    refused = Client().post(f"{address}time/", {**first, "budget_minutes": "5"})

    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (bob().budget_minutes, bob().quiet_from, bob().time_zone) == (10, time(16), "Asia/Kolkata")
    assert "It says now: “10”" in refused.content.decode()
    again = {**quietly(budget_minutes="5"), "seen": seen_on(refused)}
    assert Client().post(f"{address}time/", again).status_code == 302
    assert bob().budget_minutes == 5


def test_a_wish_behind_the_fresh_mail_replaces_only_what_it_was_made_of() -> None:
    fresh = f"/me/{links.issue(bob(), 'fresh')}/personal/"
    shown = Client().get(fresh, {**NOTHING, "budget_minutes": "45"})
    set_limits(person=bob(), by=cast.ana(), budget_minutes=None, quiet_from=time(16), quiet_to=time(15))

    Client().post(f"{fresh}time/", {**NOTHING, "budget_minutes": "45", "seen": seen_on(shown)})

    assert (bob().budget_minutes, bob().quiet_from) == (45, time(16))


def seen_on(page: Any) -> str:
    """The print that the form on this page carries."""
    return str(page.context["limits"]["seen"].value())


def test_without_an_address_nobody_can_tell_that_it_was_them() -> None:
    address = page()
    Person.objects.update(email="", email_key=None)
    answer = Client().post(f"{address}time/", {**NOTHING, "budget_minutes": "31"}, follow=True).content.decode()
    assert ("we hold no address of yours" in answer, bob().budget_minutes, Message.objects.count()) == (True, None, 0)


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

    Client().post(leave, {"again": "contact"})
    mailed = Message.objects.get(to=cast.bob().email).text
    Client().post("/people/back/" + mailed.split("/people/back/")[1].split()[0])
    assert bob().contactable is True
