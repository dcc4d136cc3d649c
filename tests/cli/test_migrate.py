"""An empty database, and one that an older Allears made, are brought up to date."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from allears.cli import migrate


@pytest.mark.django_db
def test_wherever_the_small_steps_have_led_the_rest_is_found() -> None:
    small, known = _small_steps(), MigrationLoader(None).disk_migrations
    for taken in range(0, len(small) + 1, 5):
        _has_seen(small[:taken])
        left = [known[app, name] for app, name in (step.split(".") for step in migrate.steps_left())]
        each = [one for step in left for one in (step.replaces or [(step.app_label, step.name)])]
        assert sorted(small[:taken] + each) == sorted(key for key, step in known.items() if not step.replaces), taken


@pytest.mark.django_db
def test_a_database_that_has_seen_each_small_step_notes_that_they_are_one_now() -> None:
    _has_seen([key for key, step in MigrationLoader(None).disk_migrations.items() if not step.replaces])
    assert migrate.steps_left() == []
    migrate.migrate()
    noted = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "verbatims"}
    assert "0001_squashed_0011_newest_last" in noted


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="nobody waits for a lock there")
def test_a_step_that_fails_in_the_midst_of_its_transaction_locks_out_nobody() -> None:
    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(ZeroDivisionError):
        elsewhere.submit(_fail_in_the_midst).result()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [migrate.LOCK])
        assert cursor.fetchone() == (0,)


def _fail_in_the_midst() -> None:
    with migrate._alone():
        transaction.atomic().__enter__()
        raise ZeroDivisionError


def _small_steps() -> list[tuple[str, str]]:
    """The steps that the squashed ones replace, and what those rest on, in an order in which a database has seen them."""
    loader = MigrationLoader(None, replace_migrations=False)
    order: list[tuple[str, str]] = []
    for step in loader.disk_migrations.values():
        if step.replaces:
            order += [one for one in loader.graph.forwards_plan(step.replaces[-1]) if one not in order]
    return order


def _has_seen(steps: list[tuple[str, str]]) -> None:
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.all().delete()
    recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in steps)
