"""Whoever is asked may say "later" and is asked then; on a phone, without script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from allears.core.clock import now
from allears.core.models import Message
from allears.studies import later
from allears.studies.models import Later
from tests import cast
from tests.questionnaires import asked
from tests.walks.conftest import Visit
from tests.walks.test_the_loop import ON_A_PHONE, path_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_says_later_is_asked_then_and_answers_by_the_fresh_link(visit: Visit, axe: Any) -> None:
    asked.asking([{"kind": "short_text", "text": "What happened?"}])
    bob = visit(None, asked.invited(cast.bob()), **ON_A_PHONE)
    bob.get_by_role("link", name="Later").click()
    bob.get_by_label("Next week").check()
    bob.get_by_role("button", name="Ask me then").click()
    expect(bob.get_by_role("heading", level=1)).to_have_text(re.compile("We ask you on Monday .*, 09:00"))

    bob.get_by_label("On a day of my own").check()
    bob.get_by_label("The day", exact=True).fill(f"{(now() + timedelta(days=3)).date()}")
    bob.get_by_role("button", name="Ask me then").click()
    assert (Later.objects.count(), Later.objects.filter(over_at=None).count()) == (2, 1)

    Later.objects.filter(over_at=None).update(ask_at=now())
    assert later.ask_those_due() == 1
    letter = Message.objects.get(kind="study-later")
    bob.goto(path_in(letter.text, "/a"))
    bob.get_by_label("What happened?").fill("It came late")
    bob.get_by_role("button", name="Send").click()
    expect(bob.get_by_role("heading", level=1)).to_contain_text("Thank you")

    ana = visit(cast.ana(), "/studies/late-orders/invitations/")
    expect(ana.get_by_text("asked again").first).to_be_visible()
    desk = visit(None, asked.invited(cast.cleo()) + "later/")
    axe(desk)
