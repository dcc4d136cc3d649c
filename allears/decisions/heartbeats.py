"""What this room does by itself: it reminds the owner of a study of a promise that is close or overdue, and tells what
waited for a new address."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.decisions.reminding import remind_of_promises
from allears.decisions.telling import send_what_was_held


@every(seconds=1800)
def promises() -> None:
    remind_of_promises()


@every(seconds=300)
def held_updates() -> None:
    send_what_was_held()
