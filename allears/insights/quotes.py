"""Quotes are never typed: a quote is (verbatim, start, end), rendered from the source. Pure; no database.

Offsets count Unicode code points of the text as it is kept. A browser counts a little differently, because HTML turns
every kind of line end into one character: `as_kept` translates what a page sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from allears.design.words import Segment, Span
from allears.design.words import segments as cut
from allears.insights import graphemes

_SENTENCE = re.compile(r".+?(?:[.!?…。！？؟]+[\"'”’»)\]]*(?=\s|$)|[。！？]|$|(?=\n))", re.S)
_LINE_END = re.compile("\r\n|\r|\n")
LONGEST_SENTENCE = 600


def segments(text: str, spans: Iterable[Span]) -> list[Segment]:
    """Cut `text` at the borders of `spans`, never inside what a reader sees as one character.

    Joined again the segments are always the text. Overlapping spans share a segment that carries both labels.
    """
    return cut(text, [_widened(text, span) for span in spans])


def _widened(text: str, span: Span) -> Span:
    start, end = graphemes.whole(text, span.start, span.end)
    return Span(start, end, span.tone, span.label, span.href)


def quote(text: str, start: int, end: int) -> str:
    """Return the quoted characters, whole."""
    start, end = graphemes.whole(text, start, end)
    return text[start:end]


def in_context(text: str, start: int, end: int, around: int = 80) -> tuple[str, str, str]:
    """Return what stands before the quote, the quote, and what stands after it, `around` characters each, at words."""
    start, end = graphemes.whole(text, start, end)
    before, after = text[max(0, start - around) : start], text[end : end + around]
    if start > around:
        before = "… " + before.partition(" ")[2]
    if end + around < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, text[start:end], after


def as_shown(text: str) -> str:
    """Return `text` as an HTML page gives it back: one character a line end."""
    return _LINE_END.sub("\n", text)


def as_kept(text: str, start: int, end: int) -> tuple[int, int]:
    """Translate a span of `as_shown(text)` into a span of `text`."""
    return _kept(text, start), _kept(text, end)


def _kept(text: str, offset: int) -> int:
    for found in re.finditer("\r\n", text):
        if found.start() >= offset:
            break
        offset += 1
    return offset


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences and lines of `text`, without the space around them; long ones in pieces.

    For choosing without a mouse: joined they hold every word. Where nothing ends a sentence it ends at the line's end.
    """
    found = []
    for line_start, line in _lines(text):
        for match in _SENTENCE.finditer(line):
            found += _pieces(text, line_start + match.start(), line_start + match.end())
    return found


def _lines(text: str) -> Iterable[tuple[int, str]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line
        at += len(line)


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    start, end = _without_space(text, start, end)
    pieces = []
    while end - start > LONGEST_SENTENCE:
        at = text.rfind(" ", start, start + LONGEST_SENTENCE)
        at = at if at > start else graphemes.whole(text, start, start + LONGEST_SENTENCE)[1]
        pieces.append(_without_space(text, start, at))
        start, _ = _without_space(text, at, end)
    return pieces + ([(start, end)] if start < end else [])


def _without_space(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
