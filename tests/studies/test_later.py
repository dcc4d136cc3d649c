"""Who says when they want to be asked is asked then, by one mail, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from allears.core.models import Message
from allears.people.actions import record_consent
from allears.people.models import Contact, Person
from allears.studies import actions, later, reminding
from allears.studies.hearing import Outcome
from allears.studies.models import Decline, Invitation, Later
from allears.studies.queries import outcome_counts
from tests import cast
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def invited() -> Invitation:
    return actions.invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=3)[0]


def letters() -> list[str]:
    return list(Message.objects.filter(kind="study-later").order_by("pk").values_list("to", flat=True))


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def test_they_are_asked_at_the_moment_they_chose_and_once() -> None:
    with at(TUESDAY):
        actions.ask_later(invitation=invited(), at=FRIDAY)
        assert later.ask_those_due() == 0
    with at(FRIDAY + timedelta(minutes=1)):
        assert (later.ask_those_due(), later.ask_those_due(), letters()) == (1, 0, ["bob@customer.example"])

    letter = Message.objects.get(kind="study-later")
    assert "you asked us to come back to you now" in letter.text
    assert [str(m) for m in Contact.objects.order_by("pk").values_list("minutes", flat=True)] == ["3.0", "0.5"]


def test_the_last_word_counts_and_can_be_taken_back() -> None:
    with at(TUESDAY):
        row = invited()
        actions.ask_later(invitation=row, at=FRIDAY)
        actions.ask_later(invitation=row, at=FRIDAY + timedelta(days=3))
    with at(FRIDAY + timedelta(hours=1)):
        assert later.ask_those_due() == 0
        actions.take_back_later(invitation=row)
    with at(FRIDAY + timedelta(days=5)):
        assert (later.ask_those_due(), letters()) == (0, [])


def test_nobody_who_said_later_is_reminded_before_or_after() -> None:
    with at(TUESDAY):
        row = invited()
        Message.objects.update(sent_at=TUESDAY)
        actions.ask_later(invitation=row, at=TUESDAY + timedelta(days=9))
    with at(TUESDAY + timedelta(days=8)):
        assert reminding.remind_those_due() == 0
        with pytest.raises(actions.SaidLater):
            actions.remind(invitation=row, by=cast.ana())
    with at(TUESDAY + timedelta(days=20)):
        later.ask_those_due()
        assert reminding.remind_those_due() == 0


def test_a_reminder_that_waits_in_the_outbox_stays_there_when_they_say_later() -> None:
    with at(TUESDAY):
        row = invited()
        reminder = actions.remind(invitation=row, by=cast.ana())
        actions.ask_later(invitation=row, at=FRIDAY)

    reminder.refresh_from_db()
    assert (reminder.state, reminder.text) == ("failed", "")


def test_it_is_moved_out_of_their_quiet_hours() -> None:
    Person.objects.filter(pk=cast.bob().pk).update(time_zone="Europe/Vienna")
    with at(TUESDAY):
        row = actions.ask_later(invitation=invited(), at=datetime(2026, 11, 27, 21, 0, tzinfo=UTC))

    assert row.ask_at == datetime(2026, 11, 28, 7, 0, tzinfo=UTC)  # eight o'clock in Vienna


def test_without_minutes_left_it_waits_until_there_are() -> None:
    with at(TUESDAY):
        actions.ask_later(invitation=invited(), at=FRIDAY)
    Person.objects.update(budget_minutes=3)
    with at(FRIDAY + timedelta(minutes=1)):
        assert (later.ask_those_due(), letters()) == (0, [])
    Person.objects.update(budget_minutes=None)
    with at(FRIDAY + timedelta(hours=2)):
        assert (later.ask_those_due(), len(letters())) == (1, 1)


@pytest.mark.parametrize("what", ["answered", "declined", "left", "closed"])
def test_it_is_over_when_they_said_something_else_meanwhile(what: str) -> None:
    asked.asking([{"kind": "short_text", "text": "What happened?"}])
    with at(TUESDAY):
        link = asked.invited(cast.bob())
        row = Invitation.objects.get()
        actions.ask_later(invitation=row, at=FRIDAY)
        if what == "answered":
            Robot().open(link).press()
        elif what == "declined":
            actions.decline(invitation=row)
        elif what == "left":
            record_consent(person=cast.bob(), purpose="contact", given=False, source="a call")
        else:
            actions.close_study(study=cast.late_orders(), by=cast.ana())
    with at(FRIDAY + timedelta(hours=1)):
        assert (later.ask_those_due(), letters()) == (0, [])


def test_the_last_of_later_and_no_counts() -> None:
    with at(TUESDAY):
        row = invited()
        actions.decline(invitation=row)
        actions.ask_later(invitation=row, at=FRIDAY)
    assert (Decline.objects.count(), actions.open_later(row) is not None) == (0, True)
    with at(TUESDAY):
        actions.decline(invitation=row)
    assert actions.open_later(row) is None


@pytest.mark.parametrize("days", [-1, 400])
def test_a_moment_that_is_past_or_too_far_away_is_refused(days: int) -> None:
    with at(TUESDAY), pytest.raises(actions.NotThen):
        actions.ask_later(invitation=invited(), at=TUESDAY + timedelta(days=days))
    assert Later.objects.count() == 0


def test_nobody_is_asked_after_the_day_on_which_all_hear_back() -> None:
    study = cast.late_orders(promise_on=datetime(2026, 12, 1).date())
    with at(TUESDAY):
        row = actions.invite(study=study, people=[cast.bob()], by=cast.ana(), minutes=3)[0]
    with at(TUESDAY), pytest.raises(actions.NotThen):
        actions.ask_later(invitation=row, at=datetime(2026, 12, 2, 9, 0, tzinfo=UTC))


def test_nor_where_their_quiet_hours_would_put_it_off_until_then() -> None:
    study = cast.late_orders(promise_on=datetime(2026, 12, 1).date())
    bob = cast.bob()
    Person.objects.filter(pk=bob.pk).update(quiet_from=time(20), quiet_to=time(8))
    with at(TUESDAY):
        row = actions.invite(study=study, people=[cast.bob()], by=cast.ana(), minutes=3)[0]
        row.refresh_from_db()
    evening = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)
    with at(TUESDAY), pytest.raises(actions.NotThen):
        actions.ask_later(invitation=row, at=evening + timedelta(hours=1))
    with at(TUESDAY):
        assert actions.ask_later(invitation=row, at=evening - timedelta(hours=1))


def test_the_study_counts_who_wants_to_be_asked_later() -> None:
    with at(TUESDAY):
        actions.ask_later(invitation=invited(), at=FRIDAY)
        counts = outcome_counts(cast.late_orders())

    assert {outcome: n for outcome, n in counts.items() if n} == {Outcome.LATER: 1}


def test_the_researcher_reads_when_that_is(as_ana: Client) -> None:
    with at(TUESDAY):
        row = invited()
        actions.ask_later(invitation=row, at=FRIDAY)
    page = as_ana.get(f"/studies/late-orders/invitations/{row.ref}/").content.decode()

    assert "Wants to be asked" in page
    assert "27 November 2026" in page
