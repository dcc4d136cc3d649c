"""One reminder, so many days after the letter left, and only to who has said nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from allears.core import mail
from allears.core.models import Message
from allears.people.actions import record_consent
from allears.people.models import Person
from allears.studies import actions, reminding
from allears.studies.models import Invitation
from tests import cast
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NAMES = ("Una", "Vic", "Wes", "Xia", "Yul", "Zoe")


def at(days: float) -> time_machine.travel:
    return time_machine.travel(THEN + timedelta(days=days), tick=False)


def invited(*people: Person, **study: object) -> list[Invitation]:
    """Letters that left on 2 November."""
    with at(0):
        rows = actions.invite(study=cast.late_orders(**study), people=people or [cast.bob()], by=cast.ana(), minutes=3)
        Message.objects.filter(sent_at=None).update(sent_at=THEN)
    return rows


def reminded() -> list[str]:
    return sorted(Message.objects.filter(kind="study-reminder", failed_at=None).values_list("to", flat=True))


def test_the_reminder_goes_out_after_seven_days_and_only_once() -> None:
    invited()
    with at(6.9):
        assert reminding.remind_those_due() == 0
    with at(7):
        assert (reminding.remind_those_due(), reminding.remind_those_due()) == (1, 0)
    with at(30):
        assert reminding.remind_those_due() == 0
    assert reminded() == ["bob@customer.example"]


def test_the_days_are_the_study_s_own_and_none_means_nobody() -> None:
    invited(remind_after=3)
    with at(3):
        assert reminding.remind_those_due() == 1
    study = cast.late_orders()
    actions.change_study(study=study, by=cast.ana(), remind_after=None)
    with at(0):
        actions.invite(study=study, people=[cast.cleo()], by=cast.ana(), minutes=3)
        Message.objects.filter(sent_at=None).update(sent_at=THEN)
    with at(50):
        assert reminding.remind_those_due() == 0


def test_nobody_is_reminded_who_has_said_anything() -> None:
    asked.asking([{"kind": "short_text", "text": "What happened?"}], promise_on=date(2026, 12, 24))
    people = [cast.person(f"{name} Low") for name in NAMES]
    rows = invited(*people)
    with at(1):
        actions.decline(invitation=rows[0])
        actions.decline(invitation=rows[1], kind="not_me")
        actions.ask_later(invitation=rows[2], at=THEN + timedelta(days=9))
        record_consent(person=people[3], purpose="contact", given=False, source="a call")
        link = f"/a/{actions.issue_link(invitation=rows[4])}/"
        Robot().open(link).press("pause")
    with at(7):
        assert (reminding.remind_those_due(), reminded()) == (1, ["zoe@customer.example"])


def test_who_has_sent_is_not_reminded_and_who_has_begun_is() -> None:
    version = asked.asking([{"kind": "short_text", "text": "One"}, {"kind": "short_text", "text": "Two"}], sections=2)
    for row in invited(cast.bob(), cast.cleo()):
        name = asked.question(version, "One")
        with at(1):
            robot = Robot().open(f"/a/{actions.issue_link(invitation=row)}/").press(**{f"q{name.pk}": "late"})
            robot.press(**{f"q{asked.question(version, 'Two').pk}": "very"}) if row.person == cast.bob() else None
    with at(7):
        reminding.remind_those_due()
    assert reminded() == ["cleo@customer.example"]


def test_a_letter_that_never_left_is_followed_by_no_reminder() -> None:
    with at(0):
        actions.invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=3)
    with at(20):
        assert reminding.remind_those_due() == 0


def test_without_minutes_left_the_reminder_waits_until_there_are() -> None:
    invited()
    Person.objects.update(budget_minutes=3)
    with at(8):
        assert reminding.remind_those_due() == 0
    Person.objects.update(budget_minutes=None)
    with at(9):
        assert reminding.remind_those_due() == 1


def test_it_leaves_after_their_quiet_hours() -> None:
    Person.objects.filter(pk=cast.bob().pk).update(time_zone="Europe/Vienna")
    invited()
    with time_machine.travel(datetime(2026, 11, 9, 22, 0, tzinfo=UTC), tick=False):
        reminding.remind_those_due()

    assert Message.objects.get(kind="study-reminder").not_before == datetime(2026, 11, 10, 7, 0, tzinfo=UTC)


def test_a_reminder_that_waited_does_not_leave_when_they_declined_meanwhile() -> None:
    row = invited()[0]
    with at(7):
        reminding.remind_those_due()
        letter = Message.objects.get(kind="study-reminder")
        assert mail.why_not(letter) == ""
        actions.decline(invitation=row)

        assert mail.why_not(letter) == "They have answered or declined meanwhile."


def test_a_reminder_that_waited_does_not_leave_when_they_paused_meanwhile_but_one_they_ask_for_does() -> None:
    row = invited()[0]
    with at(7):
        reminding.remind_those_due()
    waiting = Message.objects.get(kind="study-reminder")
    with at(7.1):
        assert mail.why_not(waiting) == ""
        actions.mark_paused(invitation_id=row.pk)
        assert mail.why_not(waiting) == "They have paused meanwhile and come back by themselves."
    with at(7.2):
        wanted = actions.remind(invitation=row, by=cast.ana(), they_asked=True)
        assert mail.why_not(wanted) == ""


def test_staff_remind_nobody_who_has_paused_unless_they_asked(as_ana: Client) -> None:
    row = invited()[0]
    page = f"/studies/late-orders/invitations/{row.ref}/"
    assert "Send the reminder" in as_ana.get(page).content.decode()
    actions.mark_paused(invitation_id=row.pk)
    shown = as_ana.get(page).content.decode()
    assert ("Send the reminder" in shown, "They asked for a reminder" in shown) == (False, True)
    refused = as_ana.post(page, {"act": "remind"}, follow=True).content.decode()
    assert ("Nothing reminds them unless they ask for it." in refused, reminded()) == (True, [])
    as_ana.post(page, {"act": "remind_again"})
    assert reminded() == ["bob@customer.example"]


def test_the_study_shows_what_will_be_sent_when(as_ana: Client) -> None:
    people = [cast.person(f"{name} Low") for name in NAMES]
    rows = invited(*people)
    with at(1):
        actions.ask_later(invitation=rows[0], at=THEN + timedelta(days=9))
        plan = reminding.plan(cast.late_orders())
        page = as_ana.get("/studies/late-orders/").content.decode()

    assert (plan.days, dict(plan.spared)) == ([(date(2026, 11, 9), 5)], {"later": 1})
    assert "9 November 2026" in page
    assert "1 asked to be asked later" in page
