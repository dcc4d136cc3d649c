"""What happens to every request before a room sees it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import cast

pytestmark = pytest.mark.django_db


def test_what_staff_are_shown_stays_in_no_cache(as_ana: Client) -> None:
    cast.bob()

    for address in ("/", "/people/", f"/people/{cast.bob().ref}/", "/people/imports/"):
        assert "no-store" in as_ana.get(address).headers["Cache-Control"]
    assert "no-store" not in Client().get("/you-said/").headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    "address",
    ["/settings/staff/?q=%00", "/settings/outbox/?q=a%00b", "/settings/audit/?who=%00", "/decisions/?q=%00",
     "/search/?q=%00", "/insights/words/?theme=%00&insight=%00", "/studies/?q=%00", "/people/?q=%00"],
)  # fmt: skip
def test_a_nul_in_an_address_is_no_error_of_ours(as_ada: Client, address: str) -> None:
    cast.late_orders()

    assert as_ada.get(address, follow=True).status_code in (200, 400)


def test_a_nul_in_a_form_is_no_error_of_ours(as_ana: Client) -> None:
    assert as_ana.post("/heard/", {"words": "a\0b"}).status_code in (400, 404)
