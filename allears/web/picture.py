"""The picture of a line of sight: words, insights, decisions, changes in four columns, joined by lines. Pure geometry.

Positions are in the units of the SVG's view box. Colours are classes; the list below the picture says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

WIDTH, ROW, TOP = 968, 54, 34
COLUMNS = {"verbatim": 12, "insight": 264, "decision": 516, "change": 768}
MOST_ROWS = 12
LETTERS, LINES, LEADING = 24, 2, 19
WORDS = 198  # so far the letters of a step reach; the lines begin behind them


@dataclass(frozen=True)
class Node:
    """A step of the chain: its key ("insight:3"), what it says, where it leads, and whether one looks from it."""

    key: str
    label: str
    href: str = ""
    tone: str = "voice"
    focal: bool = False
    x: float = 0
    y: float = 0

    @property
    def lines(self) -> list[tuple[float, str]]:
        """The label in lines of the column's width, each with where it stands; what is too long is cut."""
        lines = wrap(self.label, LETTERS, max_lines=LINES, placeholder="…")
        first = self.y + 5 - LEADING * (len(lines) - 1) / 2
        return [(first + LEADING * place, line) for place, line in enumerate(lines)]


@dataclass(frozen=True)
class Edge:
    """A line between two steps, as an SVG path."""

    path: str
    tone: str


@dataclass(frozen=True)
class Picture:
    """What the template draws."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int  # steps that did not fit; the list has them all


def draw(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> Picture:
    """Place `nodes` (kind before the colon of their key chooses the column) and join them by `edges`."""
    columns = {kind: [n for n in nodes if n.key.split(":")[0] == kind] for kind in COLUMNS}
    shown = {kind: column[:MOST_ROWS] for kind, column in columns.items()}
    rows = max((len(column) for column in shown.values()), default=0)
    placed = {n.key: n for kind, column in shown.items() for n in _placed(kind, column, rows)}
    lines = [_edge(placed[a], placed[b]) for a, b in dict.fromkeys(edges) if a in placed and b in placed]
    return Picture(WIDTH, TOP + max(rows, 1) * ROW + 6, tuple(placed.values()), tuple(lines), len(nodes) - len(placed))


def _placed(kind: str, column: Sequence[Node], rows: int) -> list[Node]:
    gap = rows * ROW / max(len(column), 1)
    return [
        Node(n.key, n.label, n.href, n.tone, n.focal, COLUMNS[kind], round(TOP + gap * (place + 0.5), 1))
        for place, n in enumerate(column)
    ]


def _edge(a: Node, b: Node) -> Edge:
    start, end = a.x + WORDS, b.x - 10
    middle = (start + end) / 2
    tone = "dissent" if a.tone == "dissent" else b.tone
    return Edge(f"M{start} {a.y}C{middle} {a.y} {middle} {b.y} {end} {b.y}", tone)
