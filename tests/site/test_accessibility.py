"""Every page, for every role that may open it, in a real browser: axe finds nothing, nothing is refused, nothing is too wide.

The browser asks Django's test client: rows need no commit. One window reads a whole room, whoever is signed in.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Page

from tests import cast
from tests.conftest import signed_in
from tests.site.addresses import Address, addresses
from tests.site.doors import ROLES, TABLE
from tests.walks import browsing
from tests.walks.reader import Reader, reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# Keys that a library makes in mails and on devices: its own tests go there.
NOT_FURNISHED = [
    "account_confirm_email", "account_reset_password_from_key", "mfa_edit_webauthn", "mfa_remove_webauthn",
]  # fmt: skip
# A part of a page that script fetches into one: it is judged where it stands.
PARTS = {"insights:beside", "insights:beside_of_study"}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return browsing.launch_arguments()


def judged(reader: Reader, page: Page, path: str) -> list[str]:
    """What axe, the window and the console have against the page at `path`."""
    reader.complaints.clear()
    page.goto(path)
    assert path not in reader.at_hand, "what the browser has kept of somebody else's page was not to be judged"
    return browsing.on_both_screens(page) + reader.complaints


def client_of(role: str) -> Client:
    """One in which somebody of that role gave the password a moment ago, as the pages about one's own account ask for."""
    if role == "anonymous":
        return Client()
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
def test_everybody_can_use_every_page(room: str, things: dict[str, dict[str, Any]], browser: Browser) -> None:
    seen: set[tuple[str, str]] = set()
    asked: set[str] = set()
    there: set[str] = set()
    wrong: dict[str, list[str]] = {}
    with reading(browser, Client()) as visitor:
        window = visitor.page(**browsing.WISHES)
        for role in ("anonymous", *ROLES):
            visitor.client = client_of(role)
            for address in addresses():
                path = path_of(address, things)
                if path and _room(address) == room and role in TABLE[address.name] and address.name not in PARTS:
                    answer = visitor.get(path)
                    asked.add(address.name)
                    there |= {address.name} if answer.status_code != 404 else set()
                    page = (address.name, what_is_new(answer)) if is_page(answer) else None
                    if page and page not in seen:
                        seen.add(page)
                        visitor.at_hand[path] = answer
                        wrong[f"{role}: {address.name} {path}"] = judged(visitor, window, path)
    assert {page: found for page, found in wrong.items() if found} == {}
    assert asked - there == set(), "the furnished house has nothing for these"
    assert seen


@pytest.mark.looks
def test_refusals_can_be_read_by_everybody(browser: Browser) -> None:
    cast.everybody()
    refused = ("/no/such/page/", "/heard/", "/settings/audit/", "/me/no-such-link/consent/", "/a/no-such-link/x/y/")

    with reading(browser, client_of("researcher")) as visitor:
        window = visitor.page(**browsing.WISHES)
        found = {path: judged(visitor, window, path) for path in refused}
    wrong = {path: [line for line in lines if "Failed to load resource" not in line] for path, lines in found.items()}
    assert wrong == {path: [] for path in refused}


@pytest.mark.django_db
def test_the_furnished_house_has_something_for_every_address(things: dict[str, dict[str, Any]]) -> None:
    assert [address.name for address in addresses() if path_of(address, things) is None] == NOT_FURNISHED
