"""One statement to the database, with next to nothing around it.

A statement of the answering path costs less than what Django's cursors do around it (rewriting placeholders, wrappers
upon wrappers) and, on PostgreSQL, than planning it. So here it goes straight to the driver, over Django's own connection
and inside its transactions: on SQLite as it is, on PostgreSQL prepared, so that each connection plans it once. Where
somebody listens to the statements (tests that count them, debugging) it goes through Django's cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
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
