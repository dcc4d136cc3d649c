"""A researcher builds a questionnaire by keyboard and by mouse, beside somebody else, with the preview beside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from allears.questionnaires import authoring
from allears.questionnaires.models import Question, Version
from tests import cast
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EDITOR = "/questionnaires/late-orders/"


def order() -> list[str]:
    return list(Question.objects.order_by("section__position", "position").values_list("text", flat=True))


def three() -> Version:
    version = authoring.draft_of(cast.late_orders(), by=cast.ana())
    for text in ("First?", "Second?", "Third?"):
        authoring.add_question(section=version.sections.get(), kind="long_text", text=text)
    return version


def handle(page: Page, text: str) -> Locator:
    return page.get_by_role("button", name=f"Move “{text}”", exact=True)


def said(page: Page) -> Locator:
    return page.locator("#moving-said")


def shows(page: Page, *texts: str) -> None:
    """Wait until these questions stand in the builder, in this order, and until its keys are heard."""
    expect(page.locator(".qrow__text span[dir]")).to_have_text(texts)
    page.wait_for_load_state()


def drag(page: Page, what: Locator, to: Locator) -> None:
    start, end = what.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, (start["y"] + end["y"]) / 2, steps=4)
    page.mouse.move(end["x"] + 8, end["y"] + end["height"] / 2, steps=4)
    page.mouse.up()


def test_questions_are_moved_by_keyboard_and_by_drag_and_seen_while_they_are_typed(visit: Visit, axe: Any) -> None:
    version = three()
    last = authoring.add_section(version=version, title="Last")
    ana = visit(cast.ana(), EDITOR)
    press = ana.keyboard.press

    # Put back, then moved, by keyboard.
    press("j")
    expect(handle(ana, "First?")).to_be_focused()
    press("Space")
    press("ArrowDown")
    expect(said(ana)).to_have_text("First?: place 2 of 3 on page 1.")
    press("Escape")
    expect(said(ana)).to_have_text("Put back: First?.")
    press("m")
    press("ArrowDown")
    press("ArrowDown")
    press("Space")
    expect(ana.get_by_text("The order was changed")).to_be_visible()
    expect(handle(ana, "First?")).to_be_focused()
    expect(said(ana)).to_have_text("First?: place 3 of 3 on page 1.")
    assert order() == ["Second?", "Third?", "First?"]

    # Taken away by a key, and undone by keys.
    press("x")
    expect(ana.get_by_text("The question is gone.")).to_be_visible()
    shows(ana, "Second?", "Third?")
    press("Control+z")
    shows(ana, "Second?", "Third?", "First?")
    press("Control+z")
    shows(ana, "First?", "Second?", "Third?")
    assert order() == ["First?", "Second?", "Third?"]

    # Onto another page, and a page before another, by drag.
    ana.set_viewport_size({"width": 1280, "height": 1400})
    drag(ana, handle(ana, "First?"), ana.locator(f"#page-{last.pk} > .menu"))
    expect(said(ana)).to_have_text("First?: place 1 of 1 on page 2.")
    assert list(last.questions.values_list("text", flat=True)) == ["First?"]
    drag(ana, ana.get_by_role("button", name="Move page 2", exact=True), ana.locator(".qpage__title").first)
    expect(said(ana)).to_contain_text("place 1 of 2.")
    assert order() == ["First?", "Second?", "Third?"]

    # Somebody else was faster.
    authoring.move_question(question=Question.objects.get(text="Third?"), direction="up")
    drag(ana, handle(ana, "Third?"), ana.locator(f"#page-{last.pk} > .menu"))
    expect(said(ana)).to_contain_text("Somebody else changed this draft in the meantime.")
    assert order() == ["First?", "Third?", "Second?"]

    # The keys are listed; none does anything where somebody writes or wants none.
    press("?")
    expect(ana.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    axe(ana)
    ana.get_by_label("Single keys do something here").uncheck()
    press("Escape")
    ana.reload()
    press("j")
    press("x")
    press("?")
    expect(ana.get_by_role("dialog")).to_be_hidden()
    assert len(order()) == 3

    # What is typed is seen and timed, and not kept.
    handle(ana, "First?").locator("xpath=..").get_by_role("link", name="Change").click()
    ana.wait_for_url(re.compile("/questions/"))
    preview, minutes = ana.frame_locator("iframe"), ana.locator("#minutes")
    expect(minutes).to_contain_text("This question takes about")
    short = minutes.inner_text()
    ana.get_by_label("The question").fill("What <b>mattered</b> most? " + "And why? " * 40)
    expect(preview.get_by_text("What <b>mattered</b> most?")).to_be_visible()
    expect(minutes).not_to_have_text(short)
    expect(minutes).to_contain_text("You may ask one person for 30 minutes in 90 days.")
    assert order() == ["First?", "Third?", "Second?"]


@pytest.mark.looks
@pytest.mark.parametrize("width", [1280, 1000, 360])
def test_a_choice_has_room_for_its_words_whatever_can_be_said_of_it(visit: Visit, width: int) -> None:
    authoring.draft_of(cast.late_orders(), by=cast.ana())
    ana = visit(cast.ana(), viewport={"width": width, "height": 800})
    for kind in ("multiple", "single", "ranking", "matrix"):
        ana.goto(f"{EDITOR}questions/new/?kind={kind}")
        box = ana.locator("#id_choices-0-label").bounding_box()
        assert box is not None
        assert box["width"] >= 200, kind
