"""The longest words that participants meet, those of German, have room on the narrowest telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.site.test_in_every_language import furnished, pages
from tests.walks import browsing

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
LOOKED_AT = {
    "answering:page", "answering:decline", "answering:later", "answering:somebody", "answering:review", "studies:named",
    "people:leave", "web:me", "web:personal", "web:public_statement", "proofs:proof",
}  # fmt: skip
CUT = """() => [document.documentElement, ...document.querySelectorAll("h1, h2, p, label, button, .button, th, td, legend")]
    .filter(it => it.clientWidth && it.scrollWidth > it.clientWidth + 1 && !it.closest(".visually-hidden"))
    .map(it => `${it.tagName} ${it.scrollWidth} > ${it.clientWidth}: ${it.innerText.slice(0, 60)}`)"""


def test_long_words_have_room_on_the_narrowest_telephone(house: str, browser: Browser) -> None:
    paths = {name: path for name, path, _html in pages(furnished(), "de") if name in LOOKED_AT}
    assert set(paths) == LOOKED_AT
    context = browser.new_context(**{**browsing.WISHES, "viewport": {"width": 320, "height": 640}})
    page, cut = context.new_page(), {}
    for name, path in paths.items():
        page.goto(f"{house}{path}?lang=de")
        assert page.locator("html").get_attribute("lang") == "de", name
        if found := page.evaluate(CUT):
            cut[name] = found
    context.close()
    assert cut == {}
