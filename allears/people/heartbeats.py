"""What comes round by itself in this room."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.people import crowds, lookalikes
from allears.people.importing.actions import forget_old_uploads


@every(seconds=3600)
def look_for_lookalikes() -> None:
    """Find rows that may be one person."""
    lookalikes.find()


@every(seconds=3600)
def forget_uploads() -> None:
    """Delete files that were uploaded and never brought to an end."""
    forget_old_uploads()


@every(seconds=60)
def count_crowds() -> None:
    crowds.count_ahead()
