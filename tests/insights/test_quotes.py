"""Quotes are cut from the source, whole."""

from hypothesis import given
from hypothesis import strategies as st

from allears.design.words import Span
from allears.insights import graphemes, quotes

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇩🇪"


def test_overlapping_spans_share_a_segment() -> None:
    cut = quotes.segments("It came late.", [Span(0, 7, label="a"), Span(3, 12, label="b")])
    assert [(s.text, s.label) for s in cut] == [("It ", "a"), ("came", "a, b"), (" late", "b"), (".", "")]


def test_a_family_a_flag_and_an_accent_are_never_cut() -> None:
    text = f"a{FAMILY}b{FLAG}{FLAG}e\u0301"
    for start in range(len(text)):
        joined = quotes.segments(text, [Span(start, start + 1)])
        marked = next(s.text for s in joined if s.tone)
        assert marked in {"a", FAMILY, "b", FLAG, "e\u0301"}


def test_hangul_and_devanagari_clusters_are_whole() -> None:
    assert graphemes.whole("\u1100\u1161\u11a8x", 1, 2) == (0, 3)
    assert graphemes.whole("क्षि", 1, 2) == (0, 4)


def test_offsets_count_characters_not_code_units() -> None:
    assert quotes.quote("😀 late again", 2, 6) == "late"


@given(st.text(max_size=60), st.integers(-5, 70), st.integers(-5, 70))
def test_segments_joined_are_always_the_text(text: str, start: int, end: int) -> None:
    assert "".join(s.text for s in quotes.segments(text, [Span(start, end)])) == text


@given(st.text(alphabet="ab\r\n😀", max_size=30), st.data())
def test_what_a_page_sends_is_found_in_the_kept_words(text: str, data: st.DataObject) -> None:
    shown = quotes.as_shown(text)
    start = data.draw(st.integers(0, len(shown)))
    end = data.draw(st.integers(start, len(shown)))
    kept = quotes.as_kept(text, start, end)
    assert quotes.as_shown(text[kept[0] : kept[1]]) == shown[start:end]


@given(st.text(max_size=200))
def test_sentences_leave_no_word_out(text: str) -> None:
    spans = quotes.sentences(text)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert spans == sorted(spans)


def test_sentences_end_where_sentences_end() -> None:
    text = "It came late. Nobody called!\nWhy?"
    assert [text[a:b] for a, b in quotes.sentences(text)] == ["It came late.", "Nobody called!", "Why?"]


def test_a_megabyte_without_a_full_stop_comes_in_pieces() -> None:
    text = "late again " * 95_000
    spans = quotes.sentences(text)
    assert max(b - a for a, b in spans) <= quotes.LONGEST_SENTENCE


def test_a_quote_stands_between_what_was_said_before_and_after() -> None:
    assert quotes.in_context("It came late, and nobody called.", 8, 12) == ("It came ", "late", ", and nobody called.")
