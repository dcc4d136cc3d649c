"""Every page, for every role that may open it, in a real browser: axe finds nothing, nothing is refused, nothing is too wide.

The browser asks Django's test client through a route, so that no second server runs and rows need no commit.
"""

from __future__ import annotations

import contextvars
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Page, Route

from tests import cast
from tests.conftest import signed_in
from tests.site.addresses import Address, addresses
from tests.site.doors import ROLES, TABLE
from tests.walks import browsing

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

HOST = "http://localhost"
# Keys that a library makes in mails and on devices: its own tests go there.
NOT_FURNISHED = [
    "account_confirm_email", "account_reset_password_from_key", "mfa_edit_webauthn", "mfa_remove_webauthn",
]  # fmt: skip
# A part of a page that script fetches into one: it is judged where it stands.
PARTS = {"insights:beside", "insights:beside_of_study"}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return browsing.launch_arguments()


class Reader:
    """Somebody with a browser, whose requests the test client answers."""

    def __init__(self, browser: Browser, client: Client) -> None:
        self.client = client
        self.complaints: list[str] = []
        self.at_hand: dict[str, Any] = {}
        self.here = contextvars.copy_context()
        self.context = browser.new_context(**browsing.WISHES)
        self.page = self.context.new_page()
        self.page.set_default_navigation_timeout(60_000)
        self.page.on("console", lambda message: self._hears(message.type, message.text))
        self.page.route("**/*", self._answers)

    def opens(self, path: str) -> Page:
        self.page.goto(HOST + path)
        return self.page

    def judges(self, path: str, answer: Any = None) -> list[str]:
        """What axe, the window and the console have against a page; `answer` is the page where it has just been asked for."""
        self.complaints.clear()
        if answer is not None:
            self.at_hand[path] = answer
        page = self.opens(path)
        return [line for screen in browsing.SCREENS for line in browsing.findings(page, *screen)] + self.complaints

    def judges_refusal(self, path: str) -> list[str]:
        """The same of a page that is refused: that it is, the console says too."""
        return [line for line in self.judges(path) if "Failed to load resource" not in line]

    def _hears(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def _answers(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST)
        if path.startswith(browsing.STATIC):
            browsing.fulfil(route, path)
            return
        answer = self.at_hand.pop(path, None) or self.here.run(self.client.get, path)
        headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[[str], Reader]]:
    """`reader(role)` is a browser in which one of that role is signed in; "anonymous" in which nobody is."""
    opened: list[Reader] = []

    def open_for(role: str) -> Reader:
        client = Client() if role == "anonymous" else just_signed_in(role)
        opened.append(Reader(browser, client))
        return opened[-1]

    yield open_for
    for one in opened:
        one.context.close()


def just_signed_in(role: str) -> Client:
    """A browser in which the password was given a moment ago, as the pages about one's own account ask for."""
    client = signed_in(cast.everybody()[role])
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


def path_of(address: Address, things: dict[str, dict[str, Any]]) -> str | None:
    """The address of something that is there; None where the house has nothing of the kind."""
    room = address.name.partition(":")[0]
    known = {**things["*"], **things.get(room, {}), **things.get(address.name, {})}
    try:
        return reverse(address.name, kwargs={name: known[name] for name in address.parameters})
    except (KeyError, NoReverseMatch):
        return None


def what_is_new(answer: Any) -> str:
    """The page without the rail and without what differs each time: two roles who read the same read it once."""
    page = answer.content.decode()
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", page[page.find("<main") :])


def is_page(answer: Any) -> bool:
    """Files and data are not judged, nor is what leads elsewhere."""
    return answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")


def rooms() -> list[str]:
    return sorted({_room(address) for address in addresses()})


def _room(address: Address) -> str:
    return address.name.partition(":" if ":" in address.name else "_")[0]


@pytest.mark.looks
@pytest.mark.parametrize("room", rooms())
def test_everybody_can_use_every_page(
    room: str, things: dict[str, dict[str, Any]], reader: Callable[[str], Reader]
) -> None:
    seen: set[tuple[str, str]] = set()
    asked: set[str] = set()
    there: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for role in ("anonymous", *ROLES):
        visitor = reader(role)
        for address in addresses():
            path = path_of(address, things)
            if path and _room(address) == room and role in TABLE[address.name] and address.name not in PARTS:
                answer = visitor.client.get(path)
                asked.add(address.name)
                there |= {address.name} if answer.status_code != 404 else set()
                page = (address.name, what_is_new(answer)) if is_page(answer) else None
                if page and page not in seen:
                    seen.add(page)
                    wrong[f"{role}: {address.name} {path}"] = visitor.judges(path, answer)
    assert {page: found for page, found in wrong.items() if found} == {}
    assert asked - there == set(), "the furnished house has nothing for these"
    assert seen


@pytest.mark.looks
def test_refusals_can_be_read_by_everybody(reader: Callable[[str], Reader]) -> None:
    cast.everybody()
    visitor = reader("researcher")
    refused = ("/no/such/page/", "/heard/", "/settings/audit/", "/me/no-such-link/consent/", "/a/no-such-link/x/y/")

    assert {path: visitor.judges_refusal(path) for path in refused} == {path: [] for path in refused}


@pytest.mark.django_db
def test_the_furnished_house_has_something_for_every_address(things: dict[str, dict[str, Any]]) -> None:
    assert [address.name for address in addresses() if path_of(address, things) is None] == NOT_FURNISHED
