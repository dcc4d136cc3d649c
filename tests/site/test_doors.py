"""Every address, every role: who gets in is what the table says, and nothing falls over."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from allears.core.models import User
from tests import cast
from tests.conftest import signed_in
from tests.site.addresses import Address, addresses
from tests.site.doors import ANYBODY, ROLES, TABLE

# What stands in for a parameter when nothing of that kind exists.
NOTHING = {
    "slug": "no-such-study", "ref": "0000000000", "token": "x" * 24, "key": "x", "uidb36": "1", "pk": "999999",
    "name": "nothing", "number": "1", "year": "2000", "kind": "verbatim", "page": "words",
}  # fmt: skip
NO_KEY = "00000000-0000-4000-8000-000000000000"


def test_every_address_has_a_line_in_the_table_and_every_line_an_address() -> None:
    named = {address.name for address in addresses()}

    assert named - set(TABLE) == set(), "add these to tests/site/doors.py"
    assert set(TABLE) - named == set(), "these are gone: take them out of tests/site/doors.py"


def test_every_view_has_a_door() -> None:
    assert [a.name for a in addresses() if not a.of_a_library and a.door is None] == []


def test_the_doors_let_in_whom_the_table_names() -> None:
    found = {address.name: _let_in(address) for address in addresses() if not address.of_a_library}

    assert found == {name: TABLE[name] for name in found}


def test_only_pages_that_live_by_a_token_do_without_the_forms_token() -> None:
    bare = {a.name for a in addresses() if getattr(a.view, "csrf_exempt", False)}

    assert {name for name in bare if "anonymous" not in TABLE[name]} == set()


def _let_in(address: Address) -> frozenset[str]:
    if address.door == "open":
        return frozenset({"anonymous", *ROLES})
    return frozenset(role for role in ROLES if address.door(User(role=role)))


def path_of(address: Address) -> str:
    """An address to ask for, of things that do not exist."""
    tries = [
        dict.fromkeys([NOTHING.get(parameter, "0000000000"), "999999", NO_KEY]) for parameter in address.parameters
    ]
    for values in itertools.product(*tries):
        try:
            return reverse(address.name, kwargs=dict(zip(address.parameters, values, strict=True)))
        except NoReverseMatch:
            continue
    raise AssertionError(f"{address.name} takes parameters that tests/site/test_doors.py does not know")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["anonymous", *ROLES])
@pytest.mark.parametrize("method", ["get", pytest.param("post", marks=pytest.mark.alike)])
def test_each_role_gets_in_where_the_table_says_and_nowhere_else(role: str, method: str) -> None:
    client = Client() if role == "anonymous" else signed_in(cast.everybody()[role])
    client.raise_request_exception = False
    wrong = []
    for address in addresses():
        if address.name == "account_logout" and method == "post":
            continue
        answer = getattr(client, method)(path_of(address))
        if _was_let_in(answer, address) != (role in TABLE[address.name]) or answer.status_code >= 500:
            wrong.append((address.name, role, method, answer.status_code, answer.get("Location", "")))
    assert wrong == []


def _was_let_in(answer: Any, address: Address) -> bool:
    """A closed door sends the anonymous to the sign-in page and refuses everybody else."""
    if address.of_a_library and TABLE[address.name] == ANYBODY:
        return True  # on the way in, being sent to the sign-in page is an answer like another
    return answer.status_code != 403 and not _sends_to_sign_in(answer)


def _sends_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


@pytest.mark.django_db
def test_what_no_address_leads_to_is_a_page_that_helps() -> None:
    answer = Client().get("/no/such/page/")

    assert answer.status_code == 404
    assert "<h1" in answer.content.decode()


@pytest.mark.django_db
def test_every_answer_carries_the_strict_policy(as_ada: Client) -> None:
    for path in ("/accounts/login/", reverse("core:health"), "/no/such/page/", "/healthz"):
        answer = as_ada.get(path)
        if path != "/healthz":
            policy = answer["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_with_words() -> None:
    careful = Client(enforce_csrf_checks=True)

    answer = careful.post("/accounts/login/", {"login": "a@b.example", "password": "x"})

    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()
