"""The web server around a little application instead of ours: what it is asked, and what becomes of its answers."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import BadRequest

SHORTER = 2.0  # seconds without a byte, after which a line is given up
AT_FIRST = 3.0
SLOWEST = 2  # bytes a second


class Endless:
    """An answer that never ends, and writes down how far it came, and when it was closed."""

    is_streamed = True

    def __init__(self, told: Path) -> None:
        self.told = told

    def __iter__(self) -> Iterator[bytes]:
        for number in range(1_000_000):
            self.told.write_text(str(number))
            yield b"x" * 100_000

    def close(self) -> None:
        self.told.write_text(f"{self.told.read_text()} closed")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Say what was asked; or stream, fail, or take a while."""
    path = environ["PATH_INFO"]
    if path == "/endless/":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Endless(Path(environ["QUERY_STRING"]))
    if path == "/fails/":
        raise ValueError("it fails")
    if path == "/slow/":
        time.sleep(1.5)
    try:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    except BadRequest as trouble:
        start_response("400 Bad Request", [])
        return [str(trouble).encode()]
    said = {key: value for key, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({**said, "length": len(body), "threads": threading.active_count()}).encode()]


def load() -> Any:
    from allears.cli.event_loop import ending
    from allears.core import bodies, patience

    patience.WITHOUT_A_BYTE, patience.LOOKS_EVERY = float(sys.argv[2]), 0.1
    patience.AT_FIRST, patience.SLOWEST = AT_FIRST, SLOWEST
    patience.AT_THE_END = 1.0
    lines = patience.Patience(ending)
    threading.Thread(target=lines.watch, daemon=True).start()
    return bodies.taken_in(application, lines)


def main() -> None:
    from allears.cli.server import serve

    serve(load, "127.0.0.1", int(sys.argv[1]), 1)
