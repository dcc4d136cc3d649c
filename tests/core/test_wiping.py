"""Erased words leave the bytes of the database's file and its log. Read from the file, past the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, transaction

from allears.core import heartbeats, progress, wiping
from allears.core.models import Unwiped
from allears.people import actions as people
from allears.verbatims import actions, search
from allears.verbatims.models import Verbatim
from tests import cast
from tests.verbatims.words import said

pytestmark = pytest.mark.django_db(transaction=True)
# An index writes a word without the letters that it shares with the one before it: so a word's end is looked for.
WORD, END = "qvxjzkwpfy", b"xjzkwpfy"


@pytest.fixture(autouse=True)
def _on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL zeroes no bytes: docs/adr/0003")


def in_the_files(end: bytes = END) -> bool:
    name = str(connection.settings_dict["NAME"])
    return any(end in path.read_bytes().lower() for path in (Path(name), Path(name + "-wal")) if path.exists())


def redact(*verbatims: Verbatim) -> None:
    actions.redact(verbatims=[v.pk for v in verbatims], reason="law", by_label="the court")


@pytest.fixture
def reader() -> Iterator[sqlite3.Connection]:
    """Somebody who still reads the state from before."""
    with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)) as other:
        yield other


def test_redacted_words_leave_file_index_and_log() -> None:
    words, stays = said(f"It was {WORD}."), said("It was late.")
    redact(words)
    assert in_the_files()

    heartbeats.wipe_what_was_erased()

    assert not in_the_files()
    assert not Unwiped.objects.exists()
    assert list(search.matching(Verbatim.objects.all(), "late").values_list("pk", flat=True)) == [stays.pk]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO verbatims_words (verbatims_words) VALUES ('integrity-check')")


def test_an_erased_person_leaves_them_too() -> None:
    bob = cast.person(f"Bob {WORD}", email=f"bob@{WORD}.example", email_key=f"bob@{WORD}.example")
    said(f"I am {WORD}.", bob)
    people.erase(person=bob, by=cast.ada(), reason="asked by mail")
    assert in_the_files()

    assert wiping.wipe()

    assert not in_the_files()


def test_a_long_index_is_merged_in_steps_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    words = said(f"It was {WORD}.")
    fill_the_index(like=words)
    redact(words)
    steps: list[Verbatim] = []
    monkeypatch.setattr(wiping, "PAGES", 1)
    monkeypatch.setattr(wiping.time, "sleep", lambda _seconds: steps.append(said(f"Meanwhile {len(steps)}.")))

    assert wiping.wipe()

    assert len(steps) > 1
    assert not in_the_files()
    assert search.matching(Verbatim.objects.all(), "meanwhile").count() == len(steps)


def fill_the_index(like: Verbatim) -> None:
    """Three thousand different words, in three segments of several pages each."""
    for part in range(3):
        texts = [" ".join(f"{n * 7919 % 10007}w{part}x{n}" for n in range(m, m + 50)) for m in range(0, 1000, 50)]
        actions.keep_many(
            [actions.Words(like.collection_id, like.source_id, None, t, "en", like.spoken_at, None) for t in texts]
        )


def test_what_could_not_be_done_is_tried_again(reader: sqlite3.Connection) -> None:
    words = said(f"It was {WORD}.")
    reader.execute("BEGIN").execute("SELECT count(*) FROM core_unwiped").fetchone()
    redact(words)

    assert not wiping.wipe()
    assert Unwiped.objects.exists()
    reader.execute("COMMIT")

    assert wiping.wipe()
    assert not in_the_files()


def test_a_server_that_is_to_stop_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    words = said(f"It was {WORD}.")
    fill_the_index(like=words)
    redact(words)
    monkeypatch.setattr(wiping, "PAGES", 1)
    with monkeypatch.context() as stopping:
        stopping.setattr(progress, "asked_to_stop", lambda: True)
        assert not wiping.wipe()
        assert Unwiped.objects.exists()

    assert wiping.wipe()
    assert not in_the_files()


def test_what_is_erased_while_the_log_is_emptied_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = said("First."), said(f"It was {WORD}.")
    redact(first)
    empty = wiping._empty_the_log

    def meanwhile() -> bool:
        if Unwiped.objects.count() == 1:
            redact(second)
        return empty()

    monkeypatch.setattr(wiping, "_empty_the_log", meanwhile)

    assert not wiping.wipe()
    assert wiping.wipe()
    assert not in_the_files()


def test_an_erasure_that_did_not_happen_leaves_nothing_to_do() -> None:
    words = said("Still here.")
    with transaction.atomic():
        redact(words)
        transaction.set_rollback(True)

    assert not Unwiped.objects.exists()
    assert wiping.wipe()


def test_every_connection_zeroes_what_it_deletes() -> None:
    assert "PRAGMA secure_delete=ON" in connection.settings_dict["OPTIONS"]["init_command"]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)


def test_an_index_that_no_merge_helps_is_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    words, stays = said(f"It was {WORD}."), said("It was late.")
    redact(words)
    monkeypatch.setattr(wiping, "_top_is_filled", lambda _structure: False)

    assert wiping.wipe()

    assert not in_the_files()
    assert list(search.matching(Verbatim.objects.all(), "late").values_list("pk", flat=True)) == [stays.pk]
