"""What the participant's own page does when the rooms below have news."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from allears.people.models import Person
from allears.people.signals import more_wished
from allears.web import own


@receiver(more_wished, dispatch_uid="web.ask_at_their_own_address")
def ask_at_their_own_address(*, person: Person, **_: Any) -> None:
    """Mail a fresh link, behind which they can allow what they took back; none without an address."""
    own.send_fresh_link(person)
