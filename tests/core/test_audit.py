"""Every change leaves an event."""

from __future__ import annotations

import pytest

from allears.core import audit
from tests import cast


@pytest.mark.django_db
def test_an_event_says_who_did_what_to_what() -> None:
    event = audit.record(by=cast.ana(), verb="studies.opened", target=cast.late_orders(), note="hello")

    assert (event.actor, event.actor_label, event.verb) == (cast.ana(), "Ana Ruiz", "studies.opened")
    assert event.target == f"studies.study:{cast.late_orders().pk}"
    assert event.details == {"note": "hello"}


@pytest.mark.django_db
def test_who_has_no_account_is_named_in_words() -> None:
    event = audit.record(by="a participant", verb="studies.declined")

    assert (event.actor, event.actor_label) == (None, "a participant")
