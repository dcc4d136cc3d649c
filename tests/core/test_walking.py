"""A walk finds what is wanted in its order, and stops where somebody would wait too long."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from allears.core import walking
from allears.core.walking import Patience, Walked, walk

EVERYTHING = list(range(1000, 0, -1))


def listed(beyond: int | None, size: int) -> list[int]:
    return [row for row in EVERYTHING if beyond is None or row < beyond][:size]


def by_hundreds(rows: Sequence[int]) -> set[int]:
    return {row for row in rows if row % 100 == 0}


def patient() -> Patience:
    return Patience(seconds=1000)


def hurried() -> Patience:
    return Patience(seconds=-1)


def test_as_many_as_are_asked_for_are_found_in_their_order() -> None:
    assert walk(listed, by_hundreds, None, 3, patient()) == Walked([1000, 900, 800])
    assert walk(listed, by_hundreds, 900, 3, patient()) == Walked([800, 700, 600])


def test_the_end_is_no_giving_up() -> None:
    assert walk(listed, by_hundreds, 250, 30, hurried()) == Walked([200, 100])


def test_who_is_in_a_hurry_is_told_where_looking_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "AT_LEAST", 300)
    patience = hurried()
    assert walk(listed, by_hundreds, None, 30, patience) == Walked([1000, 900, 800, 700], 601)
    assert patience.looked == 400


def test_going_on_from_where_it_stopped_finds_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "AT_LEAST", 1)
    found: list[int] = []
    at, walks = None, 0
    while True:
        walked = walk(listed, by_hundreds, at, 30, hurried())
        found, at, walks = found + walked.found, walked.stopped_at, walks + 1
        if at is None:
            break
    assert found == list(range(1000, 0, -100))
    assert walks > 1


def test_a_piece_is_no_longer_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row takes a second: after 200, 400 and 800 rows of 2,500 seconds there is time for 1,100 more, not for 1,600."""
    monkeypatch.setattr(walking, "AT_LEAST", 300)
    pieces: list[int] = []
    monkeypatch.setattr(walking, "_clock", lambda: float(sum(pieces)))

    def many(beyond: int | None, size: int) -> Sequence[int]:
        pieces.append(size)
        return range(start := (beyond or 0) + 1, start + size)

    walked = walk(many, lambda _rows: (), None, 1, Patience(seconds=2500))
    assert pieces == [200, 400, 800, 1100]
    assert walked == Walked([], 2500)


def test_a_slow_machine_looks_at_so_many_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "AT_LEAST", 900)
    patience = hurried()
    assert walk(listed, by_hundreds, None, 30, patience) == Walked([1000, 900, 800, 700, 600, 500, 400, 300, 200], 101)
    assert patience.looked == 900
