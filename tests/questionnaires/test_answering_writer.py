"""Several people's answers with one commit: what fails takes only itself back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from allears.core import prepared
from allears.people.models import Person
from allears.questionnaires import answering_sql as sql
from allears.questionnaires import answering_writer as writer
from tests import cast

pytestmark = pytest.mark.django_db


def outcomes(*works: Any) -> list[Any]:
    """What comes of these works when they are written together: their results or their errors."""
    some = [writer.Work(work) for work in works]
    writer.together(some)
    return [work.outcome and (work.outcome.error or work.outcome.result) for work in some]


def renamed(name: str) -> str:
    Person.objects.update(name=name)
    return name


def breaks_a_constraint() -> None:
    renamed("Never Seen")
    Person.objects.create(name="Nobody", kind="none")


def passes_over_a_failure() -> None:
    renamed("Never Seen")
    with suppress(DatabaseError):
        Person.objects.create(name="Nobody", kind="none")


def test_a_work_that_fails_takes_only_itself_back() -> None:
    cast.bob()

    before, failed, after = outcomes(lambda: renamed("Bob H."), breaks_a_constraint, lambda: Person.objects.get().name)

    assert (before, after) == ("Bob H.", "Bob H.")
    assert isinstance(failed, IntegrityError)


def test_a_failure_that_a_work_passes_over_is_never_acknowledged() -> None:
    cast.bob()

    before, failed = outcomes(lambda: renamed("Bob H."), passes_over_a_failure)

    assert before == "Bob H."
    assert isinstance(failed, transaction.TransactionManagementError)
    assert Person.objects.get().name == "Bob H."
    with pytest.raises(transaction.TransactionManagementError):
        writer.write_down(passes_over_a_failure)


@pytest.mark.django_db(transaction=True)
def test_what_a_work_that_failed_wanted_done_afterwards_is_not_done() -> None:
    done: list[str] = []

    def fails() -> None:
        transaction.on_commit(lambda: done.append("of the failed"))
        breaks_a_constraint()

    outcomes(lambda: transaction.on_commit(lambda: done.append("of the kept")), fails)

    assert done == ["of the kept"]


def test_where_nothing_fails_no_savepoint_is_made() -> None:
    cast.bob()

    with CaptureQueriesContext(connection) as heard:
        assert outcomes(lambda: renamed("Bob H."), lambda: renamed("Bobby")) == ["Bob H.", "Bobby"]
    assert not [query["sql"] for query in heard if "one_work" in query["sql"]]


@pytest.mark.django_db(transaction=True)
def test_a_whole_that_cannot_be_committed_leaves_no_work_acknowledged() -> None:
    """Whom an account names is looked for when the transaction ends, after every work has been done."""
    bob = cast.bob()

    def names_nobody() -> None:
        Person.objects.update(account_id=999_999)

    some = [writer.Work(lambda: renamed("Bob H.")), writer.Work(names_nobody)]

    with pytest.raises(IntegrityError):
        writer.together(some)
    assert [work.outcome for work in some] == [None, None]
    bob.refresh_from_db()
    assert bob.name == "Bob Hale"


def later(what: str) -> None:
    sql.later([(f"UPDATE people_person SET {what} WHERE name LIKE %s", ["Bob%"])])


def name_read() -> str:
    return str(sql.rows("SELECT name FROM people_person", [])[0][0])


@pytest.mark.django_db(transaction=True)
def test_what_is_written_later_is_there_for_who_reads_next_and_once_it_is_acknowledged() -> None:
    bob = cast.bob()

    read = outcomes(lambda: later("name = 'Bob H.'"), name_read, lambda: later("name = 'Bobby'"))

    bob.refresh_from_db()
    assert (read[1], bob.name) == ("Bob H.", "Bobby")


@pytest.mark.django_db(transaction=True)
def test_what_is_written_later_and_fails_takes_back_the_work_that_wrote_it_and_no_other() -> None:
    bob = cast.bob()

    _, failed, _ = outcomes(
        lambda: later("name = 'Bob H.'"), lambda: later("kind = 'none'"), lambda: later("language = 'ar'")
    )

    bob.refresh_from_db()
    assert isinstance(failed, IntegrityError)
    assert (bob.name, bob.kind, bob.language) == ("Bob H.", "customer", "ar")


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_along_with_the_last_statement_leaves_no_work_acknowledged() -> None:
    bob = cast.bob()
    some = [writer.Work(lambda: later("name = 'Bob H.'")), writer.Work(lambda: later("account_id = 999999"))]

    with pytest.raises(IntegrityError):
        writer.together(some)

    bob.refresh_from_db()
    assert ([work.outcome for work in some], bob.name) == ([None, None], "Bob Hale")


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_what_is_written_later_takes_no_trip_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite there are no trips")
    trips, answers = [], prepared._answers

    def heard(connection_: Any, statements: Sequence[Any]) -> Any:
        trips.append([statement.split()[0] for statement, _parameters in statements])
        return answers(connection_, statements)

    cast.bob()
    monkeypatch.setattr(prepared, "_answers", heard)
    outcomes(name_read, lambda: later("name = 'Bob H.'"), name_read, lambda: later("name = 'Bobby'"))

    assert trips == [["SELECT"], ["UPDATE", "SELECT"], ["UPDATE", "COMMIT"]]


@pytest.mark.django_db(transaction=True)
def test_when_the_whole_cannot_be_written_each_writes_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "together", cannot_be_written)

    assert writer.write_down(lambda: cast.bob().name) == "Bob Hale"
    assert Person.objects.filter(name="Bob Hale").exists()


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_each_get_their_own_and_share_commits() -> None:
    """The first is held up within its work, so that the others gather."""
    gathered, together = threading.Event(), writer.together
    sizes: list[int] = []

    def counted(some: list[writer.Work]) -> None:
        sizes.append(len(some))
        together(some)

    def work(number: int) -> int:
        if number == 0:
            assert gathered.wait(20)
        if number == 5:
            breaks_a_constraint()
        return Person.objects.create(name=f"Person {number}").pk and number

    def ask(number: int) -> Any:
        try:
            return writer.write_down(lambda: work(number))
        except IntegrityError:
            return "refused"
        finally:
            connection.close()

    writer.together = counted
    try:
        with ThreadPoolExecutor(9) as pool:
            first = pool.submit(ask, 0)
            wait_until(lambda: bool(sizes))
            others = [pool.submit(ask, number) for number in range(1, 9)]
            wait_until(lambda: len(writer._desk._waiting) == 8)
            gathered.set()
            got = [one.result(20) for one in (first, *others)]
    finally:
        writer.together = together

    assert got == [0, 1, 2, 3, 4, "refused", 6, 7, 8]
    assert sizes == [1, 8]
    assert Person.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_keeps_only_its_own_writer_waiting() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite holds the whole file, for moments")
    held, free = Person.objects.create(name="Held"), Person.objects.create(name="Free")

    def rename(person: Person) -> str:
        Person.objects.filter(pk=person.pk).update(name="Renamed")
        return person.name

    def ask(person: Person) -> str:
        try:
            return writer.write_down(lambda: rename(person))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=held.pk)
            waits, goes = pool.submit(ask, held), pool.submit(ask, free)
            assert goes.result(20) == "Free"
            assert not waits.done()
        assert waits.result(20) == "Held"


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_row_is_left_out_of_the_whole_and_has_no_error() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite holds the whole file, for moments")
    held, other = Person.objects.create(name="Held"), connection.copy()

    def rename() -> None:
        Person.objects.filter(pk=held.pk).update(name="Renamed")

    some = [writer.Work(lambda: Person.objects.create(name="Free").name), writer.Work(rename)]
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM people_person WHERE id = %s FOR UPDATE", [held.pk])
        with writer._shared.borrowed():
            writer.together(some)
    finally:
        other.rollback()
        other.close()
        writer.leave()

    assert [work.outcome and work.outcome.result for work in some] == ["Free", None]
    assert list(Person.objects.order_by("pk").values_list("name", flat=True)) == ["Held", "Free"]


def cannot_be_written(_work: Any) -> Any:
    raise DatabaseError("the disk is full for a moment")


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)
