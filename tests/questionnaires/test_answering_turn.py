"""Pages are made one after the other; whoever waits for something else steps aside."""

from __future__ import annotations

import threading

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from allears.core.places import Places
from allears.questionnaires import answering_sql as sql
from allears.questionnaires.answering_turn import Call, Turns, apart, aside, turn

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 5.0  # seconds
PLACES = Places(1)


def in_a_turn_elsewhere() -> threading.Event:
    """Ask for a turn in another thread; the event is set once it was had."""
    had = threading.Event()

    def have() -> None:
        with turn(PLACES):
            had.set()

    threading.Thread(target=have, daemon=True).start()
    return had


def test_one_has_the_turn_at_a_time() -> None:
    with turn(PLACES):
        had = in_a_turn_elsewhere()
        assert not had.wait(0.05)
    assert had.wait(SOON)


def test_who_steps_aside_lets_others_go_on_and_has_the_turn_again() -> None:
    with turn(PLACES):
        with aside():
            assert in_a_turn_elsewhere().wait(SOON)
        had = in_a_turn_elsewhere()
        assert not had.wait(0.05)
    assert had.wait(SOON)


def closed() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


def test_who_comes_first_is_served_first_and_who_comes_back_before_who_is_new() -> None:
    turns = Turns()
    first, second, back = waiting = [closed() for _ in range(3)]
    turns.take(back=False)
    turns.call(first, back=False)
    turns.call(second, back=False)
    turns.call(back, back=True)

    served = []
    for _ in waiting:
        turns.give()
        served.append([lock.locked() for lock in (back, first, second)])

    assert served == [[False, True, True], [False, False, True], [False, False, False]]
    turns.give()
    turns.take(back=False)  # it is free again


@pytest.mark.parametrize("called", ["before", "while they wait"])
def test_who_is_called_has_the_turn_again(called: str) -> None:
    with turn(PLACES):
        call = Call()
        if called == "before":
            call()
        else:
            threading.Thread(target=lambda: in_a_turn_elsewhere().wait(SOON) and call(), daemon=True).start()
        call.wait()
        had = in_a_turn_elsewhere()
        assert not had.wait(0.05)
    assert had.wait(SOON)


def test_who_has_no_turn_and_is_called_waits_for_none() -> None:
    with turn(PLACES):
        went_on = threading.Event()

        def wait() -> None:
            call = Call()
            call()
            call.wait()
            went_on.set()

        threading.Thread(target=wait, daemon=True).start()
        assert went_on.wait(SOON)


def test_who_has_no_turn_neither_waits_nor_gives_one_away() -> None:
    with turn(PLACES):
        stepped = threading.Event()

        def step() -> None:
            with aside():
                stepped.set()

        threading.Thread(target=step, daemon=True).start()
        assert stepped.wait(SOON)
        assert not in_a_turn_elsewhere().wait(0.05)


def test_a_page_that_fails_gives_its_turn_back() -> None:
    with pytest.raises(ValueError, match="no"), turn(PLACES), aside():
        raise ValueError("no")
    assert in_a_turn_elsewhere().wait(SOON)


def test_who_writes_apart_lets_others_go_on_and_uses_the_connection_of_a_place() -> None:
    own = connections[DEFAULT_DB_ALIAS]
    with PLACES.one():
        place = connections[DEFAULT_DB_ALIAS]
    with turn(PLACES):
        shared = connections[DEFAULT_DB_ALIAS]
        with apart():
            assert in_a_turn_elsewhere().wait(SOON)
            assert connections[DEFAULT_DB_ALIAS] is place
        assert connections[DEFAULT_DB_ALIAS] is shared
    assert connections[DEFAULT_DB_ALIAS] is own
    assert len({id(own), id(place), id(shared)}) == 3


@pytest.mark.skipif(connection.vendor != "postgresql", reason="settings of PostgreSQL")
def test_what_is_asked_in_a_turn_is_found_by_its_keys_however_empty_the_tables_were_at_first() -> None:
    with turn(PLACES):
        assert [sql.rows(f"SHOW {way}", []) for way in ("enable_seqscan", "enable_hashjoin")] == [[("off",)], [("off",)]]
    assert sql.rows("SHOW enable_seqscan", []) == [("on",)]
