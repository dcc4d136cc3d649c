"""What is refused is refused in words: every address, asked in every way that it does not take, answers with a page.

For staff in the house's frame, for participants in their own light one; and it leads somewhere.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from allears.core.views import server_error
from tests import cast
from tests.conftest import signed_in
from tests.site.addresses import addresses
from tests.site.doors import TABLE
from tests.site.test_accessibility import path_of

pytestmark = [pytest.mark.looks, pytest.mark.django_db]

WAYS = ("get", "post", "put", "delete", "patch")
# Which ways an address takes at all does not depend on who asks: one of the staff tries all of them.
FEW = ("get", "post")


def all_refusals(client: Client, role: str, things: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Every refusal that `role` meets in the furnished house, by the way of asking and the address."""
    client.raise_request_exception = False
    met = {}
    ways = WAYS if role in ("anonymous", "researcher") else FEW
    for address in addresses():
        path = path_of(address, things)
        for way in ways if path and address.name != "account_logout" else ():
            if way == "post" and role in TABLE[address.name]:
                continue  # what forms do is told elsewhere
            answer = getattr(client, way)(path)
            if answer.status_code >= 400:
                met[f"{way} {path}"] = answer
    return met


@pytest.mark.parametrize("role", ["anonymous", "researcher", "staff", "administrator"])
def test_every_refusal_is_a_page_with_a_heading_in_its_frame_and_a_way_on(
    role: str, things: dict[str, dict[str, Any]]
) -> None:
    client = Client() if role == "anonymous" else signed_in(cast.everybody()[role])
    met = all_refusals(client, role, things)

    assert {asked: answer.status_code for asked, answer in met.items() if not _helps(asked, answer)} == {}
    assert {answer.status_code for answer in met.values()} >= {405} | ({403} if role != "anonymous" else set())
    if role == "researcher":
        the_pages_of_forms_lead_to_where_the_forms_stand(client, met)


def the_pages_of_forms_lead_to_where_the_forms_stand(client: Client, met: dict[str, Any]) -> None:
    only_forms = {asked: answer for asked, answer in met.items() if asked.startswith("get ") and answer.status_code == 405}
    ways_on = {asked: _followed(client, answer) for asked, answer in only_forms.items()}
    assert {asked: found for asked, found in ways_on.items() if found not in (200, 302)} == {}
    assert len(ways_on) > 20, ways_on


def _helps(asked: str, answer: Any) -> bool:
    page = HTMLParser(answer.content.decode())
    light = asked.split()[1].startswith(settings.LIGHT_FRAME)
    sheet = "/static/design/participant.css" if light else "/static/design/allears.css"
    framed = page.css_first(f"link[href='{sheet}']") is not None
    allowed = answer.status_code != 405 or bool(answer.get("Allow"))
    return framed and allowed and page.css_first("h1") is not None and page.css_first("main a[href]") is not None


def _followed(client: Client, answer: Any) -> int:
    """The state of the first page that the way on of a refusal leads to; forms' addresses lie within each other."""
    while answer.status_code == 405:
        assert "POST" in answer["Allow"]
        answer = client.get(HTMLParser(answer.content.decode()).css_first("main a").attributes["href"])
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("path", "sheet"),
    [
        ("/nothing/here/", "allears.css"),
        ("/studies/no-such-study/nor/this/", "allears.css"),
        ("/a/some-link-or-other-1/nothing/here/", "participant.css"),
        ("/a/too-short/", "participant.css"),
        ("/me/some-link-or-other-1/nothing/", "participant.css"),
        ("/me/some-link-or-other-1/", "participant.css"),
        ("/people/leave/not-ours/", "participant.css"),
    ],
)
def test_an_unknown_address_is_answered_in_the_frame_of_its_neighbours(path: str, sheet: str) -> None:
    answer = Client().get(path)

    page = HTMLParser(answer.content.decode())
    assert answer.status_code == 404
    assert [link.attributes["href"] for link in page.css("link[rel=stylesheet]")] == [f"/static/design/{sheet}"]
    assert page.css_first("h1") is not None


def test_a_public_page_that_is_not_there_is_said_in_the_readers_language() -> None:
    answer = Client().get("/statement/1900/", headers={"accept-language": "ar"})
    page = HTMLParser(answer.content.decode())
    assert answer.status_code == 404
    assert page.css_first("html").attributes["lang"] == "ar"
    assert "لا توجد صفحة" in page.css_first("h1").text()


@pytest.mark.parametrize("path", ["/accounts/login/", "/me/", "/studies/new/"])
def test_more_than_we_take_at_once_is_said_so(path: str, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = signed_in(cast.ana()).post(path, {"email": "x" * 2000, "login": "y" * 2000, "title": "z" * 2000})

    assert (answer.status_code, "more than we can take" in answer.content.decode()) == (413, True)


def test_a_host_that_is_not_ours_is_refused_in_words() -> None:
    answer = Client().get("/", headers={"host": "elsewhere.example"})

    assert (answer.status_code, answer.content.decode().count("<h1")) == (400, 1)


@pytest.mark.parametrize("path", ["/", "/a/some-link-or-other-1/", "/me/x/"])
def test_what_broke_on_our_side_is_said_without_asking_the_database(path: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get(path))

    assert (answer.status_code, "our fault" in answer.content.decode()) == (500, True)
