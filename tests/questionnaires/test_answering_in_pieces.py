"""Participants' pages at the web server: nobody waits in a thread for a turn or for the disk, and yet each gets their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone, translation

from allears.cli.event_loop import Going
from allears.core.asgi import Answering, Message
from allears.core.places import Places
from allears.core.queries import the_organisation
from allears.people.models import Person
from allears.questionnaires import answering_sql as sql
from allears.questionnaires import answering_turn
from allears.questionnaires import answering_views as views
from allears.questionnaires import answering_writer as writer
from allears.questionnaires.answering_door import QuickDoor
from allears.questionnaires.answering_turn import turn
from allears.questionnaires.models import Question, Response
from allears.studies import actions as studies
from allears.studies import translating
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, public
from tests.questionnaires.test_answering_door import BY_CHANCE, ONE_WORD, ask, asking_for, not_taken

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 10.0  # seconds
PLACES = Places(2)
Answer = tuple[int, dict[str, str], bytes]
DOOR = QuickDoor(not_taken, PLACES)
ANSWERING = Answering(DOOR)


def asked(path: str, body: bytes | None = None, **more: Any) -> Future[Answer]:
    """Ask as the web server asks: what is answered comes later, and this thread goes on."""
    came: Future[Answer] = Future()
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        raise AssertionError("the form is there already")

    async def wait() -> None:
        try:
            await ANSWERING.answer(asking_for(path, body, **more), receive, send)
            headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
            came.set_result((said[0]["status"], headers, said[1]["body"]))
        except BaseException as error:
            came.set_exception(error)

    Going(wait()).go_on()
    return came


def form(said: str) -> bytes:
    return urlencode({f"q{Question.objects.get().pk}": said}).encode()


@pytest.fixture(autouse=True)
def _no_connection_stays() -> Iterator[None]:
    yield
    writer.leave()


@pytest.mark.parametrize("spoken", ["", "ar"])
@pytest.mark.parametrize("path", ["{personal}", "{public}", "{personal}1/?missing", "{personal}7/", "/a/this-link-was-made-by-nobody/"])
def test_who_waits_in_no_thread_is_answered_as_who_does(path: str, spoken: str, time_machine: Any) -> None:
    time_machine.move_to(timezone.now(), tick=False)  # pages carry the second in which they were made
    asking(ONE_WORD)
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    path = path.format(personal=invited(cast.bob()), public=public())

    one, other = ask(DOOR, path, HTTP_ACCEPT_LANGUAGE=spoken), asked(path, HTTP_ACCEPT_LANGUAGE=spoken).result(SOON)

    assert other[:2] == one[:2]
    assert BY_CHANCE.sub(b"", other[2]) == BY_CHANCE.sub(b"", one[2])
    assert translation.get_language() == "en"


def test_what_pages_ask_for_first_is_read_for_all_who_wait_with_one_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each kind of page, so that what the door has read ahead is what the page asks for."""
    asking(ONE_WORD)
    personal, link = invited(cast.bob()), public()
    own = asked(link, form("Late.")).result(SOON)[1]["Location"]
    paths = [personal, f"{personal}1/", own, f"{own}1/", link, f"{link}1/", link]
    before = [asked(path).result(SOON)[0] for path in paths]  # each kind of link is known now
    trips, several = list[int](), sql.several

    def counted(statements: Any) -> Any:
        trips.append(len(statements))
        return several(statements)

    monkeypatch.setattr(sql, "several", counted)
    with turn(PLACES):
        came = [asked(path) for path in paths]
    assert [one.result(SOON)[0] for one in came] == before
    assert trips == [5]  # three links, and what was answered behind two


def test_forms_that_come_while_others_are_written_are_kept_with_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by a link of their own; all are made before the first is written."""
    asking(ONE_WORD)
    people = [Person.objects.create(name=f"Person {number}", email=f"p{number}@customer.example") for number in range(7)]
    paths = [invited(person) for person in people]
    sizes, together = [], writer.together

    def counted(some: list[writer.Work]) -> None:
        sizes.append(len(some))
        together(some)

    monkeypatch.setattr(writer, "together", counted)
    with turn(PLACES):
        came = [asked(f"{path}1/", form(f"{person.name} waited")) for path, person in zip(paths, people, strict=True)]
        assert not any(one.done() for one in came)
    answers = [one.result(SOON) for one in came]

    assert [(status, headers["Location"]) for status, headers, _ in answers] == [(303, path) for path in paths]
    assert sizes == [7]
    assert {(verbatim.person.name, verbatim.text) for verbatim in Verbatim.objects.select_related("person")} == {
        (person.name, f"{person.name} waited") for person in people
    }
    assert b"Thank you" in asked(paths[3]).result(SOON)[2]


def test_the_same_form_sent_twice_in_the_same_moment_is_kept_once() -> None:
    asking(ONE_WORD)
    path = invited(cast.bob())

    with turn(PLACES):
        came = [asked(f"{path}1/", form("The box was wet")) for _ in range(2)]

    assert [one.result(SOON)[0] for one in came] == [303, 303]
    assert list(Verbatim.objects.values_list("text", flat=True)) == ["The box was wet"]
    assert Response.objects.count() == 1


def test_a_study_that_closes_while_a_form_waits_is_closed_to_it_and_says_so_in_their_language() -> None:
    asking(ONE_WORD)
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    the_organisation()  # has a name before the first page is shown
    path, sealed = invited(cast.bob()), threading.Event()
    before = writer.together

    def after_closing(some: list[writer.Work]) -> None:
        assert sealed.wait(SOON)
        before(some)

    writer.together = after_closing
    try:
        came = asked(f"{path}1/?lang=ar", form("Too late"))
        studies.close_study(study=cast.late_orders(), by=cast.ana())
        sealed.set()
        status, _headers, content = came.result(SOON)
    finally:
        writer.together = before

    assert (status, content) == (200, ask(DOOR, f"{path}?lang=ar")[2])
    assert b'<html lang="ar" dir="rtl">' in content
    assert not Response.objects.exists()


@pytest.mark.parametrize("lang", ["", "?lang=ar"])
def test_who_has_left_something_out_is_shown_the_same_page_by_both_ways_in_their_language(lang: str, time_machine: Any) -> None:
    asking(ONE_WORD)
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    the_organisation()
    time_machine.move_to(timezone.now(), tick=False)
    path = f"{invited(cast.bob())}1/{lang}"

    one, other = ask(DOOR, path, form("")), asked(path, form("")).result(SOON)

    assert (other[0], BY_CHANCE.sub(b"", other[2])) == (200, BY_CHANCE.sub(b"", one[2]))


def test_when_the_whole_cannot_be_written_each_is_written_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asking(ONE_WORD)
    paths = [invited(cast.bob()), invited(cast.dev())]

    def cannot_be_written(_some: Any) -> None:
        raise DatabaseError("the disk is full for a moment")

    monkeypatch.setattr(writer, "together", cannot_be_written)
    with turn(PLACES):
        came = [asked(f"{path}1/", form("It came late")) for path in paths]

    assert [one.result(SOON)[0] for one in came] == [303, 303]
    assert Verbatim.objects.count() == 2


def test_where_a_shared_connection_cannot_be_opened_everybody_is_answered_and_nobody_waits_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither who asks for a page nor those whose answers somebody else was to write; then all is as before."""
    asking(ONE_WORD)
    paths = [invited(person) for person in (cast.bob(), cast.dev(), cast.cleo())]

    @contextmanager
    def refuses() -> Iterator[None]:
        raise OperationalError("nobody listens there")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(answering_turn._shared, "borrowed", refuses)
        patch.setattr(writer._shared, "borrowed", refuses)
        came = [asked(f"{path}1/", form("It came late")) for path in paths[:2]]
        assert [one.result(SOON)[0] for one in came] == [303, 303]
        assert asked(paths[2]).result(SOON)[0] == 200

    assert asked(f"{paths[2]}1/", form("It came late")).result(SOON)[0] == 303
    assert Verbatim.objects.count() == 3


@pytest.mark.parametrize("where", ["before it is kept", "afterwards"])
def test_what_goes_wrong_is_the_sites_own_page_and_others_are_answered(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asking(ONE_WORD)
    path, other = invited(cast.bob()), invited(cast.dev())

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(views, "read" if where == "before it is kept" else "_telling", fails)
    with turn(PLACES):
        came, beside = asked(f"{path}1/", form("It came late")), asked(other)
    status, headers, content = came.result(SOON)

    assert (status, b"the disk is gone" in content) == (500, False)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert beside.result(SOON)[0] == 200
    assert Verbatim.objects.count() == (0 if where == "before it is kept" else 1)


def test_who_meets_a_row_that_somebody_holds_waits_alone() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite holds the whole file, for moments")
    asking(ONE_WORD)
    held, free = invited(cast.bob()), invited(cast.dev())

    with transaction.atomic():
        Person.objects.select_for_update().get(pk=cast.bob().pk)
        waits = asked(f"{held}1/", form("I am held up"))
        assert asked(f"{free}1/", form("I am not")).result(SOON)[0] == 303
        assert asked(free).result(SOON)[0] == 200
        assert not waits.done()
    assert waits.result(SOON)[0] == 303
    assert Verbatim.objects.count() == 2
