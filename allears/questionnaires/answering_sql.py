"""One statement to the database, with next to nothing around it.

A statement of the answering path costs less than what Django's cursors do around it (rewriting placeholders, wrappers
upon wrappers) and, on PostgreSQL, than planning it. So here it goes straight to the driver, over Django's own connection
and inside its transactions: on SQLite as it is, on PostgreSQL prepared, so that each connection plans it once. Where
somebody listens to the statements (tests that count them, debugging) it goes through Django's cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from sqlite3 import Error
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from allears.core.prepared import Statement, several_prepared

Row = tuple[Any, ...]


def rows(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Run `sql`, with %s where parameters go, and return what it answers. Raises Django's database errors."""
    return several([(sql, parameters)])[0]


def several(statements: Sequence[Statement]) -> list[list[Row]]:
    """Run statements one after the other, on PostgreSQL with one trip to the server; return what each answers."""
    database = connections[DEFAULT_DB_ALIAS]  # looked up once: Django's `connection` looks it up at each touch
    waiting: list[Statement] | None = vars(database).get(_WAITING)
    if waiting:
        first, vars(database)[_WAITING] = waiting, []
        return _run(database, [*first, *statements])[len(first) :]
    return _run(database, statements)


def _run(database: BaseDatabaseWrapper, statements: Sequence[Statement]) -> list[list[Row]]:
    if database.queries_logged or database.execute_wrappers:
        return [_by_django(database, *statement) for statement in statements]
    if database.vendor == "postgresql":
        return several_prepared(database, statements)
    if database.connection is None:
        database.ensure_connection()
    return [_straight(database, *statement) for statement in statements]


def row(sql: str, parameters: Sequence[Any]) -> Row | None:
    """Return the first row that `sql` answers; None when there is none."""
    found = rows(sql, parameters)
    return found[0] if found else None


# --- what is written along with something else ---------------------------------------------------------------------

_WAITING = "allears_waiting"  # where a connection keeps what goes along with its next statement


@contextmanager
def gathering() -> Iterator[None]:
    """Within it, and so in the one transaction that is made there, what is written `later` over this connection waits
    for the next statement or for `commit_along`.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "postgresql" and not database.in_atomic_block:  # elsewhere there are no trips to spare
        vars(database)[_WAITING] = []
    try:
        yield
    finally:
        vars(database).pop(_WAITING, None)


def later(statements: Sequence[Statement]) -> None:
    """Run statements whose answers nobody needs: while the connection is `gathering` along with its next statement,
    else now. What goes past this module must be done after `run_what_waits`.
    """
    waiting: list[Statement] | None = vars(connections[DEFAULT_DB_ALIAS]).get(_WAITING)
    if waiting is None:
        several(statements)
    else:
        waiting.extend(statements)


def run_what_waits() -> None:
    """Run what was to be run `later`."""
    if vars(connections[DEFAULT_DB_ALIAS]).get(_WAITING):
        several(())


def commit_along() -> None:
    """End the transaction with the trip on which the last statements go, if any wait. Django's own commit finds nothing
    left to be done.
    """
    if vars(connections[DEFAULT_DB_ALIAS]).get(_WAITING):
        several([("COMMIT", ())])


# --- how ----------------------------------------------------------------------------------------------------------


def _by_django(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[Row]:
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _straight(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[Row]:
    try:
        found: list[Row] = database.connection.execute(_with_question_marks(sql), parameters).fetchall()
    except Error:
        with database.wrap_database_errors:  # as Django's
            raise
    return found


@lru_cache(maxsize=512)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
