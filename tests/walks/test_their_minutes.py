"""The budget gate stands in front of every letter: it refuses, it is passed for a reason, and both can be read."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from allears.core.clock import now
from allears.core.models import Message
from allears.core.worker import work_off
from allears.people import links
from allears.people.models import Contact, Person
from allears.studies import reminding
from tests import cast
from tests.questionnaires import asked
from tests.walks.conftest import Visit
from tests.walks.test_the_loop import ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_has_no_minutes_left_is_asked_only_for_a_reason_that_stays_on_record(visit: Visit, axe: Any) -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    bob = visit(None, f"/me/{links.issue(cast.bob())}/", **ON_A_PHONE)
    bob.get_by_label("Ask me at most so many minutes in 90 days").fill("0")
    bob.locator("#time").get_by_role("button", name="Save").click()
    expect(bob.get_by_text("Saved. It holds for every mail from now on.")).to_be_visible()

    ana = visit(cast.ana(), f"/studies/late-orders/people/round/?how=picked&person={cast.bob().ref}")
    expect(ana.get_by_text("1 has no minutes left in the contact budget")).to_be_visible()
    ana.get_by_role("button", name="Yes, ask them").click()
    expect(ana).to_have_url(re.compile("/settings/jobs/"))
    work_off()
    assert Message.objects.count() == Contact.objects.count() == 0

    ana.goto(f"/studies/late-orders/people/round/?how=picked&person={cast.bob().ref}")
    ana.get_by_label("Ask those too who have no minutes left, because").fill("A recall of his boiler")
    ana.get_by_role("button", name="Yes, ask them").click()
    expect(ana).to_have_url(re.compile("/settings/jobs/"))
    work_off()
    assert Message.objects.get().to == cast.bob().email

    lea = visit(cast.lea())
    lea.goto("/")
    lea.get_by_role("link", name="Minutes asked").first.click()
    expect(lea.get_by_text("A recall of his boiler")).to_be_visible()
    axe(lea)
    bob.reload()
    expect(bob.get_by_text("That is over the limit")).to_be_visible()


def test_from_when_and_until_when_stand_under_each_other_whatever_they_are_called(visit: Visit) -> None:
    bob = visit(None, f"/me/{links.issue(cast.bob())}/?lang=de", **ON_A_PHONE)
    ends = [bob.locator(f"#quiet_{end}").evaluate("field => field.getBoundingClientRect().left") for end in ("from", "to")]
    assert ends[0] == ends[1]


def test_the_reminder_comes_when_its_day_has_come_and_not_to_who_has_answered(visit: Visit) -> None:
    asked.asking([{"kind": "short_text", "text": "What happened?"}])
    ana = visit(cast.ana(), f"/studies/late-orders/people/round/?how=picked&person={cast.bob().ref}&person={cast.cleo().ref}")
    ana.get_by_role("button", name="Yes, ask them").click()
    expect(ana).to_have_url(re.compile("/settings/jobs/"))
    work_off()
    Message.objects.update(sent_at=now())
    ana.goto("/studies/late-orders/")
    expect(ana.locator("#reminders").get_by_text("2 people")).to_be_visible()

    link = "/a/" + Message.objects.get(to=cast.bob().email).text.partition("/a/")[2].partition("\n")[0]
    bob = visit(None, link, **ON_A_PHONE)
    bob.get_by_label("What happened?").fill("It came late")
    bob.get_by_role("button", name="Send").click()
    expect(bob.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert reminding.remind_those_due() == 0
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert (reminding.remind_those_due(), reminding.remind_those_due()) == (1, 0)

    assert list(Message.objects.filter(kind="study-reminder").values_list("to", flat=True)) == [cast.cleo().email]
    assert Person.objects.count() == 2
    ana.goto("/studies/late-orders/invitations/")
    expect(ana.get_by_text("reminded")).to_have_count(1)
