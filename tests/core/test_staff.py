"""Who signs in: by invitation only, looked after by administrators, never without one of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from allears.core import staff
from allears.core.models import AuditEvent, Message, Organisation, StaffInvitation, User
from allears.core.queries import the_organisation
from tests import cast
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db

CHOICES = {"name": "Nora New", "password": "four words of mine", "language": "en", "time_zone": "Europe/Berlin"}


def invite(email: str = "nora@house.example", role: str = "researcher") -> str:
    """Ada invites somebody; return the path of the link."""
    _, link = staff.invite(email=email, role=role, by=cast.ada(), name="Nora")
    return link.removeprefix("http://127.0.0.1:8000") if link.startswith("http://127.0.0.1:8000") else _path(link)


def _path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_somebody_invited_chooses_a_password_and_is_in() -> None:
    path = invite()
    visitor = Client()
    assert "Ada Novak" in visitor.get(path).content.decode()

    answer = visitor.post(path, CHOICES)

    assert (answer.status_code, answer["Location"]) == (302, reverse("web:home"))
    nora = User.objects.get(email="nora@house.example")
    assert (nora.name, nora.role, nora.time_zone) == ("Nora New", "researcher", "Europe/Berlin")
    assert visitor.session["_auth_user_id"] == str(nora.pk)
    assert StaffInvitation.objects.get().accepted_by == nora


def test_looking_at_an_invitation_uses_nothing_up() -> None:
    path = invite()

    for _ in range(3):
        assert Client().get(path).status_code == 200
    assert Client().post(path, CHOICES).status_code == 302


def test_the_link_is_mailed_and_only_its_hash_is_kept() -> None:
    path = invite()

    token = path.rstrip("/").rsplit("/", 1)[1]
    assert token in Message.objects.get().text
    assert token not in str(StaffInvitation.objects.values())


def test_the_mail_says_the_same_as_text_and_as_a_page_with_one_button_in_the_language_of_staff() -> None:
    Organisation.objects.update(language="ar")
    path = invite()

    letter = Message.objects.get()
    page = LexborHTMLParser(letter.html)
    assert [(each.text().strip(), each.attributes["href"].endswith(path)) for each in page.css("a")] == [("Choose your password", True)]
    assert [each.text().strip() for each in page.css("p")][1:3] == [
        f"Ada Novak invites you to Allears, where {the_organisation().name} listens to its customers.",
        "The link is for you alone. It works for 14 days.",
    ]
    assert (page.root.attributes["lang"], page.root.attributes["dir"]) == ("en", "ltr")
    assert letter.text.startswith("Hello,\n\nAda Novak invites you to Allears")


@pytest.mark.parametrize("spoil", ["used", "withdrawn", "old", "replaced", "made up"])
def test_a_link_that_is_not_open_says_so(spoil: str) -> None:
    path = invite()
    invitation = StaffInvitation.objects.get()
    if spoil == "used":
        Client().post(path, CHOICES)
    elif spoil == "withdrawn":
        staff.withdraw(invitation=invitation, by=cast.ada())
    elif spoil == "old":
        StaffInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif spoil == "replaced":
        invite()
    else:
        path = reverse("core:join", args=["x" * 24])

    answer = Client().post(path, {**CHOICES, "name": "Somebody Else"})

    assert answer.status_code == 410
    assert "not open" in answer.content.decode()
    assert not User.objects.filter(name="Somebody Else").exists()


@pytest.mark.parametrize("spoil", ["used", "withdrawn", "replaced"])
def test_the_mail_of_a_link_that_is_not_open_leaves_no_more(spoil: str) -> None:
    path = invite()
    if spoil == "used":
        Client().post(path, CHOICES)
    elif spoil == "withdrawn":
        staff.withdraw(invitation=StaffInvitation.objects.get(), by=cast.ada())
    else:
        invite()

    first, *others = Message.objects.order_by("pk")
    assert (first.failed_at is not None, first.text) == (True, "")
    assert [other.failed_at for other in others] == [None] * (spoil == "replaced")


def test_a_weak_password_comes_back_with_the_form() -> None:
    answer = Client().post(invite(), {**CHOICES, "password": "password"})

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not User.objects.filter(email="nora@house.example").exists()


def test_an_administrator_invites_from_the_page_and_sees_the_link_once(as_ada: Client) -> None:
    answer = as_ada.post(reverse("core:invitations"), {"email": "new@house.example", "role": "leader", "name": ""})

    page = answer.content.decode()
    assert re.search(r"/settings/join/[\w-]{24}/", page)
    assert "/settings/join/" not in as_ada.get(reverse("core:staff")).content.decode()
    assert AuditEvent.objects.filter(verb="core.staff_invited").count() == 1


def test_whoever_invites_without_a_mail_server_is_told_to_hand_the_link_over(as_ada: Client) -> None:
    def said(email: str) -> str:
        return as_ada.post(reverse("core:invitations"), {"email": email, "role": "leader"}).content.decode()

    assert "No mail server is named yet" in said("new@house.example")
    Organisation.objects.update(smtp_host="smtp.house.example", mail_from="us@house.example")
    assert "It was mailed" in said("newer@house.example")


@pytest.mark.parametrize("typed", [
    {"email": "nobody", "role": "leader"},
    {"email": "ana@house.example", "role": "leader"},
    {"email": "new@house.example", "role": "king"},
    {},
])  # fmt: skip
def test_a_wrong_invitation_comes_back_as_the_form(as_ada: Client, typed: dict[str, str]) -> None:
    cast.ana()

    assert as_ada.post(reverse("core:invitations"), typed).status_code == 422
    assert StaffInvitation.objects.count() == 0


def test_the_only_administrator_stays_one(as_ada: Client) -> None:
    ada = cast.ada()
    form = {"name": ada.name, "email": ada.email, "role": "staff"}

    assert as_ada.post(reverse("core:staff_member", args=[ada.pk]), form).status_code == 422
    as_ada.post(reverse("core:activity", args=[ada.pk]), {"active": "no"})

    ada.refresh_from_db()
    assert (ada.role, ada.is_active) == ("administrator", True)


def test_with_a_second_administrator_the_first_may_step_back() -> None:
    second = cast.user("Second Admin", "administrator")

    staff.change_role(user=cast.ada(), role="leader", by=second)

    assert cast.ada().role == "leader"
    with pytest.raises(staff.LastAdministrator):
        staff.deactivate(user=second, by=second)


def test_whoever_is_closed_out_is_signed_out_everywhere_and_can_come_back(as_ada: Client) -> None:
    ana = cast.ana()
    her_browser = signed_in(ana)
    assert her_browser.get(reverse("core:profile")).status_code == 200

    as_ada.post(reverse("core:activity", args=[ana.pk]), {"active": "no"})
    assert her_browser.get(reverse("core:profile")).status_code == 302
    form = {"login": ana.email, "password": cast.PASSWORD}
    assert "_auth_user_id" not in _after_sign_in(form)

    as_ada.post(reverse("core:activity", args=[ana.pk]), {"active": "yes"})
    assert "_auth_user_id" in _after_sign_in(form)


def _after_sign_in(form: dict[str, str]) -> Any:
    browser = Client()
    browser.post(reverse("account_login"), form)
    return browser.session


def test_a_new_address_opens_the_account_and_the_old_one_does_not(as_ada: Client) -> None:
    ana = cast.ana()
    _after_sign_in({"login": ana.email, "password": cast.PASSWORD})
    form = {"name": "Ana Ruiz", "email": "Ana.Ruiz@house.example", "role": "researcher"}

    assert as_ada.post(reverse("core:staff_member", args=[ana.pk]), form).status_code == 302

    ana.refresh_from_db()
    assert ana.email == "ana.ruiz@house.example"
    assert "_auth_user_id" in _after_sign_in({"login": ana.email, "password": cast.PASSWORD})
    assert "_auth_user_id" not in _after_sign_in({"login": "ana@house.example", "password": cast.PASSWORD})


def test_searching_finds_by_name_and_address(as_ada: Client) -> None:
    cast.everybody()

    page = as_ada.get(reverse("core:staff"), {"q": "brandt"}).content.decode()

    assert "Lea Brandt" in page
    assert "Sam Ito" not in page


def test_the_list_asks_as_few_questions_for_three_as_for_one(
    as_ada: Client, django_assert_num_queries: Any
) -> None:
    questions = _questions(as_ada)
    cast.everybody()
    for name in ("one", "two", "three"):
        invite(f"{name}@house.example")

    with django_assert_num_queries(questions + 0):
        as_ada.get(reverse("core:staff"))


def _questions(client: Client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    invite("zero@house.example")
    client.get(reverse("core:staff"))
    with CaptureQueriesContext(connection, ) as asked:
        client.get(reverse("core:staff"))
    return len(asked)
