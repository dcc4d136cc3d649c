"""One statement to the database, with next to nothing around it.

On SQLite a statement of the answering path costs less than what Django's cursors do around it (rewriting
placeholders, wrappers upon wrappers), so here it goes straight to the driver, over Django's own connection and
inside its transactions. Where somebody listens to the statements (tests that count them, debugging) and on
PostgreSQL it goes through Django's cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

Row = tuple[Any, ...]


def rows(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Run `sql`, with %s where parameters go, and return what it answers. Raises Django's database errors."""
    if connection.vendor == "sqlite" and not connection.queries_logged and not connection.execute_wrappers:
        return _straight(sql, parameters)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def row(sql: str, parameters: Sequence[Any]) -> Row | None:
    """Return the first row that `sql` answers; None when there is none."""
    found = rows(sql, parameters)
    return found[0] if found else None


def _straight(sql: str, parameters: Sequence[Any]) -> list[Row]:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        found: list[Row] = connection.connection.execute(_with_question_marks(sql), parameters).fetchall()
    return found


@lru_cache(maxsize=512)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
