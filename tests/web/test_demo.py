"""The demo is loaded whole, whatever cuts its loading off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.killing import House, house

# A moment in each piece, in the order of loading: each start goes on where the one before was killed.
MOMENTS = (
    "studies.closed",
    "insights.theme_added",
    "decisions.change_added",
    "studies.public_link_made",
    "studies.lottery_committed",
    "after studies.proof_published",
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it takes half a minute, and loading knows of no database")
def test_a_demo_whose_loading_is_killed_again_and_again_is_the_same_as_one_that_was_left_in_peace(
    tmp_path: Path,
) -> None:
    with house(tmp_path / "peace") as peace:
        copied = _files_in(peace)  # of other tests that run beside
        peace.run("demo")
        assert peace.rows("SELECT known FROM studies_study WHERE slug = 'notebooks-today'") == [
            (f"What {_who_spoke(peace):,} people said in 2015",)
        ]
        loaded, told, left = peace.counts(), _notes(peace), _files_in(peace) - copied
    with house(tmp_path / "killed") as killed:
        copied = _files_in(killed)
        killed.run("demo", dies_at="studies.created")
        assert killed.counts()["studies_study"] == 0
        _killed_while_responses_come_in(killed)
        for moment in MOMENTS:
            killed.run("demo", dies_at=moment)
            assert not (killed.folder / "demo.json").exists()
        (killed.folder / "demo.json").write_text(json.dumps(told)[:200])

        said = killed.run("demo")

        assert "Bringing in" in said
        assert killed.counts() == loaded
        assert _notes(killed) == told | {"answer_path": _notes(killed)["answer_path"]}
        assert _leads_to_questions(killed, _notes(killed)["answer_path"])
        assert _files_in(killed) - copied == left
        assert "Bringing in" not in killed.run("demo")
        assert killed.counts() == loaded


def _who_spoke(there: House) -> int:
    """How many people answered something in the past study, told by the database itself."""
    rows = there.rows(
        "SELECT count(DISTINCT r.person_id) FROM questionnaires_response r JOIN studies_study s ON s.id = r.study_id"
        " WHERE s.slug = 'notebooks-2015' AND EXISTS (SELECT 1 FROM questionnaires_answer a WHERE a.response_id = r.id)"
    )
    return int(rows[0][0])


def _killed_while_responses_come_in(killed: House) -> None:
    loading = killed.start("demo")
    there = killed.when("SELECT count(*) FROM questionnaires_response")
    killed.kill(loading)
    assert 0 < there < 1706
    assert killed.rows("SELECT count(*) FROM questionnaires_response WHERE import_key IS NULL") == [(0,)]


def _notes(there: House) -> dict[str, Any]:
    notes: dict[str, Any] = json.loads((there.folder / "demo.json").read_text())
    return notes


def _leads_to_questions(there: House, path: str) -> bool:
    found = there.ask(
        f"from django.test import Client\nprint(Client(SERVER_NAME='127.0.0.1').get({path!r}).content.decode())"
    )
    return "How often do you work with a notebook?" in found


def _files_in(there: House) -> int:
    return sum(path.is_file() for path in (there.folder / "files").rglob("*"))
