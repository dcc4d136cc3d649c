"""What the ledger does by itself: within seconds of being spoken, words are sealed."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.verbatims.sealing import seal_waiting


@every(seconds=3)
def seal_what_was_just_said() -> None:
    seal_waiting(everywhere=False)


@every(seconds=600)
def seal_what_came_very_late() -> None:
    """A transaction may have been open for so long that the frequent look passed its rows by."""
    seal_waiting(everywhere=True)
