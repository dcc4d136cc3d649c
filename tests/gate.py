"""Tests that empty the tables between them (TransactionTestCase, live_server) meet the guards of ledger and lottery.

There is no switch in the product that opens them, so that nobody can find one. Here the guards are taken
away for the moment of the flush and put back at once. `open_for_flush` patches Django's flush for a whole
test run; the root conftest calls it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from allears.studies.selection import guards as lottery_guards
from allears.verbatims import guards

_plain_flush = BaseDatabaseOperations.execute_sql_flush


def open_for_flush() -> None:
    """Let Django's `flush` empty the guarded tables, in tests."""
    BaseDatabaseOperations.execute_sql_flush = _flush_behind_the_guards  # type: ignore[method-assign]


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
    with lifted(connection):
        _plain_flush(self, sql_list)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO verbatims_words (verbatims_words) VALUES ('delete-all')")
