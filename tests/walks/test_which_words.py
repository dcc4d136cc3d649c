"""Which words are shown is chosen in a sheet that is fetched when it is opened, or on a page of its own without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests import cast
from tests.insights.stories import coded, said
from tests.walks.browsing import must_be_usable
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

ROOM = "/insights/late-orders/words/"


@pytest.fixture
def at_the_words(visit: Visit, request: pytest.FixtureRequest) -> Page:
    """Ana, in front of words about two themes, those with “late” in them."""
    cast.late_orders()
    coded(said("It came late, and nobody called."), "silence", "nobody called")
    coded(said("It came late, in a wet box."), "packaging", "wet box")
    said("All well.")
    return visit(cast.ana(), f"{ROOM}?q=late", **getattr(request, "param", {}))


def test_the_sheet_is_fetched_once_it_is_opened_and_what_was_asked_before_stays(at_the_words: Page) -> None:
    page = at_the_words
    assert page.get_by_label("Theme", exact=True).count() == 0
    page.get_by_role("button", name="Filter", exact=True).focus()
    page.keyboard.press("Enter")
    themes = page.get_by_label("Theme", exact=True)
    expect(themes).to_be_visible()
    expect(page.get_by_label("Said in answer to")).to_be_focused()
    must_be_usable(page)
    page.keyboard.press("Escape")
    expect(themes).to_be_hidden()
    expect(page.get_by_role("button", name="Filter", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    themes.select_option(label="silence")
    page.get_by_role("button", name="Show these words").click()
    expect(page).to_have_url(re.compile(r"\?q=late&theme=\w+$"))
    expect(page.get_by_text("nobody called")).to_be_visible()
    expect(page.get_by_text("wet box")).to_have_count(0)


def test_when_the_server_breaks_the_reader_is_told_in_front_of_the_sheet_which_still_leads_to_the_page(
    at_the_words: Page,
) -> None:
    page = at_the_words
    fetched = 0

    def counted(request: Request) -> None:
        nonlocal fetched
        fetched += "/words/filters/" in request.url

    page.on("request", counted)
    page.route(re.compile("/words/filters/"), lambda route: route.fulfill(status=500, body="<h1>Something broke</h1>"))
    page.get_by_role("button", name="Filter", exact=True).click()
    told = page.get_by_text("The server did not answer.")
    expect(told).to_be_visible()
    assert told.evaluate("it => it.matches(':popover-open')"), "it stands behind the sheet"
    expect(page.get_by_role("link", name="Choose which words are shown")).to_be_visible()
    expect(page.get_by_text("Something broke")).to_have_count(0)
    page.locator("#narrow").get_by_role("button", name="Close").click()
    expect(page.locator("#narrow")).to_be_hidden()

    page.unroute(re.compile("/words/filters/"))
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_label("Theme", exact=True)).to_be_visible()
    expect(told).to_be_hidden()
    until_it_was_there = fetched
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_label("Theme", exact=True)).to_be_visible()
    assert fetched == until_it_was_there


@pytest.mark.parametrize("at_the_words", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_the_sheet_leads_to_a_page(at_the_words: Page) -> None:
    page = at_the_words
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("link", name="Choose which words are shown").click()
    expect(page.get_by_role("heading", name="Which words?")).to_be_visible()
    page.get_by_label("Theme", exact=True).select_option(label="packaging")
    page.get_by_role("button", name="Show these words").click()
    expect(page).to_have_url(re.compile(r"\?q=late&theme=\w+$"))
    expect(page.get_by_text("wet box")).to_be_visible()
    expect(page.get_by_text("nobody called")).to_have_count(0)
