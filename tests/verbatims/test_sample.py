"""A look at some rows from all over tells about how many there are of a kind, where counting them takes long."""

from __future__ import annotations

import pytest
from django.db import connection

from allears.verbatims import sample
from tests.verbatims.words import said

pytestmark = pytest.mark.django_db


def _said(many: int) -> None:
    for n in range(many):
        said(f"It came late, w{n}.", language="de" if n % 4 == 0 else "en")


def test_of_few_words_there_is_no_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "SIZE", 10**9)  # more than ids were ever given
    _said(3)
    assert sample.take() is None


def test_a_sample_tells_how_many_there_are_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite counts along its indexes")
    _said(40)
    monkeypatch.setattr(sample, "BETWEEN", 0)
    monkeypatch.setattr(sample, "SIZE", 10**9)  # more than ids were ever given
    taken = sample.take()
    assert taken is not None
    assert (len(taken.ids), taken.each) == (40, 1)  # fewer than are tried: all of them
    assert taken.about(lambda words: words.filter(language="de")) == 10
    half = sample.Sample(taken.ids[::2], 2)
    assert half.about(lambda words: words) == 40
    assert half.about(lambda words: words.none()) == 0


def test_the_same_rows_are_chosen_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "BETWEEN", 0)
    _said(10)
    assert sample.take() == sample.take()
