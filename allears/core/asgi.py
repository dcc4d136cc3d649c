"""Between the web server, which speaks ASGI, and our pages, which speak WSGI: what is asked, and what is answered.

A step of a request is taken where one is told of it (`cli.event_loop`): by the web server's one thread, which must not be
held up, or by the thread in which something ended. So pages are made, and may wait, in threads of ours; those for which
no thread waits, the application makes in their turn (`in_turn`).
"""

from __future__ import annotations

import sys
import threading
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

THREADS = 256  # of each process, for pages that are made or wait for a place

_ALWAYS = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def environ_of(scope: Message) -> dict[str, Any]:
    """What is asked, as WSGI says it (PEP 3333), with an empty body."""
    server, client, path = scope["server"], scope["client"], scope["raw_path"]
    environ: dict[str, Any] = {
        **_ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": server[1],
        "REMOTE_ADDR": client[0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
    }
    for name, value in scope["headers"]:
        key = _key(name)
        if key not in environ:
            environ[key] = value.decode("latin-1")
        elif key.startswith("HTTP_"):
            between = ";" if key == "HTTP_COOKIE" else ","
            environ[key] += between + value.decode("latin-1")
    environ.pop("", None)
    return environ


@lru_cache(1000)
def _key(name: bytes) -> str:
    """How WSGI calls a header. One with an underscore has no name: it would be taken for the one with a hyphen, which
    a proxy may have set.
    """
    if b"_" in name:
        return ""
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


class Answering:
    """An application whose pages are made in threads of their own, or each in its turn where it makes them so."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application
        self._in_turn: Callable[[dict[str, Any]], Any] = getattr(application, "in_turn", lambda _environ: None)
        self._threads = ThreadPoolExecutor(THREADS, "allears-pages")

    async def answer(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        """Have the page made, and go on once it is sent: in the thread in which it was made."""
        page = self._in_turn(environ)
        if page is None:
            await Awaited(self._threads.submit(answer, self._application, environ, receive, send))
            return
        status, headers, content = await page
        await send(_beginning(status, headers))
        await send({"type": "http.response.body", "body": content})


def _beginning(status: str, headers: Iterable[tuple[str, str]]) -> Message:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": int(status[:3]), "headers": encoded}


def answer(application: Wsgi, environ: dict[str, Any], receive: Receive, send: Send) -> None:
    """Make the page in this thread, and send it."""
    said: list[Message] = []

    def start_response(status: str, headers: Iterable[tuple[str, str]], _trouble: Any = None) -> None:
        said[:] = [_beginning(status, headers)]

    page: Any = application(environ, start_response)
    try:
        if getattr(page, "is_streamed", False):
            _stream(page, said[0], receive, send)
        else:
            content = b"".join(page)
            wait_here(send(said[0]))
            wait_here(send({"type": "http.response.body", "body": content}))
    finally:
        if hasattr(page, "close"):
            page.close()


def _stream(page: Iterable[bytes], start: Message, receive: Receive, send: Send) -> None:
    """Send it piece by piece, no faster than it is taken; stop when nobody is there any more."""
    while wait_here(receive()).get("more_body"):
        pass
    gone: Any = receive()  # comes only when the line is closed
    wait_here(send(start))
    for piece in page:
        wait_here(send({"type": "http.response.body", "body": piece, "more_body": True}))
        if gone.done():
            return
    wait_here(send({"type": "http.response.body"}))


def wait_here(awaited: Awaitable[Any]) -> Any:
    """Wait in this thread for what a coroutine would await."""
    steps, future = awaited.__await__(), None
    try:
        while True:
            given_up = future is not None and future.cancelled()
            future = steps.throw(CancelledError()) if given_up else next(steps)
            there = threading.Lock()
            there.acquire()
            future.add_done_callback(lambda _future, there=there: there.release())
            there.acquire()
    except StopIteration as end:
        return end.value


class Awaited:
    """A future of another thread's, for a coroutine that goes on where it ends."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, Any]:
        if not self._future.done():
            yield self._future
        return self._future.result()
