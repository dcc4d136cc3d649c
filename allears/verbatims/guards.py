"""What the database itself refuses: to change or delete words, blocks, places and stones.

The one exception is a redaction, which has put its stone first and then takes the words and their salt, nothing else.
The guards are triggers, written here for SQLite and PostgreSQL. They are put in place after every `migrate` (SQLite
drops a table's triggers when a migration remakes it), and `allears verify` looks whether they still stand as written.
There is no switch that opens them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from allears.verbatims.models import Block, Leaf, Stone, Verbatim

KEPT: tuple[type[models.Model], ...] = (Verbatim, Block, Leaf, Stone)
REFUSAL = "the ledger only grows: rows are neither changed nor deleted"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, in place of what may stand there under its name."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in wanted(connection).values():
            cursor.execute(statement, None)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guards away, as a migration of these tables must on SQLite."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for name, statement in wanted(connection).items():
            table = _table_of(statement)
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            elif table and table in existing:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def have_their_tables(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the tables to be guarded have been made, the index of words included."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        columns = connection.introspection.get_table_description(cursor, "verbatims_verbatim") if "verbatims_verbatim" in tables else []
    return "verbatims_words" in tables or any(column.name == "words" for column in columns)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of guards that do not stand as they are written here."""
    found = _found(connection)
    return [name for name, statement in wanted(connection).items() if found.get(name) != _plain(statement)]


def wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the statements that make the guards for this database, by the guard's name, in order."""
    return dict(_for_postgresql() if connection.vendor == "postgresql" else _for_sqlite())


def _columns() -> list[str]:
    """The columns of a verbatim that not even a redaction touches."""
    return [f.column for f in Verbatim._meta.concrete_fields if f.column not in ("text", "salt")]


def _same_row(model: type[models.Model]) -> str:
    """The condition under which a row to be inserted would take the place of one that stands."""
    alone = [f"{f.column} = NEW.{f.column}" for f in model._meta.concrete_fields if f.unique]
    together = [
        " AND ".join(f"{column} = NEW.{column}" for column in map(_column_of(model), constraint.fields))
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    return " OR ".join(alone + [f"({condition})" for condition in together])


def _column_of(model: type[models.Model]) -> Callable[[str], str]:
    return lambda field: str(model._meta.get_field(field).column)  # type: ignore[union-attr]


def _for_sqlite() -> Iterator[tuple[str, str]]:
    for model in KEPT:
        table = model._meta.db_table
        if model is not Verbatim:
            yield f"{table}_no_update", _refuse_sqlite(table, "UPDATE", "")
        yield f"{table}_no_delete", _refuse_sqlite(table, "DELETE", "")
        # INSERT OR REPLACE deletes without asking the trigger above.
        same = f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {_same_row(model)})"
        yield f"{table}_no_replace", _refuse_sqlite(table, "INSERT", same)
    unchanged = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in _columns())
    redaction = (
        f"NEW.text = '' AND NEW.salt IS NULL AND {unchanged}"
        " AND EXISTS (SELECT 1 FROM verbatims_stone WHERE verbatim_id = OLD.id)"
    )
    yield "verbatims_verbatim_no_update", _refuse_sqlite(
        "verbatims_verbatim", "UPDATE", f" WHEN NOT ({redaction})"
    )
    yield "verbatims_words_kept", (
        "CREATE TRIGGER verbatims_words_kept AFTER INSERT ON verbatims_verbatim WHEN NEW.text <> '' BEGIN"
        " INSERT INTO verbatims_words (rowid, text) VALUES (NEW.id, NEW.text); END"
    )
    yield "verbatims_words_redacted", (
        "CREATE TRIGGER verbatims_words_redacted AFTER UPDATE ON verbatims_verbatim WHEN OLD.text <> '' BEGIN"
        " INSERT INTO verbatims_words (verbatims_words, rowid, text) VALUES ('delete', OLD.id, OLD.text); END"
    )


def _refuse_sqlite(table: str, event: str, when: str) -> str:
    name = {"UPDATE": "no_update", "DELETE": "no_delete", "INSERT": "no_replace"}[event]
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _for_postgresql() -> Iterator[tuple[str, str]]:
    yield "verbatims_refuse", (
        "CREATE OR REPLACE FUNCTION verbatims_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    new, old = (", ".join(f"{row}.{c}" for c in _columns()) for row in ("NEW", "OLD"))
    yield "verbatims_only_redact", (
        "CREATE OR REPLACE FUNCTION verbatims_only_redact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.text = '' AND NEW.salt IS NULL AND ROW({new}) IS NOT DISTINCT FROM ROW({old})"
        " AND EXISTS (SELECT 1 FROM verbatims_stone WHERE verbatim_id = OLD.id) THEN RETURN NEW; END IF;"
        f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for model in KEPT:
        table = model._meta.db_table
        if model is Verbatim:
            yield from _refuse_postgresql(table, "no_update", "UPDATE", "ROW", "verbatims_only_redact")
            yield from _refuse_postgresql(table, "no_delete", "DELETE", "ROW", "verbatims_refuse")
        else:
            yield from _refuse_postgresql(table, "no_change", "DELETE OR UPDATE", "ROW", "verbatims_refuse")
        yield from _refuse_postgresql(table, "no_truncate", "TRUNCATE", "STATEMENT", "verbatims_refuse")


def _refuse_postgresql(table: str, name: str, event: str, each: str, function: str) -> Iterator[tuple[str, str]]:
    # ALWAYS: also where a session says that it replicates, which switches ordinary triggers off.
    yield f"{table}_{name}", (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}();"
        f" ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"
    )


def _table_of(statement: str) -> str:
    on = re.search(r" ON (\w+)", statement)
    return on[1] if on else ""


def _found(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The guards as the database describes them, in the same spelling as `_plain`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {name: _plain(sql) for name, sql in cursor.fetchall()}
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname IN ('verbatims_refuse', 'verbatims_only_redact')"
        )
        functions = {name: _plain(f"$${source}$$") for name, source in cursor.fetchall()}
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid::regclass::text LIKE 'verbatims%'",
            None,
        )
        return functions | {
            name: _plain(f"{definition}; ALTER TABLE x ENABLE ALWAYS TRIGGER") if enabled == "A" else ""
            for name, definition, enabled in cursor.fetchall()
        }


def _plain(statement: str) -> str:
    """A statement without what the databases write differently when they are asked for it again."""
    body = re.search(r"\$\$.*\$\$", statement, re.S)
    if body:
        return body[0]
    if "ENABLE ALWAYS" in statement:
        words = statement.split("; ALTER")[0].replace("public.", "")
        return " ".join(words.split())
    return " ".join(statement.split())
