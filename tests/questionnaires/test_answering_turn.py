"""Pages are made one after the other; whoever waits for something else steps aside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections

from allears.cli.event_loop import Going
from allears.core.places import Places
from allears.core.prepared import Statement
from allears.questionnaires import answering_sql as sql
from allears.questionnaires.answering_turn import Call, InTurn, Turns, answers_to, apart, aside, turn

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


# --- works that no thread waits for --------------------------------------------------------------------------------


def in_turn(do: Callable[[InTurn], None], asks: Sequence[Statement] = ()) -> Future[Any]:
    """Have `do` done in its turn, awaited as the web server awaits a page; its result, or what it raised."""
    ended: Future[Any] = Future()

    async def wait() -> None:
        try:
            ended.set_result(await InTurn(PLACES, do, asks))
        except Exception as error:
            ended.set_exception(error)

    Going(wait()).go_on()
    return ended


def test_many_works_are_done_one_after_the_other_by_one_thread_and_none_while_somebody_has_the_turn() -> None:
    order: list[tuple[int, str]] = []

    def work(number: int) -> Callable[[InTurn], None]:
        def do(page: InTurn) -> None:
            order.append((number, threading.current_thread().name + str(threading.get_ident())))
            page.end(number)

        return do

    with turn(PLACES):
        ended = [in_turn(work(number)) for number in range(50)]
        assert not order
    assert [one.result(SOON) for one in ended] == list(range(50))
    assert [number for number, _thread in order] == list(range(50))
    assert len({thread for _number, thread in order}) == 1


def test_a_thread_that_has_nothing_to_do_does_what_comes_next() -> None:
    threads = [in_turn(lambda page: page.end(threading.get_ident())).result(SOON) for _ in range(20)]
    assert len(set(threads)) <= 2


def test_a_work_that_steps_aside_lets_the_next_be_done_and_has_the_turn_again() -> None:
    order: list[str] = []
    second_done = threading.Event()

    def first(page: InTurn) -> None:
        order.append("first")
        with aside():
            assert second_done.wait(SOON)
        order.append("first again")
        page.end(None)

    def second(page: InTurn) -> None:
        order.append("second")
        page.end(None)
        second_done.set()

    with turn(PLACES):
        ended = [in_turn(first), in_turn(second)]
    for one in ended:
        one.result(SOON)
    assert order == ["first", "second", "first again"]


def test_a_work_that_writes_apart_has_a_connection_of_its_own_and_holds_up_nobody() -> None:
    done = threading.Event()

    def writes(page: InTurn) -> None:
        shared = connections[DEFAULT_DB_ALIAS]
        with apart():
            assert in_a_turn_elsewhere().wait(SOON)
            assert connections[DEFAULT_DB_ALIAS] is not shared
        page.end(connections[DEFAULT_DB_ALIAS] is shared)
        done.set()

    assert in_turn(writes).result(SOON)
    assert done.wait(SOON)


def test_a_work_goes_on_in_a_later_turn_and_who_comes_back_comes_before_who_is_new() -> None:
    order: list[str] = []

    def goes_on(page: InTurn) -> None:
        def later() -> None:
            order.append("later")
            page.end(None)

        order.append("first")
        page.again(later, back=True)

    def new(page: InTurn) -> None:
        order.append("new")
        page.end(None)

    with turn(PLACES):
        ended = [in_turn(goes_on), in_turn(new)]
    for one in ended:
        one.result(SOON)
    assert order == ["first", "later", "new"]


@pytest.mark.parametrize("when", ["at once", "later"])
def test_a_work_that_fails_tells_who_awaits_it_and_no_other(when: str) -> None:
    def fails(page: InTurn) -> None:
        def fail() -> None:
            raise ValueError("no")

        if when == "at once":
            fail()
        page.again(fail, back=False)

    with turn(PLACES):
        failed, other = in_turn(fails), in_turn(lambda page: page.end("done"))
    with pytest.raises(ValueError, match="no"):
        failed.result(SOON)
    assert other.result(SOON) == "done"
    assert in_a_turn_elsewhere().wait(SOON)


ONE, TWO, OTHER = (("SELECT 1 + 0 * CAST(%s AS integer)", (number,)) for number in (1, 2, 3))


@pytest.mark.parametrize("fails", [False, True])
def test_what_works_ask_for_first_is_read_for_all_who_wait_the_same_only_once(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    trips, several = list[list[Statement]](), sql.several

    def counted(statements: Sequence[Statement]) -> list[list[sql.Row]]:
        trips.append([*statements])
        if fails and len(trips) == 1:
            raise DatabaseError("gone")
        return several(statements)

    def reads(*statements: Statement) -> Callable[[InTurn], None]:
        return lambda page: page.end(answers_to([*statements]))

    monkeypatch.setattr(sql, "several", counted)
    with turn(PLACES):
        ended = [
            in_turn(reads(ONE), [ONE]), in_turn(reads(ONE, TWO), [ONE, TWO]), in_turn(lambda page: page.end([[(1,)]])),
            in_turn(reads(TWO), [TWO]), in_turn(reads(OTHER), [ONE]),
        ]  # fmt: skip
    assert [one.result(SOON) for one in ended] == [[[(1,)]], [[(1,)], [(1,)]], [[(1,)]], [[(1,)]], [[(1,)]]]
    # What somebody did not say beforehand they read for themselves; where the trip for all fails, the next one begins another.
    assert trips == [[ONE, TWO], *([[ONE], [ONE, TWO]] if fails else []), [OTHER]]
