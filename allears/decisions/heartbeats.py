"""What this room does by itself: it reminds the owner of a study of a promise that is close or overdue."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.decisions.reminding import remind_of_promises


@every(seconds=1800)
def promises() -> None:
    remind_of_promises()
