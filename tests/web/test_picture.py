"""The geometry of a line of sight's picture."""

from __future__ import annotations

from allears.web.picture import COLUMNS, LETTERS, MOST_ROWS, Node, draw


def nodes(kind: str, count: int) -> list[Node]:
    return [Node(f"{kind}:{n}", f"{kind} {n}") for n in range(count)]


def test_each_kind_stands_in_its_column() -> None:
    picture = draw([*nodes("verbatim", 2), *nodes("insight", 1), *nodes("decision", 1), *nodes("change", 1)], [])

    assert {n.key.split(":")[0]: n.x for n in picture.nodes} == COLUMNS


def test_a_column_with_fewer_steps_is_centred_beside_the_longest() -> None:
    picture = draw([*nodes("verbatim", 3), *nodes("insight", 1)], [])
    heights = {n.key: n.y for n in picture.nodes}

    assert heights["insight:0"] == heights["verbatim:1"]


def test_lines_join_what_is_shown_and_each_pair_once() -> None:
    pair = ("verbatim:0", "insight:0")
    picture = draw([*nodes("verbatim", 1), *nodes("insight", 1)], [pair, pair, ("verbatim:0", "insight:9")])

    assert len(picture.edges) == 1


def test_what_does_not_fit_is_counted() -> None:
    assert draw(nodes("verbatim", MOST_ROWS + 5), []).hidden == 5


def test_a_long_label_is_cut_with_a_mark() -> None:
    words = "People cannot see in which order their cells ran, and lose trust in what stands on the page"
    for label in (words, "x" * 80):
        lines = Node("insight:1", label, y=100).lines
        assert [y for y, _line in lines] == [95.5, 114.5]
        assert lines[-1][1].endswith("…")
        assert all(len(line) <= LETTERS for _y, line in lines)
    assert Node("insight:1", "It came late", y=100).lines == [(105, "It came late")]


def test_nothing_to_draw_is_a_picture_too() -> None:
    assert (draw([], []).nodes, draw([], []).edges) == ((), ())
