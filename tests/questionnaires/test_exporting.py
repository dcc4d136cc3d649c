"""What leaves is complete, says what it is, and can be checked."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allears.core.models import AuditEvent
from allears.core.tables import restore_cell
from allears.questionnaires.exporting import export, responses_csv, verbatims_jsonl
from allears.questionnaires.exporting_cells import Said
from allears.questionnaires.exporting_responses import beside
from allears.questionnaires.importing import bring
from allears.questionnaires.models import Response
from allears.verbatims.actions import redact
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking
from tests.questionnaires.test_importing import ROWS, study, taken

pytestmark = pytest.mark.django_db


def exported(folder: Path) -> tuple[dict, list[dict[str, str]], list[dict]]:
    """The manifest, the rows of responses.csv and the entries of verbatims.jsonl."""
    manifest = export(study=study(), folder=folder, by=cast.ana())
    with (folder / "responses.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lines = (folder / "verbatims.jsonl").read_text("utf-8").splitlines()
    return manifest, rows, [json.loads(line) for line in lines]


def test_a_row_for_each_response_and_a_column_for_each_box_and_choice(tmp_path: Path) -> None:
    bring(taken(), by=cast.ana())
    _, rows, _ = exported(tmp_path)
    first = rows[0]
    assert {name: first[name] for name in list(first)[8:]} == {
        "How often?": "Daily",
        "How often? [own words]": "",
        "What helps? [1]": "speed ",
        "What helps? [2]": "its\nlooks 🙂",
        "Which words fit? [cool]": "1",
        "Which words fit? [quick]": "1",
        "Which words fit? [calm]": "0",
        "Rate it from 1 to 5, please": "5",
    }
    assert [row["state"] for row in rows].count("partial") == 2


def test_words_that_look_like_a_formula_are_harmless_and_can_be_restored(tmp_path: Path) -> None:
    bring(taken(), by=cast.ana())
    _, rows, entries = exported(tmp_path)
    cell = rows[1]["How often? [own words]"]
    assert (cell, restore_cell(cell)) == ("'=when(asked)", "=when(asked)")
    assert "=when(asked)" in [entry["text"] for entry in entries]


def test_the_manifest_counts_and_digests_every_file(tmp_path: Path) -> None:
    bring(taken(), by=cast.ana())
    manifest, rows, entries = exported(tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text()) == manifest
    assert (manifest["files"]["responses.csv"]["rows"], len(rows)) == (6, 6)
    assert (manifest["files"]["verbatims.jsonl"]["rows"], len(entries)) == (6, 6)
    for name, file in manifest["files"].items():
        data = (tmp_path / name).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_the_manifest_says_of_each_question_its_type_and_all_that_belongs_to_it(tmp_path: Path) -> None:
    asking(ALL_KINDS)
    manifest = export(study=cast.late_orders(), folder=tmp_path, by=cast.ana())
    asked = {question["text"]: question for question in json.loads((tmp_path / "manifest.json").read_text())["questions"]}

    given = {one["text"]: one for one in ALL_KINDS if one["kind"] != "statement"}
    told = {text: {name: asked[text][name] for name in one if name != "choices"} for text, one in given.items()}
    assert told == {text: {name: value for name, value in one.items() if name != "choices"} for text, one in given.items()}
    matrix, several = asked["How good was ..."], asked["Whom did you tell?"]
    assert matrix["columns"] == ["How good was ... [the parcel]", "How good was ... [the letter]"]
    assert [(row["label"], row["exclusive"]) for row in several["choices"]] == [("Friends", False), ("Family", False), ("Nobody", True)]
    # Every column of the responses belongs to one question, in their order.
    headings = next(csv.reader((tmp_path / "responses.csv").open(newline="", encoding="utf-8")))
    assert [restore_cell(heading) for heading in headings[8:]] == [c for q in manifest["questions"] for c in q["columns"]]


def test_no_file_tells_a_day_where_none_is_known_and_both_say_so(tmp_path: Path) -> None:
    bring(taken([["2015-12-21 22:00:00", "A letter came"], ["", "Nobody came"]], ["Date Submitted", "What then?"]), by=cast.ana())
    manifest, rows, entries = exported(tmp_path)

    told = [(row["What then?"], row["state"], row["day_known"], row["started_at"], row["submitted_at"]) for row in rows]
    then = "2015-12-21T22:00:00+00:00"
    assert told == [("A letter came", "complete", "yes", then, then), ("Nobody came", "complete", "no", "", "")]
    words = [(entry["text"], entry["day_known"], entry["spoken_at"]) for entry in entries]
    assert words == [("A letter came", True, then), ("Nobody came", False, None)]
    assert manifest["format"] == 2
    assert [entry["recorded_at"] for entry in entries] == [
        words.recorded_at.isoformat() for words in Verbatim.objects.order_by("pk")
    ]


def test_redacted_words_leave_as_a_stone(tmp_path: Path) -> None:
    bring(taken(), by=cast.ana())
    gone = Verbatim.objects.get(text="quiet")
    redact(verbatims=[gone.pk], reason="person", by=None, by_label="the person")
    _, rows, entries = exported(tmp_path)
    entry = next(entry for entry in entries if entry["ref"] == gone.ref)
    assert (entry["text"], entry["redacted_at"] is not None) == (None, True)
    assert "quiet" not in [cell for row in rows for cell in row.values()]


def test_a_line_of_words_is_what_json_writes_and_stays_one_line() -> None:
    words = ['say "late" \\ or\tnot', "a line\n and \u2028 another \x85", "שלום 🙂", ""]
    for text in words:
        cast.said(cast.bob(), text or "gone", study(), prompt='What "happened"?')
    redact(verbatims=[Verbatim.objects.get(text="gone").pk], reason="person", by=None, by_label="the person")
    cast.said(None, "late", study())

    lines = list(verbatims_jsonl(study()))
    assert [json.loads(line)["text"] for line in lines] == [*words[:3], None, "late"]
    ends = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
    assert lines == [json.dumps(json.loads(line), ensure_ascii=False).translate(ends) + "\n" for line in lines]


def test_a_study_without_responses_has_headings_and_no_rows(tmp_path: Path) -> None:
    manifest, rows, entries = exported(tmp_path)
    assert (rows, entries, manifest["files"]["responses.csv"]["rows"]) == ([], [], 0)


def test_an_export_leaves_an_audit_event(tmp_path: Path) -> None:
    bring(taken(), by=cast.ana())
    exported(tmp_path)
    event = AuditEvent.objects.get(verb="questionnaires.exported")
    assert event.details == {"responses.csv": 6, "verbatims.jsonl": 6}


def test_three_times_the_rows_take_the_same_number_of_queries() -> None:
    bring(taken(ROWS[:2]), by=cast.ana())
    few = queries()
    bring(taken(ROWS), by=cast.ana())
    assert (Response.objects.count(), queries()) == (6, few)


def queries() -> int:
    with CaptureQueriesContext(connection) as caught:
        list(responses_csv(study()))
    # Each version of the questionnaire is read whole; there may be more of them now.
    return len([q for q in caught.captured_queries if "questionnaires_answer" in q["sql"]])


def test_a_response_that_comes_while_its_chunk_is_read_moves_no_answers_to_another() -> None:
    first, last = {"q": [(0, None, 1.0, "")]}, {"q": [(0, None, 3.0, "")]}
    between: dict[str, list[Said]] = {"q": [(0, None, 2.0, "")]}

    together = beside([(1,), (3,), (4,)], iter([(1, first), (2, between), (3, last)]))

    assert list(together) == [((1,), first), ((3,), last), ((4,), {})]
