"""What this room does when the rooms below have news."""

from __future__ import annotations

import pytest

from allears.core.models import Message
from allears.decisions import telling
from allears.people.actions import change_person, erase
from tests import cast
from tests.decisions.test_telling import approved

pytestmark = pytest.mark.django_db


def test_digests_to_an_address_they_had_before_go_with_the_person() -> None:
    approved()
    telling.send(cast.late_orders())
    letter = Message.objects.get(to=cast.bob().email)
    assert "Nobody told us" in letter.text
    change_person(person=cast.bob(), by=cast.ana(), email="bob@elsewhere.example")

    erase(person=cast.bob(), by=cast.ada(), reason="person")

    letter.refresh_from_db()
    assert (letter.text, letter.html, letter.to_name) == ("", "", "")
    assert Message.objects.filter(to=cast.cleo().email).exclude(text="").count() == 1
