"""What comes round by itself in this room."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.people import lookalikes


@every(seconds=3600)
def look_for_lookalikes() -> None:
    """Find rows that may be one person."""
    lookalikes.find()
