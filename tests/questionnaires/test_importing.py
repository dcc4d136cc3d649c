
"""Bringing in what customers have said before: every word once, in the study, said by somebody."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allears.core.models import AuditEvent, Job
from allears.core.progress import Stopped
from allears.core.tables import TableError
from allears.people.models import Person, PersonFacet
from allears.questionnaires.authoring import add_question, draft_of, publish
from allears.questionnaires.dialects import Kind, Plan, changed_kind
from allears.questionnaires.importing import (
    AsksSomethingElse,
    DraftInTheWay,
    NothingToImport,
    bring,
    forget_old_files,
    keys_of,
    look,
    look_again,
    start,
    throw_away,
)
from allears.questionnaires.importing import running as running_module
from allears.questionnaires.imports import Import, ImportProblem
from allears.questionnaires.models import Answer, Choice, Question, QuestionKind, Response, Version
from allears.studies.actions import create_study
from allears.studies.models import Study
from allears.verbatims.models import Undated, Verbatim
from allears.verbatims.verify import verify
from tests import cast
from tests.gate import lifted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {"location": tmp_path / "kept", "base_url": None}
    settings.STORAGES = {**settings.STORAGES, "default": {**storage, "OPTIONS": options}}

HEADER = ["Time Started", "Date Submitted", "Status", "How often?", "Other - Write In:How often?",
          "Aspect #1:What helps?", "Aspect #2:What helps?", "Which words fit?", "Rate it from 1 to 5, please"]  # fmt: skip
ROWS = [
    ["2015-12-21 22:00:00", "2015-12-21 22:30:00", "Complete", "Daily", "", "speed ", "its\nlooks 🙂", "cool;quick", "5"],
    ["2015-12-21 23:00:00", "2015-12-21 23:10:00", "Partial", "Other - Write In", "=when(asked)", "", "", "", "4"],
    ["2015-12-22 08:00:00", "2015-12-22 08:09:00", "Complete", "Weekly", "", "the people", "", "cool", ""],
    ["2015-12-22 09:00:00", "2015-12-22 09:09:00", "Complete", "Daily", "", "‏שלום", "", "quick;calm", "2"],
    ["2015-12-22 10:00:00", "2015-12-22 10:09:00", "Partial", "", "", "", "", "", ""],
    ["2015-12-22 11:00:00", "2015-12-22 11:09:00", "Complete", "Weekly", "", "quiet", "", "calm;cool", "3"],
]  # fmt: skip


def study(slug: str = "notebooks") -> Study:
    found = Study.objects.filter(slug=slug).first()
    return found or create_study(by=cast.ana(), title=slug.title(), slug=slug)


def table(rows: list[list[str]], header: list[str] | None = None) -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header or HEADER, *rows])
    return io.BytesIO(text.getvalue().encode())


def taken(rows: list[list[str]] = ROWS, header: list[str] | None = None, into: Study | None = None) -> Import:
    bringing = look(study=into or study(), file=table(rows, header), name="answers.csv", by=cast.ana())
    for question in bringing.plan["questions"]:
        question["facet"] = question["text"] == "How often?"  # as somebody ticks it
    bringing.save()
    return bringing


def counts(model: type) -> int:
    return model.objects.count()


def test_rows_become_responses_and_words_enter_the_ledger_as_spoken() -> None:
    found = bring(taken(), by=cast.ana())
    assert found.as_dict() == {
        "rows": 6,
        "responses": 6,
        "partial": 2,
        "verbatims": 6,
        "problems": 0,
        "new_responses": 6,
        "new_verbatims": 6,
        "questions": {"single": 1, "long_text": 1, "multiple": 1, "scale": 1},
        "read_as_empty": [],
    }
    assert list(Verbatim.objects.order_by("pk").values_list("text", flat=True)) == [
        "speed ",
        "its\nlooks 🙂",
        "=when(asked)",
        "the people",
        "‏שלום",
        "quiet",
    ]
    assert verify().broken is None


def test_a_response_says_when_it_began_and_whether_it_was_sent() -> None:
    bring(taken(), by=cast.ana())
    first, second = Response.objects.order_by("pk")[:2]
    assert (first.started_at, first.submitted_at) == (
        datetime(2015, 12, 21, 22, 0, tzinfo=UTC),
        datetime(2015, 12, 21, 22, 30, tzinfo=UTC),
    )
    assert (second.submitted_at, second.changed_at) == (None, datetime(2015, 12, 21, 23, 10, tzinfo=UTC))


def test_the_answers_of_one_row() -> None:
    bring(taken(), by=cast.ana())
    first = Response.objects.order_by("pk")[0]
    answers = first.answers.order_by("question__position", "box").select_related("choice", "verbatim")
    assert [
        (a.question.text, a.box, a.choice and a.choice.label, a.number, a.verbatim and a.verbatim.text) for a in answers
    ] == [
        ("How often?", 1, "Daily", None, None),
        ("What helps?", 0, None, None, "speed "),
        ("What helps?", 1, None, None, "its\nlooks 🙂"),
        ("Which words fit?", 0, "cool", None, None),
        ("Which words fit?", 1, "quick", None, None),
        ("Rate it from 1 to 5, please", 0, None, 5.0, None),
    ]


def test_words_beside_other_go_with_that_choice_and_into_the_ledger() -> None:
    bring(taken(), by=cast.ana())
    answer = Answer.objects.get(choice__asks_text=True)
    assert answer.verbatim is not None
    assert (answer.text, answer.verbatim.text) == ("", "=when(asked)")
    assert answer.verbatim.source.prompt == "How often?"


def test_the_questionnaire_is_published_as_it_was_found() -> None:
    bring(taken(), by=cast.ana())
    version = Version.objects.get()
    assert version.published_by == cast.ana()
    assert [(q.kind, q.text, q.boxes) for q in version.questions.all()] == [
        ("single", "How often?", 1),
        ("long_text", "What helps?", 2),
        ("multiple", "Which words fit?", 1),
        ("scale", "Rate it from 1 to 5, please", 1),
    ]


def test_people_without_a_name_are_numbered_and_have_their_facets() -> None:
    bring(taken(), by=cast.ana())
    people = Person.objects.order_by("pk")
    assert [person.label for person in people][:2] == ["Participant 0001", "Participant 0002"]
    said = PersonFacet.objects.filter(person=people[0]).select_related("facet", "value")
    assert [(row.facet.label, row.value.label) for row in said] == [("How often?", "Daily")]


def test_the_same_file_twice_changes_nothing() -> None:
    bring(taken(), by=cast.ana())
    before = [counts(model) for model in (Response, Answer, Verbatim, Person, PersonFacet, Version, Question)]
    again = bring(taken(), by=cast.ana())
    assert [counts(m) for m in (Response, Answer, Verbatim, Person, PersonFacet, Version, Question)] == before
    assert (again.responses, again.new_responses, again.verbatims, again.new_verbatims) == (6, 0, 6, 0)


def test_a_longer_export_of_the_same_survey_adds_only_what_is_new() -> None:
    bring(taken(), by=cast.ana())
    more = ["2015-12-23 08:00:00", "2015-12-23 08:09:00", "Complete", "Never", "", "new words", "", "cool", "1"]
    found = bring(taken([more, *ROWS]), by=cast.ana())
    assert (found.new_responses, found.new_verbatims, counts(Response)) == (1, 1, 7)
    assert Version.objects.count() == 2  # "Never" was not offered before
    assert Question.objects.values("key").distinct().count() == 4
    assert Choice.objects.filter(label="Daily").values("key").distinct().count() == 1


def test_the_next_file_is_asked_what_was_asked_before_whatever_its_answers_look_like() -> None:
    bring(taken(), by=cast.ana())
    same = [["2016-01-01 08:00:00", "2016-01-01 08:09:00", "Complete", "Daily", "", "yes", "no", "cool", "3"]]
    bring(taken([[f"2016-01-{n:02} 08:00:00", *same[0][1:]] for n in range(1, 20)]), by=cast.ana())
    assert (counts(Version), counts(Response)) == (1, 25)


def test_words_that_come_without_a_day_are_marked_and_those_imported_before_are_marked_when_updating() -> None:
    rows = [["2015-12-21 22:00:00", "A letter came"], ["", "Nobody came"], ["2015-12-23 22:00:00", "A neighbour came"]]
    bring(taken(rows, ["Date Submitted", "What happened then?"]), by=cast.ana())
    assert [(words.text, words.is_dated) for words in Verbatim.objects.order_by("pk")] == [
        ("A letter came", True), ("Nobody came", False), ("A neighbour came", True),
    ]  # fmt: skip
    assert verify().broken is None

    with lifted(connection):
        Undated.objects.all().delete()
    updating = import_module("allears.questionnaires.migrations.0013_words_that_came_without_a_day")
    for _ in range(2):
        with lifted(connection):
            updating.mark(apps, None)
        assert [mark.verbatim.text for mark in Undated.objects.select_related("verbatim")] == ["Nobody came"]


def test_responses_that_come_without_a_day_are_marked_also_where_nobody_used_words() -> None:
    rows = [["2015-12-21 22:00:00", "yes"], ["", "no"], ["", "yes"], *[[f"2015-12-{n} 22:00:00", "no"] for n in range(10, 20)]]
    bring(taken(rows, ["Date Submitted", "Was it late?"]), by=cast.ana())
    known = [response.day_known for response in Response.objects.order_by("pk")]
    assert (known, counts(Verbatim)) == ([True, False, False, *[True] * 10], 0)

    Response.objects.update(day_known=True)
    import_module("allears.questionnaires.migrations.0015_responses_without_a_day").mark(apps, None)
    assert [response.day_known for response in Response.objects.order_by("pk")] == known


def test_two_rows_that_are_the_same_are_two_responses() -> None:
    bring(taken([ROWS[2], ROWS[2], *ROWS[3:]]), by=cast.ana())
    assert Response.objects.count() == 5


def test_an_import_that_was_interrupted_is_finished_by_running_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running_module, "CHUNK", 2)
    bringing = taken()

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise Stopped

    with pytest.raises(Stopped):
        bring(bringing, by=cast.ana(), told=stop)
    assert Response.objects.count() == 4
    found = bring(bringing, by=cast.ana())
    assert (found.responses, found.new_responses, found.new_verbatims) == (6, 6, 6)  # both runs together
    assert (counts(Response), counts(Verbatim)) == (6, 6)
    assert bring(bringing, by=cast.ana()).responses == 6  # it has ended: nothing is read again


def test_the_file_is_thrown_away_when_its_rows_are_in(django_capture_on_commit_callbacks) -> None:
    bringing = taken()
    assert bringing.file.storage.exists(bringing.file.name)
    name = bringing.file.name
    with django_capture_on_commit_callbacks(execute=True):
        bring(bringing, by=cast.ana())
    assert not bringing.file.storage.exists(name)


def test_a_person_with_a_known_address_is_that_person() -> None:
    header = ["Timestamp", "Email Address", "What happened?"]
    bob = cast.bob()
    rows = [
        ["2021-01-02 10:00:00", bob.email.upper(), "It came late, and nobody told me"],
        ["2021-01-03 10:00:00", "new@customer.example", "It came on time"],
        ["2021-01-04 10:00:00", "NEW@customer.example", "It came on time again"],
        ["2021-01-05 10:00:00", "", "I would rather not say"],
        ["2021-01-06 10:00:00", "a@b@c", "Who knows?"],
    ]
    found = bring(taken(rows, header), by=cast.ana())
    people = [response.person for response in Response.objects.order_by("pk").select_related("person")]
    assert (people[0], people[1]) == (bob, people[2])
    assert [person.label for person in people[3:]] == ["Participant 0004", "Participant 0005"]
    assert [(p.row, p.column) for p in ImportProblem.objects.all()] == [(6, "Email Address")]
    assert found.responses == 5


def test_rows_of_one_respondent_are_one_person() -> None:
    rows = [["7", "The first thing I said"], ["7", "The second thing I said"], ["8", "Somebody else"]]
    bring(taken(rows, ["Respondent ID", "What did you say?"]), by=cast.ana())
    assert [r.person_id for r in Response.objects.order_by("pk")].count(Person.objects.order_by("pk")[0].pk) == 2


def test_what_was_not_understood_is_reported_by_row_and_column() -> None:
    bringing = taken()
    plan = Plan.from_json(bringing.plan)
    question = replace(plan.questions[0], choices=plan.questions[0].choices[:1])
    bringing.plan = replace(plan, questions=[question, *plan.questions[1:]]).to_json()
    bringing.save()
    found = bring(bringing, by=cast.ana())
    problems = list(ImportProblem.objects.order_by("row").values_list("row", "column", "reason"))
    assert found.problems == len(problems) == 4
    assert problems[0] == (2, "How often?", "“Daily” is not among the choices.")


def test_an_id_that_stands_in_two_rows_is_reported_and_its_first_row_taken() -> None:
    rows = [[str(n), f"Words of number {n}"] for n in range(5)]
    bringing = taken(rows, ["Response ID", "What did you say?"])
    bringing.file.save("again.table", table([*rows, ["3", "Words of another"]], ["Response ID", "What did you say?"]))
    found = bring(bringing, by=cast.ana())
    assert (found.rows, found.responses, found.problems) == (6, 5, 1)
    assert "stands in an earlier row" in ImportProblem.objects.get().reason


def test_words_over_a_megabyte_are_reported_and_a_megabyte_is_kept() -> None:
    rows = [["One", "é" * 500_000], ["Two", "é" * 600_000], ["Three", "short"]]
    found = bring(taken(rows, ["Which?", "What did you say?"]), by=cast.ana())
    assert (found.rows, found.responses, found.problems) == (3, 3, 1)
    texts = set(Verbatim.objects.values_list("text", flat=True))
    assert "é" * 500_000 in texts
    assert "é" * 600_000 not in texts


def test_types_can_be_changed_before_the_import() -> None:
    bringing = taken()
    plan = Plan.from_json(bringing.plan)
    plan.questions[0] = changed_kind(plan.questions[0], Kind.SHORT_TEXT)
    plan.questions[2] = replace(plan.questions[2], include=False)
    bringing.plan = plan.to_json()
    bringing.save()
    bring(bringing, by=cast.ana())
    assert list(Version.objects.get().questions.values_list("kind", flat=True)) == ["short_text", "long_text", "scale"]
    assert "Daily" in set(Verbatim.objects.values_list("text", flat=True))


def test_an_open_study_that_asks_other_things_is_left_alone() -> None:
    late = cast.late_orders()
    draft = draft_of(late, cast.ana())
    section = draft.sections.get()
    add_question(section=section, kind=QuestionKind.LONG_TEXT, text="What happened?", by=cast.ana())
    publish(version=draft, by=cast.ana())
    with pytest.raises(AsksSomethingElse):
        bring(taken(into=late), by=cast.ana())
    assert (counts(Response), counts(Version)) == (0, 1)


def test_a_questionnaire_under_work_is_left_alone() -> None:
    draft = draft_of(study(), cast.ana())
    add_question(section=draft.sections.get(), kind=QuestionKind.LONG_TEXT, text="What?", by=cast.ana())
    with pytest.raises(DraftInTheWay):
        bring(taken(), by=cast.ana())


def test_a_plan_without_a_question_brings_nothing() -> None:
    bringing = taken()
    plan = Plan.from_json(bringing.plan)
    bringing.plan = replace(plan, questions=[replace(q, include=False) for q in plan.questions]).to_json()
    bringing.save()
    with pytest.raises(NothingToImport):
        bring(bringing, by=cast.ana())


def test_a_file_that_is_no_table_is_not_taken_in() -> None:
    with pytest.raises(TableError):
        look(study=study(), file=io.BytesIO(b"%PDF-1.4"), name="answers.csv", by=cast.ana())
    assert counts(Import) == 0


def test_a_file_can_be_read_as_another_dialect_and_thrown_away(django_capture_on_commit_callbacks) -> None:
    bringing = taken()
    assert look_again(bringing, by=cast.ana(), dialect="plain").plan["dialect"] == "plain"
    name, storage = bringing.file.name, bringing.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        throw_away(bringing=bringing, by=cast.ana())
    assert (counts(Import), storage.exists(name)) == (0, False)


def test_the_import_leaves_an_audit_event_without_words() -> None:
    bring(taken(), by=cast.ana())
    event = AuditEvent.objects.get(verb="questionnaires.responses_imported")
    assert event.actor == cast.ana()
    assert event.details == {"rows": 6, "responses": 6, "verbatims": 6, "problems": 0}


def test_rows_are_found_again_by_their_keys() -> None:
    bring(taken(), by=cast.ana())
    keys = keys_of(table(ROWS))
    assert keys == list(Response.objects.order_by("pk").values_list("import_key", flat=True))


def test_a_chunk_takes_the_same_number_of_queries_however_many_rows_it_has() -> None:
    first = taken()
    bring(first, by=cast.ana())
    assert queries_for(ROWS[:2], "2016", first) == queries_for(ROWS * 3, "2017", first)


def queries_for(rows: list[list[str]], year: str, like: Import) -> int:
    """How many queries it takes to bring these rows, begun in that year, by the plan of another file."""
    bringing = taken([[f"{year}-01-{n + 1:02} 08:00:00", *row[1:]] for n, row in enumerate(rows)])
    bringing.plan = like.plan
    with CaptureQueriesContext(connection) as caught:
        bring(bringing, by=cast.ana())
    return len(caught)


def test_a_file_that_nobody_starts_or_that_was_stopped_is_forgotten_after_a_week() -> None:
    never, stopped, cut_off = taken(), taken(), taken()
    Import.objects.filter(pk=cut_off.pk).update(result={"new_responses": 1})
    job = start(bringing=stopped, by=cast.ana())
    Job.objects.filter(pk=job.pk).update(ended_at=datetime.now(UTC), stopped_at=datetime.now(UTC))
    files = [(each.file.storage, each.file.name) for each in (never, stopped, cut_off)]
    assert forget_old_files() == 0

    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        assert forget_old_files() == 3
        assert forget_old_files() == 0

    assert not any(storage.exists(name) for storage, name in files)
    assert list(Import.objects.order_by("pk")) == [stopped, cut_off]
