"""The commands that bring a file in and take a study out."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allears.cli.main import main
from allears.core.models import User
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Response
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.test_importing import ROWS, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "our_survey-2015.csv"
    path.write_bytes(table(ROWS).getvalue())
    return path


def printed(capsys: pytest.CaptureFixture[str], *typed: str, code: int = 0) -> str:
    assert main(typed) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def test_a_file_is_brought_and_one_object_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cast.ana()
    out = printed(capsys, "import-responses", str(file), "--study", "ours", "--create", "--json")
    report = json.loads(out)
    assert {key: report[key] for key in ("rows", "responses", "verbatims", "questions", "problems")} == {
        "rows": 6,
        "responses": 6,
        "verbatims": 6,
        "questions": {"single": 1, "long_text": 1, "multiple": 1, "scale": 1},
        "problems": [],
    }
    study = Study.objects.get()
    assert (study.slug, study.title, study.owner) == ("ours", "Our survey 2015", cast.ana())


def test_the_same_command_twice_says_the_same_and_adds_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = json.loads(printed(capsys, "import-responses", str(file), "--study", "ours", "--create", "--json"))
    again = json.loads(printed(capsys, "import-responses", str(file), "--study", "ours", "--json"))
    assert (first.pop("new"), again.pop("new")) == (
        {"responses": 6, "verbatims": 6},
        {"responses": 0, "verbatims": 0},
    )
    assert first == again
    assert (Response.objects.count(), Verbatim.objects.count()) == (6, 6)


def test_without_anybody_who_signs_in_the_study_belongs_to_a_name_nobody_signs_in_by(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "import-responses", str(file), "--study", "ours", "--create")
    owner = User.objects.get()
    assert (Study.objects.get().owner, owner.is_active, owner.has_usable_password()) == (owner, False, False)


def test_problems_are_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(b"Timestamp,Words\n2020-01-02 10:00:00,hello there you\n2020-01-02 10:00:01,a b c,lost\n")
    out = printed(capsys, "import-responses", str(file), "--study", "ours", "--create")
    assert "row 3, Column C: This cell stands right of the last heading" in out


@pytest.mark.parametrize(
    ("name", "data", "more", "words"),
    [
        ("missing.csv", None, ["--create"], "cannot be read"),
        ("answers.csv", b"", ["--create"], "The file is empty"),
        ("answers.xlsx", b"%PDF-1.7", ["--create"], "This is a PDF"),
        ("answers.csv", b"a,b\n1,2\n", [], "there is no study"),
        ("answers.csv", b"a,b\n1,2\n", ["--create", "--by", "no@body.example"], "nobody signs in"),
        ("answers.csv", b"a,b\n", ["--create"], "No question is chosen"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes | None, more: list[str], words: str
) -> None:
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    assert words in printed(capsys, "import-responses", str(file), "--study", "ours", *more, code=1)
    assert Response.objects.count() == 0


def test_a_study_is_written_into_a_folder(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "import-responses", str(file), "--study", "ours", "--create")
    out = printed(capsys, "export", "--study", "ours", "--out", str(tmp_path / "out"), "--json")
    manifest = json.loads(out)
    assert manifest == json.loads((tmp_path / "out" / "manifest.json").read_text())
    for name, told in manifest["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == told["sha256"]
    assert "there is no study" in printed(capsys, "export", "--study", "other", "--out", str(tmp_path), code=1)


def test_a_file_that_is_refused_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes(b"<html><table>")
    printed(capsys, "import-responses", str(file), "--study", "ours", "--create", code=1)
    assert (Study.objects.count(), Import.objects.count()) == (0, 0)


def test_letters_and_missing_headings_are_said_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("9,Zásilka přišla pozdě a nikdo mi neřekl proč.\n3,Nikdo nezavolal.\n5,Přišla včas.\n".encode("cp1250"))
    told = printed(capsys, "import-responses", str(path), "--study", "guessed", "--create")
    assert "Its letters were guessed to be cp1252 (Western European (Windows) · 9,Zásilka pøišla pozdì" in told
    assert "Its first row looks like an answer: 9 · " in told

    said = ("--encoding", "Windows-1250", "--no-headings")
    report = json.loads(printed(capsys, "import-responses", str(path), "--study", "said", "--create", "--json", *said))
    names = ("rows", "responses", "encoding", "encoding_guessed", "first_row_like_data")
    assert {name: report[name] for name in names} == {
        "rows": 3, "responses": 3, "encoding": "cp1250", "encoding_guessed": False, "first_row_like_data": False,
    }  # fmt: skip
    assert Verbatim.objects.filter(text="Zásilka přišla pozdě a nikdo mi neřekl proč.").exists()


def test_dates_that_may_be_two_days_are_said_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("Date,Why did you come?\n01/02/2024,By chance\n")
    told = printed(capsys, "import-responses", str(path), "--study", "guessed", "--create")
    assert "Dates such as 01/02/2024 were read as 2 January 2024." in told

    said = ("--dates", "day-first", "--json")
    report = json.loads(printed(capsys, "import-responses", str(path), "--study", "said", "--create", *said))
    assert report["unsure_date"] == ""
    assert Response.objects.get(study__slug="said").submitted_at == datetime(2024, 2, 1, tzinfo=UTC)


def test_what_is_read_as_empty_or_left_out_is_said_once_for_its_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "departures.csv"
    said = [f"10/{n + 1}/2016,{6 + n}:15:00,{'Did not answer' if n % 3 else f'Line {n} was too long for us'}" for n in range(12)]
    path.write_text("\n".join(["INTDATE,DEPTIME,Why did you say so?", *said]))
    told = printed(capsys, "import-responses", str(path), "--study", "ours", "--create")
    assert "8 cells of “Why did you say so?” say “Did not answer”: they were read as no answer." in told
    assert "DEPTIME: Left out: these are times of day, not words." in told

    report = json.loads(printed(capsys, "import-responses", str(path), "--study", "again", "--create", "--json"))
    assert (report["verbatims"], report["problems"]) == (4, [])
    assert report["read_as_empty"] == [{"column": "Why did you say so?", "words": "Did not answer", "cells": 8}]
    assert [column["column"] for column in report["left_out"]] == ["DEPTIME"]
    days = Verbatim.objects.filter(collection=Study.objects.get(slug="again").collection).order_by("spoken_at").values_list("spoken_at", flat=True)
    assert list(days) == [datetime(2016, 10, day, tzinfo=UTC) for day in (1, 4, 7, 10)]


def test_the_day_of_a_file_without_days_can_be_said_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.csv"
    path.write_text("What happened then?\nNobody came for days\n")
    assert "No column says when it was said" in printed(capsys, "import-responses", str(path), "--study", "ours", "--create")
    assert not Verbatim.objects.get().is_dated

    said = ("--said-on", "2016-05-21", "--time-zone", "America/Chicago")
    told = printed(capsys, "import-responses", str(path), "--study", "said", "--create", *said)
    assert "No column says when" not in told
    words = Verbatim.objects.get(collection=Study.objects.get(slug="said").collection)
    assert (words.is_dated, words.spoken_at) == (True, datetime(2016, 5, 21, 17, tzinfo=UTC))


@pytest.mark.parametrize("typed", ["21.5.2016", "2999-01-01"])
def test_a_day_that_cannot_be_is_refused(file: Path, capsys: pytest.CaptureFixture[str], typed: str) -> None:
    with pytest.raises(SystemExit):
        main(["import-responses", str(file), "--study", "ours", "--create", "--said-on", typed])
    assert typed in capsys.readouterr().err
    assert not Study.objects.exists()


@pytest.mark.parametrize("said", [("--encoding", "klingon"), ("--encoding", "rot13"), ("--no-headings", "--dialect", "qualtrics")])
def test_what_no_file_can_be_read_as_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str], said: tuple[str, ...]
) -> None:
    printed(capsys, "import-responses", str(file), "--study", "ours", "--create", *said, code=1)
    assert not Study.objects.exists()
