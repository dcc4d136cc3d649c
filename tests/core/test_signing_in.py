"""Signing in: password, forgotten password, second step, recovery codes; and nobody registers alone."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from allears.cli.serve import announced
from allears.core.models import Message, User
from allears.core.staff import FIRST_ACCOUNT
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


def sign_in(browser: Client, email: str = "ana@house.example", password: str = cast.PASSWORD) -> Any:
    return browser.post(reverse("account_login"), {"login": email, "password": password})


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def show_it_is_you(browser: Client) -> None:
    """Changes to how one signs in ask for the password once more."""
    browser.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_address_and_password_open_the_door() -> None:
    cast.ana()
    browser = Client()

    answer = sign_in(browser, "ANA@house.example")

    assert (answer.status_code, answer["Location"]) == (302, reverse("web:home"))
    assert is_in(browser)


def test_a_wrong_password_does_not_and_says_nothing_about_the_address() -> None:
    cast.ana()

    wrong = sign_in(Client(), password="not the password")
    unknown = sign_in(Client(), email="nobody@house.example")

    assert "The email address and/or password you specified are not correct." in wrong.content.decode()
    assert "The email address and/or password you specified are not correct." in unknown.content.decode()


def test_guessing_is_slowed_down() -> None:
    cast.ana()
    answers = [sign_in(Client(), password=f"guess number {number}") for number in range(12)]

    assert "Too many failed login attempts" in answers[-1].content.decode()
    assert not is_in_after(cast.PASSWORD)


def is_in_after(password: str) -> bool:
    browser = Client()
    sign_in(browser, password=password)
    return is_in(browser)


def test_nobody_registers_alone() -> None:
    form = {"email": "me@else.example", "password1": cast.PASSWORD, "password2": cast.PASSWORD}

    assert "by invitation" in Client().get(reverse("account_signup")).content.decode()
    Client().post(reverse("account_signup"), form)

    assert User.objects.count() == 0


def test_a_forgotten_password_is_replaced_by_a_link_in_the_outbox() -> None:
    ana = cast.ana()
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": ana.email})

    message = Message.objects.get()
    assert (message.to, message.kind) == (ana.email, "account")
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", message.text)
    assert link
    page = browser.get(link[1], follow=True)
    where = page.redirect_chain[-1][0]
    assert labels(page) == ["New password", "New password, once more"]
    browser.post(where, {"password1": "a quite new password", "password2": "a quite new password"})

    assert is_in_after("a quite new password")


def test_somebody_changes_their_password_in_fields_that_are_named_once_and_empty_inside() -> None:
    cast.ana()
    browser = Client()
    sign_in(browser)
    page = browser.get(reverse("account_change_password"))
    assert labels(page) == ["Password now", "New password", "New password, once more"]
    assert "placeholder" not in page.text

    new = {"password1": "a quite new password", "password2": "a quite new password"}
    browser.post(reverse("account_change_password"), {"oldpassword": cast.PASSWORD, **new})

    assert is_in_after("a quite new password")


def labels(page: Any) -> list[str]:
    """What the fields of a page are called."""
    return [node.text().strip() for node in HTMLParser(page.text).css("main label.field__label")]


def test_a_stranger_who_asks_for_a_new_password_learns_nothing() -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": "nobody@house.example"})

    assert answer.status_code == 302
    assert Message.objects.filter(to="nobody@house.example", text__contains="/reset/key/").count() == 0


def test_an_app_is_a_second_step_and_recovery_codes_are_the_way_back() -> None:
    cast.ana()
    browser = Client()
    sign_in(browser)
    show_it_is_you(browser)
    page = browser.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    browser.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    codes = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]

    second = Client()
    assert sign_in(second)["Location"] == reverse("mfa_authenticate")
    assert not is_in(second)
    assert "One more step" in second.get(reverse("mfa_authenticate")).content.decode()
    second.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_in(second)
    second.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_in(second)

    third = Client()
    sign_in(third)
    third.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert not is_in(third)


PAGES = [
    "account_change_password", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn",
    "usersessions_list",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_pages_about_signing_in_are_ours_and_only_for_who_is_in(name: str) -> None:
    cast.ana()
    browser = Client()
    assert browser.get(reverse(name)).status_code == 302

    sign_in(browser)
    show_it_is_you(browser)
    answer = browser.get(reverse(name))
    assert answer.status_code == 200
    assert "You and how you sign in" in answer.content.decode()


def test_a_demo_says_on_the_sign_in_page_whom_to_be(settings: Any, tmp_path: Any) -> None:
    from allears.core import demo

    settings.DATA_DIR = tmp_path
    assert "This is a demo" not in Client().get(reverse("account_login")).content.decode()

    demo.remember(demo.DemoNotes(demo.PEOPLE, "/a/public/", "Notebooks today"))
    page = Client().get(reverse("account_login")).content.decode()

    assert 'href="/a/public/"' in page
    assert all(person.email in page and person.password in page for person in demo.PEOPLE)


def test_where_nobody_can_sign_in_yet_the_page_and_the_command_say_how_the_first_account_is_made() -> None:
    page = HTMLParser(Client().get(reverse("account_login")).content.decode())
    assert page.css_first(".notice code").text() == FIRST_ACCOUNT
    assert FIRST_ACCOUNT in announced()[1]

    cast.ana()
    assert FIRST_ACCOUNT not in HTMLParser(Client().get(reverse("account_login")).content.decode()).text()
    assert len(announced()) == 1


def test_the_demos_people_can_sign_in() -> None:
    from allears.core import demo

    users = demo.people()
    browser = Client()
    sign_in(browser, demo.PEOPLE[3].email, demo.PEOPLE[3].password)

    assert browser.session["_auth_user_id"] == str(users["administrator"].pk)
