"""Reads a CSV table and says exactly where it is wrong."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from allears.selection.errors import SelectionError


@dataclass(frozen=True)
class Table:
    """A header and its rows: (row number in the file, cells). Cells are trimmed and in Unicode form NFC."""

    source: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def index(self, column: str) -> int:
        """Where a column stands. Raises `missing_column`."""
        if column not in self.header:
            raise SelectionError(
                "missing_column", source=self.source, row=1, column=column, columns=", ".join(self.header)
            )
        return self.header.index(column)


def read_table(path: str | Path) -> Table:
    """Read a CSV file (UTF-8, comma or semicolon). Raises SelectionError naming row and column."""
    path = Path(path)
    return parse_table(decode(path.read_bytes(), path.name), path.name)


def decode(raw: bytes, source: str) -> str:
    """Bytes to text, or `not_text` with the row and position of the first bad byte."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = 1 + raw.count(b"\n", 0, error.start)
        raise SelectionError("not_text", source=source, row=row, position=error.start) from error


def parse_table(text: str, source: str) -> Table:
    """Text to a table; empty lines are skipped, every other row must be as wide as the header."""
    lines = list(cells(text, source))
    if not lines:
        raise SelectionError("empty_file", source=source, row=1)
    header = lines[0][1]
    refuse_doubles(header, source)
    for row, found in lines[1:]:
        if len(found) != len(header):
            column = header[min(len(found), len(header) - 1)]
            raise SelectionError(
                "ragged_row", source=source, row=row, column=column, found=len(found), expected=len(header)
            )
    return Table(source, header, tuple(lines[1:]))


def cells(text: str, source: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every line that is not empty, with the number of the row in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    try:
        for found in reader:
            tidied = tuple(tidy(cell) for cell in found)
            if any(tidied):
                yield reader.line_num, tidied
    except csv.Error as error:
        raise SelectionError("not_csv", source=source, row=reader.line_num, detail=error) from error


def delimiter(text: str) -> str:
    """A semicolon where the header has semicolons and no comma, as spreadsheets write in much of Europe."""
    first = text.lstrip().split("\n", 1)[0]
    return ";" if ";" in first and "," not in first else ","


def tidy(cell: str) -> str:
    """One spelling for one word: trimmed, and composed (é is one character, not two)."""
    return unicodedata.normalize("NFC", cell.strip())


def refuse_doubles(header: Sequence[str], source: str) -> None:
    """Two columns of one name would make us guess."""
    for place, column in enumerate(header):
        if column and column in header[:place]:
            raise SelectionError("double_column", source=source, row=1, column=column)
