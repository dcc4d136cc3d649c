"""Whoever searches finds the words, whatever they type."""

from __future__ import annotations

import importlib

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.verbatims import actions
from allears.verbatims.models import Verbatim
from allears.verbatims.search import highlights, matching, parsed
from tests.verbatims.words import said

pytestmark = pytest.mark.django_db


def found(query: str) -> set[str]:
    return set(matching(Verbatim.objects.all(), query).values_list("text", flat=True))


CAFE = "The Café was late, naïve me"
LATE = "Late again! I don't wait"
ARABIC = "مرحبا، تأخر الطلب"
PATH = "see example.com/path_a or mail me@house.example"


@pytest.fixture(autouse=True)
def _words() -> None:
    for text in (CAFE, LATE, ARABIC, PATH):
        said(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("late", {CAFE, LATE}),
        ("LATE cafe", {CAFE}),
        ("café", {CAFE}),
        ("naive", {CAFE}),
        ('"late again"', {LATE}),
        ('"again late"', set()),
        ("don't", {LATE}),
        ("lat*", {CAFE, LATE}),
        ("lat", set()),
        ("late -again", {CAFE}),
        ('late -"naïve me"', {LATE}),
        ("-late", {ARABIC, PATH}),
        ("الطلب", {ARABIC}),
        ("example", {PATH}),
        ("path", {PATH}),
        ("“late again”", {LATE}),
        ("late OR cafe", set()),
        ("!!!", set()),
        ("", {CAFE, LATE, ARABIC, PATH}),
    ],
)
def test_a_query_finds_what_it_says(query: str, expected: set[str]) -> None:
    assert found(query) == expected


@settings(deadline=None, max_examples=150)
@given(
    query=st.text(
        alphabet=st.one_of(st.sampled_from("\"*-'\\():&|!<>^~+ \0abé"), st.characters()), max_size=30
    )
)
def test_nothing_that_is_typed_is_an_error(query: str) -> None:
    assert isinstance(found(query), set)
    highlights(LATE, query)


def test_redacted_words_are_found_no_more() -> None:
    row = Verbatim.objects.get(text=LATE)
    actions.redact(verbatims=[row.pk], reason="person", by_label="the person")

    assert found("again") == set()
    assert found("late") == {CAFE}


def test_a_megabyte_of_different_words_is_kept_and_found_by_its_beginning() -> None:
    said("beginning " + " ".join(f"w{i}" for i in range(130_000)))
    assert {text[:9] for text in found("beginning w5")} == {"beginning"}


def test_letters_of_four_bytes_fit_the_index_too() -> None:
    letters = [chr(0x1D41A + i % 26) for i in range(100_000)]
    said("".join(c + ("-" if i % 5 == 0 else " " if i % 7 == 0 else "") for i, c in enumerate(letters)))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index cuts words by itself")
def test_every_sign_parts_words_as_it_did_when_the_index_was_first_made() -> None:
    first, now = (importlib.import_module(f"allears.verbatims.migrations.{name}").PLAIN for name in MADE)
    signs = "SELECT chr(n) AS sign FROM generate_series(1, 70000) AS n WHERE n NOT BETWEEN 55296 AND 57343"
    texts = f"SELECT 'it is' || sign || 'late ' || sign || sign || 'a.b' || sign AS text FROM ({signs}) AS each"
    cut = [f"to_tsvector('simple'::regconfig, {plain})" for plain in (first, now)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM ({texts}) AS said WHERE {cut[0]} <> {cut[1]}", None)
        assert cursor.fetchall() == []


MADE = ("0002_guards_and_search", "0009_words_are_read_sooner")


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("late", ["Late"]),
        ('"late again"', ["Late again"]),
        ("wait don't", ["don't", "wait"]),
        ("lat* -wait", ["Late"]),
        ("nothing", []),
        ("", []),
    ],
)
def test_found_words_can_be_marked(query: str, marked: list[str]) -> None:
    assert [LATE[start:end] for start, end in highlights(LATE, query)] == marked


def test_marks_count_characters_of_the_words_as_spoken() -> None:
    text = "e\u0301te\u0301, ÉTÉ, İstanbul"
    assert [text[a:b] for a, b in highlights(text, "été istanbul")] == ["e\u0301te\u0301", "ÉTÉ", "İstanbul"]


def test_a_query_has_at_most_twenty_terms() -> None:
    assert len(parsed("a " * 400)) == 20
