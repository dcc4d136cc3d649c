"""Words are given a theme by keyboard alone, in a desk that is seen whole and that nobody walks behind."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from allears.insights.models import Coding
from tests import cast
from tests.insights.stories import said, theme
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
IS_SEEN_WHOLE = "desk => desk.getBoundingClientRect().bottom <= innerHeight + 1"


@pytest.fixture
def at_the_desk(visit: Visit) -> Page:
    """Ana, with the desk open on all of somebody's words, in a low window."""
    theme("silence")
    said("It came late, and nobody called.")
    page = visit(cast.ana(), "/insights/late-orders/words/", viewport={"width": 1280, "height": 300})
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_placeholder("Find or name a theme")).to_be_focused()
    return page


def test_the_desk_is_seen_whole_and_gives_the_theme_that_is_typed(at_the_desk: Page) -> None:
    page = at_the_desk
    assert page.locator("#desk-form").evaluate(IS_SEEN_WHOLE)
    page.keyboard.type("sil")
    page.keyboard.press("Enter")
    expect(page.get_by_text("These words speak of silence now.")).to_be_visible()
    assert [coding.theme.name for coding in Coding.objects.all()] == ["silence"]


def test_the_desk_closes_when_the_focus_leaves_it(at_the_desk: Page) -> None:
    page, desk = at_the_desk, at_the_desk.locator("#desk-form")
    while page.evaluate("document.activeElement.closest('#desk-form') !== null"):
        expect(desk).to_be_visible()
        page.keyboard.press("Tab")
    expect(desk).to_be_hidden()
