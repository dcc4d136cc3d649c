"""What the database knows of its tables keeps up with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django_tasks import task

from allears.core import heartbeats, progress, statistics, worker
from allears.core.models import AuditEvent
from allears.people.models import Person
from tests import cast

# What PostgreSQL knows of a table outlives a transaction that is taken back.
pytestmark = pytest.mark.django_db(transaction=True)
only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL tells all its connections")
MANY = 3_000


@pytest.fixture(autouse=True)
def _is_kept_up(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in the product, and with tables that are empty before and after; other tests are planned for as ever."""
    monkeypatch.setattr(statistics, "FEW_ROWS", 500)
    monkeypatch.setattr(statistics, "FEW_PAGES", 16)
    statistics.forget()
    _empty()
    yield
    _empty()


def _empty() -> None:
    """What was deleted counts still: as numbers that are given on, or as pages that are kept."""
    Person.objects.all()._raw_delete(connection.alias)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'people_person'")
        else:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("VACUUM (ANALYZE) people_person")


def fill(count: int = MANY) -> None:
    Person.objects.bulk_create(Person(name=f"Person {n}") for n in range(count))
    if connection.vendor == "postgresql":  # or these rows are counted only some time later, as written since
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")


def known(table: str = "people_person") -> int | None:
    """How many rows the database believes that the table has; None when it never looked."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
            if not cursor.fetchone():
                return None
            cursor.execute("SELECT max(CAST(stat AS integer)) FROM sqlite_stat1 WHERE tbl = %s", [table])
        else:
            cursor.execute("SELECT nullif(reltuples, -1)::int FROM pg_class WHERE relname = %s", [table])
        found: int | None = cursor.fetchone()[0]
        return found


def is_about(count: int | None, rows: int) -> bool:
    """SQLite reads some of the entries, and guesses."""
    return count is not None and rows / 2 < count < rows * 2


def test_a_table_that_has_grown_is_looked_at_once() -> None:
    fill()

    assert "people_person" in statistics.keep_up()
    assert is_about(known(), MANY)
    assert "people_person" not in statistics.keep_up()


def test_it_is_looked_at_again_when_it_has_doubled_and_not_before() -> None:
    fill()
    statistics.keep_up()
    fill(MANY // 3)
    assert "people_person" not in statistics.keep_up()
    fill(MANY)

    assert "people_person" in statistics.keep_up()
    assert is_about(known(), MANY * 7 // 3)


def test_what_was_believed_of_an_empty_table_does_not_stay() -> None:
    fill()

    heartbeats.look_at_tables_that_have_grown()

    assert is_about(known(), MANY)


def test_few_rows_are_not_worth_a_look() -> None:
    fill(100)
    assert "people_person" not in statistics.keep_up()


@task()
def bring(job_id: int) -> None:
    with progress.running(job_id):
        fill()


def test_work_that_has_ended_has_its_tables_looked_at() -> None:
    """Whoever asked for it goes on at once."""
    progress.ask_for(bring, kind="test", title="Bringing", by=cast.ana())

    worker.work_off()

    assert is_about(known(), MANY)


@only_sqlite
def test_connections_that_were_open_before_plan_by_it() -> None:
    """Which of two indexes tells more, only rows can tell."""
    query = "SELECT id FROM core_auditevent WHERE target = 'one' AND verb = 'test.same' ORDER BY id DESC"
    with closing(sqlite3.connect(connection.settings_dict["NAME"], cached_statements=0)) as other:
        before = plan(other, query)
        differs = "verb" if "of_target" in before else "target"
        same = {"verb": "test.same", "target": "one"}
        AuditEvent.objects.bulk_create(AuditEvent(**{**same, differs: f"test.{n}"}) for n in range(MANY))
        statistics.keep_up()

        assert f"core_audit_of_{differs}" not in before
        assert f"core_audit_of_{differs}" in plan(other, query)


@only_sqlite
def test_what_is_unique_is_still_found_where_most_rows_have_none() -> None:
    """As the ledger asks for each word whether it is there already; nobody here has a user."""
    query = "SELECT 1 FROM people_person WHERE id = 1 OR ref = 'x' OR user_id = 2"
    with closing(sqlite3.connect(connection.settings_dict["NAME"], cached_statements=0)) as other:
        fill()
        statistics.keep_up()

        assert "SCAN" not in plan(other, query)
        assert "SCAN" not in plan(connection.connection, query)


def plan(there: sqlite3.Connection, query: str) -> str:
    there.execute(query).fetchall()  # only this notices what others have changed
    return str(there.execute(f"EXPLAIN QUERY PLAN {query}").fetchall())


def test_a_database_that_cannot_look_stops_nobody(monkeypatch: Any) -> None:
    def busy() -> list[str]:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(statistics, "_look_on_sqlite", busy)
    monkeypatch.setattr(statistics, "_look_on_postgresql", busy)

    assert statistics.keep_up() == []
