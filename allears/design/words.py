"""How a passage is cut into segments, so that spans of it can be marked without touching a letter.

Pure: text and character offsets in, segments out; joined again they are always the text that came in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from allears.design.parts import Tone

Mark = Tone | Literal["found"]
"""How a passage is marked: by the kind of thing it is, or as what was searched for."""


@dataclass(frozen=True)
class Span:
    """A passage of a text, by character offsets (end not included)."""

    start: int
    end: int
    tone: Mark = "voice"
    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class Segment:
    """A piece of a text that is marked by one span, or by none."""

    text: str
    tone: Mark | None = None
    label: str = ""
    href: str = ""


def segments(text: str, spans: Iterable[Span] = ()) -> list[Segment]:
    """Cuts `text` at the borders of `spans`. Where spans overlap the one that begins later (and is shorter)
    is on top.

    Offsets outside the text are brought inside; empty spans mark nothing.
    """
    inside = [s for s in (_brought_inside(span, len(text)) for span in spans) if s.start < s.end]
    borders = sorted({0, len(text)} | {s.start for s in inside} | {s.end for s in inside})
    cut = [_segment(text[a:b], a, inside) for a, b in pairwise(borders)]
    return _joined(cut)


def _brought_inside(span: Span, length: int) -> Span:
    start, end = max(0, min(span.start, length)), max(0, min(span.end, length))
    return Span(start, end, span.tone, span.label, span.href)


def _segment(piece: str, at: int, spans: list[Span]) -> Segment:
    over = [s for s in spans if s.start <= at < s.end]
    if not over:
        return Segment(piece)
    top = max(over, key=lambda s: (s.start, -s.end))
    labels = ", ".join(dict.fromkeys(s.label for s in sorted(over, key=lambda s: s.start) if s.label))
    return Segment(piece, top.tone, labels, top.href)


def _joined(cut: list[Segment]) -> list[Segment]:
    """Neighbours that are marked alike become one, so that a mark is not broken where nothing changes."""
    whole: list[Segment] = []
    for piece in cut:
        last = whole[-1] if whole else None
        if last and (last.tone, last.label, last.href) == (piece.tone, piece.label, piece.href):
            whole[-1] = Segment(last.text + piece.text, last.tone, last.label, last.href)
        else:
            whole.append(piece)
    return whole
