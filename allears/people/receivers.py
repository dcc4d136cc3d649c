"""What this room does on news from below."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from allears.core.bounces import Bounce
from allears.core.models import Message, User
from allears.core.signals import mail_came_back, mail_tried_again
from allears.people import bounces


@receiver(mail_came_back, dispatch_uid="people.mark_the_address")
def mark_the_address(sender: Any, message: Message, bounce: Bounce, **kwargs: Any) -> None:
    """A mail server refused the address."""
    bounces.record(message=message, bounce=bounce)


@receiver(mail_tried_again, dispatch_uid="people.try_the_address")
def try_the_address(sender: Any, addresses: list[str], by: User, **kwargs: Any) -> None:
    """An administrator sends a mail once more: the address gets its chance."""
    bounces.clear_addresses(addresses=addresses, by=by)
