"""Reading a table from anything that an organisation may hand us."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from .columns import Column, columns_of, letter_of
from .errors import empty_file, encrypted, not_a_table, too_large, too_many_columns
from .headings import looks_like_data, titles_above
from .limits import DEFAULT_LIMITS, Limits
from .records import Record
from .rows import Row, row_of
from .texts import TextSource

BLOCK = 1 << 18
HEAD_ROWS = 12
OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")
LOCKED = "EncryptedPackage".encode("utf-16-le")
FOREIGN = (
    (b"%pdf", "a PDF"),
    (b"\x89png", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"gif8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"rar!", "a RAR archive"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML file"),
    (b"sqlite format 3", "a database"),
    (b"par1", "a Parquet file"),
    (b"$fl2", "an SPSS file"),
    (b"$fl3", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
)


class Source(Protocol):
    """Where records come from: a text file or a worksheet."""

    kind: str
    sheet: str
    sheets: list[str]
    may_be_undecodable: bool

    def records(self) -> Iterator[tuple[int, Record]]: ...


class Table:
    """A table that can be read again and again from its first row, in constant memory.

    `head` are its first rows that are not blank, headings included; `columns` come from the first of them. What stands
    `above` the headings, a title, is no row. Of a table without headings (`headed` False) the columns are called by
    their letters, in a row 0 of our own.
    """

    def __init__(self, source: Source, limits: Limits, closing: Any = None, *, headed: bool = True) -> None:
        self.source, self.limits, self._closing, self.headed = source, limits, closing, headed
        self._names: list[str] = []
        self.head = self._read_head()
        titles = titles_above([row.cells for row in self.head]) if headed else 0
        self.above, self.head = self.head[:titles], self.head[titles:]
        if any(problem.code == "too-many-cells" for problem in self.head[0].problems):
            raise too_many_columns(limits.columns)
        if not headed:
            width = max(len(row.cells) for row in self.head)
            self._names = [f"Column {letter_of(index)}" for index in range(width)]
            self.head = (Row(0, self._names), *self.head)
        self.columns: tuple[Column, ...] = columns_of(self.head[0].cells)

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of a file that was opened here; one that was handed in stays open."""
        if self._closing is not None:
            self._closing.close()

    @property
    def kind(self) -> str:
        """csv, xlsx or xls."""
        return self.source.kind

    @property
    def encoding(self) -> str:
        """The Python name of a text file's encoding; "" for a workbook."""
        return self.source.encoding if isinstance(self.source, TextSource) else ""

    @property
    def guessed(self) -> bool:
        """Whether the encoding is a guess by the letters alone."""
        return isinstance(self.source, TextSource) and self.source.guessed

    def readings(self) -> dict[str, str]:
        """What each encoding makes of the file's first letters beyond ASCII; {} where there are none, and for workbooks."""
        return self.source.readings() if isinstance(self.source, TextSource) else {}

    @property
    def seems_unheaded(self) -> bool:
        """Whether the first row looks like the rows below it rather than like headings."""
        return self.headed and looks_like_data([row.cells for row in self.head])

    def rows(self, *, header_rows: int = 1) -> Iterator[Row]:
        """Every row below the headings that is not blank; its problems are those of its cells."""
        written = (row for row in self._rows(len(self.columns)) if not row.is_blank())
        for index, row in enumerate(written):
            if index >= len(self.above) + header_rows:
                yield row

    def _read_head(self) -> tuple[Row, ...]:
        head: list[Row] = []
        for row in self._rows(None):
            if not row.is_blank():
                head.append(row)
            if len(head) >= HEAD_ROWS:
                break
        if not head:
            raise empty_file()
        return tuple(head)

    def _rows(self, width: int | None) -> Iterator[Row]:
        if self._names:
            yield Row(0, list(self._names))
        undecodable = self.source.may_be_undecodable
        for number, record in self.source.records():
            yield row_of(number, record, width=width, undecodable=undecodable)


def read_table(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    limits: Limits = DEFAULT_LIMITS,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    headed: bool = True,
) -> Table:
    """The table in a CSV, XLSX or XLS file, known by its contents and not by its name.

    Raises TableError (`empty`, `too-large`, `not-a-table`, `encrypted`, `broken-workbook`,
    `unpacks-too-large`, `no-such-sheet`, `too-many-columns`). `encoding` and `delimiter`
    overrule what would be detected; `headed` says whether the first row holds headings.
    """
    file = _seekable(source)
    try:
        _check_size(file, limits)
        found = _source(file, sheet=sheet, encoding=encoding, delimiter=delimiter, limits=limits)
        return Table(found, limits, closing=None if file is source else file, headed=headed)
    except BaseException:
        if file is not source:
            file.close()
        raise


def _check_size(file: BinaryIO, limits: Limits) -> None:
    if file.seek(0, os.SEEK_END) > limits.file_bytes:
        raise too_large(limits.file_bytes)
    file.seek(0)


def _source(
    file: BinaryIO, *, sheet: str | None, encoding: str | None, delimiter: str | None, limits: Limits
) -> Source:
    head = file.read(BLOCK)
    if head.startswith(b"PK\x03\x04"):
        from .workbooks import XlsxSource  # takes longer to import than a command takes that reads none

        return XlsxSource(file, sheet=sheet, limits=limits)
    if head.startswith(OLD_OFFICE):
        return _old_office(file, sheet, limits)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    if not start:
        raise empty_file()
    for mark, what in FOREIGN:
        if start.startswith(mark):
            raise not_a_table(what)
    return TextSource(file, encoding=encoding, delimiter=delimiter, limits=limits)


def _old_office(file: BinaryIO, sheet: str | None, limits: Limits) -> Source:
    """An old workbook, or a new one that a password has wrapped into the old container."""
    file.seek(0)
    before = b""
    while block := file.read(BLOCK):
        if LOCKED in before + block:
            raise encrypted()
        before = block[-len(LOCKED) :]
    from .workbooks import XlsSource

    return XlsSource(file, sheet=sheet, limits=limits)


def _seekable(source: str | os.PathLike[str] | BinaryIO) -> BinaryIO:
    if isinstance(source, str | os.PathLike):
        return Path(source).open("rb")
    if source.seekable():
        return source
    spool: Any = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the table
    shutil.copyfileobj(source, spool, BLOCK)
    found: BinaryIO = spool
    return found
