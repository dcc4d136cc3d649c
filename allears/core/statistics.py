"""What the database knows of its tables: how many rows they have, and how many of these have the same value.

By that it plans how to find something, and where it knows nothing, or what was true of a table that has grown since, it
plans badly: a page among a million words took ten seconds that takes a tenth of one, a lottery among 5,000 people a minute
and a half. SQLite looks at its tables only when it is told to; PostgreSQL by itself, but some minutes late. So we let it
look whenever a table has doubled: now and then, and where much was written at once.

A look costs little: SQLite reads some entries of each index, PostgreSQL a sample of the rows. On SQLite nobody can write
meanwhile, so it looks at one table after the other, with a pause for who waits.
"""

from __future__ import annotations

import logging
import time

from django.db import DatabaseError, connection, transaction

log = logging.getLogger(__name__)

FEW_ROWS = 500  # in smaller tables no plan is slow
FEW_PAGES = 16  # of 8 KiB
# Of each index SQLite reads so many entries at most, and takes what is longer for something that has so many of a kind.
# With a thousand, which it recommends, a study that a quarter of a million were asked for looked like any other.
ENTRIES = 100_000
BREATH = 0.1  # seconds at most between two tables of SQLite
_REREAD = "core_reread"

_rows_then: dict[str, int] = {}  # how many a table of SQLite had when it was last looked at


def keep_up() -> list[str]:
    """Let the database look at the tables that have doubled since it last did; return their names. Never raises."""
    look = _look_on_sqlite if connection.vendor == "sqlite" else _look_on_postgresql
    try:
        return look()
    except DatabaseError:
        log.warning("The database could not look at its tables: it will be asked again.", exc_info=True)
        return []


def forget() -> None:
    """Let `keep_up` look at all tables anew: what stands in them may have changed, however many rows there are."""
    _rows_then.clear()


def _look_on_sqlite() -> list[str]:
    rows = _rows()
    grown = [table for table, count in rows.items() if count >= max(FEW_ROWS, 2 * _rows_then.get(table, 0))]
    for table in grown:
        began = time.monotonic()
        _run(f"PRAGMA analysis_limit = {ENTRIES}", f"ANALYZE {connection.ops.quote_name(table)}", _ONCE_EACH.format(table=table))
        _rows_then[table] = rows[table]
        time.sleep(min(BREATH, time.monotonic() - began))
    if grown:  # other connections read what was found only when they read anew which tables there are
        _run(f"CREATE TABLE {_REREAD} (id)", f"DROP TABLE {_REREAD}", "ANALYZE sqlite_master")  # and this one, too
    return grown


# In a unique index only NULL stands more than once. To SQLite it then tells nothing, and whatever is looked for by it (each
# word that is kept, whether it is there already) would be looked for in the whole table.
_ONCE_EACH = """
    DELETE FROM sqlite_stat1 WHERE tbl = '{table}' AND stat NOT LIKE '% 1'
    AND idx IN (SELECT name FROM pragma_index_list('{table}') WHERE "unique" = 1)
"""


@transaction.atomic
def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _rows() -> dict[str, int]:
    """About how many rows each table has: the number that its last one was given, which is found at once."""
    with connection.cursor() as cursor:
        names = connection.introspection.django_table_names(only_existing=True)
        counts = [f"SELECT '{name}', max(rowid) FROM {connection.ops.quote_name(name)}" for name in names]  # noqa: S608
        cursor.execute(" UNION ALL ".join(counts))
        return {name: count or 0 for name, count in cursor.fetchall()}


def _look_on_postgresql() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_GROWN, [FEW_PAGES, FEW_ROWS])
        grown = [str(table) for (table,) in cursor.fetchall()]
    for table in grown:  # another one may be looking at it already
        _run(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(table)}")
    return grown


# The pages of a table are counted at once, what was written a little later, and only once it stays.
_GROWN = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND (pg_relation_size(oid) / current_setting('block_size')::int >= greatest(%s, 2 * relpages)
        OR pg_stat_get_mod_since_analyze(oid) >= greatest(%s, reltuples))
    ORDER BY relname
"""
