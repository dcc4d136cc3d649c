"""What `allears verify` says, in plain words, of a ledger with nothing, little and much in it."""

from __future__ import annotations

import pytest
from django.db import connection

from allears.cli.main import main
from allears.cli.verify import of_lotteries, of_words
from allears.studies.selection.checking import Report as Lotteries
from allears.verbatims.models import Verbatim
from allears.verbatims.verify import Report
from tests import gate
from tests.verbatims.words import NOON, said

HEAD = "Head of the chain: ab12. Write it down elsewhere: it proves all before it."


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (Report(), ["0 verbatims were checked: no words are kept here yet, so there is nothing that could have been changed."]),
        (
            Report(checked=1, unsealed=1),
            ["1 verbatim was checked: it stands as spoken.", "It is new and not sealed yet: a worker (`allears serve`) does it in seconds."],
        ),
        (Report(checked=1, blocks=1, head="ab12"), ["1 verbatim in 1 block was checked: it stands as spoken.", HEAD]),
        (
            Report(checked=1204, blocks=3, unsealed=4, head="ab12"),
            [
                "1,204 verbatims in 3 blocks were checked: every one stands as spoken.",
                "4 of them are new and not sealed yet: a worker (`allears serve`) does it in seconds.",
                HEAD,
            ],
        ),
        (
            Report(checked=1, unsealed=1, overdue="verbatim 7 was recorded on 2026-03-12 and is not sealed"),
            [
                "1 verbatim was checked: it stands as spoken.",
                "BROKEN: verbatim 7 was recorded on 2026-03-12 and is not sealed: no worker (`allears serve`) has run since,"
                " or blocks were taken away.",
            ],
        ),
        (
            Report(checked=9, blocks=3, head="ab12", known=2),
            [
                "9 verbatims in 3 blocks were checked: every one stands as spoken.",
                "The head that was written down is block 2 of 3: nothing up to it was cut off.",
                HEAD,
            ],
        ),
        (Report(checked=0, broken="block 1 is gone"), ["BROKEN: block 1 is gone", "0 verbatims were checked before it."]),
    ],
)
def test_what_was_found_of_the_ledger_is_said_with_its_counts(report: Report, lines: list[str]) -> None:
    assert of_words(report) == lines


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (Lotteries(0), []),
        (Lotteries(1), ["1 lottery was recomputed: every commitment and every draw holds."]),
        (Lotteries(2), ["2 lotteries were recomputed: every commitment and every draw holds."]),
        (Lotteries(2, "lottery x: it was changed"), ["BROKEN: lottery x: it was changed"]),
    ],
)
def test_lotteries_are_spoken_of_where_there_are_any(report: Lotteries, lines: list[str]) -> None:
    assert of_lotteries(report) == lines


@pytest.mark.django_db
def test_where_nobody_has_said_anything_verify_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("0 verbatims were checked: no words are kept here yet")


@pytest.mark.django_db
def test_a_head_that_is_no_block_of_the_chain_is_told_by_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--head", "AB12"]) == 1
    assert capsys.readouterr().out.startswith("BROKEN: no block has the hash ab12: blocks were cut off or written anew")


@pytest.mark.django_db
def test_words_that_nobody_sealed_for_days_are_told_by_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    said("sealed, and made to look as if it never was")
    with gate.lifted(connection):
        Verbatim.objects.update(recorded_at=NOON)
    assert main(["verify"]) == 1
    assert "was recorded on 2026-03-12 and is not sealed: no worker" in capsys.readouterr().out
