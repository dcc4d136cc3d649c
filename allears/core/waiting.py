"""What waits for somebody: each room's `queries.waiting_for(user)` returns these, and home shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Waiting:
    """One thing to do: what, where, by when (None: no date), and whether that is past or close."""

    text: str
    url: str
    due: date | None = None
    urgent: bool = False
