"""So many pages are made at once as there are places, each over its place's connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpResponse, StreamingHttpResponse

from allears.core.places import Places, Wsgi, with_places
from allears.core.shared_connection import SharedConnection, own_connection

pytestmark = pytest.mark.django_db(transaction=True)


def placed(view: Callable[[], Any], number: int) -> Callable[[], Any]:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return view()  # type: ignore[no-any-return]

    application_: Wsgi = with_places(application, Places(number))
    return lambda: application_({}, lambda *_: None)


def backend() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.connection


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterable[list[SharedConnection]]:
    """Every connection that places were given; closed at the end."""
    kept: list[SharedConnection] = []
    begin = SharedConnection.__init__

    def begun(self: SharedConnection, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        kept.append(self)

    monkeypatch.setattr(SharedConnection, "__init__", begun)
    yield kept
    for each in kept:
        each.close()


def test_a_page_is_made_over_the_connection_of_its_place_whichever_thread_makes_it(
    made: list[SharedConnection],
) -> None:
    own, used = backend(), []

    def view() -> HttpResponse:
        used.append(backend())
        with SharedConnection().borrowed(), own_connection():
            used.append(backend())
        return HttpResponse(b"")

    ask = placed(view, 1)
    ask()
    thread = threading.Thread(target=lambda: (ask(), connections.close_all()))
    thread.start()
    thread.join(20)
    assert (len(used), len(set(map(id, used)))) == (4, 1)
    assert used[0] is not own
    assert backend() is own


def test_whoever_comes_when_all_places_are_taken_waits_for_one(made: list[SharedConnection]) -> None:
    inside, go_on, most = threading.Semaphore(0), threading.Event(), []
    here: list[int] = []

    def view() -> HttpResponse:
        here.append(1)
        most.append(len(here))
        inside.release()
        go_on.wait(20)
        here.pop()
        return HttpResponse(b"")

    ask = placed(view, 2)
    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=20)
    assert inside.acquire(timeout=20)
    assert not inside.acquire(timeout=0.2)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert (max(most), len(most)) == (2, 5)


@pytest.mark.parametrize("read_to_its_end", [True, False])
def test_what_is_streamed_keeps_its_place_until_it_is_closed(
    made: list[SharedConnection], read_to_its_end: bool
) -> None:
    used: list[object] = []

    def lines() -> Iterable[bytes]:
        for _ in range(3):
            used.append(backend())
            yield b"line"

    own, ask = backend(), placed(lambda: StreamingHttpResponse(lines()), 1)
    for _ in range(2):  # the second waits for ever where the first kept its place
        answer = ask()
        pieces = iter(answer)
        assert next(pieces) == b"line"
        if read_to_its_end:
            assert list(pieces) == [b"line", b"line"]
        answer.close()
    assert len(set(map(id, used))) == 1
    assert used[0] is not own
    assert backend() is own


def test_a_page_that_fails_gives_its_place_back(made: list[SharedConnection]) -> None:
    def view() -> HttpResponse:
        raise ValueError

    ask = placed(view, 1)
    for _ in range(2):
        with pytest.raises(ValueError):
            ask()
