"""Work that comes round by itself: sealing words, sending mail, looking for overdue promises.

Rooms register functions with `every` in their `heartbeats.py`; whatever process runs the worker beats them. A
function must be safe to run twice, and at the same time in two workers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules

log = logging.getLogger(__name__)


@dataclass
class Beat:
    """A registered function, its period in seconds and when (monotonic seconds) it is due next."""

    work: Callable[[], Any]
    seconds: float
    due: float = 0.0


_beats: list[Beat] = []


def every(*, seconds: float) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the decorated function to be run about every `seconds`."""

    def register(work: Callable[[], Any]) -> Callable[[], Any]:
        _beats.append(Beat(work, seconds))
        return work

    return register


def run(stop: threading.Event) -> None:
    """Beat until `stop` is set."""
    autodiscover_modules("heartbeats")
    while not stop.wait(0.5):
        for beat in _beats:
            if beat.due <= time.monotonic():
                _once(beat)


def _once(beat: Beat) -> None:
    close_old_connections()
    try:
        beat.work()
    except Exception:
        log.exception("%s failed and will be tried again", beat.work.__qualname__)
    finally:
        beat.due = time.monotonic() + beat.seconds
        close_old_connections()
