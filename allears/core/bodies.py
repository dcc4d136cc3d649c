"""A form is taken in whole before anybody works on it, without a thread: a slow line holds up nobody but itself.

Forms may come in pieces without saying how long they are (`Transfer-Encoding: chunked`), as some proxies pass them
on; Django would take those for empty. A form whose end never comes is not taken at all: half of what somebody wrote
must not stand for the whole. A line that brings next to nothing is not waited for any longer (`core.patience`).

What is taken in has its bounds: a short form is kept in memory, some longer ones at once are written to disk, and the
others wait before they send. Few forms with files are worked on at once: a small file may be a picture that takes
seconds to unpack, and many of them must not take the threads and places (`core.places`) of those who send none.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from allears.core.asgi import Answering, Asgi, Awaited, Message, Receive, Send, Wsgi, answer, environ_of, wait_here
from allears.core.middleware import furnished
from allears.core.patience import Gate, Passing, Patience, Progress
from allears.core.throttle import say_once

SHORT = 64 * 1024  # bytes of a form that are kept in memory
MOST = 16 * 1024 * 1024  # bytes that are taken in beforehand
MIDDLING_AT_ONCE = 64  # forms between the two that come in at once
FILES_AT_ONCE = 3  # forms with files
LONGER_AT_ONCE = 3  # forms that say that they are longer: large files, read where the page is made
REFUSED = {
    400: "A form was refused: it broke off.",
    408: "A form was refused: it did not go on.",
    413: "A form in pieces was refused: it is longer than we take.",
}
_log = logging.getLogger(__name__)


def taken_in(application: Wsgi, patience: Patience) -> Asgi:
    """Return `application` for whole forms: one that breaks off is answered with 400, one that does not go on with 408,
    and one in pieces that is longer than `MOST` with 413.
    """
    answering = Answering(application)
    middling = Gate(MIDDLING_AT_ONCE)
    with_files = ThreadPoolExecutor(FILES_AT_ONCE, "allears-files")
    longer = ThreadPoolExecutor(LONGER_AT_ONCE, "allears-longer")

    async def whole(scope: Message, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        in_pieces = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        said = None if in_pieces else int(environ.get("CONTENT_LENGTH") or 0)
        if said == 0:
            await answering.answer(environ, receive, send)
            return
        if said is not None and said > MOST:
            environ["wsgi.input"] = BufferedReader(_Line(receive, patience, said))
            await Awaited(longer.submit(answer, application, environ, receive, send))
            return
        with Passing(middling) as passing, _room_for(said) as file:
            try:
                length = await _copied(receive, file, said, patience, passing)
            except _Refusal as refusal:
                answer(_refusing(refusal.status), environ, receive, send)
                return
            file.seek(0)
            environ |= {"wsgi.input": file, "CONTENT_LENGTH": str(length)}
            if _may_bring_files(environ):
                await Awaited(with_files.submit(answer, application, environ, receive, send))
            else:
                await answering.answer(environ, receive, send)

    return whole


class _Refusal(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


def _may_bring_files(environ: dict[str, Any]) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).strip().lower().startswith("multipart/")


def _room_for(said: int | None) -> Any:
    """Where a form of so many bytes is kept meanwhile; None: nobody knows how long it is."""
    if said is not None and said <= SHORT:
        return BytesIO()
    return tempfile.SpooledTemporaryFile(max_size=SHORT)


async def _copied(receive: Receive, file: Any, said: int | None, patience: Patience, passing: Passing) -> int:
    """Copy what comes until it is all there, and return how many bytes there were; _Refusal where they are too many or
    too few. What is longer than `SHORT` goes through the gate first, and stays inside until it has been worked on.
    """
    progress = Progress()
    while said is None or progress.length < said:
        if (said or progress.length) > SHORT:
            progress.waited(await passing.enter())
        message = await _next(receive, patience, progress)
        file.write(message["body"])
        if progress.length > MOST:
            raise _Refusal(413)
        if not message["more_body"]:
            break
    if said is not None and progress.length < said:
        raise _Refusal(400)
    return progress.length


async def _next(receive: Receive, patience: Patience, progress: Progress) -> Message:
    """The next piece of a form; _Refusal where it does not come."""
    try:
        message: Message = await patience.wait(receive(), progress.until())
    except TimeoutError:
        raise _Refusal(408) from None
    if message["type"] != "http.request":
        raise _Refusal(400)
    progress.length += len(message["body"])
    return message


class _Line(RawIOBase):
    """A long form's line, read where its page is made."""

    def __init__(self, receive: Receive, patience: Patience, said: int) -> None:
        self._receive, self._patience, self._said = receive, patience, said
        self._progress: Progress | None = None  # its time begins when it is read first
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Wait for some more; BadRequest where it broke off or does not go on."""
        progress = self._progress = self._progress or Progress()
        while not self._rest and progress.length < self._said:
            try:
                self._rest = wait_here(_next(self._receive, self._patience, progress))["body"]
            except _Refusal as refusal:
                raise BadRequest(REFUSED[refusal.status]) from None
        some = self._rest[: len(buffer)]
        buffer[: len(some)], self._rest = some, self._rest[len(some) :]
        return len(some)


@cache
def _said(page: int, _language: str | None) -> bytes:
    """What a refused form is answered: written once, because whoever refuses one refuses many."""
    return render_to_string(f"{page}.html", {"frame": "design/error_light.html", "light": True}).encode()


def _refusing(status: int) -> Wsgi:
    """An application that says why a form was not taken in."""

    def refusing(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        content = _said(400 if status == 408 else status, get_language())
        answer = HttpResponse(content, status=status, headers={"Cache-Control": "no-store"})
        answer.headers["Content-Length"] = str(len(content))
        request = WSGIRequest(environ)
        say_once(_log, request, f"refused body {status}", REFUSED[status])
        response = furnished(request, answer)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return refusing
