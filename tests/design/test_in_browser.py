"""The gallery in a real browser: what no template test can see.

The browser asks Django's test client.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from allears.design import gallery
from tests.walks import browsing
from tests.walks.reader import Reader, reading

pytestmark = [pytest.mark.browser, pytest.mark.looks]
ADDRESSES = [f"/design/{name}/" for name in gallery.PAGES] + [f"/design/sheets/{name}/" for name in gallery.SHEETS]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return browsing.launch_arguments()


@pytest.fixture
def reader(browser: Browser, as_ana: Client) -> Iterator[Reader]:
    with reading(browser, as_ana) as made:
        yield made


def opens(reader: Reader, path: str, width: int = 1280, scheme: Any = "light", script: bool = True) -> Page:
    """Ana opens a page of the gallery in a browser of its own."""
    page = reader.page(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=script,
        permissions=["clipboard-write"],
    )
    page.goto(path)
    return page


def test_every_page_fits_obeys_the_policy_and_satisfies_axe(reader: Reader) -> None:
    page = opens(reader, ADDRESSES[0])
    for address in ADDRESSES:
        page.goto(address)
        assert browsing.on_both_screens(page, browsing.EVERY_RULE) == [], address
    assert reader.complaints == []


def test_behind_more_stands_what_the_line_has_no_room_for_also_without_script_and_on_paper(reader: Reader) -> None:
    page = opens(reader, "/design/words/", width=360, script=False)
    behind = page.locator(".meta__more dd").first
    expect(behind).to_be_hidden()
    page.locator(".meta__more summary").first.click()
    expect(behind).to_be_visible()

    paper = opens(reader, "/design/words/", width=700)
    paper.emulate_media(media="print")
    box = paper.locator(".meta__more dd").first.bounding_box()
    assert box is not None
    assert box["width"] > 300


def test_a_dialog_opens_in_place_and_escape_leaves_it(reader: Reader) -> None:
    page = opens(reader, "/design/controls/")
    page.click("a[data-dialog]")
    assert page.locator("dialog").evaluate("it => it.open")
    page.keyboard.press("Escape")
    assert not page.locator("dialog").evaluate("it => it.open")


def test_no_go_back_inside_a_dialog_only_closes_it(reader: Reader) -> None:
    page = opens(reader, "/design/controls/")
    page.click("a[data-dialog]")
    page.click("dialog [data-cancel]")
    assert not page.locator("dialog").evaluate("it => it.open")


def test_without_script_the_question_is_a_page_of_its_own(reader: Reader) -> None:
    page = opens(reader, "/design/controls/", script=False)
    page.click("a[data-dialog]")
    expect(page).to_have_url(f"{reader.host}/design/controls/#close-it")
    expect(page.locator("dialog")).to_be_hidden()


def test_a_menu_closes_on_escape_and_gives_the_focus_back(reader: Reader) -> None:
    page = opens(reader, "/design/controls/")
    page.click("summary:has-text('More')")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent") == "More"


def test_copying_says_that_it_worked(reader: Reader) -> None:
    page = opens(reader, "/design/controls/")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: {writeText: async () => {}}})")
    page.locator("[data-copy]").evaluate("it => { it.hidden = false }")
    page.click("[data-copy]")
    expect(page.locator("[data-copy]")).to_have_text("Copied")


def test_on_a_phone_the_rail_is_a_menu_even_without_script(reader: Reader) -> None:
    page = opens(reader, "/design/home/", width=360, script=False)
    assert not page.locator("nav.rail").is_visible()
    page.click(".topbar button")
    expect(page.locator("nav.rail")).to_be_visible()


def test_whoever_tabs_past_the_end_of_the_menu_does_not_walk_behind_it(reader: Reader) -> None:
    page = opens(reader, "/design/home/", width=360)
    page.locator(".topbar button").focus()
    page.keyboard.press("Enter")
    menu = page.locator("nav.rail")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Close the menu"
    while page.evaluate("document.activeElement.closest('.rail') !== null"):
        expect(menu).to_be_visible()
        page.keyboard.press("Tab")
    expect(menu).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_double_click_sends_a_form_once(reader: Reader) -> None:
    page = opens(reader, "/design/controls/")
    sent = """form => {
        let sent = 0;
        document.addEventListener("submit", event => { sent += !event.defaultPrevented; event.preventDefault(); });
        form.requestSubmit(); form.requestSubmit();
        return sent;
    }"""
    assert page.locator("main form.inline-form >> nth=0").evaluate(sent) == 1


def test_when_the_server_does_not_answer_a_piece_of_a_page_the_reader_is_told(reader: Reader) -> None:
    page = opens(reader, "/design/controls/")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:error'))")
    assert page.locator("#no-answer").is_visible()


def test_a_form_that_came_back_begins_at_its_summary(reader: Reader) -> None:
    page = opens(reader, "/design/forms/")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.click(".summary a >> nth=0")
    assert page.evaluate("document.activeElement.name") == "name"


def test_a_participant_can_hit_everything_with_a_thumb(reader: Reader) -> None:
    page = opens(reader, "/design/sheets/ask/", width=360, script=False)
    sizes = page.locator(".choice, .button, .ways a, .answer").evaluate_all(
        "all => all.map(it => it.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
    )
    assert min(sizes) >= 44


def test_the_line_above_a_participants_title_does_not_run_into_it(reader: Reader) -> None:
    page = opens(reader, "/design/sheets/ask/", width=360, script=False)
    between = "document.querySelector('h1').getBoundingClientRect().top - document.querySelector('.kicker').getBoundingClientRect().bottom"
    assert page.evaluate(between) >= 4
