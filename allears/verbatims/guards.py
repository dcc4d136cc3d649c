"""What the database itself refuses: to change or delete words, blocks, places, stones and the mark of words without a
day, to set that mark on words that are sealed, and to change what was asked once words stand on it.

The one exception is a redaction, which has put its stone first and then takes the words and their salt,
nothing else. The guards are triggers, written here for SQLite and PostgreSQL. They are put in place after
every `migrate` (SQLite drops a table's triggers when a migration remakes it), and `allears verify` looks
whether they still stand as written. There is no switch that opens them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from allears.verbatims.models import Block, Leaf, Source, Stone, Undated, Verbatim

KEPT: tuple[type[models.Model], ...] = (Verbatim, Block, Leaf, Stone, Undated)
GUARDED: tuple[type[models.Model], ...] = (*KEPT, Source)
REFUSAL = "the ledger only grows: rows are neither changed nor deleted"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, in place of what may stand there under its name.

    Amid migrations a table may not have been made yet: its guards come with the end of them.
    """
    remove(connection)
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for statement in wanted(connection).values():
            if _table_of(statement) in existing | {""}:
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
        if "verbatims_verbatim" not in tables:
            return False
        columns = connection.introspection.get_table_description(cursor, "verbatims_verbatim")
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
    return [f.attname for f in Verbatim._meta.concrete_fields if f.attname not in ("text", "salt")]


def _same_row(model: type[models.Model]) -> str:
    """The condition under which a row to be inserted would take the place of one that stands."""
    keys: list[tuple[str, ...]] = [(f.attname,) for f in model._meta.concrete_fields if f.unique]
    unique = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    keys += [_names(model, constraint.fields) for constraint in unique]
    return " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in keys)


def _names(model: type[models.Model], fields: Iterable[str]) -> tuple[str, ...]:
    wanted = set(fields)
    return tuple(f.attname for f in model._meta.concrete_fields if f.name in wanted)


def _spoken_to() -> str:
    """The condition under which words stand on a source."""
    return "EXISTS (SELECT 1 FROM verbatims_verbatim WHERE source_id = OLD.id)"


def _sealed() -> str:
    """The condition under which the words that are to be marked have their place already."""
    return "EXISTS (SELECT 1 FROM verbatims_leaf WHERE verbatim_id = NEW.verbatim_id)"


# Names in the statements below come from the models; nothing in them was typed by anybody.
def _for_sqlite() -> Iterator[tuple[str, str]]:
    for model in KEPT:
        table = model._meta.db_table
        if model is not Verbatim:
            yield _refusing(table, "no_update", "UPDATE")
        yield _refusing(table, "no_delete", "DELETE")
        # INSERT OR REPLACE deletes without asking the trigger above.
        replaces = f"EXISTS (SELECT 1 FROM {table} WHERE {_same_row(model)})"  # noqa: S608
        yield _refusing(table, "no_replace", "INSERT", replaces)
    unchanged = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in _columns())
    stone = "EXISTS (SELECT 1 FROM verbatims_stone WHERE verbatim_id = OLD.id)"
    redaction = f"NEW.text = '' AND NEW.salt IS NULL AND {unchanged} AND {stone}"
    yield _refusing("verbatims_verbatim", "no_update", "UPDATE", f"NOT ({redaction})")
    yield _refusing(Undated._meta.db_table, "no_late", "INSERT", _sealed())
    asked = Source._meta.db_table
    yield _refusing(asked, "no_update", "UPDATE", _spoken_to())
    yield _refusing(asked, "no_delete", "DELETE", _spoken_to())
    replaces = f"EXISTS (SELECT 1 FROM {asked} WHERE {_same_row(Source)})"  # noqa: S608
    yield _refusing(asked, "no_replace", "INSERT", replaces)
    yield _telling_the_index("kept", "INSERT", "NEW", "(rowid, text) VALUES (NEW.id, NEW.text)")
    forget = "(verbatims_words, rowid, text) VALUES ('delete', OLD.id, OLD.text)"
    yield _telling_the_index("redacted", "UPDATE", "OLD", forget)


def _refusing(table: str, name: str, event: str, when: str = "1") -> tuple[str, str]:
    return f"{table}_{name}", (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} WHEN {when}"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _telling_the_index(name: str, event: str, row: str, values: str) -> tuple[str, str]:
    """The index of words holds no copy of them: it is told what comes and what goes."""
    return f"verbatims_words_{name}", (
        f"CREATE TRIGGER verbatims_words_{name} AFTER {event} ON verbatims_verbatim WHEN {row}.text <> ''"
        f" BEGIN INSERT INTO verbatims_words {values}; END"
    )


def _for_postgresql() -> Iterator[tuple[str, str]]:
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';"
    new, old = (", ".join(f"{row}.{c}" for c in _columns()) for row in ("NEW", "OLD"))
    stone = "EXISTS (SELECT 1 FROM verbatims_stone WHERE verbatim_id = OLD.id)"
    unchanged = f"ROW({new}) IS NOT DISTINCT FROM ROW({old})"
    redaction = f"NEW.text = '' AND NEW.salt IS NULL AND {unchanged} AND {stone}"
    yield _function("verbatims_refuse", refuse)
    yield _function("verbatims_only_redact", f"IF {redaction} THEN RETURN NEW; END IF; {refuse}")
    ends = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
    yield _function("verbatims_keep_asked", f"IF NOT {_spoken_to()} THEN {ends} END IF; {refuse}")
    yield _function("verbatims_only_fresh", f"IF NOT {_sealed()} THEN RETURN NEW; END IF; {refuse}")
    yield _calling("verbatims_only_fresh", Undated._meta.db_table, "no_late", "INSERT", "ROW")
    for model in GUARDED:
        table = model._meta.db_table
        if model is Source:
            yield _calling("verbatims_keep_asked", table, "no_change", "DELETE OR UPDATE", "ROW")
        elif model is Verbatim:
            yield _calling("verbatims_only_redact", table, "no_update", "UPDATE", "ROW")
            yield _calling("verbatims_refuse", table, "no_delete", "DELETE", "ROW")
        else:
            yield _calling("verbatims_refuse", table, "no_change", "DELETE OR UPDATE", "ROW")
        yield _calling("verbatims_refuse", table, "no_truncate", "TRUNCATE", "STATEMENT")


def _function(name: str, body: str) -> tuple[str, str]:
    start = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
    return name, f"{start} AS $$ BEGIN {body} END $$"


def _calling(function: str, table: str, name: str, event: str, each: str) -> tuple[str, str]:
    # ALWAYS: also where a session says that it replicates, which switches ordinary triggers off.
    return f"{table}_{name}", (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH {each}"
        f" EXECUTE FUNCTION {function}(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"
    )


def _table_of(statement: str) -> str:
    on = re.search(r"BEFORE [A-Z ]+ ON (\w+)", statement)
    return on[1] if on else ""


def _found(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The guards as the database describes them, in the same spelling as `_plain`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {name: _plain(sql) for name, sql in cursor.fetchall()}
        cursor.execute(
            "SELECT proname, '$$' || prosrc || '$$' FROM pg_proc"
            " WHERE proname IN ('verbatims_refuse', 'verbatims_only_redact', 'verbatims_keep_asked', 'verbatims_only_fresh')"
            " UNION ALL SELECT tgname, CASE tgenabled WHEN 'A' THEN pg_get_triggerdef(oid) END"
            " FROM pg_trigger WHERE NOT tgisinternal AND tgname ^@ 'verbatims_'",
            None,
        )
        return {name: _plain(found or "") for name, found in cursor.fetchall()}


def _plain(statement: str) -> str:
    """A statement without what the databases write differently when they are asked for it again."""
    body = re.search(r"\$\$.*\$\$", statement, re.S)
    if body:
        return body[0]
    return " ".join(statement.split("; ALTER")[0].replace("public.", "").split())
