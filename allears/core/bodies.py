"""A form is taken in whole before anybody works on it: a slow line holds up nobody but itself.

Forms may come in pieces without saying how long they are (`Transfer-Encoding: chunked`), as some proxies pass them
on; Django would take those for empty. A form whose end never comes is not taken at all: half of what somebody wrote
must not stand for the whole.

Few forms with files are worked on at once, and the others wait without a place (`core.places`): a small file may be a
picture that takes seconds to unpack, and many of them must not take the places of those who send none.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.template.loader import render_to_string

from allears.core.middleware import furnished
from allears.core.throttle import say_once

PIECE = 64 * 1024
MOST = 16 * 1024 * 1024  # bytes that are taken in beforehand
IN_MEMORY = 1024 * 1024
FILES_AT_ONCE = 3  # forms with files
LONGER_AT_ONCE = 3  # forms that say that they are longer: large files, read where the page is made
REFUSED = {400: "A form was refused: it broke off.", 413: "A form in pieces was refused: it is longer than we take."}
_log = logging.getLogger(__name__)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def taken_in(application: Wsgi) -> Wsgi:
    """Return `application` for whole forms: one that breaks off is answered with 400, and one in pieces that is longer
    than `MOST` with 413.
    """
    with_files, longer = threading.BoundedSemaphore(FILES_AT_ONCE), threading.BoundedSemaphore(LONGER_AT_ONCE)

    def whole(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        in_pieces = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        said = None if in_pieces else int(environ.get("CONTENT_LENGTH") or 0)
        if said == 0:
            return application(environ, start_response)
        if said is not None and said > MOST:
            with longer:
                return application(environ, start_response)
        with _room_for(said) as file:
            length = _copied(environ["wsgi.input"], file, MOST + 1 if said is None else said)
            if length > MOST:
                return _refused(environ, start_response, 413)
            if said is not None and length < said:
                return _refused(environ, start_response, 400)
            file.seek(0)
            # The form has been read when the application returns; only its answer may come later.
            with with_files if _may_bring_files(environ) else nullcontext():
                return application({**environ, "wsgi.input": file, "CONTENT_LENGTH": str(length)}, start_response)

    return whole


def _may_bring_files(environ: dict[str, Any]) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).strip().lower().startswith("multipart/")


def _room_for(said: int | None) -> Any:
    """Where a form of so many bytes is kept meanwhile; None: nobody knows how long it is."""
    if said is not None and said <= IN_MEMORY:
        return BytesIO()
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)


def _copied(body: Any, file: Any, most: int) -> int:
    """Copy what comes, at most so many bytes; return how many there were."""
    length = 0
    while length < most and (piece := body.read(min(PIECE, most - length))):
        file.write(piece)
        length += len(piece)
    return length


def _refused(environ: dict[str, Any], start_response: Callable[..., Any], status: int) -> list[bytes]:
    frame = {"frame": "design/error_light.html", "light": True}
    answer = HttpResponse(
        render_to_string(f"{status}.html", frame), status=status, headers={"Cache-Control": "no-store"}
    )
    answer.headers["Content-Length"] = str(len(answer.content))
    request = WSGIRequest(environ)
    say_once(_log, request, f"refused body {status}", REFUSED[status])
    response = furnished(request, answer)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]
