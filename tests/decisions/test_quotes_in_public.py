"""A quote leaves the public page with what it stood on: the consent, the words, the person, the page's own item."""

from __future__ import annotations

import pytest
from django.test import Client

from allears.decisions import publishing
from allears.people.actions import erase, merge
from allears.people.models import Person
from allears.verbatims.actions import redact
from allears.verbatims.models import Verbatim
from tests import cast
from tests.decisions.test_publishing import agrees, published

pytestmark = pytest.mark.django_db


def page() -> str:
    return Client().get("/you-said/").content.decode()


@pytest.fixture(autouse=True)
def _in_public() -> None:
    agrees("quote_unnamed")
    published()
    assert "Nobody told us" in page()


def test_when_the_consent_is_taken_back() -> None:
    agrees("quote_unnamed", given=False)
    assert "Nobody told us" not in page()
    assert "Orders came late." in page()


def test_when_the_words_are_taken_back() -> None:
    redact(verbatims=list(Verbatim.objects.values_list("pk", flat=True)), reason="person", by_label="Bob")
    assert "Nobody told us" not in page()


def test_when_the_person_is_erased() -> None:
    erase(person=cast.bob(), by=None, reason="person")
    assert "Nobody told us" not in page()


def test_when_the_person_turns_out_to_be_one_who_took_their_consent_back() -> None:
    stays = Person.objects.create(name="Robert Hale")
    agrees("quote_unnamed", given=False)
    merge(keep=stays, other=cast.bob(), by=cast.ada())
    assert "Nobody told us" not in page()


def test_when_the_item_is_taken_off_the_page() -> None:
    publishing.withdraw(item=publishing.PublicItem.objects.get(), by=cast.lea())
    assert "Nobody told us" not in page()
    assert "Orders came late." not in page()
