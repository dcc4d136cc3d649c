"""PostgreSQL plans the statements of the answering path once for each connection."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from allears.core import libpq
from allears.core.prepared import go_by_keys, prepared, several_prepared

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite reads its statements once by itself"),
]


def plans() -> list[str]:
    return [row[0] for row in connection.connection.execute("SELECT statement FROM pg_prepared_statements")]


def test_a_statement_is_planned_at_its_first_use_and_kept() -> None:
    connection.close()
    connection.ensure_connection()
    for number in (1, 2, 3):
        assert prepared(connection, "SELECT %s::int + 1", [number]) == [(number + 1,)]

    assert plans() == ["SELECT $1::int + 1"]
    assert prepared(connection, "SHOW plan_cache_mode", []) == [("force_generic_plan",)]


def test_django_s_own_statements_are_not_prepared() -> None:
    connection.close()
    with connection.cursor() as cursor:
        for _ in range(8):
            cursor.execute("SELECT 7")

    assert plans() == []


def test_without_plans_where_a_pooler_would_lose_them(settings: Any) -> None:
    settings.PREPARED = False
    connection.close()
    connection.ensure_connection()

    assert prepared(connection, "SELECT %s::int", [3]) == [(3,)]
    assert plans() == []


def test_a_lost_connection_is_made_anew_where_nothing_is_lost_with_it() -> None:
    connection.ensure_connection()
    lose_it()

    assert prepared(connection, "SELECT 1", []) == [(1,)]


def test_within_a_transaction_a_lost_connection_is_an_error() -> None:
    with pytest.raises(DatabaseError):
        lose_it_in_a_transaction()
    assert prepared(connection, "SELECT 1", []) == [(1,)]


def test_what_cannot_be_read_is_djangos_error() -> None:
    with pytest.raises(DatabaseError) as met:
        prepared(connection, "SELEKT", [])
    assert not isinstance(met.value, OperationalError)


@transaction.atomic
def lose_it_in_a_transaction() -> None:
    prepared(connection, "SELECT 1", [])
    lose_it()
    prepared(connection, "SELECT 1", [])


def lose_it() -> None:
    """End the connection's server process, as a restart of the database does."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    finally:
        other.close()


def test_several_statements_answer_in_their_order_and_stop_at_the_first_that_fails() -> None:
    assert several_prepared(connection, [("SELECT %s::int", [1]), ("SELECT 2 WHERE false", []), ("SELECT 3", [])]) == [
        [(1,)],
        [],
        [(3,)],
    ]
    with pytest.raises(DatabaseError, match="nowhere"):
        several_prepared(connection, [("SELECT 1", []), ("SELECT 2 FROM nowhere", []), ("SELECT 3", [])])
    assert prepared(connection, "SELECT 4", []) == [(4,)]


def test_a_connection_that_has_planned_much_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libpq, "MOST_KEPT", 3)
    connection.close()
    connection.ensure_connection()
    for number in (1, 2, 3, 4, 1):
        assert prepared(connection, f"SELECT {number}", []) == [(number,)]

    assert sorted(plans()) == ["SELECT 1", "SELECT 4"]


def test_one_plan_serves_small_numbers_and_large_ones_and_none() -> None:
    connection.close()
    connection.ensure_connection()
    for number in (1, 100_000, 10**12, None):
        assert prepared(connection, "SELECT %s::bigint, %s::text", [number, "a"]) == [(number, "a")]

    assert plans() == ["SELECT $1::bigint, $2::text"]


def test_much_goes_both_ways_at_once() -> None:
    words = "word " * 400_000

    assert several_prepared(connection, [("SELECT %s::text", [words])] * 8) == [[(words,)]] * 8


def test_what_no_database_can_hold_is_refused_before_it_is_sent() -> None:
    with pytest.raises(DatabaseError):
        prepared(connection, "SELECT %s::text", ["a\0b"])
    assert prepared(connection, "SELECT 5", []) == [(5,)]


def test_the_first_statement_of_a_transaction_begins_it(settings: Any) -> None:
    prepared(connection, "CREATE TABLE begun (number integer)", [])
    for settings.PREPARED in (True, False):
        with pytest.raises(ZeroDivisionError):
            begin_and_give_up()
    assert prepared(connection, "SELECT * FROM begun", []) == []
    prepared(connection, "DROP TABLE begun", [])


@transaction.atomic
def begin_and_give_up() -> None:
    several_prepared(connection, [("INSERT INTO begun VALUES (%s)", [1]), ("SELECT 1", [])])
    raise ZeroDivisionError


def test_moments_come_back_to_the_microsecond_in_utc() -> None:
    at = datetime(2026, 3, 12, 23, 59, 59, 7, tzinfo=timezone(timedelta(hours=2)))

    ((back, none),) = prepared(connection, "SELECT %s::timestamptz, NULL::timestamptz", [at])

    assert (back, back.utcoffset(), none) == (at, timedelta(0), None)


@pytest.mark.parametrize(("kept", "seqscan"), [(True, "off"), (False, "on")])
def test_only_where_plans_are_kept_rows_are_found_by_keys_alone(settings: Any, kept: bool, seqscan: str) -> None:
    settings.PREPARED = kept
    connection.close()

    go_by_keys(connection)

    assert prepared(connection, "SHOW enable_seqscan", ()) == [(seqscan,)]
    connection.close()
