"""Keys and codes in a real browser: a passkey is added and signs in alone, a security key or an app's code is the
second step, and recovery codes are the way back. The key is Chromium's own virtual authenticator (WebAuthn through
the DevTools protocol); the house is reached as `localhost`, because a bare number has no passkeys."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests import cast
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

Usable = Callable[[Page], None]
A_KEY: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


def with_a_key(page: Page) -> Page:
    """Put a virtual authenticator into this browser's hands."""
    hand = page.context.new_cdp_session(page)
    hand.send("WebAuthn.enable")
    hand.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})
    return page


def give_the_password(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).first.fill(cast.ana().email)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def show_it_is_you(page: Page, path: str, axe: Usable) -> None:
    """What changes how one signs in asks for the password once more."""
    page.goto(path)
    if "/reauthenticate/" in page.url:
        axe(page)
        page.get_by_label("Password").fill(cast.PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        expect(page).to_have_url(re.compile(re.escape(path)))


def must_be_home(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"localhost:\d+/$"))
    expect(page.get_by_role("navigation").first).to_be_visible()


def show_it_is_you_here(page: Page) -> None:
    """The same where the browser was sent to that question on its way."""
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(cast.PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def add_key(page: Page, name: str, axe: Usable, *, alone: bool) -> None:
    show_it_is_you(page, "/accounts/2fa/webauthn/add/", axe)
    axe(page)
    page.get_by_label("Name").fill(name)
    page.locator("input[name=passwordless]").set_checked(alone)
    page.get_by_role("button", name="Add this key").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)


def test_a_passkey_is_added_signs_in_alone_is_renamed_and_removed(visit: Visit, axe: Usable) -> None:
    ana = with_a_key(visit(None))
    cast.ana()
    give_the_password(ana)
    must_be_home(ana)
    add_key(ana, "My laptop", axe, alone=True)
    axe(ana)  # the recovery codes, or the list
    ana.goto("/accounts/2fa/webauthn/")
    expect(ana.get_by_text("My laptop")).to_be_visible()
    expect(ana.get_by_text("signs in alone")).to_be_visible()
    axe(ana)

    sign_out(ana)
    ana.goto("/accounts/login/")
    ana.get_by_role("button", name="Sign in with a passkey").click()
    must_be_home(ana)

    ana.goto("/accounts/2fa/webauthn/")
    ana.get_by_role("link", name="Rename").click()
    show_it_is_you_here(ana)
    axe(ana)
    ana.get_by_label("Name").fill("My desk")
    ana.get_by_role("button", name="Save the name").click()
    expect(ana.get_by_text("My desk")).to_be_visible()
    ana.get_by_role("link", name="Remove").click()
    axe(ana)
    ana.get_by_role("button", name="Remove the key").click()
    expect(ana.get_by_text("No key opens this account yet")).to_be_visible()
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_a_security_key_is_a_second_step_after_the_password(visit: Visit, axe: Usable) -> None:
    ana = with_a_key(visit(None))
    cast.ana()
    give_the_password(ana)
    add_key(ana, "Key ring", axe, alone=False)

    sign_out(ana)
    give_the_password(ana)
    expect(ana.get_by_role("heading", level=1)).to_have_text("One more step")
    axe(ana)
    ana.get_by_role("button", name="Use a passkey or security key").click()
    must_be_home(ana)


def test_a_browser_without_the_key_says_so_beside_the_button_and_lets_nobody_in(visit: Visit, axe: Usable) -> None:
    ana = with_a_key(visit(None))
    cast.ana()
    give_the_password(ana)
    add_key(ana, "Key ring", axe, alone=True)

    stranger = with_a_key(visit(None))
    stranger.goto("/accounts/login/")
    stranger.get_by_role("button", name="Sign in with a passkey").click()
    expect(stranger.locator("#passkey-trouble")).to_contain_text("That did not work")
    stranger.goto("/")
    expect(stranger).to_have_url(re.compile("/accounts/login/"))


def test_an_app_s_code_and_then_a_recovery_code_are_the_second_step(visit: Visit, axe: Usable) -> None:
    ana = visit(None)
    cast.ana()
    give_the_password(ana)
    show_it_is_you(ana, "/accounts/2fa/totp/activate/", axe)
    axe(ana)
    secret = ana.locator("#authenticator_secret").input_value()
    assert ana.locator("main img, main svg").first.is_visible()
    send_code(ana, "000000")
    axe(ana)  # the same page with what was wrong
    send_code(ana, code_of(secret))
    ana.wait_for_url(lambda url: "/activate/" not in url)
    axe(ana)
    ana.goto("/accounts/2fa/")
    axe(ana)
    ana.goto("/accounts/2fa/recovery-codes/")
    axe(ana)
    recovery = ana.get_by_label("Your codes").input_value().split()[0]

    sign_out(ana)
    give_the_password(ana)
    expect(ana.get_by_role("heading", level=1)).to_have_text("One more step")
    expect(ana.get_by_role("button", name="Use a passkey or security key")).to_have_count(0)
    send_code(ana, code_of(secret, later=1))
    must_be_home(ana)

    sign_out(ana)
    give_the_password(ana)
    send_code(ana, recovery)
    must_be_home(ana)

    sign_out(ana)
    give_the_password(ana)
    send_code(ana, recovery)  # each works once
    expect(ana.get_by_role("heading", level=1)).to_have_text("One more step")
    axe(ana)


def test_recovery_codes_are_made_anew_and_the_app_is_turned_off(visit: Visit, axe: Usable) -> None:
    ana = visit(None)
    cast.ana()
    give_the_password(ana)
    show_it_is_you(ana, "/accounts/2fa/totp/activate/", axe)
    send_code(ana, code_of(ana.locator("#authenticator_secret").input_value()))
    ana.wait_for_url(lambda url: "/activate/" not in url)
    ana.goto("/accounts/2fa/recovery-codes/")
    before = ana.get_by_label("Your codes").input_value().split()
    assert len(set(before)) == 10

    ana.goto("/accounts/2fa/recovery-codes/generate/")
    axe(ana)
    ana.get_by_role("button", name="Make new codes").click()
    ana.wait_for_url(lambda url: "/generate/" not in url)
    ana.goto("/accounts/2fa/recovery-codes/")
    assert set(ana.get_by_label("Your codes").input_value().split()).isdisjoint(before)

    ana.goto("/accounts/2fa/totp/deactivate/")
    axe(ana)
    ana.get_by_role("button", name="Turn it off").click()
    ana.wait_for_url(lambda url: "/deactivate/" not in url)
    ana.goto("/accounts/2fa/")
    assert not Authenticator.objects.filter(type="totp").exists()
    sign_out(ana)
    give_the_password(ana)
    must_be_home(ana)


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows now, or as many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def send_code(page: Page, code: str) -> None:
    page.locator("main input[name=code]").fill(code)
    page.locator("main form:has(input[name=code])").get_by_role("button").first.click()
