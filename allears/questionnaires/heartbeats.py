"""What comes round by itself in this room."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.questionnaires import asked, files, importing, results


@every(seconds=3600)
def forget_files() -> None:
    """Delete files of responses that were handed in and never brought to an end."""
    importing.forget_old_files()


@every(seconds=3600)
def forget_sent_files() -> None:
    """Delete files whose page of answers was never saved."""
    files.sweep()


@every(seconds=60)
def count_who_spoke() -> None:
    """Count who spoke in studies of very many responses."""
    asked.count_ahead()


@every(seconds=60)
def count_results() -> None:
    """Count what was answered in studies of very many responses."""
    results.count_ahead()
