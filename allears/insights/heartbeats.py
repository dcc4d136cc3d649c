"""What comes round by itself in this room."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.insights import speakers


@every(seconds=300)
def count_who_is_speaking() -> None:
    """Count the speakers of large studies, and all customers, for the bars beside the words."""
    speakers.count_ahead()
