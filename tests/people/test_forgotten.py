"""Whoever asked to be erased does not come back by an old list; who wants to come back is let in."""

from __future__ import annotations

import pytest
from django.core import serializers
from django.test import Client

from allears.core.models import AuditEvent
from allears.people import actions, forgotten
from allears.people.errors import UnfitDetails
from allears.people.models import ErasedAddress, ImportProblem, Person
from tests import cast
from tests.people.test_importing import bring

pytestmark = pytest.mark.django_db

LIST = "Name,Email\nBob Hale,Bob@Customer.example\nEva Roth,eva@customer.example\n"


def erased() -> str:
    """Bob's address, after Bob was erased."""
    address = cast.bob().email
    actions.erase(person=cast.bob(), by=None, reason="person")
    return address


def test_an_old_list_names_the_row_and_brings_only_the_others() -> None:
    erased()
    bringing = bring(LIST)

    problem = ImportProblem.objects.get()
    assert (bringing.added, bringing.refused) == (1, 1)
    assert (problem.row, problem.code, problem.row_taken) == (2, "asked-to-be-erased", False)
    assert "asked to be erased" in problem.reason
    assert not Person.objects.filter(email_key="bob@customer.example").exists()


def test_nor_do_they_come_back_by_hand_or_as_somebody_else_s_address(as_ana: Client) -> None:
    address = erased()
    with pytest.raises(UnfitDetails, match="asked to be erased"):
        actions.add_person(by=cast.ana(), kind="customer", name="Bob", email=address.upper())
    with pytest.raises(UnfitDetails, match="asked to be erased"):
        actions.change_person(person=cast.cleo(), by=cast.ana(), email=address)

    answer = as_ana.post("/people/new/", {"kind": "customer", "name": "Bob", "email": address})
    assert (answer.status_code, "asked to be erased" in answer.content.decode()) == (422, True)


def test_only_a_keyed_digest_is_kept(settings: pytest.FixtureRequest) -> None:
    address = erased()
    row = ErasedAddress.objects.get()
    assert "bob" not in serializers.serialize("json", [row])
    settings.SECRET_KEY = "another house"  # type: ignore[attr-defined]
    assert forgotten.digest_of(address) != row.digest


def test_an_administrator_lets_somebody_in_again_with_a_reason(as_ada: Client, as_ana: Client) -> None:
    address = erased()
    assert as_ana.get("/people/erased-addresses/").status_code == 403
    assert as_ada.post("/people/erased-addresses/", {"email": "not@known.example", "reason": "?"}).status_code == 422
    assert as_ada.post("/people/erased-addresses/", {"email": address, "reason": ""}).status_code == 422

    as_ada.post("/people/erased-addresses/", {"email": f" {address} ", "reason": "wrote to us on 3 May"})

    assert bring(LIST).added == 2
    event = AuditEvent.objects.get(verb="people.erased-address-let-in")
    assert (event.actor, event.details) == (cast.ada(), {"reason": "wrote to us on 3 May"})
    actions.erase(person=Person.objects.get(email_key=address), by=None, reason="person")
    assert forgotten.among([address]) == {address}
