"""By keyboard alone and without JavaScript: somebody declines; somebody looks through their answers, changes one, sends."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from allears.questionnaires.models import Response
from allears.studies.models import Decline
from tests import cast
from tests.questionnaires.asked import asking, invited, question, said_to
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TWO = [{"kind": "long_text", "text": "What happened?", "required": True}, {"kind": "short_text", "text": "Where?"}]
NAME = """(at => at === document.body ? "" : (at.labels?.[0] || at).textContent.replace(/\\s+/g, " "))(document.activeElement)"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something called `name` has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAME):
            return
    raise AssertionError(f"“{name}” cannot be reached by keyboard at {page.url}")


def press(page: Page, name: str, leads_to: str) -> None:
    """Follow a link or press a button, and wait for the whole page with that heading: once it is there, a browser goes to
    the part that its address names, and takes the focus along.
    """
    tab_to(page, name)
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(leads_to)


def fill(page: Page, name: str, words: str) -> None:
    tab_to(page, name)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(words)


def test_somebody_declines_and_says_why(visit: Visit) -> None:
    asking(TWO)
    page = visit(None, invited(cast.bob()), java_script_enabled=False)

    press(page, "I’d rather not", leads_to="That is an answer, too.")
    tab_to(page, "Would rather not")
    page.keyboard.press("ArrowDown")
    fill(page, "Anything you want to tell us?", "My wife orders.")
    press(page, "I will not take part", leads_to="All right. Thank you for telling us.")

    assert [(no.kind, no.reason) for no in Decline.objects.all()] == [("not_me", "My wife orders.")]


def test_somebody_looks_through_their_answers_and_changes_one_before_sending(visit: Visit) -> None:
    version = asking(TWO, sections=2)
    page = visit(None, invited(cast.bob()), java_script_enabled=False)

    fill(page, "What happened?", "It came late.")
    press(page, "Next", leads_to="Late orders")
    fill(page, "Where?", "At the door")
    press(page, "Look through my answers", leads_to="Your answers, before you send them")
    assert Response.objects.get().submitted_at is None
    press(page, "Change: What happened?", leads_to="Bob, can you help us understand?")
    fill(page, "What happened?", "It came nine days late.")
    press(page, "Save, and look at all answers", leads_to="Your answers, before you send them")
    expect(page.get_by_text("It came nine days late.")).to_be_visible()
    press(page, "Send", leads_to="Thank you, Bob.")

    said = {one.text: said_to(one) for one in (question(version, "What happened?"), question(version, "Where?"))}
    assert said == {"What happened?": ["It came nine days late."], "Where?": ["At the door"]}
