"""One connection that threads use one after the other, instead of their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from allears.core.shared_connection import SharedConnection, own_connection

pytestmark = pytest.mark.django_db(transaction=True)


def now_used() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connections[DEFAULT_DB_ALIAS].connection


def in_a_thread(shared: SharedConnection) -> list[object]:
    used: list[object] = []

    def borrow() -> None:
        with shared.borrowed():
            used.append(now_used())
        connections.close_all()

    thread = threading.Thread(target=borrow)
    thread.start()
    thread.join(20)
    return used


def test_all_who_borrow_use_the_same_and_get_their_own_back() -> None:
    shared, own = SharedConnection(), now_used()
    try:
        with shared.borrowed():
            borrowed = now_used()
        assert borrowed is not own
        assert in_a_thread(shared) == [borrowed]
        assert now_used() is own
    finally:
        shared.close()


def test_ones_own_can_be_used_while_one_has_borrowed() -> None:
    reading, writing, own = SharedConnection(), SharedConnection(), now_used()
    try:
        with reading.borrowed(), writing.borrowed():
            borrowed = now_used()
            with own_connection():
                assert now_used() is own
            assert now_used() is borrowed
    finally:
        reading.close()
        writing.close()


def test_who_needs_no_other_uses_it_from_then_on_and_their_own_while_it_cannot_be_opened() -> None:
    opens = iter((1, 0, 1, 1))
    shared = SharedConnection(opened=lambda _database: 1 // next(opens))

    def uses() -> list[object]:
        own = connections[DEFAULT_DB_ALIAS]
        shared.use()
        first = now_used()
        shared.use()
        assert now_used() is first
        with own_connection():
            assert connections[DEFAULT_DB_ALIAS] is own
        shared.close()
        with pytest.raises(ZeroDivisionError):
            shared.use()
        assert connections[DEFAULT_DB_ALIAS] is own
        shared.close()
        shared.use()
        return [first, now_used()]

    try:
        with ThreadPoolExecutor(1) as thread:
            first, anew = thread.submit(uses).result(20)
        with shared.borrowed():
            assert first is not now_used() is anew
    finally:
        shared.close()


def test_within_a_transaction_nothing_is_borrowed() -> None:
    shared = SharedConnection()
    with transaction.atomic():
        own = now_used()
        with shared.borrowed():
            assert now_used() is own


def test_a_fresh_one_is_made_ready_and_one_that_broke_is_replaced() -> None:
    opened: list[object] = []
    shared = SharedConnection(opened=lambda database: opened.append(database.connection))
    try:
        with shared.borrowed():
            broken = now_used()
            connections[DEFAULT_DB_ALIAS].close()
        with shared.borrowed():
            assert now_used() is not broken
        with shared.borrowed():
            pass
        assert len(opened) == 2
    finally:
        shared.close()


def test_what_fails_while_one_has_borrowed_gives_ones_own_back() -> None:
    shared, own = SharedConnection(), now_used()
    try:
        with pytest.raises(ValueError, match="no"), shared.borrowed():
            raise ValueError("no")
        assert now_used() is own
    finally:
        shared.close()
