"""What the database itself refuses: to change or delete a commitment or a draw.

A lottery that could be exchanged after its seed is known would prove nothing. The triggers are put in place after every
`migrate`, as those of the ledger of words are (`allears.verbatims.guards`), and no switch opens them.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from allears.studies.selection.models import KEPT

REFUSAL = "a lottery that was committed or drawn is neither changed nor deleted"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, in place of what may stand there under its name."""
    remove(connection)
    with connection.cursor() as cursor:
        for _name, _table, statement in _wanted(connection.vendor):
            cursor.execute(statement, None)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guards away, as a migration of these tables must on SQLite."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for name, table, _statement in _wanted(connection.vendor):
            if table in existing:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + _on(connection.vendor, table))


def have_their_tables(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the tables to be guarded have been made."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
    return {model._meta.db_table for model in KEPT} <= existing


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of guards that do not stand, or that somebody has switched off."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        found = {row[0] for row in cursor.fetchall()}
    return [name for name, table, _statement in _wanted(connection.vendor) if table and name not in found]


def _on(vendor: str, table: str) -> str:
    return f" ON {table}" if vendor == "postgresql" else ""


# Names in the statements below come from the models; nothing in them was typed by anybody.
def _wanted(vendor: str) -> Iterator[tuple[str, str, str]]:
    """(name, table, statement); the function that PostgreSQL's triggers call has no table."""
    if vendor == "postgresql":
        body = f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END"
        yield "studies_refuse", "", (
            f"CREATE OR REPLACE FUNCTION studies_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
        )
    for model in KEPT:
        yield from _of_postgresql(model) if vendor == "postgresql" else _of_sqlite(model)


def _of_postgresql(model: type[models.Model]) -> Iterator[tuple[str, str, str]]:
    table = model._meta.db_table
    for name, event, each in (("no_change", "DELETE OR UPDATE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        # ALWAYS: also where a session says that it replicates, which switches ordinary triggers off.
        yield f"{table}_{name}", table, (
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH {each}"
            f" EXECUTE FUNCTION studies_refuse(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"
        )


def _of_sqlite(model: type[models.Model]) -> Iterator[tuple[str, str, str]]:
    table = model._meta.db_table
    # INSERT OR REPLACE deletes without asking the trigger that refuses deletion.
    keys = [f.attname for f in model._meta.concrete_fields if f.unique]
    replaces = f"EXISTS (SELECT 1 FROM {table} WHERE {' OR '.join(f'{key} = NEW.{key}' for key in keys)})"  # noqa: S608
    if table.endswith("_commitment"):
        replaces = replaces[:-1] + " OR (selection_id = NEW.selection_id AND number = NEW.number))"
    for name, event, when in (("no_update", "UPDATE", "1"), ("no_delete", "DELETE", "1"), ("no_replace", "INSERT", replaces)):
        yield f"{table}_{name}", table, (
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
