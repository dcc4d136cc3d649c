"""How much the embedded database works, counted in its own steps: the same every time, however busy the machine is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

A_LOOK = 50  # steps between two looks


def effort(work: Callable[[], Any]) -> int:
    """Return about how many steps SQLite's machine takes for what `work` asks of it."""
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(look, A_LOOK)
    try:
        work()
    finally:
        connection.connection.set_progress_handler(None, A_LOOK)
    return looks * A_LOOK
