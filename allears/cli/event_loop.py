"""What granian takes for an event loop: a request goes on at once in the thread by which granian tells of it.

granian speaks to asynchronous applications over an event loop. Python runs one thread at a time, so a loop of its own
thread would cost each request two changes of threads. Here each request is a coroutine that is taken a step further by
granian's thread when something comes in, and by whichever thread ended what it waited for: it never has one to itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

_NOT_NAMED: Any = object()
ending = threading.Event()  # set when this process was asked to end


class GoingOnWhereCalled(asyncio.SelectorEventLoop):
    """Runs in its own thread only what granian leaves to it: signals, and the wait for the end of the process."""

    def __init__(self) -> None:
        super().__init__()
        self._own = threading.get_ident()

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: Any) -> None:  # type: ignore[override]
        """granian asks for those signals by which the process is to end."""

        def end() -> None:
            ending.set()
            callback(*args)

        super().add_signal_handler(sig, end)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Any = _NOT_NAMED
    ) -> asyncio.Handle:
        """Take a request's next step: granian names a context with it. Without one it tells of the process's end."""
        if context is _NOT_NAMED:
            return super().call_soon_threadsafe(callback, *args)
        return _called(callback, *args)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """The same for what is there already when a request comes to wait for it."""
        if threading.get_ident() == self._own:
            return super().call_soon(callback, *args, context=context)
        return _called(callback, *args)

    def create_task(self, coro: Any, **more: Any) -> asyncio.Task[Any]:
        """Begin a request."""
        if threading.get_ident() == self._own:
            return super().create_task(coro, **more)
        going: Any = Going(coro)
        going.go_on()
        return going


def _called(callback: Callable[..., Any], *args: Any) -> Any:
    callback(*args)


class Going:
    """A coroutine on its way; whoever ends what it waits for takes it further."""

    __slots__ = ("_coro",)

    def __init__(self, coro: Coroutine[Any, Any, None]) -> None:
        self._coro = coro

    def go_on(self, future: Any = None) -> None:
        """Run to where it waits for something that is not there yet."""
        try:
            while True:
                if future is not None and future.cancelled():
                    future = self._coro.throw(asyncio.CancelledError())
                else:
                    future = self._coro.send(None)
                if not future.done():
                    future.add_done_callback(self.go_on)
                    return
        except StopIteration:
            return
