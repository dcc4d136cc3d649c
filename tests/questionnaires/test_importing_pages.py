"""The pages that bring a file: looked at, put right, started, reported; and the way out again."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from allears.core.clock import now
from allears.core.models import AuditEvent, Job
from allears.questionnaires.dialects import Kind, Plan
from allears.questionnaires.importing import NoRows, bring, running
from allears.questionnaires.imports import Import, ImportProblem
from allears.questionnaires.models import Answer, Response
from allears.questionnaires.tasks import bring_responses
from allears.studies.loop import cells_of
from allears.studies.queries import waiting_for
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.test_importing import ROWS, study, table, taken

pytestmark = pytest.mark.django_db


def url(name: str, *more: Any) -> str:
    return reverse(f"questionnaires:{name}", args=[study().slug, *more])


def uploaded(browser: Client, data: bytes | None = None) -> Any:
    file = SimpleUploadedFile("answers.csv", table(ROWS).getvalue() if data is None else data)
    return browser.post(url("imports"), {"file": file, "time_zone": "UTC"})


def typed(bringing: Import, **changes: Any) -> dict[str, Any]:
    """What the plan page's form sends when nothing but `changes` is touched."""
    plan = Plan.from_json(bringing.plan)
    sent: dict[str, Any] = {"dialect": plan.dialect, "do": "save"}
    for place, question in enumerate(plan.questions):
        sent |= {f"kind_{place}": question.kind.value, f"no_answer_{place}": "\n".join(question.no_answer)}
        sent |= {f"take_{place}": "on"} if question.include else {}
        sent |= {f"facet_{place}": "on"} if question.facet else {}
        ends = {"minimum": question.minimum, "maximum": question.maximum}
        sent |= {f"{name}_{place}": f"{end:g}" for name, end in ends.items() if end is not None}
    return {key: value for key, value in {**sent, **changes}.items() if value is not None}


def run_waiting_jobs() -> None:
    for job in Job.objects.filter(ended_at=None):
        bring_responses.func(job.pk)


def test_a_file_is_looked_at_and_its_columns_are_shown(as_ana: Client) -> None:
    answer = uploaded(as_ana)
    bringing = Import.objects.get()
    assert answer.headers["Location"] == url("import", bringing.ref)
    page = as_ana.get(answer.headers["Location"]).content.decode()
    for words in ("How often?", "What helps?", "Alchemer", "speed", "whether it is complete", "6 rows"):
        assert words in page


def test_what_is_started_is_brought_in_the_background_and_reported(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    answer = as_ana.post(url("import", bringing.ref), typed(bringing, do="start"))
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("core:job", args=[job.ref])
    run_waiting_jobs()
    assert Response.objects.count() == 6
    assert "See what came in" in as_ana.get(answer.headers["Location"]).content.decode()
    page = as_ana.get(url("import", bringing.ref)).content.decode()
    assert "Everything in the file was understood." in page
    assert Job.objects.get().result["responses"] == 6


def test_while_rows_come_in_the_report_says_how_far_and_what_was_not_understood_so_far(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    job_page = as_ana.post(url("import", bringing.ref), typed(bringing, do="start")).headers["Location"]
    Job.objects.update(started_at=now(), done=4)
    ImportProblem.objects.create(bringing=bringing, row=3, column="How often?", reason="“Now” is not among the choices.")

    assert "See what came in" in as_ana.get(job_page).content.decode()
    page = as_ana.get(url("import", bringing.ref)).content.decode()
    for words in ("Still being brought", 'max="6" value="4"', "What was not understood so far", "is not among the choices"):
        assert words in page


def test_after_the_file_its_pages_say_where_they_lead_and_the_study_what_it_is_and_what_comes_next(as_ana: Client) -> None:
    home = reverse("studies:study", args=[study().slug])
    assert "Before it can open" in as_ana.get(home).content.decode()
    assert [waiting.url for waiting in waiting_for(cast.ana())] == [home]
    bringing = taken()
    bring(bringing, by=cast.ana())

    report = as_ana.get(url("import", bringing.ref)).content.decode()
    assert reverse("insights:words_of_study", args=[study().slug]) in report
    page = as_ana.get(home).content.decode()
    places = [page.index(words) for words in ("6 past responses", "Read what they", "Say what", "Decide", "Tell them")]
    assert places == sorted(places)
    assert f"From a file that {cast.ana().name} handed in on" in page
    assert "Before it can open" not in page
    assert "Before it can ask more people" in page
    assert waiting_for(cast.ana()) == []
    assert "Nobody was invited by name. 6 responses were brought from elsewhere." in page
    cell = next(cell for cell in cells_of(study()) if cell.step == "asked")
    assert (cell.figure, cell.words, cell.note) == ("6", "brought from elsewhere", "")


def test_pressing_start_twice_makes_one_job(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    sent = typed(bringing, do="start")
    as_ana.post(url("import", bringing.ref), sent)
    as_ana.post(url("import", bringing.ref), sent)
    assert Job.objects.count() == 1


@pytest.mark.parametrize("why", [{"error": "Given up: the server stopped 3 times."}, {"stopped_at": now()}])
def test_an_import_that_was_given_up_or_stopped_goes_on_at_the_press_of_a_button(
    as_ana: Client, why: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    page = url("import", bringing.ref)
    as_ana.post(page, typed(bringing, do="start"))
    asked_before = as_ana.post(page, {"do": "go-on"}).headers["Location"]
    with monkeypatch.context() as cut:
        cut.setattr(running, "CHUNK", 4)
        cut.setattr(running, "_end", lambda *_args: pytest.exit())
        with pytest.raises(pytest.exit.Exception):
            run_waiting_jobs()
    Job.objects.update(ended_at=now(), done=4, **why)
    told = as_ana.get(page).content.decode()

    onward, again = (as_ana.post(page, {"do": "go-on"}).headers["Location"] for _press in range(2))
    job = Job.objects.get(ended_at=None)
    run_waiting_jobs()

    assert "It came to row 4 of 6." in told
    assert "Go on from where it was" in told
    assert (asked_before, onward, again) == (page, reverse("core:job", args=[job.ref]), page)
    assert Response.objects.count() == 6
    ended = as_ana.get(page).content.decode()
    assert "Everything in the file was understood." in ended
    assert "Go on from where it was" not in ended
    assert AuditEvent.objects.filter(verb="questionnaires.import_gone_on").count() == 1


def test_a_job_that_is_run_twice_brings_everything_once(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    as_ana.post(url("import", bringing.ref), typed(bringing, do="start"))
    job = Job.objects.get()
    bring_responses.func(job.pk)
    bring_responses.func(job.pk)
    assert Response.objects.count() == 6


def test_types_are_changed_on_the_page(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    as_ana.post(url("import", bringing.ref), typed(bringing, kind_0="short_text", take_2=None, facet_0=None))
    plan = Plan.from_json(Import.objects.get().plan)
    assert [(q.kind, q.include) for q in plan.questions] == [
        (Kind.SHORT_TEXT, True),
        (Kind.LONG_TEXT, True),
        (Kind.MULTIPLE, False),
        (Kind.SCALE, True),
    ]


def test_a_text_is_made_choices_by_what_stands_in_the_file(as_ana: Client) -> None:
    rows = [[str(n), f"Kind {n % 15} of answer, and more", "x"] for n in range(30)]
    data = table(rows, ["Response ID", "Tell us", "More"]).getvalue()
    uploaded(as_ana, data)
    bringing = Import.objects.get()
    assert Plan.from_json(bringing.plan).questions[0].kind is Kind.SHORT_TEXT
    as_ana.post(url("import", bringing.ref), typed(bringing, kind_0="single"))
    assert len(Plan.from_json(Import.objects.get().plan).questions[0].choices) == 15


def test_a_date_that_may_be_two_days_is_asked_about(as_ana: Client) -> None:
    lines = "Timestamp,Day of the visit,Why?\n01/02/2024,01/02/2024,By chance\n03/04/2024,03/04/2024,On purpose\n"
    page = url("import", uploaded(as_ana, lines.encode()).headers["Location"].split("/")[-2])
    shown = as_ana.get(page).content.decode()
    for words in ("“01/02/2024” is the", "2 January 2024", "1 February 2024"):
        assert words in shown
    bringing = Import.objects.get()
    as_ana.post(page, typed(bringing, day_first="yes", do="start"))
    run_waiting_jobs()
    day = Answer.objects.get(question__kind="date", response__submitted_at__date=date(2024, 2, 1)).number
    assert day == date(2024, 2, 1).toordinal()


def test_too_many_different_answers_are_refused_as_choices(as_ana: Client) -> None:
    rows = [[str(n), f"Story number {n}"] for n in range(150)]
    uploaded(as_ana, table(rows, ["Response ID", "Tell us"]).getvalue())
    bringing = Import.objects.get()
    answer = as_ana.post(url("import", bringing.ref), typed(bringing, kind_0="single"))
    assert answer.status_code == 422
    assert "150 different answers" in answer.content.decode()


def test_a_scale_whose_ends_are_turned_round_is_refused(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    answer = as_ana.post(url("import", bringing.ref), typed(bringing, minimum_3="5", maximum_3="1"))
    assert (answer.status_code, Job.objects.count()) == (422, 0)


def test_nothing_chosen_is_refused(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    nothing = {f"take_{place}": None for place in range(4)}
    answer = as_ana.post(url("import", bringing.ref), typed(bringing, do="start", **nothing))
    assert (answer.status_code, "Choose at least one" in answer.content.decode()) == (422, True)


def test_a_file_can_be_dropped(as_ana: Client) -> None:
    uploaded(as_ana)
    as_ana.post(url("import", Import.objects.get().ref), {"do": "drop"})
    assert Import.objects.count() == 0


def test_the_file_can_be_read_as_another_tools(as_ana: Client) -> None:
    uploaded(as_ana)
    bringing = Import.objects.get()
    as_ana.post(url("import", bringing.ref), typed(bringing, dialect="plain"))
    assert Import.objects.get().plan["dialect"] == "plain"


CZECH = "Co se stalo?\nZásilka přišla pozdě a nikdo mi neřekl proč.\nNikdo nezavolal.\nPřišla včas.\n"


def test_a_guessed_encoding_says_so_and_another_is_chosen_by_what_it_makes_of_the_words(as_ana: Client) -> None:
    uploaded(as_ana, CZECH.encode("cp1250"))
    bringing = Import.objects.get()
    page = as_ana.get(url("import", bringing.ref)).content.decode()
    assert "We guessed which letters these are" in page
    assert "Central European (Windows) · Zásilka přišla pozdě" in page

    answer = as_ana.post(url("import", bringing.ref), typed(bringing, encoding="cp1250", do="start"))
    assert answer.headers["Location"] == url("import", bringing.ref)
    bringing.refresh_from_db()
    assert (bringing.encoding, bringing.job) == ("cp1250", None)
    page = as_ana.get(url("import", bringing.ref)).content.decode()
    assert "We guessed" not in page
    as_ana.post(url("import", bringing.ref), typed(bringing, do="start"))
    run_waiting_jobs()
    assert "Zásilka přišla pozdě a nikdo mi neřekl proč." in Verbatim.objects.values_list("text", flat=True)


def test_utf8_is_no_guess_and_an_encoding_from_nowhere_is_refused(as_ana: Client) -> None:
    uploaded(as_ana, CZECH.encode())
    bringing = Import.objects.get()
    assert "We guessed" not in as_ana.get(url("import", bringing.ref)).content.decode()
    assert as_ana.post(url("import", bringing.ref), typed(bringing, encoding="rot13")).status_code == 422


def test_headings_that_a_dialect_knows_are_not_asked_about(as_ana: Client) -> None:
    ids = b"""{""ImportId"":""%s""}""" % b"a"
    uploaded(as_ana, b'ResponseId,Q1\nResponse ID,Q1\n"%s","%s"\nR_1,Yes\nR_2,No\n' % (ids, ids))
    bringing = Import.objects.get()

    page = as_ana.get(url("import", bringing.ref)).content.decode()
    assert "as Qualtrics writes it" in page
    assert "Are these headings?" not in page


def test_a_first_row_that_is_an_answer_is_noticed_and_kept(as_ana: Client) -> None:
    uploaded(as_ana, b"9,It came late.\n3,Nobody called.\n5,All was well.\n")
    bringing = Import.objects.get()
    page = as_ana.get(url("import", bringing.ref)).content.decode()
    assert "Are these headings?" in page
    assert "9 · It came late." in page

    as_ana.post(url("import", bringing.ref), typed(bringing, unheaded="on"))
    bringing.refresh_from_db()
    event = AuditEvent.objects.get(verb="questionnaires.import_read_anew")
    assert (event.actor, event.details) == (cast.ana(), {"encoding": "utf-8", "headed": False, "dialect": "plain"})
    assert "Are these headings?" not in as_ana.get(url("import", bringing.ref)).content.decode()
    as_ana.post(url("import", bringing.ref), typed(bringing, unheaded="on", do="start", kind_1="long_text"))
    run_waiting_jobs()
    assert set(Verbatim.objects.values_list("text", flat=True)) == {"It came late.", "Nobody called.", "All was well."}
    assert Response.objects.count() == 3

    uploaded(as_ana, b"1,Once more.\n2,Or twice.\n2,No.\n")
    other = Import.objects.latest("pk")
    as_ana.post(url("import", other.ref), typed(other, unheaded="on"))
    other.refresh_from_db()
    as_ana.post(url("import", other.ref), typed(other))
    other.refresh_from_db()
    assert (other.headed, Plan.from_json(other.plan).headings) == (True, ["1", "Once more."])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 broken"])
def test_what_is_no_table_comes_back_with_the_form(as_ana: Client, data: bytes) -> None:
    answer = uploaded(as_ana, data)
    assert (answer.status_code, Import.objects.count()) == (422, 0)


def test_hostile_words_are_shown_as_words(as_ana: Client) -> None:
    rows = [[f"<script>alert({n})</script>", '"><img src=x onerror=alert(1)>'] for n in range(3)]
    uploaded(as_ana, table(rows, ["<b>Which?</b><script>x</script>", "Words"]).getvalue())
    page = as_ana.get(url("import", Import.objects.get().ref)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_report_is_paged_and_downloaded_whole(as_ana: Client) -> None:
    bringing = taken()
    bring(bringing, by=None)
    ImportProblem.objects.bulk_create(
        ImportProblem(bringing=bringing, row=n, column="=Words", reason="+why") for n in range(2, 152)
    )
    assert "Download the report" in as_ana.get(url("import", bringing.ref)).content.decode()
    answer = as_ana.get(url("import_problems", bringing.ref))
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert (lines[0], len(lines)) == (["row", "column", "reason"], 151)
    assert lines[1] == ["2", "'=Words", "'+why"]


def test_everything_leaves_by_two_links(as_ana: Client) -> None:
    bring(taken(), by=None)
    answer = as_ana.get(url("responses_csv"))
    assert len(list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))) == 7
    words = b"".join(as_ana.get(url("verbatims_jsonl")).streaming_content).decode()
    assert len(words.splitlines()) == 6


@pytest.mark.parametrize("name", ["imports", "responses_csv", "verbatims_jsonl"])
def test_only_who_works_on_the_study_comes_in(name: str, as_mia: Client, as_lea: Client, as_sam: Client) -> None:
    assert [browser.get(url(name)).status_code for browser in (as_mia, as_lea, as_sam)] == [403, 403, 403]


@pytest.mark.parametrize("files", [1, 3])
def test_the_list_of_files_takes_the_same_queries_for_one_and_three(
    files: int, as_ana: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(files):
        taken()
    as_ana.get(url("imports"))
    with django_assert_max_num_queries(12):
        as_ana.get(url("imports"))


@pytest.mark.parametrize(("name", "file"), [("responses_csv", "responses.csv"), ("verbatims_jsonl", "verbatims.jsonl")])
def test_that_somebody_took_responses_or_words_along_is_on_record(as_ana: Client, name: str, file: str) -> None:
    bring(taken(), by=cast.ana())

    as_ana.get(url(name))
    event = AuditEvent.objects.get(verb="questionnaires.downloaded")
    assert (event.actor, event.details) == (cast.ana(), {"file": file})


def test_a_file_with_one_column_is_asked_whether_it_is_a_table(as_ana: Client) -> None:
    letter = SimpleUploadedFile("letter.txt", b"Dear Sir or Madam\nI waited, and waited, and nobody came\nYours\n")
    plain = as_ana.post(url("imports"), {"file": letter, "time_zone": "UTC"}, follow=True).content.decode()
    table_file = as_ana.post(url("imports"), {"file": table(ROWS), "time_zone": "UTC"}, follow=True).content.decode()

    assert ("Is this a table?" in plain, "Is this a table?" in table_file) == (True, False)


def test_the_report_says_whether_the_study_still_asks(as_ana: Client) -> None:
    made = taken()
    bring(made, by=cast.ana())

    assert "still a draft" in as_ana.get(url("import", made.ref)).content.decode()


def test_the_report_says_what_was_read_as_no_answer(as_ana: Client) -> None:
    cells = ["Did not answer"] * 3 + [f"Nobody came on day {n}, so I <b>walked</b>" for n in range(4)]
    rows = [f"2016-05-0{n},,\"{said}\"" for n, said in enumerate(cells, 1)]
    uploaded(as_ana, "\n".join(["Date,<i>Seat</i> &,Why?", *rows]).encode())
    bringing = Import.objects.get()
    bring(bringing, by=cast.ana())
    html = as_ana.get(url("import", bringing.ref)).content.decode()
    assert "3 cells of “Why?” say “Did not answer”." in html
    assert "<bdi>&lt;i&gt;Seat&lt;/i&gt; &amp;</bdi>" in html
    assert "Nobody answered this in the file." in html
    assert not bringing.problems.exists()


def test_the_day_of_a_file_without_days_can_be_said_on_its_page(as_ana: Client) -> None:
    uploaded(as_ana, b"What happened then?\nNobody came for days\n")
    bringing = Import.objects.get()
    address = url("import", bringing.ref)
    assert "No column of this file says when it was said." in as_ana.get(address).content.decode()
    refused = as_ana.post(address, typed(bringing, said_on="2999-01-01"))
    assert (refused.status_code, "This day is still to come." in refused.content.decode()) == (422, True)

    as_ana.post(address, typed(bringing, said_on="2016-05-21"))
    assert "2016-05-21" in as_ana.get(address).content.decode()
    bringing.refresh_from_db()
    bring(bringing, by=cast.ana())
    words = Verbatim.objects.get()
    assert (words.is_dated, words.spoken_at.date()) == (True, date(2016, 5, 21))


def test_a_file_whose_rows_say_their_day_is_not_asked_for_one(as_ana: Client) -> None:
    uploaded(as_ana)
    assert "said_on" not in as_ana.get(url("import", Import.objects.get().ref)).content.decode()


def test_what_somebody_unticks_is_left_out_for_no_reason_of_ours(as_ana: Client) -> None:
    rows = [f"Did it rain on day {n}?,red;{('blue', 'green')[n % 2]}" for n in range(20)]
    uploaded(as_ana, "\n".join(["Comment,Colours", *rows]).encode())
    bringing = Import.objects.get()
    plan = Plan.from_json(bringing.plan)
    assert plan.questions[1].note.startswith("Several choices")
    as_ana.post(url("import", bringing.ref), typed(bringing, take_1=None))
    bringing.refresh_from_db()
    assert Plan.from_json(bringing.plan).left_out == {"Left out.": ["Colours"]}


def test_headings_without_answers_are_said_to_be_that(as_ana: Client) -> None:
    uploaded(as_ana, b"id,What happened?,How was it?\n")
    bringing = Import.objects.get()
    address = url("import", bringing.ref)
    assert "Below its headings the file is empty." in as_ana.get(address).content.decode()

    refused = as_ana.post(address, typed(bringing, do="start"))
    assert refused.status_code == 422
    assert "This file holds headings and no answers below them." in refused.content.decode()
    with pytest.raises(NoRows):
        bring(bringing, by=cast.ana())
