"""Background work whose worker is killed (-9) in the middle: done whole, once, and reported as it was.

It is done in pieces as always, only that a piece here is of twenty rows, and not of hundreds: where it is cut off is the
same, and what lies between takes its time for nothing.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from allears.core import worker
from allears.core.models import Job
from allears.decisions import actions as decisions
from allears.decisions import tasks as telling
from allears.decisions.models import Update
from allears.people.importing import actions as people
from allears.people.models import Person
from allears.questionnaires import importing
from allears.questionnaires.models import Answer, Response
from allears.studies import actions as studies
from allears.studies.selection import actions as drawing
from tests import cast
from tests.decisions.test_actions import decided
from tests.killing import House, counts_here, house
from tests.studies.selection import lots

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {"location": tmp_path / "kept", "base_url": None}
    settings.STORAGES = {**settings.STORAGES, "default": {**storage, "OPTIONS": options}}


def a_file(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def responses() -> Job:
    """51 rows of answers; three of them, in the second piece, have no address that can be understood."""
    study = studies.create_study(by=cast.ana(), title="Imported")
    rows = [[str(n), f"person{n % 36}@x.example", f"Words number {n}", str(n % 5 + 1)] for n in range(51)]
    for row in rows[30:33]:
        row[1] = "nowhere"
    file = io.BytesIO(a_file(["Response ID", "E-mail", "What happened?", "Rate it"], rows))
    bringing = importing.look(study=study, file=file, name="answers.csv", by=cast.ana())
    return importing.start(bringing=bringing, by=cast.ana())


def persons() -> Job:
    """51 rows of people, of which three say nobody."""
    rows = [[str(n), f"Person {n}", f"person{n}@x.example", "North" if n % 2 else "South"] for n in range(48)]
    data = a_file(
        ["Customer ID", "Name", "E-mail", "Company"], [*rows, ["", "", "", "X"], ["", "", "", "Y"], ["", "", "", "Z"]]
    )
    made = people.upload(file=SimpleUploadedFile("people.csv", data), name="people.csv", by=cast.ana())
    return people.start(bringing=made, by=cast.ana())


def invitations() -> Job:
    """90 people, of whom 15 have no address."""
    Person.objects.bulk_create(
        Person(name=f"P {n}", **({"email": f"p{n}@x.example", "email_key": f"p{n}@x.example"} if n % 6 else {}))
        for n in range(90)
    )
    everybody = Person.objects.filter(name__startswith="P ")
    return studies.ask_to_invite(study=cast.late_orders(), people=everybody, by=cast.ana(), minutes=3)


def _response_of(person: Person, like: Answer) -> Response:
    version, began = like.question.version, like.response.started_at
    return Response.objects.create(study=cast.late_orders(), version=version, person=person, started_at=began)


def updates() -> Job:
    """Bob is cited; 41 others took part, each of whom hears back by one mail."""
    decision = decided()
    Person.objects.bulk_create(
        Person(name=f"P {n}", email=f"p{n}@x.example", email_key=f"p{n}@x.example") for n in range(41)
    )
    first, *others = Person.objects.filter(name__startswith="P ")
    answer = Answer.objects.get(verbatim=cast.said(first, "It was fine for me."))
    for person in others:
        Answer.objects.create(response=_response_of(person, answer), question=answer.question, number=1)
    decisions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    return telling.ask_to_send(study=cast.late_orders(), by=cast.lea())


def lottery() -> Job:
    return drawing.ask_for_lottery(selection=lots.described(), by=cast.ana())


def commitment() -> Job:
    """Of a pool that is written down in two pieces."""
    lots.customers(A_PIECE + 10)
    selection = lots.found()
    Job.objects.all().delete()  # the search is over
    return drawing.ask_to_commit(selection=selection, by=cast.ana())


A_PIECE = 20
LOTS = "allears.studies.selection"
BRING = "allears.questionnaires.importing.running"
PEOPLE = "allears.people.importing"
INVITE = "allears.studies.tasks"
PROGRESS = "allears.core.progress:Progress"
TELL = "allears.decisions.telling"
WORK = {  # how it is begun, what says how large its pieces are, and when its worker is killed
    "responses": (responses, f"{BRING}:CHUNK", [f"{BRING}:_report#2", f"{BRING}:_bring_chunk#2"]),
    "people": (persons, f"{PEOPLE}.actions:CHUNK", [f"{PEOPLE}.chunks:take#2", f"{PEOPLE}.actions:_bring#2"]),
    "invitations": (invitations, f"{INVITE}:CHUNK", [f"{PROGRESS}.keep#2", f"{INVITE}:_next_chunk#2"]),
    "updates": (updates, f"{TELL}:CHUNK", [f"{PROGRESS}.keep#2", f"{PROGRESS}.to#2"]),
    "lottery": (lottery, "", [f"{LOTS}.finding:_plan#1", f"{LOTS}.finding:_plan#1"]),
    "commitment": (
        commitment, f"{LOTS}.actions:A_PIECE", [f"{LOTS}.actions:_freeze_some#1", f"{LOTS}.actions:_freeze_some#2"]
    ),
}  # fmt: skip


MAILS = {"responses": 0, "people": 0, "invitations": 75, "updates": 42, "lottery": 0, "commitment": 0}
PROBLEMS = {"responses": 3}
# What the heartbeat of a worker makes besides, and what belongs to the queue.
ASIDE = (
    "verbatims_block",
    "verbatims_leaf",
    "verbatims_words_",
    "core_organisation",  # made when it is first looked at
    "core_worker",
    "django_tasks_",
    "insights_",
    "django_session",
)


@pytest.mark.parametrize("name", WORK)
def test_work_whose_worker_is_killed_twice_ends_as_if_it_had_been_left_in_peace(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, what, moments = WORK[name]
    if what:
        monkeypatch.setattr(what.replace(":", "."), A_PIECE)
    piece = f"{what}={A_PIECE}" if what else ""
    job = begin()
    with house(tmp_path / "killed") as there:
        worker.work_off()
        job.refresh_from_db()
        assert job.state == "done"
        for moment in moments:
            there.run("worker", dies_at=moment, PIECE=piece)
            assert there.rows("SELECT ended_at, error FROM core_job") == [(None, "")]

        _work_off(there, piece)

        assert job.result.get("problems") == PROBLEMS.get(name)
        assert _reported(there) == (job.done, job.total, job.error, job.result)
        assert _of_interest(there.counts()) == _of_interest(counts_here())
        assert _files_in(there.folder / "files") == _files_in(tmp_path / "kept") == 0
        assert there.rows("SELECT count(*), count(DISTINCT key) FROM core_message")[0][0] == MAILS[name]


def test_an_export_that_is_killed_does_not_look_like_a_whole_one(tmp_path: Path) -> None:
    cast.said(cast.bob(), "Nobody told us.")
    out, command = tmp_path / "out", ("export", "--study", "late-orders", "--out", str(tmp_path / "out"))
    with house(tmp_path / "there") as there:
        there.run(*command)
        before = json.loads((out / "manifest.json").read_text())["files"]
        there.run(*command, dies_at="allears.questionnaires.exporting:_write#1")
        assert sorted(file.name for file in out.iterdir()) == ["responses.csv", "verbatims.jsonl"]

        there.run(*command)

        assert json.loads((out / "manifest.json").read_text())["files"] == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is copied by its own tool")
def test_a_backup_that_is_killed_does_not_look_like_a_whole_one(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    with house(tmp_path / "there") as there:
        (there.folder / "files").mkdir()
        for moment in ("_copy_database", "_copy_files", "_check"):
            there.run("backup", str(copies / moment), dies_at=f"allears.cli.backup:{moment}#1")
            assert [folder.suffix for folder in (copies / moment).iterdir()] == [".unfinished"]


@pytest.mark.parametrize(
    ("command", "moment"),
    [
        ("import-responses", "questionnaires.import_taken_in"),
        ("import-responses", "after questionnaires.responses_imported"),
    ],
)
def test_a_file_that_a_kill_left_behind_is_forgotten(command: str, moment: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes(a_file(["Response ID", "What happened?"], [["1", "Nobody told us."], ["2", "It was late."]]))
    cast.ana()
    with house(tmp_path / "there") as there:
        there.run(command, str(file), "--study", "late", "--create", dies_at=moment)
        assert _files_in(there.folder / "files") == 1

        for days, left in ((0, 1), (2, 0)):
            there.ask(FORGET.format(days=days))
            assert _files_in(there.folder / "files") == left


FORGET = """
import datetime, time_machine
with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days={days})):
    from allears.questionnaires import heartbeats
    heartbeats.forget_files()
"""


def _work_off(there: House, piece: str) -> None:
    working = there.start("worker", PIECE=piece)
    there.when("SELECT count(*) FROM core_job WHERE ended_at IS NOT NULL")
    working.terminate()
    assert working.wait(30) == 0, there.said(working)


def _reported(there: House) -> tuple[int, int, str, dict[str, int]]:
    [(done, total, error, result)] = there.rows("SELECT done, total, error, result FROM core_job")
    return done, total, error, result if isinstance(result, dict) else json.loads(result)


def _of_interest(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if not name.startswith(ASIDE)}


def _files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))
