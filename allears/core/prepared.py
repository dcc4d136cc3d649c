"""Prepared statements on PostgreSQL: each connection plans them once.

What answering asks of the database takes a tenth of a millisecond to do and more than two to plan. PostgreSQL by itself
would plan a statement anew whenever it thinks that this pays; these find single rows by their keys, where it never does.
The setting touches nothing else: Django's own statements are not prepared.

Behind a pooler that hands connections from one transaction to the next, prepared statements may be lost; `?prepared=no`
at the end of DATABASE_URL does without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

ONLY_WHEN_ASKED = 1 << 30  # uses of a statement before psycopg prepares it of its own accord


Statement = tuple[str, Sequence[Any]]


def prepared(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run `sql`, with %s where parameters go, over Django's connection to PostgreSQL; return what it answers.

    Raises Django's database errors. A connection that was lost (the database was restarted) is made anew, unless a
    transaction was going on.
    """
    return several_prepared(database, ((sql, parameters),))[0]


def several_prepared(database: BaseDatabaseWrapper, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """Run statements one after the other with one trip to the server; return what each answers. See `prepared`."""
    from psycopg import Error, OperationalError

    if database.connection is None:
        database.ensure_connection()
    try:
        return _answers(database.connection, statements)
    except OperationalError:
        if database.in_atomic_block or not database.connection.closed:
            with database.wrap_database_errors:
                raise
    except Error:
        with database.wrap_database_errors:
            raise
    database.close()
    database.ensure_connection()
    with database.wrap_database_errors:
        return _answers(database.connection, statements)


def _answers(connection: Any, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    from allears.core.libpq import line_of  # where there is SQLite, psycopg is not read in

    return line_of(connection).answers(statements, planned=settings.PREPARED)


def get_ready(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Make a fresh connection keep its plans."""
    if connection.vendor == "postgresql" and settings.PREPARED:
        connection.connection.prepare_threshold = ONLY_WHEN_ASKED
        connection.connection.execute("SET plan_cache_mode = force_generic_plan")


def go_by_keys(connection: BaseDatabaseWrapper) -> None:
    """Have PostgreSQL find rows by their keys over this connection, for statements of which each finds few.

    While tables are nearly empty it plans to read them whole, and goes on doing so while they grow, until it has counted
    their rows by itself. Where plans are not kept, because connections are another's soon, nothing is set.
    """
    if connection.vendor == "postgresql" and settings.PREPARED:
        prepared(connection, _BY_KEYS, ())


_OTHER_WAYS = ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "enable_memoize")
_BY_KEYS = "SELECT " + ", ".join(f"set_config('{way}', 'off', false)" for way in _OTHER_WAYS)

connection_created.connect(get_ready, dispatch_uid="prepared")
