"""Pages are made one after the other; whoever waits for something else steps aside."""

from __future__ import annotations

import threading

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from allears.questionnaires.answering_turn import apart, aside, turn

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 5.0  # seconds


def in_a_turn_elsewhere() -> threading.Event:
    """Ask for a turn in another thread; the event is set once it was had."""
    had = threading.Event()

    def have() -> None:
        with turn():
            had.set()

    threading.Thread(target=have, daemon=True).start()
    return had


def test_one_has_the_turn_at_a_time() -> None:
    with turn():
        had = in_a_turn_elsewhere()
        assert not had.wait(0.05)
    assert had.wait(SOON)


def test_who_steps_aside_lets_others_go_on_and_has_the_turn_again() -> None:
    with turn():
        with aside():
            assert in_a_turn_elsewhere().wait(SOON)
        had = in_a_turn_elsewhere()
        assert not had.wait(0.05)
    assert had.wait(SOON)


def test_who_has_no_turn_neither_waits_nor_gives_one_away() -> None:
    with turn():
        stepped = threading.Event()

        def step() -> None:
            with aside():
                stepped.set()

        threading.Thread(target=step, daemon=True).start()
        assert stepped.wait(SOON)
        assert not in_a_turn_elsewhere().wait(0.05)


def test_a_page_that_fails_gives_its_turn_back() -> None:
    with pytest.raises(ValueError, match="no"), turn(), aside():
        raise ValueError("no")
    assert in_a_turn_elsewhere().wait(SOON)


def test_who_writes_apart_lets_others_go_on_and_uses_a_connection_of_their_own() -> None:
    own = connections[DEFAULT_DB_ALIAS]
    with turn():
        shared = connections[DEFAULT_DB_ALIAS]
        with apart():
            assert in_a_turn_elsewhere().wait(SOON)
            assert connections[DEFAULT_DB_ALIAS] is own is not shared
        assert connections[DEFAULT_DB_ALIAS] is shared
