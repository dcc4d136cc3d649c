"""Rows of workbooks: XLSX streamed by openpyxl, the old XLS by calamine.

Values become the text that a person sees. A formula is never worked out: its stored result is read, and
where none is stored the formula itself, as plain text.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser
from python_calamine import CalamineWorkbook, PasswordError

from .archives import check_archive
from .cells import text_of
from .errors import TableError, broken_workbook, encrypted, no_such_sheet, too_large
from .limits import Limits
from .records import Record

BLOCK = 1 << 20
_ATTRIBUTES = rb"""(?>\s+[\w:.-]+=(?>"[^"<]*"|'[^'<]*'))*+\s*"""
_NO_VALUE = rb"(?><v\s*/>|<v></v>)?"
_NO_TEXT = rb"<is\s*/>|<is>\s*(?><t%b(?>/>|></t>))?\s*</is>" % _ATTRIBUTES
_FORMULA = rb"<f%b(?>/>|>[^<]*</f>)" % _ATTRIBUTES
_CELL = rb'<c%b(?>/>|>\s*(?>%b|%b)\s*</c>)|<c(?=[^<>]*\st="str")%b>\s*%b\s*(?><v\s*/>|<v></v>)\s*</c>' % (
    _ATTRIBUTES, _NO_TEXT, _NO_VALUE, _ATTRIBUTES, _FORMULA,
)  # fmt: skip
_NUMBERED_ROW = rb"<row(?=[^<>]*\sr=)%b(?>/>|>\s*(?>(?>%b)\s*)*+</row>)" % (_ATTRIBUTES, _CELL)
# Rows without any value, one after the other. The last one stays, so that what comes after it is numbered right.
EMPTY_ROWS = re.compile(rb"(?>(%b\s*))++" % _NUMBERED_ROW)


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
        last = 0
        try:
            with page._get_source() as source:
                for number, cells in _FaithfulParser(_WithoutEmptyRows(source), self.book, page).parse():
                    if number > self.limits.rows:
                        raise too_large(self.limits.file_bytes)
                    if self.last_written is not None and number > self.last_written:
                        return
                    record = self._record(cells)
                    last = number if any(record.cells) or record.wrong else last
                    yield number, record
            self.last_written = last
        except TableError:
            raise
        except Exception as problem:  # damaged XML surfaces as a dozen kinds, anywhere in the sheet
            raise broken_workbook() from problem

    def _open(self) -> Any:
        try:
            reader = _SheetsUnread(self.file, read_only=True, keep_links=False, data_only=True)
            reader.read()
            return reader.wb
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


class _UnreadSheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """Not asked for: where it is not written at the head, it would be found by reading the sheet to its end."""


class _SheetsUnread(ExcelReader):
    """Openpyxl's own reader of workbooks, which opens no sheet before it is asked for its rows."""

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                page = _UnreadSheet(self.wb, sheet.name, relation.target, self.shared_strings)
                page.sheet_state = sheet.state
                self.wb._sheets.append(page)


class _WithoutEmptyRows:
    """The bytes of a sheet without most of its rows that hold no value: a sheet may have a million of them, for a colour.

    They are cut out of the bytes, fifty times as fast as they could be read. What is written in another way than
    spreadsheet programs write it (another encoding, names with a prefix) goes through as it is.
    """

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.rest, self.plain = source, b"", True

    def read(self, _size: int = -1) -> bytes:
        """Return some bytes, however many; none at the end."""
        while block := self.source.read(BLOCK):
            block = self.rest + block
            self.plain = self.plain and b"<![" not in block  # there words may look like rows
            block = EMPTY_ROWS.sub(rb"\1", block) if self.plain else block
            begun = block.rfind(b"<row")  # it may go on in the next block
            begun = len(block) if begun < 0 or len(block) - begun > BLOCK else begun
            block, self.rest = block[:begun], block[begun:]
            if block:
                return block
        block, self.rest = self.rest, b""
        return block


class _FaithfulParser(WorkSheetParser):
    """Openpyxl's own reader of rows, which never drops a formula and never stops at one broken cell."""

    def __init__(self, source: _WithoutEmptyRows, book: Any, page: Any) -> None:
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
            # An empty text is a result, too: what a person sees there is nothing.
            empty = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            cell["value"] = "" if empty else "=" + formula.text
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
