"""How long a line is waited for, and how many lines bring something at once; waiting costs no thread."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Awaitable
from concurrent.futures import Future
from typing import Any

from allears.core.asgi import Awaited

WITHOUT_A_BYTE = 60.0  # seconds that a line may bring nothing
AT_FIRST = 120.0  # seconds, after which it must have brought so much
SLOWEST = 1024  # bytes a second on the whole
AT_THE_END = 5.0  # seconds that are left to lines when the process is to end
LOOKS_EVERY = 1.0


class Patience:
    """Gives up what lines do not bring in time; after `ending` is set, they have little time."""

    def __init__(self, ending: threading.Event) -> None:
        self._until: dict[Any, float] = {}
        self._ending = ending
        self._last = math.inf

    async def wait(self, coming: Awaitable[Any], until: float) -> Any:
        """Return what comes; TimeoutError if it has not come at `until` (of the monotonic clock)."""
        self._until[coming] = until
        try:
            return await coming
        except asyncio.CancelledError:
            raise TimeoutError from None
        finally:
            del self._until[coming]

    def look(self) -> None:
        """Give up what should have come by now."""
        now = time.monotonic()
        if self._ending.is_set():
            self._last = min(self._last, now + AT_THE_END)
        for coming, until in list(self._until.items()):
            if min(until, self._last) < now:
                coming.cancel()

    def watch(self) -> None:
        """Look again and again, in a thread of its own."""
        while True:
            time.sleep(LOOKS_EVERY)
            self.look()


class Progress:
    """What a line has brought so far, since it was first listened to."""

    def __init__(self) -> None:
        self.length = 0
        self._began = time.monotonic()

    def until(self) -> float:
        """When the next piece must be here."""
        on_the_whole = self._began + AT_FIRST + self.length / SLOWEST
        return min(time.monotonic() + WITHOUT_A_BYTE, on_the_whole)

    def waited(self, seconds: float) -> None:
        """It was not listened to for so long."""
        self._began += seconds


class Gate:
    """So many are inside at once; the others wait, first come, first served."""

    def __init__(self, number: int) -> None:
        self._lock = threading.Lock()
        self._free = number
        self._waiting: deque[Future[None]] = deque()

    async def enter(self) -> None:
        """Go in as soon as there is room; `leave` must follow."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine: Future[None] = Future()
            self._waiting.append(mine)
        await Awaited(mine)

    def leave(self) -> None:
        """Let the next one in."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            follows = self._waiting.popleft()
        follows.set_result(None)


class Passing:
    """Somebody who may have to go through a gate, and leaves at the end if they did."""

    def __init__(self, gate: Gate) -> None:
        self._gate, self._is_inside = gate, False

    async def enter(self) -> float:
        """Be inside; return how many seconds that took."""
        if self._is_inside:
            return 0.0
        since = time.monotonic()
        await self._gate.enter()
        self._is_inside = True
        return time.monotonic() - since

    def __enter__(self) -> Passing:
        return self

    def __exit__(self, *_trouble: object) -> None:
        if self._is_inside:
            self._gate.leave()
