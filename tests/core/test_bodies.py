"""Forms on slow lines, in pieces, and made to hurt, at the real server: refused in words, or kept whole."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from allears.cli.event_loop import Going
from allears.core.asgi import THREADS, Asgi, Message
from allears.core.bodies import FILES_AT_ONCE, LONGER_AT_ONCE, MOST, taken_in
from allears.core.clock import now
from allears.core.patience import Patience
from allears.core.places import Places, with_places
from allears.questionnaires.models import Choice, Question
from tests import cast
from tests.killing import House, house
from tests.questionnaires.test_answers_cut_off import _served, an_open_study

FORM = "application/x-www-form-urlencoded"
CHUNKED = "Transfer-Encoding: chunked"
MULTIPART = "multipart/form-data; boundary=XX"
PROCESSES = 2  # that `allears serve` starts at most
FEWEST_PLACES = 8  # of a process that `allears serve` starts


def parts(count: int, file: bool = False) -> bytes:
    """A form of many parts."""
    name = '; filename="a.txt"\r\nContent-Type: text/plain' if file else ""
    one = "".join(f'--XX\r\nContent-Disposition: form-data; name="f{n}"{name}\r\n\r\nv\r\n' for n in range(count))
    return f"{one}--XX--\r\n".encode()


def nested(depth: int = 2000) -> bytes:
    """Parts within parts within parts."""
    return b"".join(
        b'--XX%d\r\nContent-Type: multipart/mixed; boundary=XX%d\r\nContent-Disposition: form-data; name="n"\r\n\r\n'
        % (n, n + 1)
        for n in range(depth)
    ).replace(b"--XX0\r\n", b"--XX\r\n", 1)


HURTING: dict[str, tuple[bytes, str]] = {
    "ten thousand fields": (urlencode([(f"a{n}", "1") for n in range(10_000)]).encode(), FORM),
    "ten thousand parts": (parts(10_000), MULTIPART),
    "a thousand files": (parts(1_000, file=True), MULTIPART),
    "parts within parts": (nested(), MULTIPART),
    "a part that never ends": (parts(3, file=True)[:100], MULTIPART),
    "no boundary": (b"abc", "multipart/form-data"),
    "an endless boundary": (b"abc", f"multipart/form-data; boundary={'x' * 500}"),
    "another encoding": (b"a=b", f"{FORM}; charset=nothing"),
    "six megabytes": (b"a=" + b"x" * 6_000_000, FORM),
    "no letters": (b"a=%00%ff%fe%ed%a0%80", FORM),
    "json": (b'{"a": [[[[1]]]]}', "application/json"),
}


@pytest.mark.alike
@pytest.mark.django_db
@pytest.mark.parametrize("name", HURTING)
def test_what_is_made_to_hurt_is_refused_in_words_on_every_form_of_staff(name: str, as_ana: Client) -> None:
    body, kind = HURTING[name]
    cast.said(cast.bob(), "Nobody told us.")
    for path in (
        "/studies/new/", "/people/imports/", "/people/new/", "/insights/late-orders/themes/new/", "/search/",
        "/questionnaires/late-orders/imports/", "/decisions/late-orders/new/", "/settings/profile/",
    ):  # fmt: skip
        answer = as_ana.generic("POST", path, body, content_type=kind)
        assert answer.status_code in (200, 302, 400, 403, 404, 405, 413, 422), (path, answer.status_code)
        assert b"<" in answer.content or answer.status_code == 302


class Answer:
    """What an application answers to a form that is all there; it is asked in this thread, which waits for nobody."""

    def __init__(self, whole: Asgi, body: bytes, headers: dict[str, str], query: str = "") -> None:
        self._came = [{"type": "http.request", "body": body, "more_body": False}]
        self._sent: list[Message] = []
        self._is_there = threading.Event()
        scope = {
            "method": "POST", "raw_path": b"/a/", "query_string": query.encode(), "http_version": "1.1",
            "scheme": "http", "server": ("127.0.0.1", "80"), "client": ("127.0.0.1", "1"),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        Going(whole(scope, self._receive, self._send)).go_on()  # type: ignore[arg-type]

    async def _receive(self) -> Message:
        return self._came.pop() if self._came else {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self._sent.append(message)
        if "body" in message:
            self._is_there.set()

    def status(self) -> int:
        assert self._is_there.wait(60)
        return int(self._sent[0]["status"])

    def body(self) -> bytes:
        assert self._is_there.wait(60)
        return bytes(self._sent[1]["body"])


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        (b"x" * (MOST + 1), {"Transfer-Encoding": "chunked"}, (413, "in pieces was refused")),
        (b"secret", {"Content-Length": "99"}, (400, "it broke off")),
    ],
    ids=["in pieces", "broken off"],
)
def test_a_form_that_is_not_taken_in_is_logged_once_a_minute(
    body: bytes, more: dict[str, str], said: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    cache.clear()
    answers: list[Answer] = []
    whole = taken_in(lambda environ, start: pytest.fail("it was handed on"), Patience(threading.Event()))
    with time_machine.travel(now(), tick=False), caplog.at_level(logging.WARNING, "allears.core.bodies"):
        for _ in range(3):
            answers.append(Answer(whole, body, {"Content-Type": FORM, **more}))

    assert [answer.status() for answer in answers] == [said[0]] * 3
    (line,) = [record.getMessage() for record in caplog.records if record.name == "allears.core.bodies"]
    assert said[1] in line
    assert "secret" not in line


def test_many_files_at_once_leave_a_place_to_those_who_send_none() -> None:
    """What is worked on stays in its place until the test lets it go: nothing here hangs on how long it takes."""
    inside, go_on, counting = threading.Semaphore(0), threading.Event(), threading.Lock()
    here, most = Counter[str](), Counter[str]()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        kind = environ["QUERY_STRING"]
        with counting:
            here[kind] += 1
            most[kind] = max(most[kind], here[kind])
        if kind != "plain":
            inside.release()
            assert go_on.wait(60)
        with counting:
            here[kind] -= 1
        start_response("200 OK", [])
        return [kind.encode()]

    whole = taken_in(with_places(application, Places(FEWEST_PLACES)), Patience(threading.Event()))
    picture = parts(1, file=True)

    def ask(name: str, kind: str, body: bytes, said: int) -> Answer:
        return Answer(whole, body, {"Content-Type": kind, "Content-Length": str(said)}, name)

    many = [ask("picture", MULTIPART, picture, len(picture)) for _ in range(10)]
    many += [ask("oversized", MULTIPART, b"", MOST + 1) for _ in range(10)]
    assert all(inside.acquire(timeout=60) for _ in range(FILES_AT_ONCE + LONGER_AT_ONCE))

    assert ask("plain", FORM, b"a=b", 3).body() == b"plain"
    assert (here["picture"], here["oversized"]) == (FILES_AT_ONCE, LONGER_AT_ONCE)
    go_on.set()
    assert Counter(answer.body() for answer in many) == {b"picture": 10, b"oversized": 10}
    assert (most["picture"], most["oversized"]) == (FILES_AT_ONCE, LONGER_AT_ONCE)


class Door:
    """The real server, and an open study behind it."""

    def __init__(self, there: House, port: int, token: str) -> None:
        self.there, self.port, self.path = there, port, f"/a/{token}/"
        words, choice = Question.objects.order_by("pk")[:2]
        self.fields = {f"q{words.pk}": "", f"q{choice.pk}": Choice.objects.filter(question=choice).first().pk}  # type: ignore[union-attr]
        self.words = f"q{words.pk}"

    def form(self, words: str) -> bytes:
        return urlencode({**self.fields, self.words: words}).encode()

    def send(self, body: bytes, kind: str = FORM, length: str = "", path: str = "") -> socket.socket:
        """Send a form; `length` is the header that says how long it is, if it is not the truth."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        here, length = f"127.0.0.1:{self.port}", length or f"Content-Length: {len(body)}"
        head = f"POST {path or self.path} HTTP/1.1\r\nHost: {here}\r\nOrigin: http://{here}\r\nContent-Type: {kind}\r\n"
        with contextlib.suppress(ConnectionError):  # it may answer before it has read everything
            line.sendall(f"{head}{length}\r\nConnection: close\r\n\r\n".encode() + body)
        return line

    def in_pieces(self, body: bytes) -> socket.socket:
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:7], body[7:]) if p)
        return self.send(pieces + b"0\r\n\r\n", length=CHUNKED)

    def stored(self) -> list[str]:
        kept = "SELECT text FROM questionnaires_answer WHERE text <> '' ORDER BY id"
        return [text for (text,) in self.there.rows(kept)]


def answer_of(line: socket.socket) -> tuple[int, str]:
    said = b""
    with contextlib.suppress(ConnectionError):
        while more := line.recv(65536):
            said += more
    line.close()
    found = re.match(rb"HTTP/1.1 (\d+)", said)
    return int(found[1]) if found else 0, said.decode("utf-8", "replace")


@pytest.fixture
def door(tmp_path: Path, transactional_db: None) -> Iterator[Door]:
    token = an_open_study()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with house(tmp_path / "there", port) as there:
        made = Door(there, port, token)
        server = _served(there, port)
        yield made
        assert server.poll() is None
        assert "Internal Server Error" not in there.said(server)


def test_forms_of_all_kinds_at_the_real_server(door: Door) -> None:
    assert answer_of(door.in_pieces(door.form("In pieces, and whole")))[0] == 303
    assert door.stored() == ["In pieces, and whole"]
    status, page = answer_of(door.in_pieces(b"x" * (MOST + 1)))
    assert (status, "more than we can take at once" in page) == (413, True)
    for name, (body, kind) in HURTING.items():
        status, page = answer_of(door.send(body, kind))
        assert status in (200, 303, 400, 413, 422), (name, page[:300])
    assert answer_of(door.send(door.form("<script>alert(1)</script> " + "x" * 1_000_000)))[0] == 303
    assert len(door.stored()[-1]) == 1_000_026


@pytest.mark.alike
def test_a_slow_line_that_moves_is_waited_for(door: Door) -> None:
    body = door.form("Slowly, from the hills")
    line = door.send(body[:5], length=f"Content-Length: {len(body)}")
    for at in range(5, len(body), 8):
        time.sleep(0.2)
        line.sendall(body[at : at + 8])
    assert answer_of(line)[0] == 303
    assert door.stored() == ["Slowly, from the hills"]


@pytest.mark.alike
def test_forms_that_never_come_to_their_end_hold_up_nobody(door: Door) -> None:
    body = door.form("Not all of")
    stalled = [door.send(body[:-9], length=f"Content-Length: {len(body)}") for _ in range(THREADS * PROCESSES)]
    stalled += [door.send(b"5\r\nwords", length=CHUNKED) for _ in range(60)]
    with closing(socket.create_connection(("127.0.0.1", door.port), timeout=20)) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 200")
    assert answer_of(door.send(door.form("All of it")))[0] == 303
    for line in stalled:
        line.close()
    for part, how in ((body[:-9], f"Content-Length: {len(body)}"), (b"%x\r\n%s\r\n" % (len(body), body), CHUNKED)):
        broken_off = door.send(part, length=how)
        broken_off.shutdown(socket.SHUT_WR)
        assert answer_of(broken_off)[0] in (0, 400)
    assert door.stored() == ["All of it"]
