"""Bring the database up to date with this version of Allears."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from allears.cli.errors import CannotDo

LOCK = 0x0A11EA25  # any number, as long as no other program in the same database takes it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only say whether something is left to do (exit 1)")


def run(args: argparse.Namespace) -> int:
    if not args.check:
        migrate()
        print("The database is up to date.")
        return 0
    left = steps_left()
    print("\n".join(left) or "The database is up to date.")
    return 1 if left else 0


def migrate() -> None:
    """Take every step that is left, one process at a time; say so on standard error when there was one."""
    with _alone():
        left = steps_left()
        if left:
            print(f"Bringing the database up to date ({len(left)} steps).", file=sys.stderr)
            call_command("migrate", verbosity=0, interactive=False)
        else:
            MigrationExecutor(connection).check_replacements()  # notes which steps have since become one


def must_be_current() -> None:
    """Make an empty database; refuse one that an older Allears made, because serving may still go on beside us."""
    if not connection.introspection.table_names():
        migrate()
    elif steps_left():
        raise CannotDo("the database was made by an older version. Make a backup, then run `allears migrate`.")


def steps_left() -> list[str]:
    """Return the names of the migrations that this database has not seen."""
    executor = MigrationExecutor(connection)
    return [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let two servers that start at once on one PostgreSQL migrate one after the other."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    except BaseException:
        connection.close()  # a step that failed may leave its transaction behind; the lock goes with both
        raise
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
