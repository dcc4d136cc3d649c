"""Finding people by the beginnings of words in their name, address, account or external id, among a million.

SQLite keeps an FTS5 table, PostgreSQL a table of lexemes under a GIN index; triggers keep both right whatever
writes a person, so no action has to remember. Both ignore case and accents. Cost: proportional to the people
found, not to the people there are; one letter alone is looked for as a whole word, because everybody has a
word that begins so.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
from django.db import connection, connections
from django.db.models.expressions import RawSQL

from allears.people.models import Person

MOST_TERMS = 8
LONGEST_TERM = 80
SOME = 1_000  # people of whom PostgreSQL tries each

Ids = np.ndarray[tuple[int], np.dtype[np.int64]]


def find(people: Any, text: str, using: str = "default") -> Any:
    """Return those of `people` of whom every word of `text` begins some word; all of them for a text without
    words.
    """
    words = terms(text)
    if not words:
        return people if not text.strip() else people.none()
    return people.filter(pk__in=_ids(words, connections[using].vendor))


def terms(text: str) -> list[str]:
    """Return the words of a query as the index keeps them, at most eight."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and c != "\0")
    return [word[:LONGEST_TERM] for word in re.findall(r"[^\W_]+", bare)[:MOST_TERMS]]


def first_ids(text: str, most: int, below: int | None = None, using: str = "default") -> list[int]:
    """Return the ids of at most `most` people found, the newest first, beginning below the id `below`."""
    words = terms(text)
    if not words:
        return []
    condition, params = _condition(words, connections[using].vendor)
    if below is not None:
        condition, params = f"{condition} AND rowid < %s", [*params, below]
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM people_search WHERE {condition} ORDER BY rowid DESC LIMIT {int(most)}",
            params,
        )
        return [row[0] for row in cursor.fetchall()]


def some_ids(text: str, most: int) -> list[int]:
    """Return the same for a glance at a few. PostgreSQL takes what few have for as common as anything, and would go through
    everybody for it: so the newest are tried first, and only where these are not enough, everybody is looked up.
    """
    words = terms(text)
    if not words or connection.vendor == "sqlite":
        return first_ids(text, most)
    condition, params = _condition(words, connection.vendor)
    newest = f"(SELECT rowid, words FROM people_search ORDER BY rowid DESC LIMIT {SOME}) AS newest"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {newest} WHERE {condition} ORDER BY rowid DESC LIMIT {int(most)}", params)
        found = [row[0] for row in cursor.fetchall()]
        if len(found) < most:  # the sum keeps PostgreSQL from walking along all rows
            cursor.execute(f"SELECT rowid FROM people_search WHERE {condition} ORDER BY rowid + 0 DESC LIMIT {int(most)}", params)
            found = [row[0] for row in cursor.fetchall()]
    return found


def all_ids(text: str, using: str = "default") -> Ids:
    """Return the ids of everybody found, in one piece: a hundred thousand rows of one number each take much longer."""
    words, vendor = terms(text), connections[using].vendor
    if not words:
        return np.zeros(0, np.int64)
    condition, params = _condition(words, vendor)
    joined = "group_concat(rowid)" if vendor == "sqlite" else "string_agg(int8send(rowid), '')"
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {joined} FROM people_search WHERE {condition}", params)
        found = cursor.fetchone()[0]
    if vendor == "sqlite":
        return np.fromstring(found or "", np.int64, sep=",")
    return np.frombuffer(found or b"", ">i8").astype(np.int64)


def _ids(words: list[str], vendor: str) -> RawSQL:
    condition, params = _condition(words, vendor)
    return RawSQL(f"SELECT rowid FROM people_search WHERE {condition}", params)


def _condition(words: list[str], vendor: str) -> tuple[str, list[Any]]:
    if vendor == "sqlite":
        query = " ".join(f'"{word}"' + ("*" if _is_beginning(word) else "") for word in words)
        return "people_search MATCH %s", [query]
    query = " & ".join(f"'{word}'" + (":*" if _is_beginning(word) else "") for word in words)
    return "words @@ %s::tsquery", [query]


def _is_beginning(word: str) -> bool:
    return len(word) > 1 or not word.isascii()


# ruff: noqa: S608, S611 - the statements below are made of constants in this file alone
# What is indexed of a person; an account's name is indexed with each of its people.
_FIELDS = "{row}.name || ' ' || {row}.email || ' ' || coalesce({row}.external_id, '') || ' ' || {row}.label"
_ACCOUNT = "coalesce((SELECT a.name FROM people_account a WHERE a.id = {row}.account_id), '')"
_WATCHED = "name, email, external_id, label, account_id, merged_into_id, erased_at"


def _words(row: str) -> str:
    return f"{_FIELDS} || ' ' || {_ACCOUNT}".format(row=row)


SQLITE = [
    "CREATE VIRTUAL TABLE IF NOT EXISTS people_search"
    " USING fts5(words, tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    f"""CREATE TRIGGER IF NOT EXISTS people_search_added AFTER INSERT ON people_person
        WHEN new.merged_into_id IS NULL AND new.erased_at IS NULL BEGIN
        INSERT INTO people_search(rowid, words) VALUES (new.id, {_words("new")}); END""",
    f"""CREATE TRIGGER IF NOT EXISTS people_search_changed AFTER UPDATE OF {_WATCHED} ON people_person BEGIN
        DELETE FROM people_search WHERE rowid = old.id;
        INSERT INTO people_search(rowid, words) SELECT new.id, {_words("new")}
        WHERE new.merged_into_id IS NULL AND new.erased_at IS NULL; END""",
    """CREATE TRIGGER IF NOT EXISTS people_search_removed AFTER DELETE ON people_person BEGIN
        DELETE FROM people_search WHERE rowid = old.id; END""",
    f"""CREATE TRIGGER IF NOT EXISTS people_search_account AFTER UPDATE OF name ON people_account BEGIN
        DELETE FROM people_search WHERE rowid IN (SELECT id FROM people_person WHERE account_id = new.id);
        INSERT INTO people_search(rowid, words) SELECT p.id, {_words("p")} FROM people_person p
        WHERE p.account_id = new.id AND p.merged_into_id IS NULL AND p.erased_at IS NULL; END""",
]

# Lexemes are cut here and not by PostgreSQL's parser, which would keep a mail address as one word.
POSTGRESQL = [
    "CREATE TABLE IF NOT EXISTS people_search (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS people_search_words ON people_search USING gin (words)",
    r"""CREATE OR REPLACE FUNCTION people_search_words(t text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT array_to_tsvector(array_remove(regexp_split_to_array(
            lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036f]', '', 'g') {collation}),
            '[\s@._+,;:/\\()\[\]{}<>"!?&#*=|~^`''’$%-]+'), '')) $$""",
    f"""CREATE OR REPLACE FUNCTION people_search_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM people_search WHERE rowid = new.id;
        IF new.merged_into_id IS NULL AND new.erased_at IS NULL THEN
            INSERT INTO people_search VALUES (new.id, people_search_words({_words("new")}));
        END IF;
        RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION people_search_drop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'TRUNCATE' THEN DELETE FROM people_search;
        ELSE DELETE FROM people_search WHERE rowid = old.id; END IF;
        RETURN NULL; END $$""",
    f"""CREATE OR REPLACE FUNCTION people_search_rename() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE people_search s SET words = people_search_words({_words("p")}) FROM people_person p
        WHERE p.id = s.rowid AND p.account_id = new.id;
        RETURN NULL; END $$""",
    """CREATE OR REPLACE TRIGGER people_search_added AFTER INSERT ON people_person
        FOR EACH ROW EXECUTE FUNCTION people_search_keep()""",
    f"""CREATE OR REPLACE TRIGGER people_search_changed AFTER UPDATE OF {_WATCHED} ON people_person
        FOR EACH ROW EXECUTE FUNCTION people_search_keep()""",
    """CREATE OR REPLACE TRIGGER people_search_removed AFTER DELETE ON people_person
        FOR EACH ROW EXECUTE FUNCTION people_search_drop()""",
    """CREATE OR REPLACE TRIGGER people_search_emptied AFTER TRUNCATE ON people_person
        FOR EACH STATEMENT EXECUTE FUNCTION people_search_drop()""",
    """CREATE OR REPLACE TRIGGER people_search_account AFTER UPDATE OF name ON people_account
        FOR EACH ROW EXECUTE FUNCTION people_search_rename()""",
]


def install(connection: Any) -> None:
    """Make the index's tables and triggers where they are missing; safe to run again.

    SQLite drops a table's triggers when a migration remakes the table, so this runs after every `migrate`.
    """
    with connection.cursor() as cursor:
        for statement in _statements(connection, cursor):
            cursor.execute(statement, None)


def _statements(connection: Any, cursor: Any) -> list[str]:
    if connection.vendor == "sqlite":
        return SQLITE
    # Under the C locale PostgreSQL folds the case of ASCII alone; ICU, where it is compiled in, folds all.
    cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu' LIMIT 1", None)
    collation = 'COLLATE "und-x-icu"' if cursor.fetchone() else ""
    return [statement.replace("{collation}", collation) for statement in POSTGRESQL]


def remove(connection: Any) -> None:
    """Take the index away again."""
    names = ("added", "changed", "removed", "account") + (() if connection.vendor == "sqlite" else ("emptied",))
    with connection.cursor() as cursor:
        for name in names:
            of = f" ON people_{'account' if name == 'account' else 'person'}" if connection.vendor != "sqlite" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS people_search_{name}{of}", None)
        cursor.execute("DROP TABLE IF EXISTS people_search", None)


def fill(connection: Any) -> None:
    """Index everybody anew."""
    words = _words("p") if connection.vendor == "sqlite" else f"people_search_words({_words('p')})"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_search", None)
        cursor.execute(
            f"INSERT INTO people_search(rowid, words) SELECT p.id, {words} FROM {Person._meta.db_table} p"
            " WHERE p.merged_into_id IS NULL AND p.erased_at IS NULL",
            None,
        )
