"""Hostile files through the whole of an import, by page and by command, and out again: refused in words or kept as spoken."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from allears.cli.main import main
from allears.core import worker
from allears.core.models import Job
from allears.core.tables import read_table, restore_cell
from allears.questionnaires.imports import Import, ImportProblem
from allears.questionnaires.models import Response
from allears.studies.actions import create_study
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast, hostile

pytestmark = pytest.mark.django_db
RISKY = tuple("=+-@\t\r\n＝＋－＠")


def words() -> list[str]:
    return sorted(Verbatim.objects.values_list("text", flat=True))


@pytest.mark.parametrize("name", hostile.TAKEN)
def test_by_command_what_is_honest_is_kept_as_spoken_and_the_rest_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, said, reported = hostile.taken(name)
    file = tmp_path / f"{'long name ' * 20}.csv"
    file.write_bytes(data)

    assert main(["import-responses", str(file), "--study", "hostile", "--create", "--json"]) == 0

    report = json.loads(capsys.readouterr().out)
    assert words() == sorted(said)
    problems = [
        (found["row"], found["reason"]) for found in report["problems"] if "mail address" not in found["reason"]
    ]
    expected = [line for line in reported if not line[1].startswith("“")]
    assert [
        (row, reason[: len(words)]) for (row, reason), (_, words) in zip(problems, expected, strict=True)
    ] == expected
    assert report["verbatims"] == len(said)
    _export_gives_back(said, tmp_path)


def _export_gives_back(said: list[str], folder: Path) -> None:
    """Words come out as they were spoken; no cell of the table would be run."""
    assert main(["export", "--study", "hostile", "--out", str(folder / "out")]) == 0
    lines = (folder / "out" / "verbatims.jsonl").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["text"] for line in lines) == sorted(said)
    with (folder / "out" / "responses.csv").open(encoding="utf-8", newline="") as file:
        csv.field_size_limit(2**30)
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert not [cell for cell in cells if cell.startswith(RISKY) and not re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell)]
    assert set(said) <= {restore_cell(cell) for cell in cells}


@pytest.mark.alike
@pytest.mark.parametrize("name", hostile.TAKEN)
def test_by_page_it_comes_in_as_by_command(name: str, as_ana: Client) -> None:
    data, said, _reported = hostile.taken(name)
    create_study(by=cast.ana(), title="Hostile", slug="hostile")
    sent = as_ana.post(
        "/questionnaires/hostile/imports/", {"file": SimpleUploadedFile("x.csv", data), "time_zone": "UTC"}
    )
    assert sent.status_code == 302
    page = as_ana.get(sent.headers["Location"])
    started = as_ana.post(sent.headers["Location"], {**_filled(page.content.decode()), "do": "start"})
    assert started.status_code == 302

    worker.work_off()

    assert (Job.objects.get().state, words()) == ("done", sorted(said))
    report = as_ana.get(sent.headers["Location"])
    assert ("Everything in the file was understood" in report.content.decode()) == (not ImportProblem.objects.exists())


def _filled(html: str) -> dict[str, str]:
    """The plan's form as a browser would send it unchanged."""
    form = next(form for form in LexborHTMLParser(html).css("form") if form.css("button[name=do]"))
    sent: dict[str, str] = {}
    for field in form.css("input, select"):
        name, given = field.attributes.get("name"), field.attributes
        if field.tag == "select":
            sent[str(name)] = (field.css("option[selected]") or field.css("option"))[0].attributes.get("value") or ""
        elif name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            sent[name] = given.get("value") or ("on" if given.get("type") == "checkbox" else "")
    return sent


@pytest.mark.alike
@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_is_no_table_is_refused_in_words_and_leaves_nothing_behind(
    name: str, tmp_path: Path, as_ana: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    data, why = hostile.refused(name)
    file = tmp_path / "x.csv"
    file.write_bytes(data)

    assert main(["import-responses", str(file), "--study", "hostile", "--create", "--json"]) == 1
    assert f"allears import-responses: {why}" in capsys.readouterr().err
    assert not Study.objects.exists()

    create_study(by=cast.ana(), title="Hostile", slug="hostile")
    refused = as_ana.post(
        "/questionnaires/hostile/imports/", {"file": SimpleUploadedFile("x.csv", data), "time_zone": "UTC"}
    )
    assert (refused.status_code, why in refused.content.decode()) == (422, True)
    assert (Import.objects.count(), Response.objects.count()) == (0, 0)


def test_a_folder_a_missing_file_and_headings_alone_are_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    headings = tmp_path / "headings.csv"
    headings.write_bytes(hostile.text(hostile.some()[:1]).encode())
    for file, why in (
        (tmp_path, "cannot be read"),
        (tmp_path / "none", "cannot be read"),
        (headings, "No question is chosen"),
    ):
        assert main(["import-responses", str(file), "--study", "hostile", "--create"]) == 1
        assert why in capsys.readouterr().err
    assert not Study.objects.exists()


def test_a_sheet_that_ends_with_hundreds_of_thousands_of_empty_rows_is_walked_through_once(tmp_path: Path) -> None:
    rows = [hostile.inline(n + 1, row) for n, row in enumerate(hostile.some())]
    empty = (b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(5, 20_000))
    file = tmp_path / "coloured.xlsx"
    file.write_bytes(hostile.with_sheet(hostile.sheet(*rows, *empty)))
    with read_table(file) as table:
        assert [row.cells[2] for row in table.rows()] == hostile.HONEST
        assert [number for number, _record in table.source.records()] == [1, 2, 3, 4]
        assert [row.cells[2] for row in table.rows()] == hostile.HONEST


def test_a_file_with_more_questions_than_a_page_can_hold_is_sent_to_the_command(as_ana: Client) -> None:
    create_study(by=cast.ana(), title="Hostile", slug="hostile")
    wide = hostile.text([[f"Q {n}?" for n in range(601)], [f"w {n}" for n in range(601)]]).encode()
    refused = as_ana.post(
        "/questionnaires/hostile/imports/", {"file": SimpleUploadedFile("x.csv", wide), "time_zone": "UTC"}
    )
    assert (refused.status_code, "allears import-responses" in refused.content.decode()) == (422, True)
    assert not Import.objects.exists()
