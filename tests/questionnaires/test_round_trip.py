"""What goes out comes in again: our own export is known, nothing of it is lost, nothing is there twice."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import cycle
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from allears.core.tables import TableError
from allears.people.actions import erase
from allears.people.models import Person
from allears.questionnaires.dialects import OWN, Plan
from allears.questionnaires.exporting_responses import responses_csv
from allears.questionnaires.importing import bring, look
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Response
from allears.studies import actions as studies
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited, public, question
from tests.questionnaires.robot import Robot
from tests.questionnaires.test_importing import taken

pytestmark = pytest.mark.django_db
WORDS = [
    "It came late.", "=SUM(1) of all delays", "'tis fine", "+20 2 555", "Nobody called.\nNobody wrote.", "تأخر الطلب 🙂",
    "-", "I waited at the door for hours.", "The box was wet, and “open”.", "Fine", "Three days; of nothing", "Too early",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def answered() -> Study:
    """Late orders, answered by twelve people to every kind of question but the file; one more has only begun."""
    version = asking([kind for kind in ALL_KINDS if kind["kind"] != "file"], sections=2)
    first = {text: question(version, text) for text in ("Who called first?", "What did you do?", "Whom did you tell?")}
    for number, (words, ranks) in enumerate(zip(WORDS, cycle([(1, 2, 3), (3, 1, 2), (2, 3, 1)]), strict=False)):
        robot = Robot(words=words).open(invited(cast.person(f"P{number} Roe")))
        said = {f"q{one.pk}": str(one.choices.all()[number % one.choices.count()].pk) for one in first.values()}
        ranked = {f"q{question(version, 'What matters most?').pk}.r{choice.pk}": str(rank) for choice, rank in zip(
            question(version, "What matters most?").choices.all(), ranks, strict=True)}  # fmt: skip
        for _page in version.sections.all():
            robot.press(**said, **ranked)
        assert robot.form is None
    Robot(words="Only begun.").open(public()).press()
    return cast.late_orders()


def exported(study: Study) -> list[dict[str, str]]:
    """The rows of responses.csv, without what is another thing in another study."""
    rows = list(csv.DictReader(io.StringIO("".join(responses_csv(study)))))
    return [{_plain(name): cell for name, cell in row.items() if name not in ("response", "version")} for row in rows]


def _plain(heading: str) -> str:
    """A row of a matrix and a place of a ranking become questions of their own: "Question — row"."""
    return heading.replace(" — ", " [") + "]" if " — " in heading else heading


def brought(study: Study, into: Study) -> Import:
    file = io.BytesIO("".join(responses_csv(study)).encode())
    bringing = look(study=into, file=file, name="responses.csv", by=cast.ana())
    assert Plan.from_json(bringing.plan or {}).dialect == OWN
    assert bring(bringing, by=cast.ana()).problems == 0
    return bringing


def another(title: str = "Elsewhere") -> Study:
    return studies.create_study(by=cast.ana(), title=title, problem="The same", decision="Whether")


def test_every_answer_comes_in_as_it_went_out() -> None:
    study, copy = answered(), another()
    people = Person.objects.count()
    brought(study, copy)

    before, after = exported(study), exported(copy)
    assert len(before) == 13
    assert [{**row, "person": ""} for row in after] == [{**row, "person": ""} for row in before]
    assert [row["person"] for row in after][:12] == [row["person"] for row in before][:12]
    assert Person.objects.count() == people + 1  # whoever came by the public link is a participant now


def test_what_has_no_day_comes_in_again_without_one() -> None:
    first = taken([["2015-12-21 22:00:00", "A letter came"], ["", "Nobody came"]], ["Date Submitted", "What then?"])
    bring(first, by=cast.ana())
    copy = another()
    brought(first.study, copy)

    assert list(Response.objects.filter(study=copy).order_by("pk").values_list("day_known", flat=True)) == [True, False]
    assert [v.is_dated for v in Verbatim.objects.filter(collection=copy.collection_id).order_by("pk")] == [True, False]


def test_words_stand_in_the_ledger_as_they_were_spoken_and_once() -> None:
    study, copy = answered(), another()
    brought(study, copy)

    # What was only begun is a draft here; whoever brings it elsewhere brings what was said.
    assert Counter(words for words in _words(copy) if words != "Only begun.") == Counter(_words(study))
    assert set(WORDS) <= set(_words(copy))


def _words(study: Study) -> list[str]:
    return list(Verbatim.objects.filter(collection=study.collection_id).values_list("text", flat=True))


def test_the_same_file_again_brings_nothing_and_a_copy_of_the_copy_is_the_same() -> None:
    study, copy, third = answered(), another(), another("Yet elsewhere")
    brought(study, copy)
    there = Response.objects.filter(study=copy).count()
    brought(study, copy)
    assert Response.objects.filter(study=copy).count() == there == 13

    brought(copy, third)
    assert exported(third) == exported(copy)


def test_what_was_taken_out_of_a_study_is_not_brought_into_it_again(as_ana: Client) -> None:
    study = answered()
    file = "".join(responses_csv(study)).encode()
    with pytest.raises(TableError) as refused:
        look(study=study, file=io.BytesIO(file), name="responses.csv", by=cast.ana())
    assert refused.value.code == "here-already"

    page = as_ana.post(
        reverse("questionnaires:imports", args=[study.slug]),
        {"file": SimpleUploadedFile("responses.csv", file), "time_zone": "UTC"},
    )
    assert page.status_code == 422
    assert "taken out of this very study" in page.content.decode()
    assert (Response.objects.count(), Import.objects.count()) == (13, 0)


def test_who_was_erased_meanwhile_is_not_tied_to_the_words_again() -> None:
    study, copy = answered(), another()
    file = io.BytesIO("".join(responses_csv(study)).encode())
    gone = cast.person("P0 Roe")
    erase(person=gone, by=cast.ada(), reason="staff")
    bring(look(study=copy, file=file, name="responses.csv", by=cast.ana()), by=cast.ana())

    assert not Response.objects.filter(study=copy, person=gone).exists()
    assert Response.objects.filter(study=copy).count() == 13


def test_names_of_files_come_along_as_text_if_somebody_wants_them() -> None:
    heading = "response,person,state,language,started_at,submitted_at,version,Show us how it came."
    rows = [f"ref{n},,complete,en,2026-11-0{n}T10:00:00.125000+00:00,,1,abc{n}-note.txt" for n in range(1, 4)]
    copy = another()
    bringing = look(study=copy, file=io.BytesIO("\n".join([heading, *rows]).encode()), name="r.csv", by=cast.ana())
    bring(bringing, by=cast.ana())

    assert [row["Show us how it came."] for row in exported(copy)] == [f"abc{n}-note.txt" for n in range(1, 4)]
    assert next(row["started_at"] for row in exported(copy)) == "2026-11-01T10:00:00.125000+00:00"
