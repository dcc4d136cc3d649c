"""What the ledger computes, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.verbatims import ledger
from allears.verbatims.ledger import Words

SALT = bytes(range(16))
NOON = datetime(2026, 3, 12, 12, 0, 0, 5, tzinfo=UTC)
WAITED = Words(1, 2, 3, "I waited nine days.", "en", NOON)


def test_the_format_of_a_digest_is_written_down_and_never_changes() -> None:
    written = (
        b"allears words 1\n"
        b"10:0123456789,19:I waited nine days.,1:1,1:2,1:3,2:en,27:2026-03-12T12:00:00.000005Z,0:,"
    )
    assert ledger.digest(SALT, "0123456789", WAITED) == sha256(SALT + written).digest()


@pytest.mark.parametrize(
    "other",
    [
        Words(1, 2, 3, "I waited ten days.", "en", NOON),
        Words(9, 2, 3, "I waited nine days.", "en", NOON),
        Words(1, 9, 3, "I waited nine days.", "en", NOON),
        Words(1, 2, None, "I waited nine days.", "en", NOON),
        Words(1, 2, 3, "I waited nine days.", "de", NOON),
        Words(1, 2, 3, "I waited nine days.", "en", NOON + timedelta(microseconds=1)),
        Words(1, 2, 3, "I waited nine days.", "en", NOON, 8),
        Words(12, 3, None, "I waited nine days.", "en", NOON),
    ],
)
def test_whatever_differs_gives_another_digest(other: Words) -> None:
    assert ledger.digest(SALT, "0123456789", other) != ledger.digest(SALT, "0123456789", WAITED)


def test_the_same_moment_in_another_zone_is_the_same_words() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    assert ledger.moment(elsewhere) == ledger.moment(NOON)


def test_words_are_kept_as_they_are() -> None:
    spoken = " Ünïcode e\u0301, مرحبا, 🧑🏽‍🚒\tand\r\nspaces  "
    assert ledger.faithful(spoken) == spoken


def test_what_no_database_holds_is_written_as_a_browser_shows_it() -> None:
    assert ledger.faithful("a\0b\ud800c") == "a␀b\ufffdc"


def test_line_ends_of_a_browser_are_line_ends() -> None:
    assert ledger.unbroken("one\r\ntwo\rthree\n") == "one\ntwo\rthree\n"


def test_one_words_tree_is_its_leaf() -> None:
    assert ledger.root([b"d"]) == sha256(b"\0d").digest()


def test_the_tree_splits_where_the_norm_says() -> None:
    """RFC 9162, 2.1.1: the largest power of two below the number of leaves; here 2 and 1."""
    a, b, c = (sha256(b"\0" + d).digest() for d in (b"a", b"b", b"c"))
    left = sha256(b"\1" + a + b).digest()
    assert ledger.root([b"a", b"b", b"c"]) == sha256(b"\1" + left + c).digest()


@given(size=st.integers(1, 70), data=st.data())
def test_a_receipt_leads_to_the_root_and_nothing_else_does(size: int, data: st.DataObject) -> None:
    digests = [sha256(b"%d" % i).digest() for i in range(size)]
    position = data.draw(st.integers(0, size - 1))
    path = ledger.proof(digests, position)

    assert ledger.root_by_proof(digests[position], position, size, path) == ledger.root(digests)
    assert ledger.root_by_proof(b"other words", position, size, path) != ledger.root(digests)
    assert ledger.root_by_proof(digests[position], position, size, [*path, b"more"]) is None


def test_the_formats_of_what_was_asked_of_a_frame_and_of_blocks_are_written_down_and_never_change() -> None:
    asked = ledger.asked_digest(ledger.Asked(2, "abcdefghij", 1, "question", "Why?", "Checkout", 0))
    fields = b"1:2,10:abcdefghij,1:1,8:question,4:Why?,8:Checkout,1:0,"
    assert asked == sha256(b"allears asked 1\n" + fields).digest()

    rows, row = [ledger.Around(asked, NOON, True), ledger.Around(asked, NOON, False)], asked + b"2026-03-12T12:00:00.000005Z"
    frame = ledger.frame(rows)
    assert ledger.first_frame(rows) == sha256(b"allears frame 1\n" + row * 2).digest()
    assert frame == sha256(b"allears frame 2\n" + row + b"1" + row + b"0").digest()

    def block(frame_: bytes | None) -> bytes:
        return ledger.block_hash(
            block=7, size=2, root_=b"r" * 32, previous=b"p" * 32, sealed_at=NOON, frame_=frame_
        )

    same = b"1:7,1:2,32:" + b"r" * 32 + b",32:" + b"p" * 32 + b",27:2026-03-12T12:00:00.000005Z,"
    assert block(None) == sha256(b"allears block 1\n" + same).digest()
    assert block(frame) == sha256(b"allears block 2\n" + same + b"32:" + frame + b",").digest()
