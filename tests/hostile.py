"""Files as people and enemies hand them in: each by name, with what is honest in it."""

from __future__ import annotations

import csv
import functools
import io
import zipfile
from collections.abc import Callable, Iterable

import openpyxl

HEAD = ["Response ID", "E-mail", "What happened?", "Rate it"]
WORDS = "Es war spät — “naïve” Größe"
MIB = 1024 * 1024


def text(rows: Iterable[list[str]], delimiter: str = ",", line_end: str = "\r\n") -> str:
    """Rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def some(words: str = WORDS, rows: int = 3) -> list[list[str]]:
    """Headings and a few rows whose answers are these words and a number."""
    return [HEAD, *([str(n), f"p{n}@x.example", f"{words} {n}", str(n % 5 + 1)] for n in range(1, rows + 1))]


def workbook(
    rows: Iterable[list[object]], change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet(xml: bytes | Iterable[bytes]) -> bytes:
    """A workbook whose first sheet is this XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(some()))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry.filename, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w") as part:
            for piece in [xml] if isinstance(xml, bytes) else xml:
                part.write(piece)
    return out.getvalue()


def sheet(*rows: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + space + b'"><sheetData>' + b"".join(rows) + b"</sheetData></worksheet>"


def inline(number: int, cells: Iterable[str]) -> bytes:
    """A row of text cells."""
    made = "".join(f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{c}</t></is></c>' for n, c in enumerate(cells))
    return f'<row r="{number}">{made}</row>'.encode()


def merged(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
    page.merge_cells("C2:C3")


def million_empty_rows() -> bytes:
    def xml() -> Iterable[bytes]:
        whole = sheet(*(inline(n + 1, row) for n, row in enumerate(some()))).replace(b"</sheetData></worksheet>", b"")
        yield whole
        for start in range(5, 1_000_000, 10_000):
            yield b"".join(
                b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(start, min(start + 10_000, 1_000_001))
            )
        yield b"</sheetData></worksheet>"

    return with_sheet(xml())


def _more(*rows: str) -> bytes:
    """The honest rows, and then these lines."""
    return (text(some()) + "".join(f"{row}\r\n" for row in rows)).encode()


@functools.cache
def fifty_megabytes() -> bytes:
    return _more(f"4,,{'x' * 50 * MIB},2", "5,,kept,2")


@functools.cache
def bomb() -> bytes:
    return with_sheet(sheet(inline(1, ["a" * (200 * MIB)])))


# A file, or what makes it: a large one is made only where it is handed in.
File = bytes | Callable[[], bytes]
HONEST = [f"{WORDS} {n}" for n in (1, 2, 3)]
LONG = "é" * (MIB // 2)
RTL = "שלום مرحبا 👩‍👩‍👧 \u202eback\u202c \u200f"
CONTROLS = "bell \x07 esc \x1b[31m vt \x0b nel \x85 ls \u2028 nonchar \ufffe \U0010ffff"

# name: (file, the words that are in it, what is reported as (row, beginning of the reason))
TAKEN: dict[str, tuple[File, list[str], list[tuple[int, str]]]] = {
    "utf-16": (text(some()).encode("utf-16"), HONEST, []),
    "utf-16 without a mark": (text(some()).encode("utf-16-le"), HONEST, []),
    "utf-16 the other way": (text(some()).encode("utf-16-be"), HONEST, []),
    "utf-32": (text(some()).encode("utf-32"), HONEST, []),
    "latin-1": (text(some("Größe é ñ")).encode("latin-1"), [f"Größe é ñ {n}" for n in (1, 2, 3)], []),
    "cp1252": (text(some()).encode("cp1252"), HONEST, []),
    "utf-8 with foreign bytes": (_more() + b"4,,bad \xff\xfe\xc3 end,2\r\n", [*HONEST, "bad ÿþÃ end"], []),
    "a quotation mark that never closes": (
        _more('4,,"never closed,2', "5,,in it,2"),
        [*HONEST, "never closed,2\r\n5,,in it,2\r\n"],
        [(5, "A quotation mark")],
    ),
    "a quotation mark inside": (_more('4,,5" disk,2', "5,,kept,2"), [*HONEST, '5" disk', "kept"], []),
    "zero characters": (_more("4\0,p\0@x.example,a\0b,2"), [*HONEST, "ab"], [(5, "The text held")] * 3),
    "formulas": (
        _more("4,,=cmd|' /C calc'!A0,2", "5,,@SUM(A1),2", "6,,'=1,2", "7,,\t=1,2", "8,,-2+3,2"),
        [*HONEST, "=cmd|' /C calc'!A0", "@SUM(A1)", "'=1", "\t=1", "-2+3"],
        [],
    ),
    "a cell of fifty megabytes": (
        fifty_megabytes,
        [*HONEST, "kept"],
        [(5, "This cell is longer"), (5, "This row is longer")],
    ),
    "a megabyte and one more": (
        _more(f"4,,{LONG},2", f"5,,{LONG}é,2"),
        [*HONEST, LONG],
        [(6, "These words are longer than a megabyte")],
    ),
    "the same heading three times": (
        text([["Why?", "Why?", " why? "], ["a", "b", "c"], ["d", "e", "f"]]).encode(),
        list("abcdef"),
        [],
    ),
    "a heading of forty thousand letters": (text([["Q " * 20_000, "b"], ["a", "c"]]).encode(), ["a", "c"], []),
    "six hundred columns": (
        text([[f"Q {n}?" for n in range(600)], [f"w {n}" for n in range(600)]]).encode(),
        [f"w {n}" for n in range(600)],
        [],
    ),
    "from right to left": (text(some(RTL)).encode(), [f"{RTL} {n}" for n in (1, 2, 3)], []),
    "letters that mean nothing": (text(some(CONTROLS)).encode(), [f"{CONTROLS} {n}" for n in (1, 2, 3)], []),
    "line ends of old": (text(some(), line_end="\r").encode(), HONEST, []),
    "semicolons": (text(some(), ";").encode(), HONEST, []),
    "tabs": (text(some(), "\t").encode(), HONEST, []),
    "an address of five thousand letters": (
        _more(f"{'9' * 5000},{'a' * 5000}@x.example,kept,2"),
        [*HONEST, "kept"],
        [(5, "“aaaa")],
    ),
    "a workbook": (workbook(some()), HONEST, []),
    "merged cells": (workbook(some(), merged), [HONEST[0], HONEST[2]], []),
    "formulas in a workbook": (
        workbook([*some(), ["9", "p9@x.example", "=cmd|'/C calc'!A0", "=1/0"]]),
        [*HONEST, "2", "3", "4", "=cmd|'/C calc'!A0", "=1/0"],
        [],
    ),
    "half a letter in a workbook": (
        with_sheet(sheet(inline(1, [*HEAD[:2], "What_xD83D_?"]), inline(2, ["1", "", "_xD83D__xDE00_ and _xD83D_"]))),
        ["😀 and �"],
        [],
    ),
}
# name: (file, how the refusal begins)
REFUSED: dict[str, tuple[File, str]] = {
    "blanks": (b"  \r\n\r\n ", "The file is empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "The file is empty"),
    "five thousand columns": (
        text([[f"Q{n}" for n in range(5000)], ["a"] * 5000]).encode(),
        "The first row has more than",
    ),
    "a bomb": (bomb, "This workbook unpacks to far more"),
    "a broken old workbook": (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 5000, "This workbook is damaged"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "This is a picture"),
    "another archive": (b"PK\x03\x04" + b"\0" * 100, "This workbook is damaged"),
}


def taken(name: str) -> tuple[bytes, list[str], list[tuple[int, str]]]:
    """A file of `TAKEN`, the words that are in it, and what is reported."""
    file, said, reported = TAKEN[name]
    return _whole(file), said, reported


def refused(name: str) -> tuple[bytes, str]:
    """A file of `REFUSED`, and how the refusal begins."""
    file, why = REFUSED[name]
    return _whole(file), why


def _whole(file: File) -> bytes:
    return file if isinstance(file, bytes) else file()
