"""Work that comes round by itself: sealing words, sending mail, looking for overdue promises.

Rooms register functions with `every` in their `heartbeats.py`; whatever process runs the worker beats them, each in a
thread of its own, so that a slow mail server does not hold up the sealing. A function must be safe to run twice, and
at the same time in two workers.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections, connections
from django.utils.module_loading import autodiscover_modules

log = logging.getLogger(__name__)
SELDOM = 30.0  # seconds between two beats from which a connection is not kept for the next


@dataclass(frozen=True)
class Beat:
    """A registered function and its period in seconds."""

    work: Callable[[], Any]
    seconds: float


_beats: list[Beat] = []


def every(*, seconds: float) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the decorated function to be run about every `seconds`."""

    def register(work: Callable[[], Any]) -> Callable[[], Any]:
        _beats.append(Beat(work, seconds))
        return work

    return register


def run(stop: threading.Event) -> None:
    """Beat until `stop` is set; returns when every beat has come to its end."""
    autodiscover_modules("heartbeats")
    threads = [threading.Thread(target=_keep_beating, args=(beat, stop), name=_name(beat)) for beat in _beats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _keep_beating(beat: Beat, stop: threading.Event) -> None:
    wait = min(1.0, beat.seconds)
    while not stop.wait(wait):
        _once(beat)
        if beat.seconds >= SELDOM:
            connections.close_all()
        wait = beat.seconds
    connections.close_all()


def _once(beat: Beat) -> None:
    close_old_connections()
    try:
        beat.work()
    except Exception:
        log.exception("%s failed and will be tried again", _name(beat))
    finally:
        close_old_connections()


def _name(beat: Beat) -> str:
    return f"{beat.work.__module__}.{beat.work.__qualname__}"
