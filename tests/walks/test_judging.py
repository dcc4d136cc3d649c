"""That letters like others are not measured again hides no fault: each is found on a page that follows a good one."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser

from tests.walks import browsing
from tests.walks.reader import reading

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db]

PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>html { background: #fff } p { color: #767676; font-size: 16px } p.large { color: #949494; font-size: 24px }
p.bold { color: #949494; font-size: 19px; font-weight: bold } %s</style><main>%s</main>"""
GOOD = PAGE % ("", "<p>Words</p><p class='large'>Large words</p><p class='bold'>Bold words</p>")
CONTRAST = ["360 px, light: color-contrast", "1280 px, dark: color-contrast"]
FAULTS = {
    "another ground": ("main { background: #ddd }", "<p>Words</p>", CONTRAST),
    "another ground in the dark": ("@media (prefers-color-scheme: dark) { p { background: #ddd } }", "<p>Words</p>", CONTRAST[1:]),
    "another ground on a phone": ("@media (width < 400px) { p { background: #ddd } }", "<p>Words</p>", CONTRAST[:1]),
    "another colour": ("p { color: #999 }", "<p>Words</p>", CONTRAST),
    "smaller letters": ("p.large { font-size: 16px }", "<p class='large'>Words</p>", CONTRAST),
    "thinner letters": ("p.bold { font-weight: normal }", "<p class='bold'>Words</p>", CONTRAST),
    "a shadow": (
        "p { text-shadow: 0 0 1px #fff, 1px 1px 0 #888, -1px -1px 0 #888, 1px -1px 0 #888, -1px 1px 0 #888 }", "<p>Words</p>", CONTRAST,
    ),
    "pale": ("main { opacity: 0.7 }", "<p>Words</p>", CONTRAST),
    "a veil before the ground": ("main { background: rgb(0 0 0 / 0.2) }", "<p>Words</p>", CONTRAST),
    "something lies under it": (
        "div { position: absolute; inset: 0; background: #ddd } p { position: relative }", "<div></div><p>Words</p>", CONTRAST,
    ),
    "it lies over something": (
        "div { height: 90px; background: #ddd } p { position: absolute; top: 0 }", "<div></div><p>Words</p>", CONTRAST,
    ),
    "it was moved over something": (
        "div { height: 90px; background: #ddd } p { transform: translateY(-90px) }", "<div></div><p>Words</p>", CONTRAST,
    ),
    "no label": ("", "<p>Words</p><input>", ["360 px, light: label", "1280 px, dark: label"]),
    "too small": ("button { font-size: 8px; padding: 0 }", "<button>+</button><button>-</button>", ["360 px, light: target-size", "1280 px, dark: target-size"]),
    "too wide": ("p { width: 500px }", "<p>Words</p>", ["360 px, light"]),
}  # fmt: skip


class Answering:
    """A client that finds one page everywhere."""

    page = GOOD

    def get(self, path: str) -> HttpResponse:
        return HttpResponse(self.page)


def test_a_fault_is_found_where_letters_are_like_others_that_were_judged_before(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "legible", set())
    client = Answering()
    with reading(browser, cast(Client, client)) as reader:
        page = reader.page(**browsing.WISHES)

        def judged() -> set[str]:
            page.goto("/")
            return {line.rpartition(": ")[0] for line in browsing.on_both_screens(page)}

        assert judged() == set()
        assert len(browsing.legible) == 3, "letters of each size and weight"
        found: dict[str, Any] = {}
        for fault, (style, words, _) in FAULTS.items():
            client.page = PAGE % (style, words)
            found[fault] = judged()
    assert found == {fault: set(expected) for fault, (_, _, expected) in FAULTS.items()}
