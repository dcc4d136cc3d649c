"""A researcher writes a question while the wording check reads along, answers it by keyboard, and publishes all the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from allears.questionnaires.models import MeantWording, Question, Version
from tests import cast
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

EDITOR = "/questionnaires/late-orders/"


def test_remarks_come_while_one_types_and_are_answered_by_keyboard(visit: Visit, axe: Any) -> None:
    cast.late_orders()
    ana = visit(cast.ana(), f"{EDITOR}questions/new/?kind=single")
    ana.get_by_label("The question").press_sequentially("Don't you think that we are quick?")
    beside = ana.get_by_role("region", name="Remarks on the wording")
    expect(beside).to_contain_text("expects a yes")
    ana.get_by_label("Choice 1", exact=True).fill("18-24")
    ana.get_by_label("Choice 2", exact=True).fill("24-30")
    expect(beside).to_contain_text("overlap: some people fit twice")
    axe(ana)
    assert Question.objects.count() == 0

    ana.get_by_role("button", name="Add the question").click()
    ana.wait_for_url(re.compile("#question-"))
    ana.get_by_text("2 remarks on the wording").focus()
    ana.keyboard.press("Enter")
    ana.get_by_role("button", name="We mean it: Leading").focus()
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("button", name="Look at it again: Leading")).to_be_focused()
    axe(ana)
    assert MeantWording.objects.get().by == cast.ana()

    ana.get_by_role("link", name="Change “Don't you").click()
    ana.wait_for_url(re.compile("/questions/"))
    ana.get_by_label("A line of help").fill("Not saved yet")
    beside.get_by_role("button", name="We mean it: Ranges").click()
    expect(beside.get_by_role("button", name="Look at it again: Ranges")).to_be_visible()
    expect(ana.get_by_label("A line of help")).to_have_value("Not saved yet")

    ana.goto(f"{EDITOR}publishing/")
    expect(ana.get_by_text("2 remarks were answered with “we mean it”.")).to_be_visible()
    ana.get_by_role("button", name="Yes, publish").click()
    expect(ana.get_by_text("Published.")).to_be_visible()
    assert Version.objects.get().published_at is not None


def test_without_script_remarks_stand_there_and_can_be_answered(visit: Visit) -> None:
    cast.late_orders()
    ana = visit(cast.ana(), f"{EDITOR}questions/new/?kind=long_text", java_script_enabled=False)
    ana.get_by_label("The question").fill("Don't you think that we are quick?")
    ana.get_by_role("button", name="Add the question").click()

    ana.get_by_text("1 remark on the wording").click()
    ana.get_by_role("button", name="We mean it: Leading").click()
    expect(ana.get_by_text("1 remark, and you mean it")).to_be_visible()
    ana.get_by_role("button", name="Look at it again: Leading").click()
    expect(ana.get_by_text("1 remark on the wording")).to_be_visible()
