"""Quiet hours hold when mail leaves, however long it waited; the mail server is a real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine

from allears.core import delivery, mail
from allears.core.models import URGENT, Message
from allears.core.queries import the_organisation
from allears.people import quiet
from allears.people.actions import merge, set_limits
from allears.people.models import Person
from tests import cast
from tests.core.mail_server import PostOffice

pytestmark = pytest.mark.django_db


def at(hour: int, minute: int = 0, day: int = 4) -> time_machine.travel:
    return time_machine.travel(datetime(2030, 3, day, hour, minute, tzinfo=UTC), tick=False)


def put(person: Person, kind: str = "study-invite") -> Message:
    return mail.put(to=person.email, subject="s", text="t", key=f"t:{person.pk}:{kind}", kind=kind)


def tries() -> tuple[int, datetime | None, datetime | None]:
    message = Message.objects.get()
    return message.attempts, message.claimed_at, message.not_before


def test_what_still_waits_at_night_waits_for_the_morning_where_they_are(office: PostOffice) -> None:
    put(cast.person("Bob Hale", time_zone="Asia/Tokyo"))
    with at(14, 24):
        assert delivery.send_waiting() == 0
        assert tries() == (0, None, datetime(2030, 3, 4, 23, 0, tzinfo=UTC))
    with at(22, 59):
        assert delivery.send_waiting() == 0
    with at(23, 0):
        assert delivery.send_waiting() == 1
    assert len(office.letters) == 1


def test_a_mail_that_is_tried_again_is_not_tried_at_night(office: PostOffice) -> None:
    bob = cast.bob()
    put(bob)
    office.answers[bob.email] = "451 later"
    with at(19, 59):
        delivery.send_waiting()
    office.answers.clear()
    with at(20, 1):
        assert delivery.send_waiting() == 0
        assert tries() == (1, None, datetime(2030, 3, 5, 8, 0, tzinfo=UTC))
    with at(8, 0, day=5):
        assert delivery.send_waiting() == 1


def test_hours_that_somebody_sets_hold_for_mail_that_waits_already_and_for_nobody_else(office: PostOffice) -> None:
    put(cast.bob())
    put(cast.cleo())
    set_limits(person=cast.bob(), by=None, budget_minutes=None, quiet_from=time(12), quiet_to=time(14))
    with at(13):
        assert delivery.send_waiting() == 1
    assert office.recipients == [cast.cleo().email]


@pytest.mark.parametrize("kind", URGENT)
def test_what_somebody_waits_for_leaves_at_night(kind: str, office: PostOffice) -> None:
    put(cast.bob(), kind)
    with at(23):
        assert delivery.send_waiting() == 1


def test_whom_we_do_not_know_is_asked_for_a_study_outside_of_the_house_s_hours() -> None:
    with at(23):
        stranger, other = (Message(to="nobody@elsewhere.example", kind=kind) for kind in ("study-named", "promise"))
        not_yet = mail.holds([stranger, other])
        assert not_yet(stranger) == datetime(2030, 3, 5, 8, 0, tzinfo=UTC)
        assert not_yet(other) is None


def test_after_a_merge_the_hours_of_who_stays_count() -> None:
    old = cast.cleo().email
    merge(keep=cast.bob(), other=cast.cleo(), by=cast.ana())
    assert quiet.who_read([old, "nobody@elsewhere.example"]) == {old: cast.bob()}


@pytest.mark.parametrize("many", [1, 5])
def test_a_look_at_the_hours_costs_as_much_for_many_mails(many: int, django_assert_num_queries: Callable[..., Any]) -> None:
    mails = [put(cast.person(f"P{n} Q")) for n in range(many)]
    the_organisation()
    with django_assert_num_queries(5):  # the readers, and what the house has set for those we know and for strangers
        not_yet = mail.holds(mails)
        for message in mails:
            not_yet(message)
