"""Tables from outside: whatever a stranger's file holds, we read it word for word or say what is wrong."""

import csv
import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.core.tables import (
    Limits,
    TableError,
    columns_of,
    letter_of,
    read_table,
    reading_of,
    restore_cell,
    safe_cell,
)

SMALL = Limits(cell_chars=20, row_chars=60, columns=8)


def table_of(data: str | bytes, **options):
    return read_table(io.BytesIO(data.encode() if isinstance(data, str) else data), **options)


def cells_of(data: str | bytes, **options) -> list[list[str]]:
    return [row.cells for row in table_of(data, **options).rows()]


def problems_of(data: str | bytes, **options) -> list[tuple[int, str, str]]:
    rows = table_of(data, **options).rows()
    return [(found.row, found.column, found.code) for row in rows for found in row.problems]


def test_cells_come_word_for_word_with_the_row_numbers_of_a_spreadsheet_program() -> None:
    table = table_of('Name,Words\nAna,"  two\nlines, ""quoted""  "\n\nBo, =1+1\n')
    assert [(row.number, row.cells) for row in table.rows()] == [
        (2, ["Ana", '  two\nlines, "quoted"  ']),
        (4, ["Bo", " =1+1"]),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_understood(line_end: str) -> None:
    assert cells_of(line_end.join(["a,b", "1,2", "3,4"])) == [["1", "2"], ["3", "4"]]


def test_carriage_returns_inside_quotes_are_kept() -> None:
    assert cells_of('a,b\r\n1,"x\r\ny"\r\n') == [["1", "x\r\ny"]]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "Grüße an Zoë – 很好 🙂"),
        ("utf-8-sig", "Grüße an Zoë – 很好 🙂"),
        ("utf-16", "Grüße an Zoë – 很好 🙂"),
        ("utf-16-le", "Grüße an Zoë from all of us"),
        ("utf-16-be", "Grüße an Zoë from all of us"),
        ("cp1252", "Größere Knöpfe wären schön – “bitte” für ältere Menschen"),
        ("cp1251", "Очень удобно но хотелось бы больше примеров и объяснений"),
    ],
)
def test_the_encoding_is_recognised(encoding: str, words: str) -> None:
    rows = "".join(f"{number},{words}\n" for number in range(20))
    assert cells_of(f"Number,Words\n{rows}".encode(encoding))[7] == ["7", words]


def test_a_first_accent_far_down_the_file_is_still_read_as_utf8() -> None:
    data = "n,words\n" + "1,plain words\n" * 100_000 + "2,café\n"
    assert cells_of(data)[-1] == ["2", "café"]


def test_foreign_bytes_in_utf8_are_read_as_windows_letters() -> None:
    data = ("n,words\n" + "1,Ça va très bien, çà et là été où\n".replace(", ", " ") * 50).encode()
    assert cells_of(data + b"2,caf\xe9 \x93yes\x94\n")[-1] == ["2", "café “yes”"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised_among_commas_in_the_words(delimiter: str) -> None:
    rows = [["Name", "Where do you work?"], ["Ana", "Here, there"], ["Bo", "Nowhere; really"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    assert cells_of(text.getvalue()) == rows[1:]


def test_one_column_of_sentences_stays_one_column() -> None:
    data = "What would you improve?\nSpeed, and docs\nNothing\nA, b, and c; also d\n"
    assert cells_of(data) == [["Speed, and docs"], ["Nothing"], ["A, b, and c; also d"]]


def test_excels_announcement_of_its_delimiter_is_not_a_row() -> None:
    table = table_of("sep=;\nName;Words\nAna;a, b, c\n")
    assert [(row.number, row.cells) for row in table.rows()] == [(2, ["Ana", "a, b, c"])]


def test_short_rows_are_filled_and_cells_beyond_the_headings_are_reported() -> None:
    data = "a,b,c\n1\n1,2,3,,\n1,2,3,lost words\n"
    assert cells_of(data) == [["1", "", ""], ["1", "2", "3"], ["1", "2", "3"]]
    assert problems_of(data) == [(4, "D", "beyond-headings")]


def test_blank_and_repeated_headings_get_names_of_their_own() -> None:
    assert [column.name for column in columns_of(["Why?", "", "Why?", " Why? "])] == [
        "Why?",
        "Column B",
        "Why? (2)",
        "Why? (3)",
    ]
    assert [letter_of(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_empty_trailing_rows_are_not_rows() -> None:
    assert cells_of("a,b\n1,2\n" + ",\n" * 100) == [["1", "2"]]


def test_a_file_of_headings_alone_has_no_rows() -> None:
    table = table_of("a,b\n")
    assert ([column.name for column in table.columns], list(table.rows())) == (["a", "b"], [])


def test_zero_characters_are_taken_out_and_reported() -> None:
    data = 'a,b\n1,x\0y\n2,"p\0q"\n'
    assert cells_of(data) == [["1", "xy"], ["2", "pq"]]
    assert problems_of(data) == [(2, "B", "zero-character"), (3, "B", "zero-character")]


def test_a_stray_quotation_mark_does_not_swallow_the_next_row() -> None:
    assert cells_of('a,b\n5" pipe,x\n"y" z,w\n') == [['5" pipe', "x"], ["y z", "w"]]


def test_words_behind_a_closing_quotation_mark_are_kept_and_what_may_have_run_together_is_reported() -> None:
    data = 'a,b\n"y" z,w\n1,"open\n2,x\n3,"c"d"\n4,"fine" ,\n5,"a ""b"" c"\n'
    assert cells_of(data)[:2] == [["y z", "w"], ["1", 'open\n2,x\n3,c"d"']]
    assert problems_of(data) == [(2, "A", "words-behind-quote"), (3, "B", "words-behind-quote")]


def test_a_quotation_mark_that_never_closes_is_reported_where_it_opens() -> None:
    data = 'a,b\n1,2\n3,"open\n4,5\n'
    assert cells_of(data)[-1] == ["3", "open\n4,5\n"]
    assert problems_of(data) == [(3, "B", "quote-never-closes")]


def test_a_cell_over_the_limit_is_left_out_and_its_neighbours_are_kept() -> None:
    for huge in ("x" * 21, '"' + "x, \n" * 9 + '"'):
        data = f"a,b,c\n1,{huge},kept\n2,ok,too\n"
        assert cells_of(data, limits=SMALL) == [["1", "", "kept"], ["2", "ok", "too"]]
        assert problems_of(data, limits=SMALL) == [(2, "B", "cell-too-large")]


def test_a_row_over_the_limit_keeps_what_came_before() -> None:
    data = "a,b,c,d,e\n" + ",".join("x" * 20 for _ in range(5)) + "\n1,2,3,4,5\n"
    assert problems_of(data, limits=SMALL) == [(2, "D", "row-too-large"), (2, "E", "row-too-large")]
    assert cells_of(data, limits=SMALL)[0] == ["x" * 20, "x" * 20, "x" * 20, "", ""]


def test_a_row_of_too_many_cells_is_reported_once() -> None:
    assert problems_of("a,b\n" + ",".join("123456789") + "\n", limits=SMALL)[0] == (2, "I", "too-many-cells")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_fifty_megabytes_is_reported_and_never_kept_in_memory(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "huge.csv"
    with path.open("w") as file:
        file.write(f"a,b\n1,{quote}")
        for _ in range(50):
            file.write("word " * 200_000)
        file.write(f"{quote}\n2,next\n")
    tracemalloc.start()
    with read_table(path) as table:
        rows = [(row.number, row.cells, [found.code for found in row.problems]) for row in table.rows()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == [(2, ["1", ""], ["cell-too-large"]), (3, ["2", "next"], [])]
    assert peak < 12_000_000


def test_memory_stays_flat_over_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("a,b\n")
        for _ in range(12):
            file.write(f'1,"{"some words, of a customer" * 8}"\n' * 5_000)
    tracemalloc.start()
    with read_table(path) as table:
        count = sum(1 for _ in table.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, peak < 12_000_000) == (60_000, True)


def test_an_answer_of_exactly_one_megabyte_is_stored_whole() -> None:
    answer = "é" * 1_000_000
    assert cells_of(f"a,b\n1,{answer}\n") == [["1", answer]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,,\n,,\n", "empty"),
        (b"%PDF-1.7 ...", "not-a-table"),
        (b"\x89PNG\r\n", "not-a-table"),
        (b"<html><table><tr><td>1", "not-a-table"),
        (b"<?xml version='1.0'?><Workbook/>", "not-a-table"),
        (b"\x1f\x8b\x08\x00", "not-a-table"),
        (b"$FL2@(#) SPSS DATA FILE", "not-a-table"),
        (b"<stata_dta><header>", "not-a-table"),
        (b"PK\x03\x04 this is no archive", "broken-workbook"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"nothing of use", "broken-workbook"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_is_no_table_is_named(data: bytes, code: str) -> None:
    with pytest.raises(TableError) as caught:
        table_of(data)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_a_file_over_the_limit_and_a_heading_row_over_the_limit_are_named() -> None:
    for data, limits, code in [
        ("a,b\n1,2\n", Limits(file_bytes=4), "too-large"),
        (",".join("abcdefghij") + "\n", SMALL, "too-many-columns"),
    ]:
        with pytest.raises(TableError) as caught:
            table_of(data, limits=limits)
        assert caught.value.code == code


def test_what_a_person_knows_about_the_file_overrules_what_is_detected() -> None:
    assert cells_of("a;b\nж;2\n".encode("koi8-r"), encoding="koi8-r", delimiter=";") == [["ж", "2"]]


def test_two_readers_of_one_table_do_not_disturb_each_other() -> None:
    table = table_of("a\n1\n2\n3\n")
    first, second = table.rows(), table.rows()
    assert [(next(first).cells, next(second).cells) for _ in range(3)] == [([n], [n]) for n in "123"]


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_whatever_is_written_is_read_again(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["one", "two", "three"], *rows])
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert cells_of(text.getvalue(), encoding="utf-8") == expected


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('a,"\n\r ;'), max_size=60))
def test_the_wildest_text_is_read_as_the_standard_library_reads_it(wild: str) -> None:
    ours = [row.cells for row in table_of("x,y,z\n" + wild, encoding="utf-8", delimiter=",").rows()]
    theirs = csv.reader(io.StringIO("x,y,z\n" + wild.replace("\r", "r"), newline=""))
    wanted = [(row + [""] * 3)[:3] for row in theirs if any(cell.strip() for cell in row)][1:]
    if "\r" not in wild:
        assert [cells for cells in ours if any(cell.strip() for cell in cells)] == [
            row for row in wanted if any(cell.strip() for cell in row)
        ]


@given(st.text(st.sampled_from("'=+-@\t\r\n5.a＝ "), max_size=8))
def test_a_safe_cell_is_harmless_and_can_be_restored(text: str) -> None:
    safe = safe_cell(text)
    assert restore_cell(safe) == text
    assert not safe.startswith(("=", "@", "\t", "\r", "\n", "＝")), safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("-5", "-5"),
        ("+1.5", "+1.5"),
        ("-5+cmd", "'-5+cmd"),
        ("'=1", "''=1"),
        ("it's fine", "it's fine"),
        ("'tis", "'tis"),
        ("", ""),
    ],
)
def test_safe_cells_by_example(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


TITLED = "Customers,,,\n\nName,Mail,City,Since\nAna,a@x.example,Bonn,2020\n"


@pytest.mark.parametrize(
    ("text", "above", "heading", "first"),
    [
        (TITLED, "Customers", "Name", "Ana"),
        ("List,of May,,,,\nNo,Name,Mail,City,Since,Tel\n1,Ana,a@x.example,Bonn,2020,5\n", "List · of May", "No", "1"),
        ("Name,,\nAna,a@x.example,5\nBob,b@x.example,6\nCleo,c@x.example,7\n", "", "Name", "Ana"),
        ("Name,Mail\nAna,a@x.example\n", "", "Name", "Ana"),
        ("Name,,\nAna,Bonn,gold\n", "", "Name", "Ana"),
        ("Words\nLate.\nLate, in a word, too late.\nFine.\n", "", "Words", "Late."),
    ],
)
def test_a_title_above_the_headings_is_no_heading(text: str, above: str, heading: str, first: str) -> None:
    table = table_of(text)

    assert (reading_of(table).above, table.columns[0].name) == (above, heading)
    assert next(table.rows()).cells[0] == first


def test_whoever_says_that_there_are_no_headings_keeps_a_title_as_a_row() -> None:
    assert next(table_of(TITLED, headed=False).rows()).cells[0] == "Customers"


@pytest.mark.skipif("ALLEARS_SHARED_DATA" not in os.environ, reason="no collection of real exports")
def test_real_exports_are_read_as_the_standard_library_reads_them() -> None:
    files = sorted(Path(os.environ["ALLEARS_SHARED_DATA"]).glob("customers/*/*.csv"))
    assert files
    for path in files:
        with read_table(path) as table, path.open(encoding="utf-8-sig", newline="") as file:
            theirs = csv.reader(file, delimiter=table.source.shape.delimiter)
            wanted = [row for row in theirs if any(cell.strip() for cell in row)][1:]
            assert [row.cells for row in table.rows()] == wanted, path


WORDS = {
    "cp1250": "Zásilka přišla pozdě a nikdo mi neřekl proč.",
    "cp1252": "Personne n’a expliqué pourquoi la livraison était très en retard.",
    "cp1254": "Sipariş dokuz gün geç geldi ve kimse nedenini söylemedi.",
    "mac_roman": "La livraison est arrivée très en retard et personne n’a expliqué pourquoi.",
}


@pytest.mark.parametrize(("encoding", "words"), WORDS.items())
def test_whatever_is_guessed_the_right_reading_is_among_those_that_are_shown(encoding: str, words: str) -> None:
    table = table_of(f"Name,Words\nAna,{words}\n".encode(encoding))

    reading = reading_of(table)
    assert reading.guessed
    assert reading.encoding in dict(reading.choices)
    assert words[20:40] in dict(reading.choices)[encoding]
    said = table_of(f"Name,Words\nAna,{words}\n".encode(encoding), encoding=encoding)
    assert [row.cells for row in said.rows()] == [["Ana", words]]
    assert not reading_of(said).guessed


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_western_letters_of_windows_and_of_an_old_mac_are_told_apart(encoding: str) -> None:
    assert table_of(f"Words\n{WORDS[encoding]}\n".encode(encoding)).encoding == encoding


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", "a,b\né,2\n".encode(), "a,b\né,2\n".encode("utf-8-sig"), "a,b\né,2\n".encode("utf-16")])
def test_what_a_file_says_itself_is_no_guess(data: bytes) -> None:
    assert not table_of(data).guessed


def test_a_line_too_long_to_show_offers_no_reading_and_does_no_harm() -> None:
    assert reading_of(table_of(b"a\n" + b"\xe9" * 1_000_000)).choices == []


def test_without_headings_the_first_row_is_a_row_and_columns_go_by_letter() -> None:
    table = table_of("Ana,5\nBob,3,x\n", headed=False)

    assert [column.name for column in table.columns] == ["Column A", "Column B", "Column C"]
    assert [(row.number, row.cells) for row in table.rows()] == [(1, ["Ana", "5", ""]), (2, ["Bob", "3", "x"])]
    assert not table.seems_unheaded


@pytest.mark.parametrize(
    ("rows", "like_data"),
    [
        ("Name,Mail\nAna,ana@x.example\nBob,bob@x.example\n", False),
        ("Ana,ana@x.example\nBob,bob@x.example\nCleo,cleo@x.example\n", True),
        ("Years,Words\n3,late\n4,early\n5,late\n", False),
        ("3,late\n4,early\n5,late\n", True),
        ("2015,2016,2017\n3,4,5\n6,7,8\n", True),
        ("Did it come?\nYes\nNo\nYes\n", False),
        ("Yes\nNo\nYes\nYes\n", True),
        ("2026-11-01,fine\n2026-11-02,late\n2026-11-03,late\n", True),
        ("What happened?\nIt came late.\nNobody called.\n", False),
        ("3,late\n", False),
    ],
)
def test_a_first_row_that_looks_like_those_below_it_is_noticed(rows: str, like_data: bool) -> None:
    assert table_of(rows).seems_unheaded is like_data
