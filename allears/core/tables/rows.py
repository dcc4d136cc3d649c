"""Rows as a person meets them: a number, cells under headings, and what was wrong with any of them."""

from .columns import letter_of
from .errors import CellProblem
from .records import Record

REASONS = {
    "cell-too-large": "This cell is longer than we read; it was left out, the rest of its row was not.",
    "row-too-large": "This row is longer than we read; the cells from here on were left out.",
    "too-many-cells": "This row has more cells than we read; the cells from here on were left out.",
    "quote-never-closes": "A quotation mark opens here and never closes: the rest of the file is in it.",
    "words-behind-quote": "Words follow a closing quotation mark: marks were lost here, or whole rows stand within this cell.",
    "beyond-headings": "This cell stands right of the last heading, so we do not know what it answers. "
    "A quotation mark may be missing earlier in the row.",
    "zero-character": "The text held a character that means nothing (U+0000); the text was kept without it.",
    "undecodable": "Some letters could not be read in the file’s encoding; each stands as �.",
}


class Row:
    """One row: its number as a person sees it, its cells (as many as there are headings), its problems."""

    __slots__ = ("cells", "number", "problems")

    def __init__(self, number: int, cells: list[str], problems: tuple[CellProblem, ...] = ()) -> None:
        self.number, self.cells, self.problems = number, cells, problems

    def is_blank(self) -> bool:
        """Nothing is written in it, and nothing was lost from it."""
        return not self.problems and not any(map(str.strip, self.cells))

    def __repr__(self) -> str:
        return f"Row({self.number}, {self.cells!r})"


def row_of(number: int, record: Record, *, width: int | None, undecodable: bool) -> Row:
    """The row of a record, `width` cells wide (None: as wide as it is)."""
    problems = [problem_at(number, index, code) for index, code in record.wrong]
    cells = record.cells
    for index, cell in enumerate(cells):
        if "\0" in cell:
            cells[index] = cell.replace("\0", "")
            problems.append(problem_at(number, index, "zero-character"))
        if undecodable and "\ufffd" in cell:
            problems.append(problem_at(number, index, "undecodable"))
    if width is not None and len(cells) != width:
        problems += [problem_at(number, index, "beyond-headings") for index in _written(cells, width)]
        cells = cells[:width] + [""] * (width - len(cells))
    return Row(number, cells, tuple(problems))


def problem_at(number: int, index: int, code: str) -> CellProblem:
    """The problem `code` in the row `number`, at the column `index` (from 0)."""
    return CellProblem(number, letter_of(index), code, REASONS[code])


def _written(cells: list[str], start: int) -> list[int]:
    return [index for index in range(start, len(cells)) if cells[index].strip()]
