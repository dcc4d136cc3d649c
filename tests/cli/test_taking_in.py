"""The web server takes forms in without a thread, hands them on whole, and streams no faster than is read."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from allears.core.asgi import THREADS
from allears.core.bodies import MIDDLING_AT_ONCE, MOST, REFUSED, SHORT
from tests.cli.little import AT_FIRST, SHORTER
from tests.nursery import nursery

CHUNKED = "Transfer-Encoding: chunked"


class Little:
    """The little server, as a process of its own."""

    def __init__(self, folder: Path, without_a_byte: float) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.said = folder / "said"
        with self.said.open("wb") as said:
            self.process = nursery().born(
                "tests.cli.little:main", str(self.port), str(without_a_byte),
                surroundings=os.environ, out=said.fileno(), err=said.fileno(),
            )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(self.said.read_text())

    def line(self, head: str, body: bytes = b"", method: str = "POST", path: str = "/") -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line.sendall(f"{method} {path} HTTP/1.1\r\nHost: here\r\n{head}\r\n\r\n".encode("latin-1") + body)
        return line

    def ask(self, head: str = "Accept: */*", body: bytes = b"", method: str = "POST", path: str = "/") -> Any:
        return json.loads(answered(self.line(head, body, method, path))[1])

    def memory(self) -> int:
        """Megabytes of its processes."""
        return sum(_resident(pid) for pid in [self.process.pid, *_children(self.process.pid)]) // 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def answered(line: socket.socket) -> tuple[int, str]:
    """Read one answer; the line stays open, and what follows stays in it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        if not (more := line.recv(1)):
            return 0, ""
        head += more
    found = re.search(rb"content-length: (\d+)", head)
    left, body = int(found[1]) if found else 0, b""
    while left > len(body) and (more := line.recv(left - len(body))):
        body += more
    return int(head.split()[1]), body.decode()


def length(body: bytes | int) -> str:
    return f"Content-Length: {body if isinstance(body, int) else len(body)}"


def pieces(*some: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in some)


@pytest.fixture
def little(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Little]:
    made = Little(tmp_path, getattr(request, "param", 60))
    yield made
    with contextlib.suppress(ProcessLookupError):
        os.killpg(made.process.pid, signal.SIGKILL)
    made.process.wait()


def test_what_is_asked_is_said_as_wsgi_says_it(little: Little) -> None:
    head = "X-Real: one\r\nX-Real: two\r\nX_Real: three\r\nCookie: a=1\r\nCookie: b=2\r\nContent-Type: text/é"
    said = little.ask(head, method="GET", path="/caf%C3%A9/%2F?q=%C3%A9&x=1")
    wanted = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/caf\xc3\xa9//", "QUERY_STRING": "q=%C3%A9&x=1", "SCRIPT_NAME": "",
        "HTTP_X_REAL": "one,two", "HTTP_COOKIE": "a=1;b=2", "CONTENT_TYPE": "text/\xe9", "HTTP_HOST": "here",
        "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": str(little.port),
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
    }  # fmt: skip
    assert {key: value for key, value in said.items() if key not in ("length", "threads")} == wanted


def test_forms_come_in_whole_or_not_at_all(little: Little) -> None:
    for size in (1, SHORT, SHORT + 1, MOST):
        assert little.ask(length(size), b"x" * size)["length"] == size
        assert little.ask(CHUNKED, pieces(b"x", b"x" * (size - 1 or 1)) + b"0\r\n\r\n")["length"] == max(size, 2)
    assert little.ask(length(MOST + 5), b"x" * (MOST + 5))["length"] == MOST + 5
    assert answered(little.line(CHUNKED, pieces(b"x" * (MOST + 1))))[0] == 413
    for line in (
        little.line(CHUNKED, pieces(b"half of it")),
        little.line(CHUNKED, pieces(b"half of it") + b"no number\r\n"),
        little.line(length(99), b"half of it"),
        little.line(length(SHORT + 99), b"x" * SHORT),
    ):
        line.shutdown(socket.SHUT_WR)
        assert answered(line)[0] in (0, 400)
    assert answered(little.line("Accept: */*", path="/fails/"))[0] == 500


@pytest.mark.parametrize("little", [SHORTER], indirect=True)
def test_a_line_that_brings_nothing_or_next_to_nothing_is_given_up_and_one_that_moves_is_not(little: Little) -> None:
    began = time.monotonic()
    stalled = [little.line(length(99), b"x"), little.line(CHUNKED, pieces(b"x")), little.line(length(SHORT + 9), b"x")]
    longer = little.line(length(MOST + 9), b"x")
    dribbles, moves = little.line(length(99), b"x"), little.line(length(18), b"x")
    for step in range(17):
        time.sleep(SHORTER / 8)
        moves.sendall(b"x")
        if step in (5, 11):
            dribbles.sendall(b"x")
    assert json.loads(answered(moves)[1])["length"] == 18
    assert [answered(line)[0] for line in (*stalled, dribbles)] == [408] * 4
    assert AT_FIRST < time.monotonic() - began < 10 * AT_FIRST
    assert answered(longer) == (400, REFUSED[408])


def test_whoever_stalls_holds_no_thread_and_little_memory(little: Little) -> None:
    """More lines than threads, and more long ones than may come in at once: a short form is answered among them."""
    before = little.memory()
    lines = [little.line(length(SHORT), b"x" * (SHORT - 1)) for _ in range(THREADS + 50)]
    lines += [little.line(length(MOST), b"x" * SHORT) for _ in range(MIDDLING_AT_ONCE + 20)]
    said = little.ask(length(3), b"x=1")
    assert (said["length"], said["threads"] < 20) == (3, True)
    assert little.memory() - before < 100
    for line in lines:
        line.close()


def test_one_line_brings_many_forms_one_after_the_other(little: Little) -> None:
    with closing(little.line(length(1), b"x")) as line:
        assert json.loads(answered(line)[1])["length"] == 1
        again = f"POST / HTTP/1.1\r\nHost: here\r\n{length(2)}\r\n\r\n".encode()
        line.sendall(again + b"xx")
        assert json.loads(answered(line)[1])["length"] == 2
        line.sendall(b"HEAD / HTTP/1.1\r\nHost: here\r\n\r\n")
        head = line.recv(65536).decode()
        assert (head.split()[1], head.endswith("\r\n\r\n"), "content-length: " in head) == ("200", True, True)
        line.sendall(again + b"yy" + again + b"zz")
        assert [json.loads(answered(line)[1])["length"] for _form in range(2)] == [2, 2]


def test_what_is_streamed_goes_no_faster_than_it_is_read_and_ends_when_nobody_reads(
    little: Little, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    line = little.line("Accept: */*", method="GET", path=f"/endless/?{told}")
    assert line.recv(1000).startswith(b"HTTP/1.1 200")
    time.sleep(1)
    far = int(told.read_text())
    time.sleep(0.5)
    assert (int(told.read_text()), far < 500) == (far, True)
    for _ in range(200):
        assert line.recv(1_000_000)
    line.close()
    until = time.monotonic() + 20
    while "closed" not in told.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    assert told.read_text().endswith("closed")


def test_a_page_that_is_being_made_is_answered_before_the_server_stops(little: Little) -> None:
    stalled = little.line(length(9), b"x")
    slow = little.line(length(1), b"x", path="/slow/")
    time.sleep(0.5)
    little.process.send_signal(signal.SIGTERM)
    assert answered(slow)[0] == 200
    assert little.process.wait(timeout=20) == 0
    stalled.close()
