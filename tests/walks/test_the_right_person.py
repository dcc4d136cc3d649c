"""Whoever is asked may say "later" and is asked then, or name who would know, who decides; on a phone, without script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from allears.core.clock import now
from allears.core.models import Message
from allears.people.models import Person
from allears.studies import later
from allears.studies.models import Later, Referral
from tests import cast
from tests.questionnaires import asked
from tests.walks.conftest import Visit
from tests.walks.test_the_loop import ON_A_PHONE, path_in

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]


def test_who_says_later_is_asked_then_and_answers_by_the_fresh_link(visit: Visit, axe: Any, time_machine: Any) -> None:
    on_wednesday = now() + timedelta(days=(2 - now().weekday()) % 7)
    time_machine.move_to(on_wednesday)  # on Sundays the morning of next week is called tomorrow
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


def name_dora(visit: Visit, axe: Any) -> str:
    """Bob names Dora; returns the path in the one mail that she gets."""
    asked.asking([{"kind": "short_text", "text": "What happened?"}])
    bob = visit(None, asked.invited(cast.bob()), **ON_A_PHONE)
    bob.get_by_role("link", name="Ask somebody else").click()
    bob.get_by_label("Their name").fill("Dora Finch")
    bob.get_by_label("Their e-mail address").fill("dora@customer")
    bob.get_by_role("button", name="Ask them whether they agree").click()
    expect(bob.get_by_role("link", name="This is not a mail address")).to_be_visible()
    expect(bob.get_by_label("Their name")).to_have_value("Dora Finch")
    bob.get_by_label("Their e-mail address").fill("dora@customer.example")
    bob.get_by_label("Why they would know").fill("She takes the deliveries at our gate.")
    bob.get_by_role("button", name="Ask them whether they agree").click()
    expect(bob.get_by_role("heading", level=1)).to_have_text("Thank you for naming them.")
    bob.goto(bob.url.replace("somebody/?done", ""))
    expect(bob.get_by_role("heading", level=1)).to_contain_text("All right")
    letter = Message.objects.get(kind="study-named")
    assert (letter.to, letter.subject) == ("dora@customer.example", "Bob Hale thinks that you would know")
    path = path_in(letter.text, "/studies/named")
    axe(visit(None, path))
    assert not Person.objects.filter(email="dora@customer.example").exists()
    return path


def test_who_was_named_and_agrees_answers_and_is_seen_by_name(visit: Visit, axe: Any) -> None:
    path = name_dora(visit, axe)
    dora = visit(None, path, **ON_A_PHONE)
    expect(dora.get_by_text("She takes the deliveries at our gate.")).to_be_visible()
    expect(dora.get_by_role("heading", level=1)).to_have_text("Dora Finch, Bob Hale thinks that you would know")
    dora.get_by_role("button", name="Yes, you may ask me").click()
    dora.get_by_label("What happened?").fill("Our gate was shut, nobody had told us.")
    dora.get_by_role("button", name="Send").click()
    expect(dora.get_by_role("heading", level=1)).to_have_text("Thank you, Dora.")

    ana = visit(cast.ana(), "/studies/late-orders/invitations/")
    ana.get_by_role("link", name="Dora Finch").first.click()
    expect(ana.get_by_text("Named by")).to_be_visible()
    axe(ana)


def test_who_was_named_and_refuses_is_forgotten(visit: Visit, axe: Any) -> None:
    path = name_dora(visit, axe)
    dora = visit(None, path, **ON_A_PHONE)
    dora.get_by_role("button", name="No, forget my address").click()
    expect(dora.get_by_role("heading", level=1)).to_have_text("All right: you are forgotten.")
    dora.goto(path)
    expect(dora.get_by_role("heading", level=1)).to_have_text("This link opens nothing.")

    assert not Person.objects.filter(name="Dora Finch").exists()
    assert not Message.objects.filter(to="dora@customer.example").exists()
    assert Referral.objects.filter(name="", email="", note="", refused_at__isnull=False).count() == 1
    ana = visit(cast.ana(), "/studies/late-orders/invitations/")
    expect(ana.get_by_text("said no, and are forgotten")).to_be_visible()
    expect(ana.get_by_text("Dora")).to_have_count(0)
    axe(ana)
