"""A worker that is killed (-9) with letters in its hands: its book says which were never handed over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from allears.core import claims, in_hand, mail
from allears.core.models import Message
from tests.core.mail_server import PostOffice
from tests.killing import KILLED, House, house

SEND = "from allears.core import delivery\nprint(delivery.send_waiting())"
STATES = (
    "SELECT sent_at IS NOT NULL, failed_at IS NOT NULL, claimed_at IS NOT NULL, attempts FROM core_message ORDER BY id"
)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def put(number: int) -> list[Message]:
    return [
        mail.put(to=f"p{n}@x.example", subject="s", text=f"http://h/a/{n}{'k' * 22}/", key=f"k{n}")
        for n in range(number)
    ]


def killed(home: House, dies_at: str, office: PostOffice) -> None:
    """Let a worker send, and be killed at this moment; the next finds its book."""
    home.surroundings["ALLEARS_SMTP_URL"] = f"smtp://127.0.0.1:{office.port}/?tls=none"
    process = home.start("worker", dies_at=dies_at)
    assert process.wait(timeout=120) == KILLED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("moment", "left", "in_doubt"), [
    ("allears.core.claims:claim#1", 0, 0),  # claimed, and nothing handed over
    ("allears.core.in_hand:Book.now#5", 2, 1),  # about to hand over the third
    ("allears.core.in_hand:Book.now#6", 3, 0),  # the third was taken, and nothing is kept yet
])  # fmt: skip
def test_only_the_letter_that_was_being_handed_over_is_in_doubt(
    moment: str, left: int, in_doubt: int, office: PostOffice, tmp_path: Path
) -> None:
    put(5)
    with house(tmp_path / "home") as home:
        killed(home, moment, office)
        assert home.rows(STATES) == [(0, 0, 1, 1)] * 5
        assert len(office.letters) == left

        assert home.ask(SEND).strip() == str(5 - left - in_doubt)
        became = [tuple(map(int, row[:2])) for row in home.rows(STATES)]
        assert became == [(1, 0)] * left + [(0, 1)] * in_doubt + [(1, 0)] * (5 - left - in_doubt)
        assert sorted(office.recipients) == [f"p{n}@x.example" for n in range(5) if not left <= n < left + in_doubt]
        assert home.rows("SELECT count(*) FROM core_message WHERE text LIKE '%kkk%' AND sent_at IS NOT NULL") == [(0,)]
        assert list((home.folder / "in_hand").iterdir()) == []


def _cut_off(book: in_hand.Book) -> None:
    """Its worker is gone."""
    os.close(book._file)


@pytest.mark.django_db
def test_after_a_power_cut_no_book_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    put(2)
    book = in_hand.Book()
    claims.claim(book)
    _cut_off(book)
    monkeypatch.setattr(in_hand, "this_start", lambda: "another start of this machine")

    assert claims.settle() == 0
    assert [message.state for message in Message.objects.all()] == ["sending", "sending"]
    assert in_hand.books() == []


@pytest.mark.django_db
def test_the_book_of_a_worker_that_lives_is_left_alone() -> None:
    put(2)
    book = in_hand.Book()
    claims.claim(book)

    assert claims.settle() == 0
    assert in_hand.books() == [book.path]
    book.close(kept=True)
    assert in_hand.books() == []


@pytest.mark.django_db
def test_what_was_given_up_or_claimed_anew_since_the_book_was_written_is_left_alone() -> None:
    first, second = put(2)
    book = in_hand.Book()
    claim = claims.claim(book)
    book.now("handing", first.pk)
    claims.back(claim.at, [second])
    again = claims.claim(in_hand.Book())
    assert again.letters == [second]
    _cut_off(book)

    assert claims.settle() == 1
    assert [message.state for message in Message.objects.order_by("pk")] == ["failed", "sending"]


@pytest.mark.parametrize("cut", [3, 12, 40, 80])
def test_a_line_that_was_cut_off_spoils_no_other(cut: int) -> None:
    book = in_hand.Book()
    book.claimed(claims.now(), [1, 2, 3])
    whole = book.path.read_text()
    line = "\nhanding 2 .\n"

    assert in_hand.read(whole + "\nhanding 12"[:cut] + line)[2].state == "handing"
    assert {pk: found.state for pk, found in in_hand.read(whole + line).items()} == {
        1: "claimed",
        2: "handing",
        3: "claimed",
    }


def test_a_full_disk_hands_nothing_over(monkeypatch: pytest.MonkeyPatch) -> None:
    book = in_hand.Book()
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr(book, "_file", full)
    with pytest.raises(OSError):
        book.now("handing", 1)
    os.close(full)
