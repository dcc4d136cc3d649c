"""A real browser on the real server: Debian's Chromium, driven through whole stories.

`live_server` serves from a file (or from PostgreSQL), so that the browser and the test see the same rows; what a test
made is emptied after it. Use `visit(user)` for a page in which somebody is signed in, and `axe(page)` to ask whether
everybody could use what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as house_settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from allears.core.models import User
from tests.conftest import signed_in
from tests.walks import browsing

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, quiet and without calls home."""
    return browsing.launch_arguments()


@pytest.fixture
def house(live_server: Any, settings: Any) -> str:
    """The address of a running house, which knows it: links in mails lead back to it."""
    settings.BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    address: str = live_server.url
    return address


@pytest.fixture
def visit(browser: Browser, house: str) -> Iterator[Visit]:
    """`visit(user, path)` opens a page for somebody who is signed in (None: for anybody), each in a browser of their own.

    More arguments are the browser's: `java_script_enabled=False`, `viewport={"width": 360, "height": 740}`.
    """
    opened: list[BrowserContext] = []

    def open_page(user: User | None = None, path: str = "", **wishes: Any) -> Page:
        context = browser.new_context(base_url=house, **{**browsing.WISHES, **wishes})
        opened.append(context)
        if user:
            context.add_cookies([_cookie(signed_in(user), house)])
        page = context.new_page()
        page.set_default_timeout(browsing.PATIENCE)
        if path:
            page.goto(path)
        return page

    yield open_page
    for context in opened:
        context.close()


def _cookie(client: Client, address: str) -> Any:
    name = house_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails when the page breaks a rule of WCAG 2.2 AA: light on a phone, dark on a desk.

    How a page looks is the same on every database: it is judged on SQLite.
    """
    return browsing.must_be_usable if connection.vendor == "sqlite" else lambda page: None
