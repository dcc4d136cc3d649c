"""Cutting a text into segments never changes a letter of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allears.design.words import Segment, Span, segments

TEXT = "Nobody told us until we called."


def test_a_text_without_spans_is_one_segment() -> None:
    assert segments(TEXT) == [Segment(TEXT)]


def test_a_span_is_cut_out_where_it_stands() -> None:
    assert segments(TEXT, [Span(7, 14, "voice", "silence", "#1")]) == [
        Segment("Nobody "),
        Segment("told us", "voice", "silence", "#1"),
        Segment(" until we called."),
    ]


def test_where_two_spans_overlap_the_later_one_is_seen_and_both_are_named() -> None:
    drawn = segments(TEXT, [Span(0, 14, "voice", "silence"), Span(7, 14, "dissent", "no calls")])
    assert drawn[:2] == [
        Segment("Nobody ", "voice", "silence"),
        Segment("told us", "dissent", "silence, no calls"),
    ]


def test_spans_that_reach_outside_the_text_are_brought_inside() -> None:
    assert segments("late", [Span(-3, 2), Span(9, 12)]) == [Segment("la", "voice"), Segment("te")]


def test_spans_that_touch_and_say_the_same_are_one_mark() -> None:
    assert segments("late", [Span(0, 2), Span(2, 4)]) == [Segment("late", "voice")]


spans = st.lists(
    st.builds(Span, st.integers(-5, 60), st.integers(-5, 60), st.sampled_from(["voice", "dissent"])),
    max_size=8,
)


@given(st.text(max_size=50), spans)
def test_joined_again_the_segments_are_the_words_as_spoken(text: str, marks: list[Span]) -> None:
    assert "".join(piece.text for piece in segments(text, marks)) == text
