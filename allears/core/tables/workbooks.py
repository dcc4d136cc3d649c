"""Rows of workbooks: XLSX streamed by openpyxl, the old XLS by calamine.

Values become the text that a person sees. A formula is never worked out: its stored result is read, and
where none is stored the formula itself, as plain text.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser
from python_calamine import CalamineWorkbook, PasswordError

from .archives import check_archive
from .cells import text_of
from .errors import TableError, broken_workbook, encrypted, no_such_sheet, too_large
from .limits import Limits
from .records import Record

LONG_GAP = 1000  # empty rows after which it is worth looking whether anything follows
BLOCK = 1 << 20
ROW = b"<row"
VALUES = (b"<v>", b"<v ", b"<is>", b"<is ", b"<f>", b"<f ")
LONGEST_MARK = 4


class XlsxSource:
    """One worksheet of an XLSX workbook."""

    kind = "xlsx"
    may_be_undecodable = False

    def __init__(self, file: BinaryIO, *, sheet: str | None, limits: Limits) -> None:
        check_archive(file, limits)
        self.file, self.limits = file, limits
        # Known after the first reading: a sheet may end with a million rows that have a colour and no words.
        self.last_written: int | None = None
        self.book = self._open()
        self.sheets = [page.title for page in self.book.worksheets if page.sheet_state == "visible"]
        self.sheet = _choose(sheet, self.sheets or self.book.sheetnames)

    def records(self) -> Iterator[tuple[int, Record]]:
        """(row number in the spreadsheet, its record) for every row that the sheet holds."""
        page = self.book[self.sheet]
        last = blank = 0
        end: int | None = None
        try:
            with page._get_source() as source:
                parser = _FaithfulParser(source, self.book, page)
                for place, (number, cells) in enumerate(parser.parse(), start=1):
                    if number > self.limits.rows:
                        raise too_large(self.limits.file_bytes)
                    if self.last_written is not None and number > self.last_written:
                        return
                    record = self._record(cells)
                    written = any(record.cells) or record.wrong
                    last, blank = (number, 0) if written else (last, blank + 1)
                    yield number, record
                    if blank == LONG_GAP:
                        end = self._rows_up_to_the_last_value()
                    if end is not None and place >= end:
                        break
            self.last_written = last
        except TableError:
            raise
        except Exception as problem:  # damaged XML surfaces as a dozen kinds, anywhere in the sheet
            raise broken_workbook() from problem

    def _rows_up_to_the_last_value(self) -> int | None:
        """How many rows the sheet lists up to its last one with a value; None where that cannot be told.

        Only counts in the sheet's bytes: a hundred times as fast as reading a million rows that hold a colour.
        """
        rows = there = 0
        with self.book[self.sheet]._get_source() as source:
            rest = b""
            while block := source.read(BLOCK):
                block = rest + block
                whole = len(block) - LONGEST_MARK  # a mark that begins here or before it is in this block
                value = max(block.rfind(mark, 0, whole + len(mark)) for mark in VALUES)
                if value >= 0:
                    there = rows + block.count(ROW, 0, value)
                rows += block.count(ROW, 0, whole + len(ROW))
                rest = block[whole + 1 :] if whole >= 0 else block
        return there or None

    def _open(self) -> Any:
        try:
            return openpyxl.load_workbook(self.file, read_only=True, keep_links=False, data_only=True)
        except Exception as problem:
            raise broken_workbook() from problem

    def _record(self, cells: list[dict[str, Any]]) -> Record:
        record = Record()
        for cell in cells:
            index = cell["column"] - 1
            if index >= self.limits.columns:
                record.wrong.append((index, "too-many-cells"))
                break
            record.cells.extend([""] * (index + 1 - len(record.cells)))
            text = _shown(cell["value"])
            if len(text) > self.limits.cell_chars:
                record.wrong.append((index, "cell-too-large"))
            else:
                record.cells[index] = text
        return record


class XlsSource:
    """One sheet of a workbook from before 2007. Read whole, so the file must be small."""

    kind = "xls"
    may_be_undecodable = False

    def __init__(self, file: BinaryIO, *, sheet: str | None, limits: Limits) -> None:
        self.limits = limits
        self.book = self._open(file)
        self.sheets = list(self.book.sheet_names)
        self.sheet = _choose(sheet, self.sheets)

    def records(self) -> Iterator[tuple[int, Record]]:
        """(row number in the spreadsheet, its record) for every row that the sheet holds."""
        page = self.book.get_sheet_by_name(self.sheet)
        first = page.start[0] + 1 if page.start else 1
        for number, row in enumerate(page.to_python(skip_empty_area=True), start=first):
            left = [""] * (page.start[1] if page.start else 0)
            yield number, self._record([*left, *map(text_of, row)])

    def _record(self, cells: list[str]) -> Record:
        record = Record(cells[: self.limits.columns])
        for index, text in enumerate(record.cells):
            if len(text) > self.limits.cell_chars:
                record.cells[index] = ""
                record.wrong.append((index, "cell-too-large"))
        return record

    def _open(self, file: BinaryIO) -> CalamineWorkbook:
        file.seek(0, 2)
        if file.tell() > self.limits.old_workbook_bytes:
            raise too_large(self.limits.old_workbook_bytes)
        file.seek(0)
        try:
            return CalamineWorkbook.from_filelike(file)
        except PasswordError as problem:
            raise encrypted() from problem
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as problem:  # a panic of the Rust library is no Exception
            raise broken_workbook() from problem


class _FaithfulParser(WorkSheetParser):
    """Openpyxl's own reader of rows, which never drops a formula and never stops at one broken cell."""

    def __init__(self, source: BinaryIO, book: Any, page: Any) -> None:
        super().__init__(
            source,
            page._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )

    def parse_cell(self, element: Any) -> dict[str, Any]:
        try:
            cell: dict[str, Any] = super().parse_cell(element)
        except (ValueError, IndexError, KeyError, TypeError, OverflowError):
            cell = {"column": max(self.col_counter, 1), "value": "#VALUE!"}
        if cell["value"] is None and (formula := element.find(FORMULA_TAG)) is not None and formula.text:
            cell["value"] = "=" + formula.text
        return cell


def _shown(value: object) -> str:
    if isinstance(value, str):
        return _unescaped(value) if "_x" in value else value
    if isinstance(value, dt.datetime) and value.microsecond:
        value = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    return text_of(value)


def _unescaped(text: str) -> str:
    """Letters that are written by their number (`_x0041_`); half a letter beyond U+FFFF stands as �."""
    return unescape(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _choose(sheet: str | None, names: list[str]) -> str:
    if sheet is None:
        if not names:
            raise broken_workbook()
        return names[0]
    if sheet not in names:
        raise no_such_sheet(sheet, names)
    return sheet
