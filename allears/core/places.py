"""So many pages are made at once as there are places; whoever comes when all are taken waits for one.

The server has far more threads than places: a thread that waits for a slow line's form holds no place, and those who
have sent theirs go on meanwhile. Connections to the database belong to places, not to threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from queue import LifoQueue
from typing import Any

from allears.core.asgi import Wsgi
from allears.core.shared_connection import SharedConnection


class Places:
    """Some places, each with a connection of its own."""

    def __init__(self, number: int) -> None:
        self._free: LifoQueue[SharedConnection] = LifoQueue()  # the place used last has most at hand
        for _ in range(number):
            self._free.put(SharedConnection(as_own=True))

    @contextmanager
    def one(self) -> Iterator[None]:
        """Have a place, as soon as one is free."""
        place = self._free.get()
        try:
            with place.borrowed():
                yield
        finally:
            self._free.put(place)


def with_places(application: Wsgi, places: Places) -> Wsgi:
    """Return `application` for at most so many requests at once; a streamed answer keeps its place until its end."""

    def placed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with ExitStack() as held:
            held.enter_context(places.one())
            answer: Any = application(environ, start_response)
            if getattr(answer, "streaming", False):
                return Streamed(answer, held.pop_all())
            return answer

    return placed


class Streamed:
    """An answer that is read piece by piece; its place is free again when the server closes it (PEP 3333)."""

    is_streamed = True

    def __init__(self, answer: Any, held: ExitStack) -> None:
        self._answer, self._held = answer, held

    def __iter__(self) -> Any:
        return iter(self._answer)

    def close(self) -> None:
        """End it, whether it was read to its end or not."""
        with self._held:
            self._answer.close()
