"""Whether a query finds few words is told as the index itself would tell it, however many words there are."""

from __future__ import annotations

import importlib

import pytest
from django.db import connection

from allears.verbatims import few as few_words
from allears.verbatims.few import TOKENS, among, few
from allears.verbatims.models import Verbatim
from allears.verbatims.search import matching, trying
from tests.verbatims.words import said

pytestmark = pytest.mark.django_db

QUERIES = ["late", '"came late"', "-late", "lat*", "late -onc*", "-onc*", "it late again", "w1*", "xyzzy", "l*", '"late ag"*']


@pytest.fixture(autouse=True)
def _words() -> None:
    for n in range(40):
        said(f"It came late {'again' if n % 3 else 'once'}, w{n}.")
    said("Late it came, l.")


def ids(query: str) -> set[int]:
    return set(matching(Verbatim.objects.all(), query).values_list("pk", flat=True))


@pytest.mark.parametrize("query", QUERIES)
def test_few_are_listed_newest_first_and_more_are_not(query: str) -> None:
    found = few(query, 1000)
    if query.startswith("-"):
        assert found.ids is None  # nothing lists what is only not wanted
    else:
        assert found.ids == sorted(ids(query), reverse=True)
        assert few(query, len(found.ids)).ids == found.ids
        if found.ids:
            assert few(query, len(found.ids) - 1) == few_words.Few(None, surely_more=True)


@pytest.mark.parametrize("query", QUERIES)
def test_trying_each_row_finds_what_the_index_finds(query: str) -> None:
    assert set(trying(Verbatim.objects.all(), query).values_list("pk", flat=True)) == ids(query)


@pytest.mark.parametrize("query", QUERIES)
def test_an_index_of_some_rows_finds_what_the_large_one_finds(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL tries each row")
    every = list(Verbatim.objects.values_list("pk", flat=True))
    assert among(every, query) == ids(query)
    assert among(every[:7], query) == ids(query) & set(every[:7])
    monkeypatch.setattr(few_words, "AT_ONCE", 3)
    assert among(every, query) == ids(query)


def test_both_indexes_cut_words_alike() -> None:
    made = importlib.import_module("allears.verbatims.migrations.0002_guards_and_search")
    assert TOKENS == made.TOKENS


@pytest.mark.parametrize("query", [q for q in QUERIES if not q.startswith("-")])
def test_where_a_sample_says_that_a_query_is_common_nothing_wrong_is_said(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_words, "SAMPLE", 4)
    monkeypatch.setattr(few_words, "COMMON", 1)
    monkeypatch.setattr(few_words, "VERY_COMMON", 3)
    found, most = few(query, 5), 5
    assert found.ids is None or found.ids == sorted(ids(query), reverse=True)
    assert found.ids is not None or not found.surely_more or len(ids(query)) > most
