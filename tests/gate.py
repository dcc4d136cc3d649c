"""Tests that empty the tables between them (TransactionTestCase, live_server) meet the guards of ledger and lottery.

There is no switch in the product that opens them, so that nobody can find one. Here the guards are taken
away for the moment of the flush and put back at once. `open_for_flush` patches Django's flush for a whole
test run; the root conftest calls it once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from allears.studies.selection import guards as lottery_guards
from allears.verbatims import guards

# What migrations have written into Django's own tables stays.
KEPT = ("django_content_type", "auth_permission")


def open_for_flush() -> None:
    """Let Django's `flush` empty the guarded tables, in tests: those that have rows, and without migrating anew."""
    BaseDatabaseOperations.execute_sql_flush = _flush_behind_the_guards  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = lambda *_args: None


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the guards away for the time of a block."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # tables with keys yet to be checked cannot be altered
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for guarding in (guards, lottery_guards):
        guarding.remove(connection)
    yield
    for guarding in (guards, lottery_guards):
        guarding.install(connection)


def _flush_behind_the_guards(self: Any, sql_list: Sequence[str]) -> None:
    connection = connections[self.connection.alias]
    emptied = " ".join(sql for sql in sql_list if sql.startswith(("DELETE", "TRUNCATE")))
    tables = [table for table in re.findall(r'"(\w+)"', emptied) if table not in KEPT]
    with lifted(connection), transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a page that is still being made is waited for
            cursor.execute("LOCK TABLE " + ", ".join(f'"{table}"' for table in tables) + " IN ACCESS EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM \"{one}\")" for one in tables))
        for (filled,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM "{filled}"')
        forget_the_counters(connection.vendor, cursor)
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO verbatims_words (verbatims_words) VALUES ('delete-all')")


def forget_the_counters(vendor: str, cursor: Any) -> None:
    """Let an emptied ledger count from one again: a counter that stands higher says that rows were cut off."""
    if vendor == "sqlite":
        cursor.execute("DELETE FROM sqlite_sequence WHERE name IN ('verbatims_verbatim', 'verbatims_block')")
    else:
        cursor.execute("SELECT setval(pg_get_serial_sequence('verbatims_block', 'id'), 1, false)")
