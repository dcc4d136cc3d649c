"""The database itself refuses to change what was said: each guard is met by going at the database
directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from allears.verbatims import actions, guards
from allears.verbatims.models import Source, Verbatim
from tests.verbatims.words import said, why

pytestmark = pytest.mark.django_db
KEPT = ["verbatims_verbatim", "verbatims_block", "verbatims_leaf", "verbatims_stone", "verbatims_source", "verbatims_undated"]


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        yield


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def ledger() -> Verbatim:
    """One sealed sentence, one redacted, one without a day."""
    gone, kept = said("My name is Bob."), said("Late.")
    actions.mark_undated([said("Long ago.")])
    actions.seal_waiting()
    actions.redact(verbatims=[gone.pk], reason="person", by_label="the person")
    return kept


@pytest.mark.parametrize(
    "change",
    [
        "text = 'On time.'",
        "text = ''",
        "salt = NULL",
        "text = '', salt = NULL",
        "language = 'de'",
        "person_id = NULL, source_id = source_id + 1",
        "id = id + 100",
        "ref = 'x'",
    ],
)
def test_words_cannot_be_changed(ledger: Verbatim, change: str) -> None:
    with refused():
        run(f"UPDATE verbatims_verbatim SET {change} WHERE id = {ledger.pk}")


def test_a_redaction_takes_the_words_and_nothing_else(ledger: Verbatim) -> None:
    run(
        "INSERT INTO verbatims_stone (verbatim_id, at, reason, note, by_label)"
        f" VALUES ({ledger.pk}, '2026-03-12 12:00:00+00:00', 'law', '', 'a judge')"
    )
    with refused():
        run(f"UPDATE verbatims_verbatim SET text = '', salt = NULL, language = 'de' WHERE id = {ledger.pk}")
    with refused():
        run(f"UPDATE verbatims_verbatim SET text = 'Nothing.', salt = NULL WHERE id = {ledger.pk}")
    run(f"UPDATE verbatims_verbatim SET text = '', salt = NULL WHERE id = {ledger.pk}")


@pytest.mark.parametrize("table", KEPT)
def test_nothing_can_be_deleted(ledger: Verbatim, table: str) -> None:
    with refused():
        run(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change",
    ["verbatims_block SET size = 9", "verbatims_leaf SET position = 9", "verbatims_stone SET note = 'x'"],
)
def test_blocks_places_and_stones_cannot_be_changed(ledger: Verbatim, change: str) -> None:
    with refused():
        run(f"UPDATE {change}")


def test_words_that_are_sealed_with_their_day_cannot_be_made_undated(ledger: Verbatim) -> None:
    with refused():
        actions.mark_undated([ledger])
    with refused():
        run(f"UPDATE verbatims_undated SET verbatim_id = {ledger.pk}")


@pytest.mark.parametrize("change", ["prompt = 'What went well?'", "ref = 'x'", "position = 9"])
def test_what_was_asked_cannot_be_changed_once_words_stand_on_it(ledger: Verbatim, change: str) -> None:
    with refused():
        run(f"UPDATE verbatims_source SET {change} WHERE id = {ledger.source_id}")


def test_what_nobody_has_answered_yet_can_be_asked_otherwise_or_not_at_all() -> None:
    asked = why()
    Source.objects.filter(pk=asked.pk).update(prompt="What went well?")
    assert why().pk != asked.pk
    asked.delete()
    assert not Source.objects.filter(prompt="What went well?").exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a statement of SQLite")
@pytest.mark.parametrize("table", KEPT)
def test_a_row_cannot_be_put_in_the_place_of_another(ledger: Verbatim, table: str) -> None:
    run("PRAGMA recursive_triggers = OFF")
    with refused():
        run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    run("PRAGMA recursive_triggers = ON")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a statement of PostgreSQL")
@pytest.mark.parametrize("table", KEPT)
def test_nothing_can_be_truncated(ledger: Verbatim, table: str) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused():
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a setting of PostgreSQL")
def test_who_says_that_they_replicate_is_refused_too(ledger: Verbatim) -> None:
    with refused():
        run("SET LOCAL session_replication_role = replica; DELETE FROM verbatims_verbatim")


def test_every_guard_stands_as_it_is_written() -> None:
    assert guards.missing(connection) == []


def test_a_guard_that_was_taken_away_or_weakened_is_noticed() -> None:
    on = " ON verbatims_verbatim" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER verbatims_verbatim_no_delete{on}")
    assert guards.missing(connection) == ["verbatims_verbatim_no_delete"]

    guards.install(connection)
    if connection.vendor == "postgresql":
        run("ALTER TABLE verbatims_verbatim DISABLE TRIGGER verbatims_verbatim_no_delete")
    else:
        run("DROP TRIGGER verbatims_verbatim_no_delete")
        run(
            "CREATE TRIGGER verbatims_verbatim_no_delete BEFORE DELETE ON verbatims_verbatim BEGIN SELECT 1; END"
        )
    assert guards.missing(connection) == ["verbatims_verbatim_no_delete"]


def test_migrating_puts_guards_back() -> None:
    guards.remove(connection)
    call_command("migrate", verbosity=0)
    assert guards.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_tests_that_empty_the_tables_find_the_guards_standing_afterwards(ledger: Verbatim) -> None:
    call_command("flush", interactive=False, verbosity=0)

    assert Verbatim.objects.count() == 0
    assert guards.missing(connection) == []
    said("The index of words was emptied with them.")
