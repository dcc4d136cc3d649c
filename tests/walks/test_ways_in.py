"""A tablet at the counter and a widget on somebody else's site, in a real browser."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from allears.questionnaires.models import Answer, Response
from allears.studies import actions as studies
from allears.studies.models import WayIn
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking
from tests.walks import browsing

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
QUESTIONS: list[dict[str, Any]] = [
    {"kind": "scale", "text": "Would you order again?", "minimum": 0, "maximum": 10, "low_label": "never",
     "high_label": "surely"},
    {"kind": "long_text", "text": "What happened?"},
]  # fmt: skip
STRICT = "default-src 'none'; script-src {house}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def way_in(kind: str) -> str:
    return f"/a/{studies.make_public_link(study=cast.late_orders(), by=cast.ana(), kind=kind).token}/"


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**{**browsing.WISHES, "viewport": {"width": 1024, "height": 768}})
    yield context.new_page()
    context.close()


def test_one_after_the_other_answers_at_the_counter_and_sees_nothing_of_the_one_before(
    house: str, tablet: Page
) -> None:
    asking(QUESTIONS)
    door = house + way_in(WayIn.KIOSK)
    tablet.clock.install()

    tablet.goto(door)
    browsing.must_be_usable(tablet, ((1024, "light"), (360, "dark")))
    tablet.get_by_label("What happened?").fill("Mr Smith next door waited nine days.")
    tablet.get_by_role("button", name="Send").click()
    expect(tablet.get_by_role("heading", name="Thank you.")).to_be_visible()
    expect(tablet.get_by_text("nine days")).to_have_count(0)
    browsing.must_be_usable(tablet, ((1024, "light"), (360, "dark")))

    tablet.clock.run_for(21_000)
    expect(tablet).to_have_url(door)
    expect(tablet.get_by_label("What happened?")).to_have_value("")
    tablet.go_back()
    expect(tablet.get_by_text("nine days")).to_have_count(0)
    assert Verbatim.objects.get().text == "Mr Smith next door waited nine days."


def test_what_was_ticked_is_not_ticked_again_for_who_goes_back_at_the_counter(house: str, tablet: Page) -> None:
    asking(QUESTIONS)
    door = house + way_in(WayIn.KIOSK)
    tablet.goto(door)
    tablet.get_by_label("3", exact=True).check(force=True)
    tablet.get_by_role("button", name="Send").click()
    tablet.get_by_role("link", name="Begin anew").click()
    expect(tablet).to_have_url(door)

    for _back in range(2):
        tablet.go_back()
    expect(tablet).to_have_url(door)
    expect(tablet.get_by_role("radio")).to_have_count(11)
    expect(tablet.get_by_role("radio", checked=True)).to_have_count(0)
    assert Answer.objects.get().number == 3


def test_whoever_is_quiet_is_asked_and_can_go_on_with_everything_they_wrote(house: str, tablet: Page) -> None:
    asking(QUESTIONS)
    door = house + way_in(WayIn.KIOSK)
    tablet.clock.install()
    tablet.goto(door)
    words = tablet.get_by_label("What happened?")
    words.fill("It came late.")
    stay = tablet.get_by_role("button", name="Go on answering")
    # Once it has asked it waits twenty seconds, and a busy machine may need longer to judge how it looks.
    tablet.locator("#still-there").evaluate("dialog => dialog.showModal()")
    browsing.must_be_usable(tablet, ((1024, "light"), (360, "dark")))
    stay.click()

    tablet.clock.run_for(61_000)
    expect(stay).to_be_focused()
    tablet.keyboard.press("Enter")
    tablet.clock.run_for(30_000)
    expect(words).to_have_value("It came late.")

    tablet.clock.run_for(35_000)
    expect(stay).to_be_visible()
    assert not Response.objects.exists()
    tablet.clock.run_for(21_000)
    expect(words).to_have_value("")
    tablet.wait_for_load_state()  # before its script has run, nothing counts as answered on a page
    begun = Response.objects.get()
    assert (begun.submitted_at, [answer.text for answer in begun.answers.all()]) == (None, ["It came late."])

    # Begun anew by hand it is kept as well; a visit in which nothing was answered leaves nothing.
    words.fill("It never came.")
    words.blur()
    tablet.clock.run_for(61_000)
    tablet.get_by_role("link", name="Begin anew").click()
    expect(words).to_have_value("")
    tablet.clock.run_for(82_000)
    expect(tablet).to_have_url(door)
    said = Answer.objects.order_by("pk").values_list("text", flat=True)
    assert list(said) == ["It came late.", "It never came."]
    assert not Verbatim.objects.exists()


@pytest.fixture
def their_site(house: str) -> Iterator[Any]:
    """A site of somebody else, at another address, whose policy allows our script and nothing else."""

    class Site(http.server.BaseHTTPRequestHandler):
        line = ""

        def do_GET(self) -> None:
            body = f"<!doctype html><html lang=en><title>Their shop</title><h1>Shop</h1>{Site.line}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", STRICT.format(house=house))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server, Site
    server.shutdown()
    server.server_close()


# The shadow is closed to the page around it; the test opens it to look inside.
OPEN_SHADOWS = """const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function () { return attach.call(this, { mode: "open" }); };"""
SIZES = """box => [...box.querySelectorAll("p, a, button")].map(each =>
  [getComputedStyle(each).fontSize, getComputedStyle(each).minHeight])"""


def test_the_widget_asks_on_a_foreign_page_under_a_strict_policy(house: str, browser: Browser, their_site: Any) -> None:
    version = asking(QUESTIONS)
    server, handler = their_site
    handler.line = f'<script src="{house}{way_in(WayIn.WIDGET)}widget.js" async></script>'
    context = browser.new_context(**browsing.WISHES)
    context.add_init_script(OPEN_SHADOWS)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "policy" in message.text.lower() else None)
    page.goto(f"http://127.0.0.1:{server.server_port}/")

    widget = page.get_by_role("region", name="A question from")
    expect(widget.get_by_text("Would you order again?")).to_be_visible()
    assert widget.evaluate("node => getComputedStyle(node).position") == "fixed"
    as_elsewhere = widget.evaluate(SIZES)
    page.evaluate("document.documentElement.style.fontSize = '62.5%'")  # as on many a site, for sums that are easier
    assert widget.evaluate(SIZES) == as_elsewhere
    page.evaluate(AXE_SCRIPT)  # their house has no file of it
    browsing.must_be_usable(page, ((360, "light"), (1280, "dark")))
    page.set_viewport_size({"width": 320, "height": 740})
    assert widget.locator(".steps").evaluate(browsing.ROWS) == [6, 5]
    assert [line for line in refused if "favicon" not in line] == []
    assert context.cookies() == []
    assert page.evaluate("localStorage.length") == 0

    with context.expect_page() as opened:
        widget.get_by_role("link", name="7", exact=True).click()
    answering = opened.value
    expect(answering.get_by_label("7", exact=True)).to_be_checked()
    assert not Response.objects.exists()
    answering.get_by_role("button", name="Send").click()
    expect(answering.get_by_role("heading", name="Thank you.")).to_be_visible()
    response = Response.objects.get()
    assert (response.version, response.public_link.kind if response.public_link else "") == (version, "widget")
    expect(widget).to_have_count(0)
    assert page.evaluate("Object.values(localStorage)") == ["opened"]
    assert context.cookies(page.url) == []
    context.close()


def test_after_a_click_the_visitors_own_browser_notes_that_they_were_asked(
    house: str, browser: Browser, their_site: Any
) -> None:
    asking(QUESTIONS)
    server, handler = their_site
    handler.line = f'<script src="{house}{way_in(WayIn.WIDGET)}widget.js" async></script>'
    context = browser.new_context(**browsing.WISHES)
    context.add_init_script(OPEN_SHADOWS)
    page = context.new_page()
    address = f"http://127.0.0.1:{server.server_port}/"
    widget = page.get_by_role("region", name="A question from")

    page.goto(address)
    widget.get_by_role("button", name="Not now").press("Enter")
    expect(widget).to_have_count(0)
    days = "Object.values(localStorage).map(until => Math.round((Number(until) - Date.now()) / 864e5))"
    assert page.evaluate(days) == [7]
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(widget).to_have_count(0)

    page.evaluate("localStorage.setItem(localStorage.key(0), String(Date.now() - 1))")
    page.goto(address)
    widget.get_by_role("button", name="Not again here").press("Enter")
    assert page.evaluate("Object.values(localStorage)") == ["no"]
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(widget).to_have_count(0)
    context.close()
