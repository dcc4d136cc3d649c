"""How far the mail has come that leaves at this moment: how many have left, how many wait, how quickly they leave.

Whoever sends writes down what left, in the transaction that keeps it; a page reads that one row and counts what waits in
an index, however many have left before. Where very many wait, pages that look every two seconds count them every ten, and
take off in between what has left. Letters that leave within minutes of each other are one *wave*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction

from allears.core import ahead
from allears.core.claims import is_paused, oldest_due
from allears.core.clock import now
from allears.core.models import Counted, Message
from allears.core.organisation import has_mail_server

KIND = "mail-pace"
MEMORY = 20.0  # seconds that the pace remembers: one slow letter does not change it
STANDS_STILL = timedelta(seconds=30)
UNSENT = "core.pace.unsent"
COUNTED_FOR = 10  # seconds
OVER = timedelta(minutes=10)  # without a letter, and the next begins a wave of its own
NOTHING: dict[str, Any] = {"left": 0, "per_second": None}


@transaction.atomic
def took(letters: int, seconds: float, *, oldest: datetime | None = None) -> None:
    """Note that the server took so many more, in so many seconds, of which the `oldest` has been free to leave since that
    moment; several workers may write into the same wave.
    """
    if not letters:
        return
    at = now()
    Counted.objects.get_or_create(kind=KIND, of="", defaults={"value": NOTHING, "at": at - OVER, "seconds": 0})
    row = Counted.objects.select_for_update().get(kind=KIND, of="")
    since = at - row.at
    wave: dict[str, Any] = row.value if _goes_on(row, at, oldest) else NOTHING
    pace = _pace(wave["per_second"], letters, since.total_seconds()) if since < STANDS_STILL else None
    row.value = {"left": wave["left"] + letters, "per_second": pace or letters / max(seconds, 0.001)}
    row.at = at
    row.save()


def _goes_on(row: Counted, at: datetime, oldest: datetime | None) -> bool:
    """Whether what leaves now belongs to the same wave: it does after a pause of hours, too, if it waited by then."""
    return row.at > at - OVER or (oldest is not None and oldest < row.at)


def _pace(before: float | None, letters: int, seconds: float) -> float | None:
    """The pace until now and what left since, each with the weight of its time."""
    return None if before is None else (before * MEMORY + letters) / (MEMORY + seconds)


@dataclass(frozen=True)
class Wave:
    """Mail that leaves: `left` and `waiting` now, how many wait for a `later` moment, and the pace, while there is one."""

    left: int
    waiting: int
    later: int
    per_second: float | None
    paused: bool = False
    leaves: bool = True  # whether there is a mail server by which they can

    @property
    def total(self) -> int:
        return self.left + self.waiting

    @property
    def time_left(self) -> timedelta | None:
        """Until the last of them leaves, at this pace; None while nobody knows."""
        return timedelta(seconds=self.waiting / self.per_second) if self.per_second else None


def wave() -> Wave:
    """Return what leaves at this moment; nothing has `left` when the last wave is over."""
    row = Counted.objects.filter(kind=KIND, of="").first()
    waiting, later = _unsent(row.value["left"] if row else 0)
    at, paused = now(), is_paused()
    if row is None or not _goes_on(row, at, oldest_due()):
        return Wave(0, waiting, later, None, paused, has_mail_server())
    pace = row.value["per_second"] if row.at > at - STANDS_STILL and not paused else None
    return Wave(row.value["left"], waiting, later, pace, paused, has_mail_server())


@dataclass(frozen=True)
class _Counted:
    """How many waited, now and for later, when so many had `left`."""

    waiting: int
    later: int
    left: int

    def after(self, left: int) -> int:
        """Return how many wait once so many have left."""
        return self.waiting - (left - self.left)


def _unsent(left: int) -> tuple[int, int]:
    """How many wait now and for later, where so many have `left`: by what was counted a moment ago, while it is very many."""
    kept = cache.get(UNSENT)
    if kept is None or left < kept.left or kept.after(left) <= ahead.MANY:
        kept = _count(left)
        cache.set(UNSENT, kept, COUNTED_FOR)
    return kept.after(left), kept.later


def _count(left: int) -> _Counted:
    unsent = Message.objects.filter(sent_at=None, failed_at=None).order_by()
    later = unsent.filter(not_before__gt=now()).count()
    return _Counted(unsent.count() - later, later, left)
