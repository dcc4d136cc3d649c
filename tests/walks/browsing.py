"""How tests drive Chromium, and how they ask axe."""

from __future__ import annotations

import mimetypes
import shutil
from functools import cache
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_FILE_PATH
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, expect

QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
# Nothing fades: a colour half-way between two themes would be judged.
WISHES: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
# All that axe knows, and what of it a law asks for.
EVERY_RULE: dict[str, Any] = {"resultTypes": ["violations"]}
RULES = {**EVERY_RULE, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
JUDGE = Path(__file__).with_name("judge.js").read_text(encoding="utf-8")
# The looks on which letters were found to be legible so far: judge.js says what a look is.
legible: set[str] = set()
# How many steps of a scale stand in each row, each as wide and as tall as a thumb.
ROWS = """scale => {
    const rows = {};
    for (const step of scale.children) {
        const place = step.getBoundingClientRect();
        if (place.width < 44 || place.height < 44) throw Error(`${step.innerText}: ${place.width} x ${place.height} px`);
        (rows[Math.round(place.top)] ??= []).push(step);
    }
    return Object.values(rows).map(row => row.length);
}"""
# A busy machine may need this long for a page; what comes sooner is not waited for any longer.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
Scheme = Literal["light", "dark"]
# One phone in the light and one desk in the dark: colours and widths are independent of each other.
SCREENS: tuple[tuple[int, Scheme], ...] = ((360, "light"), (1280, "dark"))
STATIC = "/static/"
# Where tests find axe among the static files, as (prefix, folder).
AXE_FILES = ("axe", AXE_FILE_PATH.parent)
AXE = f"axe/{AXE_FILE_PATH.name}"


def launch_arguments() -> dict[str, Any]:
    """Where Chromium is and how it starts."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    assert found, "The browser tests need Chromium. On Debian: apt-get install chromium-headless-shell"
    return {"executable_path": found, "args": QUIET.split()}


@cache
def static_file(name: str) -> tuple[bytes, str] | None:
    """A static file and what it is, or None: looked for once a run, since the style sheets are put together anew each time."""
    found = finders.find(name)
    if not found:
        return None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Path(str(found)).read_bytes(), f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def must_be_usable(page: Page, screens: tuple[tuple[int, Scheme], ...] = SCREENS) -> None:
    """Fail when axe finds a violation, or when the page is wider than its window, on any of `screens`.

    A page that a click has just led to is waited for until all of it is there.
    """
    page.wait_for_load_state()
    wrong = [finding for screen in screens for finding in findings(page, *screen)]
    assert wrong == [], page.url


def on_both_screens(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What is wrong with `page` on either screen: first on the one that its window has, so that it is resized once a page."""
    width = (page.viewport_size or {"width": 0})["width"]
    screens = sorted(SCREENS, key=lambda screen: screen[0] != width)
    return [finding for screen in screens for finding in findings(page, *screen, rules)]


def findings(page: Page, width: int, scheme: Scheme, rules: dict[str, Any] = RULES) -> list[str]:
    """What is wrong with `page` at this width in this scheme, in lines that name rule and element."""
    if page.viewport_size != {"width": width, "height": 900}:
        page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found, wide, looks = page.evaluate(JUDGE, [scheme, rules, f"{STATIC}{AXE}", [*legible]])
    legible.update(looks)
    where = f"{width} px, {scheme}"
    return [f"{where}: {line}" for line in found] + ([f"{where}: {wide} px wide"] if wide > width else [])
