"""Reading a table from anything an organisation may hand us."""

import codecs
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from .columns import Column, columns_of, letter_of
from .encodings import decoder_errors, detect_encoding
from .errors import CellProblem, TableError, empty_file, encrypted, not_a_table, too_large, too_many_columns
from .limits import DEFAULT_LIMITS, Limits
from .records import Record, Shape, records
from .shapes import announced_delimiter, detect_shape
from .workbooks import XlsSource, XlsxSource

BLOCK = 1 << 18
HEAD_ROWS = 12
OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")
FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML file"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
REASONS = {
    "cell-too-large": "This cell is longer than we read; it was left out, the rest of its row was not.",
    "row-too-large": "This row is longer than we read; the cells from here on were left out.",
    "too-many-cells": "This row has more cells than we read; the cells from here on were left out.",
    "quote-never-closes": "A quotation mark opens here and never closes, so all the rest of the file is in this cell.",
    "beyond-headings": "This cell stands to the right of the last heading, so we do not know which question it "
    "answers. A quotation mark may be missing earlier in the row.",
    "zero-character": "The text held a character that means nothing (U+0000); the text was kept without it.",
    "undecodable": "Some letters could not be read in this file's encoding and stand as �.",
}


class Source(Protocol):
    """Where records come from: a text file or a worksheet."""

    kind: str
    sheet: str
    sheets: list[str]

    def records(self) -> Iterator[tuple[int, Record]]: ...


class Row:
    """One row: its number as a person sees it, its cells (as many as there are headings), its problems."""

    __slots__ = ("cells", "number", "problems")

    def __init__(self, number: int, cells: list[str], problems: tuple[CellProblem, ...] = ()) -> None:
        self.number, self.cells, self.problems = number, cells, problems

    def is_blank(self) -> bool:
        return not any(map(str.strip, self.cells))

    def __repr__(self) -> str:
        return f"Row({self.number}, {self.cells!r})"


class Table:
    """A table that can be read again and again from its first row, in constant memory.

    `head` are its first rows that are not blank, headings included; `columns` come from the first of them.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.head = self._read_head()
        self.columns: tuple[Column, ...] = columns_of(self.head[0].cells)

    @property
    def kind(self) -> str:
        return self.source.kind

    @property
    def width(self) -> int:
        return len(self.columns)

    def rows(self, *, header_rows: int = 1) -> Iterator[Row]:
        """Every row below the headings that is not blank; its problems are those of its cells."""
        wanted = (row for row in self._all_rows(self.width) if not row.is_blank() or row.problems)
        for index, row in enumerate(wanted):
            if index >= header_rows:
                yield row

    def _read_head(self) -> tuple[Row, ...]:
        head: list[Row] = []
        for row in self._all_rows(None):
            if not row.is_blank() or row.problems:
                head.append(row)
            if len(head) >= HEAD_ROWS:
                break
        if not head:
            raise empty_file()
        if any(problem.code == "too-many-cells" for problem in head[0].problems):
            raise too_many_columns(self.limits.columns)
        return tuple(head)

    def _all_rows(self, width: int | None) -> Iterator[Row]:
        for number, record in self.source.records():
            yield _row(number, record, width)


def read_table(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    limits: Limits = DEFAULT_LIMITS,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """The table in a CSV, XLSX or XLS file, known by its contents and not by its name.

    Raises TableError (`empty`, `too-large`, `not-a-table`, `encrypted`, `broken-workbook`, `unpacks-too-large`,
    `no-such-sheet`, `too-many-columns`). `encoding` and `delimiter` overrule what would be detected.
    """
    file = _seekable(source, limits)
    head = file.read(BLOCK)
    if not head.strip(b"\0 \r\n\t"):
        raise empty_file()
    return Table(_source(file, head, sheet, encoding, delimiter, limits), limits)


class TextSource:
    """A CSV file, or one like it."""

    kind = "csv"
    sheet = ""

    def __init__(self, file: BinaryIO, encoding: str | None, delimiter: str | None, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.sheets: list[str] = []
        self.encoding = encoding or detect_encoding(file)
        self.errors = "allears-lenient" if encoding is None else "replace"
        self.errors = decoder_errors(self.encoding) if encoding is None else "replace"
        sample = next(self._blocks(), "")
        self.announced = announced_delimiter(sample) is not None
        found = detect_shape(sample, limits)
        self.shape = Shape(delimiter, found.quote, found.line_end) if delimiter else found

    def records(self) -> Iterator[tuple[int, Record]]:
        number = 0
        blocks = self._blocks()
        for record in records(blocks, self.shape, self.limits):
            if self.announced and number == 0:
                self.announced_seen = True
                number = -1
            number += 1
            if number:
                yield number, record

    def _blocks(self) -> Iterator[str]:
        self.file.seek(0)
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        while block := self.file.read(BLOCK):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def _source(
    file: BinaryIO, head: bytes, sheet: str | None, encoding: str | None, delimiter: str | None, limits: Limits
) -> Source:
    if head.startswith(b"PK\x03\x04"):
        return XlsxSource(file, sheet=sheet, limits=limits)
    if head.startswith(OLD_OFFICE):
        return _old_office(file, sheet, limits)
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:20].lower()
    for mark, what in FOREIGN:
        if start.startswith(mark.lower()):
            raise not_a_table(what)
    return TextSource(file, encoding, delimiter, limits)


def _old_office(file: BinaryIO, sheet: str | None, limits: Limits) -> Source:
    """An old workbook, or a new one that a password has wrapped into the old container."""
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20):
        raise encrypted()
    return XlsSource(file, sheet=sheet, limits=limits)


def _seekable(source: str | os.PathLike[str] | BinaryIO, limits: Limits) -> BinaryIO:
    file: BinaryIO = Path(source).open("rb") if isinstance(source, str | os.PathLike) else source
    if not file.seekable():
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the table
        shutil.copyfileobj(file, spool, BLOCK)
        file = spool  # type: ignore[assignment]
    if file.seek(0, os.SEEK_END) > limits.file_bytes:
        raise too_large(limits.file_bytes)
    file.seek(0)
    return file


def _row(number: int, record: Record, width: int | None) -> Row:
    problems = [_problem(number, index, code) for index, code in record.wrong]
    cells = record.cells
    for index, cell in enumerate(cells):
        if "\0" in cell:
            cells[index] = cell.replace("\0", "")
            problems.append(_problem(number, index, "zero-character"))
    if width is not None:
        cells = _fit(number, cells, width, problems)
    return Row(number, cells, tuple(problems))


def _fit(number: int, cells: list[str], width: int, problems: list[CellProblem]) -> list[str]:
    for index, cell in enumerate(cells[width:], start=width):
        if cell.strip():
            problems.append(_problem(number, index, "beyond-headings"))
    return cells[:width] + [""] * (width - len(cells))


def _problem(number: int, index: int, code: str) -> CellProblem:
    return CellProblem(number, letter_of(index), code, REASONS[code])


__all__ = ["Row", "Table", "TableError", "read_table"]
