"""What the database itself refuses: to change a published version, its pages, its questions or their choices.

Triggers on UPDATE, for SQLite and PostgreSQL, put in place after every `migrate` (SQLite drops a table's
triggers when a migration remakes it). Only an erased study takes its questionnaires with it, so deleting
stays open; questions that were answered are held by their answers.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "a published version never changes"

# Table -> the condition under which a row may not be changed, as SQL over OLD and NEW.
_ANY_QUESTION = (
    "EXISTS (SELECT 1 FROM questionnaires_question q JOIN questionnaires_version v ON v.id = q.version_id"
    " WHERE q.id = OLD.question_id AND v.published_at IS NOT NULL)"
)
_ANY_VERSION = (
    "EXISTS (SELECT 1 FROM questionnaires_version v"
    " WHERE v.id = OLD.version_id AND v.published_at IS NOT NULL)"
)
GUARDED = {
    "questionnaires_version": "OLD.published_at IS NOT NULL",
    "questionnaires_section": _ANY_VERSION,
    "questionnaires_question": _ANY_VERSION,
    "questionnaires_choice": _ANY_QUESTION,
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, in place of what may stand there under its name."""
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement, None)


def statements(vendor: str) -> list[str]:
    """Return the SQL that makes the guards for "sqlite" or "postgresql"."""
    make = _for_postgresql if vendor == "postgresql" else _for_sqlite
    return [statement for table, condition in GUARDED.items() for statement in make(table, condition)]


def _for_sqlite(table: str, condition: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {table}_frozen",
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ]


def _for_postgresql(table: str, condition: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {condition} THEN"
        f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$",
        f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}",
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_frozen()",
    ]


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guards away, as a migration of these tables must on SQLite."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            where = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen{where}")


def have_their_tables(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the tables to be guarded have been made."""
    with connection.cursor() as cursor:
        return set(GUARDED) <= set(connection.introspection.table_names(cursor))
