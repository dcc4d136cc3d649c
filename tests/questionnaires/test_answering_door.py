"""The two doors to participants' pages: through Django, and before it."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.urls import resolve
from django.utils import timezone, translation

from allears.core.places import Places
from allears.core.queries import the_organisation
from allears.questionnaires import answering_views as views
from allears.questionnaires.answering_door import QuickDoor
from allears.questionnaires.models import Response
from allears.studies import actions as studies
from allears.studies import translating
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, public

pytestmark = pytest.mark.django_db
ONE_WORD = [{"kind": "long_text", "text": "What happened?", "required": True}]
# What differs from page to page by chance: tokens of responses yet to begin.
BY_CHANCE = re.compile(rb'name="(start|seen)" value="[^"]*"')


def asking_for(path: str, body: bytes | None = None, **more: Any) -> dict[str, Any]:
    """What a browser asks for, as WSGI says it."""
    where, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET" if body is None else "POST", "PATH_INFO": where, "QUERY_STRING": query,
        "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(), "wsgi.input": io.BytesIO(body or b""), **more,
    }  # fmt: skip
    if body is not None:
        environ.setdefault("CONTENT_TYPE", "application/x-www-form-urlencoded")
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def ask(app: Any, path: str, body: bytes | None = None, **more: Any) -> tuple[int, dict[str, str], bytes]:
    """What `app` answers to a browser: status, headers, content."""
    told: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        told.update(status=int(status.split()[0]), headers=dict(headers))

    content = b"".join(app(asking_for(path, body, **more), start_response))
    return told["status"], told["headers"], content


def not_taken(environ: dict[str, Any], _start: Callable[..., Any]) -> list[bytes]:
    """Django, which the quick door must not fall back on."""
    raise AssertionError(f"{environ['PATH_INFO']} went the long way")


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The test's transaction stays open, as Django's own test client sees to."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _one_moment(time_machine: Any) -> None:
    """Pages carry the second in which they were made; both doors are asked in the same one."""
    time_machine.move_to(timezone.now(), tick=False)


@pytest.fixture
def doors() -> tuple[Any, Any]:
    """The way through Django, and the way before it, which must not fall back on Django's."""
    return WSGIHandler(), QuickDoor(not_taken, Places(1))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{personal}", 200),
        ("{public}", 200),
        ("{personal}1/", 200),
        ("{personal}1/?missing", 200),
        ("{personal}7/", 303),
        ("/a/this-link-was-made-by-nobody/", 404),
    ],
)
def test_both_doors_answer_the_same(doors: tuple[Any, Any], path: str, status: int) -> None:
    asking(ONE_WORD)
    path = path.format(personal=invited(cast.bob()), public=public())

    long, short = (ask(door, path) for door in doors)

    assert short[0] == long[0] == status
    assert short[1] == {**long[1], "Content-Length": str(len(short[2]))}
    assert BY_CHANCE.sub(b"", short[2]) == BY_CHANCE.sub(b"", long[2])


def test_both_doors_send_fewer_bytes_to_who_can_read_them(doors: tuple[Any, Any]) -> None:
    asking(ONE_WORD)
    path = invited(cast.bob())
    plain = ask(doors[1], path)[2]

    for door in doors:
        status, headers, content = ask(door, path, HTTP_ACCEPT_ENCODING="gzip, deflate, br")
        assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
        assert headers["Content-Length"] == str(len(content))
        assert len(content) < len(plain) / 2
        assert BY_CHANCE.sub(b"", gzip.decompress(content)) == BY_CHANCE.sub(b"", plain)


@pytest.mark.parametrize(
    ("path", "spoken"),
    [
        ("{personal}?lang=ar", ""),
        ("{personal}", "ar-EG, en;q=0.5"),
        ("{personal}1/?lang=ar", ""),
        ("{personal}1/?lang=ar&missing", ""),
        ("{personal}7/?lang=ar", ""),
        ("{public}", "ar"),
        ("/a/this-link-was-made-by-nobody/", "ar"),
    ],
)
def test_both_doors_speak_arabic_alike_and_forget_it_again(doors: tuple[Any, Any], path: str, spoken: str) -> None:
    asking(ONE_WORD)
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    path = path.format(personal=invited(cast.bob()), public=public())

    long, short = (ask(door, path, HTTP_ACCEPT_LANGUAGE=spoken) for door in doors)

    assert (short[0], BY_CHANCE.sub(b"", short[2])) == (long[0], BY_CHANCE.sub(b"", long[2]))
    if short[0] != 303:
        assert b'<html lang="ar" dir="rtl">' in short[2]
    assert translation.get_language() == "en"


def test_a_post_at_either_door_is_kept_and_led_on(doors: tuple[Any, Any]) -> None:
    asking(ONE_WORD)
    field = f"q{Response._meta.get_field('version').related_model.objects.get().questions.get().pk}"
    said = []
    for person, door in zip((cast.bob(), cast.dev()), doors, strict=True):
        path = invited(person)
        status, headers, _ = ask(door, f"{path}1/", urlencode({field: f"{person.name} waited"}).encode())
        said.append((status, headers["Location"] == path))

    assert said == [(303, True), (303, True)]
    assert set(Verbatim.objects.values_list("text", flat=True)) == {"Bob Hale waited", f"{cast.dev().name} waited"}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"HTTP_ORIGIN": "https://elsewhere.example"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
    ],
)
def test_both_doors_refuse_the_same(doors: tuple[Any, Any], more: dict[str, str], status: int) -> None:
    asking(ONE_WORD)
    path = invited(cast.bob())

    long, short = (ask(door, f"{path}1/", b"", **more) for door in doors)

    assert (short[0], short[2]) == (long[0], long[2])
    assert short[0] == status
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/healthz", {}),
        ("/a/short/", {}),
        ("/a/this-link-was-made-by-nobody/decline/", {}),
        ("/a/this-link-was-made-by-nobody/", {"HTTP_HOST": "evil.example"}),
        ("/a/this-link-was-made-by-nobody/", {"SCRIPT_NAME": "/under"}),
        ("/a/this-link-was-made-by-nobody/", {"REQUEST_METHOD": "DELETE"}),
    ],
)
def test_what_the_quick_door_does_not_know_goes_through_django(path: str, more: dict[str, str]) -> None:
    passed: list[str] = []

    def django(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        passed.append(environ["PATH_INFO"])
        start_response("204 No Content", [])
        return [b""]

    assert ask(QuickDoor(django, Places(1)), path, **more)[0] == 204
    assert passed == [path]


def test_a_host_that_was_ours_and_is_not_any_more_goes_through_django(settings: Any) -> None:
    def django(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("204 No Content", [])
        return [b""]

    asking(ONE_WORD)
    path, host, app = invited(cast.bob()), {"HTTP_HOST": "house.example"}, QuickDoor(django, Places(1))
    settings.ALLOWED_HOSTS = ["house.example"]
    assert [ask(app, path, **host)[0] for _ in range(2)] == [200, 200]
    settings.ALLOWED_HOSTS = ["other.example"]
    assert ask(app, path, **host)[0] == 204


def test_an_error_behind_the_quick_door_is_the_sites_own_page(
    doors: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(ONE_WORD)
    path = invited(cast.bob())

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is gone")

    resolve(path)  # addresses that are read in only now would keep this view for all tests that follow
    monkeypatch.setattr(views, "start", fails)
    status, headers, content = ask(doors[1], path)

    assert status == 500
    assert b"the disk is gone" not in content
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_quick_door_opens_the_same_views_as_the_addresses() -> None:
    token = "a" * 24
    for path, view in ((f"/a/{token}/", views.start), (f"/a/{token}/2/", views.numbered)):
        assert resolve(path).func is view


def test_a_closed_study_is_closed_at_both_doors(doors: tuple[Any, Any]) -> None:
    asking(ONE_WORD)
    path = invited(cast.bob())
    the_organisation()  # has a name before the first page is shown
    studies.close_study(study=cast.late_orders(), by=cast.ana())

    long, short = (ask(door, path) for door in doors)

    assert b"This study is closed" in short[2]
    assert short[2] == long[2]
