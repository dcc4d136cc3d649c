"""What comes round by itself over all rooms."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.web import counting


@every(seconds=60)
def count_minutes() -> None:
    """Count the minutes of each year, where very many letters or responses are kept."""
    counting.count_ahead()
