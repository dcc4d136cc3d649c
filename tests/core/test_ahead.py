"""Figures that are counted ahead: kept, counted again when they are old, forgotten where they are not needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from allears.core import ahead
from allears.core.clock import now
from allears.core.models import Counted, User
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_figure_is_counted_again_only_when_it_is_old() -> None:
    with time_machine.travel(now(), tick=False) as clock:
        ahead.keep("people", 1, lambda: 1)
        ahead.keep("people", 1, lambda: 2)
        assert ahead.value_of("people", 1, lambda: 0) == 1
        ahead.keep("people", 1, lambda: 3, anew=True)
        assert ahead.value_of("people", 1, lambda: 0) == 3
        clock.shift(ahead.FRESH + timedelta(seconds=1))
        ahead.keep("people", 1, lambda: 4)
        assert ahead.value_of("people", 1, lambda: 0) == 4


def test_what_takes_long_to_count_is_counted_more_seldom() -> None:
    with time_machine.travel(now(), tick=False) as clock:
        ahead.keep("people", 1, lambda: 1)
        Counted.objects.update(seconds=60)
        clock.shift(timedelta(seconds=60 * ahead.SHARE - 1))
        ahead.keep("people", 1, lambda: 2)
        assert ahead.value_of("people", 1, lambda: 0) == 1
        clock.shift(timedelta(seconds=2))
        ahead.keep("people", 1, lambda: 2)
        assert ahead.value_of("people", 1, lambda: 0) == 2


def test_what_is_not_kept_is_counted_now() -> None:
    ahead.keep("people", 1, lambda: 1)
    ahead.keep("people", 2, lambda: 2)
    ahead.forget("people", but=[2])

    assert [ahead.value_of("people", of, lambda: 0) for of in (1, 2, 3)] == [0, 2, 0]


def test_many_is_more_than_a_page_may_go_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 1)
    cast.ana()
    assert not ahead.are_many(User.objects.all())
    cast.lea()
    assert ahead.are_many(User.objects.all())
