"""Workbooks: values become the words a person sees, and no archive can hurt by being opened."""

import datetime as dt
import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineError, CalamineWorkbook

from allears.core.tables import Limits, TableError, read_table
from allears.core.tables.archives import PEEK
from allears.core.tables.workbooks import BLOCK, XlsxSource


def workbook(rows: list[list[object]], *more_sheets: str) -> io.BytesIO:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Answers"
    for row in rows:
        page.append(row)
    for name in more_sheets:
        book.create_sheet(name).append([name])
    return saved(book)


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    return file


def rewritten(file: io.BytesIO, **parts: bytes) -> io.BytesIO:
    """The same archive with the given parts (by the last word of their path) replaced."""
    new = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in old.infolist():
            name = entry.filename.rsplit("/", 1)[-1].removesuffix(".xml")
            archive.writestr(entry, parts.get(name, old.read(entry)), zipfile.ZIP_DEFLATED)
    return new


def refused(file: io.BytesIO, limits: Limits | None = None) -> str:
    with pytest.raises(TableError) as caught:
        list(read_table(file, limits=limits or Limits()).rows())
    return caught.value.code


def test_values_become_the_text_that_a_person_sees() -> None:
    values = [
        dt.datetime(2015, 12, 21, 22, 21, 47),
        dt.date(2015, 12, 21),
        dt.time(9, 30),
        dt.timedelta(hours=30, minutes=5),
        True,
        3,
        3.0,
        0.1 + 0.2,
        1e-7,
        12345678901234,
        "007",
        "  kept  ",
        "two\nlines",
        None,
    ]
    file = workbook([[f"c{index}" for index in range(len(values))], values])
    assert next(read_table(file).rows()).cells == [
        "2015-12-21 22:21:47",
        "2015-12-21",
        "09:30:00",
        "30:05:00",
        "TRUE",
        "3",
        "3",
        "0.3",
        "1e-07",
        "12345678901234",
        "007",
        "  kept  ",
        "two\nlines",
        "",
    ]


def test_a_formula_is_never_worked_out_and_never_lost() -> None:
    file = workbook([["a", "b"], ["=1+1", '=HYPERLINK("http://evil.example","x")']])
    assert next(read_table(file).rows()).cells == ["=1+1", '=HYPERLINK("http://evil.example","x")']


def test_the_stored_result_of_a_formula_is_read() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        b'<row r="3"><c r="A3"><f>1+1</f><v>2</v></c><c r="B3" t="s"><v>999</v></c></row>'
        b"</sheetData></worksheet>"
    )
    rows = list(read_table(rewritten(workbook([["a"]]), sheet1=sheet)).rows())
    assert [(row.number, row.cells) for row in rows] == [(3, ["2"])]
    assert [(found.row, found.column, found.code) for found in rows[0].problems] == [
        (3, "B", "beyond-headings")
    ]


def test_row_numbers_are_those_of_the_sheet_and_empty_rows_are_not_rows() -> None:
    file = workbook([["a", "b"], ["1", "2"], [None], [None, None], ["3", None], *[[None]] * 100])
    assert [(row.number, row.cells) for row in read_table(file).rows()] == [(2, ["1", "2"]), (5, ["3", ""])]


def test_the_first_sheet_is_read_unless_another_is_asked_for() -> None:
    file = workbook([["a"]], "Notes")
    assert read_table(file).columns[0].name == "a"
    assert read_table(file, sheet="Notes").columns[0].name == "Notes"
    with pytest.raises(TableError, match="Answers, Notes"):
        read_table(file, sheet="Elsewhere")


def test_a_workbook_is_known_by_its_contents_not_its_name(tmp_path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(workbook([["a"], ["1"]]).getvalue())
    with read_table(path) as table:
        assert (table.kind, [row.cells for row in table.rows()]) == ("xlsx", [["1"]])


def test_a_cell_over_the_limit_is_reported() -> None:
    rows = list(read_table(workbook([["a", "b"], ["x" * 50, "y"]]), limits=Limits(cell_chars=20)).rows())
    assert (rows[0].cells, [found.code for found in rows[0].problems]) == (["", "y"], ["cell-too-large"])


def test_escaped_letters_of_the_file_format_are_understood() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>one_x000D_two _x005F_x0041_</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    rows = list(read_table(rewritten(workbook([["a"]]), sheet1=sheet)).rows())
    assert rows[0].cells == ["one\rtwo _x0041_"]


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    bomb = rewritten(workbook([["a"]]), sheet1=b"<worksheet>" + b" " * 100_000_000)
    assert len(bomb.getvalue()) < 200_000
    tracemalloc.start()
    assert refused(bomb) == "unpacks-too-large"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    data = bytearray(rewritten(workbook([["a"]]), sheet1=b"<worksheet>" + b" " * 50_000_000).getvalue())
    truth = (50_000_011).to_bytes(4, "little")
    while (place := data.find(truth)) >= 0:
        data[place : place + 4] = (100).to_bytes(4, "little")
    assert refused(io.BytesIO(bytes(data))) == "broken-workbook"


@pytest.mark.parametrize(
    "limits",
    [Limits(unpacked_bytes=500), Limits(archive_entries=3), Limits(shared_text_bytes=10)],
)
def test_every_limit_of_an_archive_is_kept(limits: Limits) -> None:
    file = workbook([["a"], ["some words"]])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", "<sst/>" * 5)
    assert refused(file, limits) == "unpacks-too-large"


REAL = pytest.mark.skipif("ALLEARS_SHARED_DATA" not in os.environ, reason="no collection of real workbooks")


@REAL
@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_real_workbooks_are_read_cell_for_cell_as_another_reader_reads_them(kind: str) -> None:
    files = sorted(Path(os.environ["ALLEARS_SHARED_DATA"]).glob(f"definitions/xlsform/*.{kind}"))
    assert files
    for path in files:
        if (theirs := cells_by_calamine(path)) is None:
            continue
        with read_table(path) as table:
            rows = list(table.rows())
        ours = [cell for row in [table.head[0], *rows] for cell in row.cells if cell.strip()]
        beyond = [found for row in rows for found in row.problems if found.code == "beyond-headings"]
        assert len(ours) + len(beyond) == len(theirs), path


def cells_by_calamine(path: Path) -> list[object] | None:
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except CalamineError:
        return None
    return [cell for row in rows for cell in row if str(cell).strip()] or None


def test_xml_that_declares_entities_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><worksheet>&lol;</worksheet>'
    assert refused(rewritten(workbook([["a"]]), sheet1=laughs)) == "not-a-table"


def test_damaged_xml_is_named() -> None:
    assert refused(rewritten(workbook([["a"]]), sheet1=b"<worksheet><sheetData><row r='1'")) in {
        "broken-workbook",
        "empty",
    }
    assert refused(rewritten(workbook([["a"]]), workbook=b"no xml at all")) == "broken-workbook"


def test_a_row_number_from_nowhere_does_not_spin_for_ever() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>a</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    assert refused(rewritten(workbook([["a"]]), sheet1=sheet)) in {"too-large", "broken-workbook"}


def test_other_archives_are_named() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(file) == "not-a-table"


def test_an_empty_sheet_is_empty() -> None:
    assert refused(workbook([])) == "empty"


EMPTY = {
    "a colour": '<row r="{0}"><c r="A{0}" s="0"/></row>',
    "nothing": '<row r="{0}" spans="1:3" ht="15" customHeight="1"/>\n',
    "an empty value": '<row r="{0}"><c r="A{0}"><v></v></c><c r="B{0}" t="s"><v/></c></row>',
    "an empty text": '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t></t></is></c></row>',
    "a formula that gives nothing": '<row r="{0}"><c r="A{0}" s="1" t="str"><f>IF(B{0}="","",1)</f><v></v></c></row>',
}


def gap(rows: int, *, last: str = "", empty: str = "a colour") -> io.BytesIO:
    """A sheet with a row of words, so many empty rows, and perhaps a last one with words."""
    cell = '<row r="{}"><c r="A{}" t="inlineStr"><is><t>{}</t></is></c></row>'
    between = "".join(EMPTY[empty].format(n) for n in range(3, rows + 3))
    tail = cell.format(rows + 3, rows + 3, last) if last else ""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cell.format(1, 1, "Words") + cell.format(2, 2, "late") + between + tail + "</sheetData></worksheet>"
    )  # fmt: skip
    return rewritten(workbook([["a"]]), sheet1=sheet.encode())


def rows_read(file: io.BytesIO) -> tuple[int, list[tuple[int, list[str]]]]:
    """How many rows of the sheet are gone through by who reads it first, and those with words, by their numbers."""
    gone_through = sum(1 for _row in XlsxSource(file, sheet=None, limits=Limits()).records())
    return gone_through, [(row.number, row.cells) for row in read_table(file).rows()]


@pytest.mark.parametrize("empty", EMPTY)
def test_empty_rows_are_cut_out_however_many_and_words_after_them_keep_their_number(empty: str) -> None:
    enough = 3 * BLOCK // len(EMPTY[empty])  # a few blocks, so that rows lie across the ends of blocks
    gone_through, rows = rows_read(gap(enough, last="and later", empty=empty))

    assert rows == [(2, ["late"]), (enough + 3, ["and later"])]
    assert gone_through < 20
    assert rows_read(gap(1, empty=empty)) == (3, [(2, ["late"])])


def test_what_stands_in_a_row_beside_empty_cells_or_without_a_number_is_read() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"/><row r="3"><c r="A3"/></row>'
        b'<row><c t="inlineStr"><is><t>4</t></is></c></row><row/><row/><row><c t="inlineStr"><is><t>7</t></is></c></row>'
        b"<row r='8'><c r='A8'><v></v></c><c r='B8'/><c r='C8'><v>8</v></c></row><row r='9' x='a/>b'><c r='A9'><f>1</f></c></row>"
        b"</sheetData></worksheet>"
    )
    rows = read_table(rewritten(workbook([["a"]]), sheet1=sheet)).rows()
    assert [(row.number, row.cells, len(row.problems)) for row in rows] == [
        (4, ["4"], 0), (7, ["7"], 0), (8, [""], 1), (9, ["=1"], 0),
    ]  # fmt: skip


def test_words_that_look_like_empty_rows_stay_as_they_are() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><!--' + b" " * PEEK + b"--><sheetData>"
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is>'
        b'<t><![CDATA[<row r="7"/><row r="8"/>]]></t></is></c></row></sheetData></worksheet>'
    )
    rows = read_table(rewritten(workbook([["a"]]), sheet1=sheet)).rows()
    assert [row.cells for row in rows] == [['<row r="7"/><row r="8"/>']]


def test_a_sheet_is_not_read_to_its_end_before_its_rows_are_asked_for() -> None:
    cell = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>late</t></is></c></row>'
    rows = b"".join(cell % (n, n) for n in range(1, 2000))
    torn = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows + b"<row"
    source = XlsxSource(rewritten(workbook([["a"]]), sheet1=torn), sheet=None, limits=Limits())

    with pytest.raises(TableError):
        list(source.records())
