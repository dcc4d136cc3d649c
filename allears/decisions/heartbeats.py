"""What this room does by itself: it reminds the owner of a study of a promise that is close or overdue, tells what
waited for a new address, and counts who has heard back where very many take part."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.decisions import counting
from allears.decisions.reminding import remind_of_promises
from allears.decisions.telling import send_what_was_held


@every(seconds=1800)
def promises() -> None:
    remind_of_promises()


@every(seconds=300)
def held_updates() -> None:
    send_what_was_held()


@every(seconds=60)
def count_who_heard() -> None:
    counting.count_ahead()
