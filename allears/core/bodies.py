"""Forms that come in pieces without saying how long they are (`Transfer-Encoding: chunked`) are put together first.

Some proxies pass forms on like that. Django takes them for empty, and what somebody wrote would be gone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.template.loader import render_to_string

from allears.core.middleware import furnished

PIECE = 64 * 1024
MOST = 16 * 1024 * 1024  # bytes; a form that says its length may be longer where a page takes large files
IN_MEMORY = 1024 * 1024
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def put_together(application: Wsgi) -> Wsgi:
    """Return `application` for forms of any kind; one in pieces that is longer than `MOST` is answered with 413."""

    def whole(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return application(environ, start_response)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            length = _copied(environ["wsgi.input"], file)
            if length > MOST:
                return _too_much(environ, start_response)
            file.seek(0)
            # The form has been read when the application returns; only its answer may come later.
            return application({**environ, "wsgi.input": file, "CONTENT_LENGTH": str(length)}, start_response)

    return whole


def _copied(body: Any, file: Any) -> int:
    """Copy what comes, up to a little more than `MOST` bytes; return how many there were."""
    length = 0
    while length <= MOST and (piece := body.read(PIECE)):
        file.write(piece)
        length += len(piece)
    return length


def _too_much(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    frame = {"frame": "design/error_light.html", "light": True}
    answer = HttpResponse(render_to_string("413.html", frame), status=413, headers={"Cache-Control": "no-store"})
    answer.headers["Content-Length"] = str(len(answer.content))
    response = furnished(WSGIRequest(environ), answer)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]
