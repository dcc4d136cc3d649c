"""Whoever tampers with words is found out, even when they have taken the guards away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save

from allears.core.clock import now
from allears.insights.models import Read
from allears.verbatims import actions, guards, ledger, sealing
from allears.verbatims.models import Block, Leaf, Verbatim
from allears.verbatims.verify import Report, verify
from tests import cast, gate
from tests.verbatims.words import NOON, said

pytestmark = pytest.mark.django_db
NOT_AS_SEALED = "block 1: what was asked, or when words were spoken or recorded, is not what was sealed"


@pytest.fixture
def sealed() -> list[Verbatim]:
    """Six sentences in two blocks, the second one redacted."""
    first = [said(f"sentence {i}", cast.bob()) for i in range(4)]
    actions.seal_waiting()
    second = [said(f"sentence {i}") for i in range(4, 6)]
    actions.seal_waiting()
    actions.redact(verbatims=[first[1].pk], reason="person", by_label="the person")
    return first + second


@pytest.fixture
def counted(
    request: pytest.FixtureRequest, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]
) -> Iterator[list[Verbatim]]:
    """The same sentences, their blocks counted by the database as they are where transactions end."""
    with django_capture_on_commit_callbacks(execute=True):
        sentences = request.getfixturevalue("sealed")
    yield sentences
    with connection.cursor() as cursor:  # PostgreSQL takes no counter back
        gate.forget_the_counters(connection.vendor, cursor)


def tamper(*statements: str, head: str | None = None) -> Report:
    """What `verify` says after these statements, run with the guards taken away, as who owns the database
    can.

    Everything is undone afterwards.
    """
    with transaction.atomic():
        with gate.lifted(connection), connection.cursor() as cursor:
            for statement in (_without_keys[connection.vendor], *statements, _with_keys[connection.vendor]):
                cursor.execute(statement)
        report = verify(head)
        transaction.set_rollback(True)
    return report


# Foreign keys would refuse some of it.
_without_keys = {
    "sqlite": "PRAGMA defer_foreign_keys = ON",
    "postgresql": "SET LOCAL session_replication_role = replica",
}
_with_keys = {"sqlite": "SELECT 1", "postgresql": "SET LOCAL session_replication_role = origin"}


def test_an_untouched_ledger_holds(sealed: list[Verbatim]) -> None:
    said("not sealed yet")

    head = Block.objects.get(number=2).hash
    assert verify() == Report(checked=7, blocks=2, broken=None, unsealed=1, head=bytes(head).hex())


def test_an_empty_ledger_holds() -> None:
    assert verify() == Report()


def test_changed_words_are_named(sealed: list[Verbatim]) -> None:
    row = sealed[2]
    report = tamper(f"UPDATE verbatims_verbatim SET text = 'nicer' WHERE id >= {row.pk}")
    assert report.broken == f"verbatim {row.pk} ({row.ref}): its words are not those that were spoken"


def test_words_put_into_another_mouth_are_named(sealed: list[Verbatim]) -> None:
    report = tamper(f"UPDATE verbatims_verbatim SET person_id = {cast.cleo().pk} WHERE id = {sealed[3].pk}")
    assert (
        report.broken
        == f"verbatim {sealed[3].pk} ({sealed[3].ref}): its words are not those that were spoken"
    )


def test_words_changed_together_with_their_digest_do_not_fit_their_block(sealed: list[Verbatim]) -> None:
    row = sealed[0]
    row.text = "nicer"
    said_instead = ledger.Words(
        row.collection_id, row.source_id, row.person_id, "nicer", row.language, row.spoken_at, None
    )
    digest = ledger.digest(bytes(row.salt), row.ref, said_instead).hex()
    hexed = f"'\\x{digest}'" if connection.vendor == "postgresql" else f"x'{digest}'"

    report = tamper(f"UPDATE verbatims_verbatim SET text = 'nicer', digest = {hexed} WHERE id = {row.pk}")

    assert report.broken == "block 1: its words, or their order, are not those that were sealed"


def test_a_removed_row_is_named(sealed: list[Verbatim]) -> None:
    report = tamper(f"DELETE FROM verbatims_verbatim WHERE id = {sealed[3].pk}")
    assert report.broken == f"verbatim {sealed[3].pk} is gone (block 1, place 4 of 4)"


def test_a_row_removed_with_its_place_is_missed(sealed: list[Verbatim]) -> None:
    report = tamper(
        f"DELETE FROM verbatims_leaf WHERE verbatim_id = {sealed[2].pk}",
        f"DELETE FROM verbatims_verbatim WHERE id = {sealed[2].pk}",
    )
    assert report.broken == "block 1: the row at place 3 of 4 is gone"


def test_a_changed_order_is_noticed(sealed: list[Verbatim]) -> None:
    a, b = sealed[0].pk, sealed[2].pk
    report = tamper(
        f"UPDATE verbatims_leaf SET position = 99 WHERE verbatim_id = {a}",
        f"UPDATE verbatims_leaf SET position = 0 WHERE verbatim_id = {b}",
        f"UPDATE verbatims_leaf SET position = 2 WHERE verbatim_id = {a}",
    )
    assert report.broken == "block 1: its words, or their order, are not those that were sealed"


def test_an_edited_block_is_named(sealed: list[Verbatim]) -> None:
    assert tamper(
        "UPDATE verbatims_block SET sealed_at = '2020-01-01 00:00:00+00:00' WHERE number = 2"
    ).broken == ("block 2 was edited: its hash does not fit")


def test_a_removed_block_is_named(sealed: list[Verbatim]) -> None:
    assert tamper("DELETE FROM verbatims_block WHERE number = 1").broken == "block 1 is gone"


def test_a_removed_last_block_is_named(sealed: list[Verbatim]) -> None:
    broken = tamper("DELETE FROM verbatims_block WHERE number = 2").broken
    assert broken == f"block 2 is gone: verbatim {sealed[4].pk} was sealed in it"


def test_a_missing_stone_is_named(sealed: list[Verbatim]) -> None:
    row = sealed[1]
    report = tamper("DELETE FROM verbatims_stone")
    assert report.broken == f"verbatim {row.pk} ({row.ref}): its words are gone and no stone says why"


def test_words_under_a_stone_are_named(sealed: list[Verbatim]) -> None:
    row = sealed[5]
    report = tamper(f"UPDATE verbatims_stone SET verbatim_id = {row.pk}, note = 'moved'")
    assert report.broken is not None


def test_a_ledger_that_is_to_look_as_if_it_was_never_sealed_is_found_out(counted: list[Verbatim]) -> None:
    report = tamper("DELETE FROM verbatims_leaf", "DELETE FROM verbatims_block")
    assert report.broken == "block 1 is gone: the database counted on to 2"


def cut_off(block: int) -> list[str]:
    """The statements that take a block away with its rows."""
    its_rows = f"(SELECT verbatim_id FROM verbatims_leaf WHERE block_id = {block})"
    return [
        f"DELETE FROM verbatims_stone WHERE verbatim_id IN {its_rows}",
        f"DELETE FROM verbatims_verbatim WHERE id IN {its_rows}",
        f"DELETE FROM verbatims_leaf WHERE block_id = {block}",
        f"DELETE FROM verbatims_block WHERE id = {block}",
    ]


def test_a_last_block_that_was_cut_off_with_its_rows_is_missed(counted: list[Verbatim]) -> None:
    assert tamper(*cut_off(2)).broken == "block 2 is gone: the database counted on to 2"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts what was never committed, too")
def test_last_words_that_were_not_sealed_yet_are_missed(sealed: list[Verbatim]) -> None:
    fresh = said("just now")
    broken = tamper(f"DELETE FROM verbatims_verbatim WHERE id = {fresh.pk}").broken
    assert broken == f"verbatim {fresh.pk} is gone: the database counted on to {fresh.pk}"


def test_words_that_a_room_above_stands_on_are_missed() -> None:
    read, _after = said("somebody read this"), said("and not this")
    reading = Read.objects.create(user=cast.lea(), verbatim=read)
    broken = tamper(f"DELETE FROM verbatims_verbatim WHERE id = {read.pk}").broken
    assert broken == f"verbatim {read.pk} is gone: insights.read:{reading.pk} stands on it"


def test_what_was_asked_is_missed_where_words_stand_on_it(sealed: list[Verbatim]) -> None:
    row, asked = sealed[0], sealed[0].source_id
    gone = tamper(f"DELETE FROM verbatims_source WHERE id = {asked}").broken
    assert gone == f"verbatim {row.pk} ({row.ref}): what was asked (source {asked}) is gone"


def test_what_was_asked_is_missed_where_words_are_not_sealed_yet() -> None:
    fresh = said("just now")
    gone = tamper(f"DELETE FROM verbatims_source WHERE id = {fresh.source_id}").broken
    assert gone == f"source {fresh.source_id} is gone: verbatims.verbatim:{fresh.pk} stands on it"


def test_a_question_that_was_taken_away_keeps_nobodys_words_from_being_sealed() -> None:
    fresh = said("just now")
    waiting = sealing.Waiting(fresh.pk, bytes(fresh.digest), fresh.source_id + 1, fresh.recorded_at, None)
    frame = ledger.frame([ledger.Around(ledger.GONE, fresh.recorded_at, True)])
    assert bytes(sealing._link([waiting], now()).frame or b"") == frame


@pytest.mark.parametrize(
    "change",
    [
        "verbatims_source SET prompt = 'What went well?'",
        "verbatims_source SET touchpoint = 'Checkout'",
        "verbatims_verbatim SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE text = 'sentence 2'",
    ],
)
def test_another_question_above_the_words_and_another_day_are_found_out(
    sealed: list[Verbatim], change: str
) -> None:
    broken = tamper(f"UPDATE {change}").broken
    assert broken == NOT_AS_SEALED


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM verbatims_undated",
        "UPDATE verbatims_undated SET verbatim_id = {dated}",
        "INSERT INTO verbatims_undated (verbatim_id) VALUES ({dated})",
    ],
)
def test_words_that_lose_or_get_the_mark_of_an_unknown_day_are_found_out(change: str) -> None:
    dated, undated = said("said on that day"), said("said long ago")
    actions.mark_undated([undated])
    actions.seal_waiting()

    assert verify().broken is None
    assert tamper(change.format(dated=dated.pk)).broken == NOT_AS_SEALED


def test_blocks_from_before_marks_were_sealed_verify_for_ever_with_and_without_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = [said("sealed before"), said("and marked since")]
    with monkeypatch.context() as before:
        before.setattr(ledger, "frame", ledger.first_frame)
        actions.seal_waiting()
    with gate.lifted(connection):
        actions.mark_undated(old[1:])

    assert (verify().broken, verify().blocks) == (None, 1)
    assert tamper("UPDATE verbatims_source SET prompt = 'What went well?'").broken == NOT_AS_SEALED


def test_a_block_whose_frame_was_taken_away_was_edited(sealed: list[Verbatim]) -> None:
    assert tamper("UPDATE verbatims_block SET frame = NULL").broken == "block 1 was edited: its hash does not fit"


def test_blocks_from_before_there_were_frames_verify_for_ever() -> None:
    """And their words count as they are: what was asked there is guarded, not sealed."""
    old = said("sealed long ago")
    at, root = now(), ledger.root([bytes(old.digest)])
    hashed = ledger.block_hash(
        block=1, size=1, root_=root, previous=ledger.FIRST, sealed_at=at, frame_=None
    )
    made = Block.objects.create(
        id=1, number=1, size=1, root=root, previous=ledger.FIRST, hash=hashed, sealed_at=at
    )
    Leaf.objects.create(verbatim=old, block=made, position=0)
    said("and now")
    actions.seal_waiting()

    assert [block.frame is None for block in Block.objects.order_by("number")] == [True, False]
    assert (verify().broken, verify().blocks) == (None, 2)


def test_words_below_sealed_ones_that_have_no_place_were_taken_out_of_it() -> None:
    """As if block 1 had been of one sentence less: nothing else gives it away."""
    old, at = said("long ago"), NOON - timedelta(days=2)
    told = f"UPDATE verbatims_verbatim SET recorded_at = '{at.isoformat(sep=' ')}' WHERE id = {old.pk}"
    later = said("and after it")
    waiting = sealing.Waiting(later.pk, bytes(later.digest), later.source_id, later.recorded_at, None)
    sealing._place(sealing._link([waiting], now()), [later.pk])
    assert tamper(told).broken == f"verbatim {old.pk} ({old.ref}) is not sealed though it should be: later words are"


def test_a_head_that_was_written_down_is_found_in_the_chain_or_missed(counted: list[Verbatim]) -> None:
    first, last = (bytes(block.hash).hex() for block in Block.objects.order_by("number"))
    assert (verify(first).known, verify(first).broken, verify(last).known) == (1, None, 2)

    rewind = {"sqlite": "UPDATE sqlite_sequence SET seq = 0", "postgresql": "SELECT 1"}[connection.vendor]
    assert (tamper(*cut_off(2), rewind, head=last).broken or "").startswith(f"no block has the hash {last}")
    assert (verify("what was it").broken or "").startswith("no block has the hash what was it")
    assert (verify("").broken or "").startswith("no block has the hash")


def test_words_that_are_not_sealed_yet_are_checked_too(sealed: list[Verbatim]) -> None:
    fresh = said("just now")
    report = tamper(f"UPDATE verbatims_verbatim SET text = 'nicer' WHERE id = {fresh.pk}")
    assert report.broken == f"verbatim {fresh.pk} ({fresh.ref}): its words are not those that were spoken"


def test_a_missing_guard_is_named() -> None:
    guards.remove(connection)
    assert "does not guard the ledger" in (verify().broken or "")


def test_blocks_are_of_one_size_at_most_and_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK_SIZE", 3)
    for i in range(8):
        said(f"sentence {i}")

    assert actions.seal_waiting() == 8
    assert actions.seal_waiting() == 0
    assert list(Block.objects.order_by("number").values_list("size", flat=True)) == [3, 3, 2]
    assert verify().broken is None


def test_what_is_spoken_while_words_are_sealed_waits_for_the_next_time() -> None:
    """Else whoever sealed while many speak would make a block for every few words, and never come to an end."""
    said("first")

    def speak(**_news: Any) -> None:
        said("meanwhile")

    post_save.connect(speak, sender=Block)
    try:
        assert actions.seal_waiting(everywhere=False) == 1
    finally:
        post_save.disconnect(speak, sender=Block)
    assert actions.seal_waiting(everywhere=False) == 1
    assert list(Block.objects.order_by("number").values_list("size", flat=True)) == [1, 1]
    assert verify().broken is None


def test_a_row_without_a_place_is_found_below_one_that_has_its_place() -> None:
    late, newer = said("began earlier"), said("ended earlier")
    _place_alone(newer)

    assert actions.seal_waiting(everywhere=connection.vendor == "sqlite") == 1
    assert Leaf.objects.get(verbatim=late).block.number == 2
    assert verify().broken is None


def _place_alone(row: Verbatim) -> None:
    waiting = sealing.Waiting(row.pk, bytes(row.digest), row.source_id, row.recorded_at, None)
    sealing._place(sealing._link([waiting], now()), [row.pk])


def test_a_row_that_came_in_late_is_sealed_with_the_next(sealed: list[Verbatim]) -> None:
    """On PostgreSQL a transaction that began earlier may end later."""
    late = said("began earlier, ended later")

    assert actions.seal_waiting(everywhere=False) == 1
    assert Leaf.objects.get(verbatim=late).block.number == 3
