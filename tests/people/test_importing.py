"""Bringing people from files, friendly and hostile ones."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from allears.core.models import AuditEvent, Job
from allears.core.progress import ask_for
from allears.people import actions as people_actions
from allears.people import queries
from allears.people.importing import actions, columns
from allears.people.models import Account, Consent, Facet, Import, ImportProblem, Person
from allears.people.tasks import bring_people
from tests import cast

pytestmark = pytest.mark.django_db
GUESTS = (
    "Customer ID,First name,Last name,E-mail,Company,Sales region,Opt-in\n"
    "1,Bob,Hale,bob@x.example,XYZ Co.,North,yes\n"
    "2,Cleo,Marsh,cleo@x.example,xyz  co.,South,no\n"
    "3,محمد,علي,,,North,\n"
)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files", "base_url": None},
        },
    }


def upload(text: str | bytes, name: str = "guests.csv") -> Import:
    data = text.encode() if isinstance(text, str) else text
    return actions.upload(file=SimpleUploadedFile(name, data), name=name, by=cast.ana())


def bring(text: str | bytes, *, known: str = "fill", mapping: list[str] | None = None, name: str = "g.csv") -> Import:
    made = upload(text, name)
    actions.describe(bringing=made, mapping=mapping or made.mapping, kind="customer", known=known, by=cast.ana())
    return work_off(made)


def work_off(made: Import) -> Import:
    job = ask_for(bring_people, kind="people.import", title="t", by=cast.ana(), bringing=made.pk)
    bring_people.func(job.pk)
    assert Job.objects.get(pk=job.pk).error == ""
    return Import.objects.get(pk=made.pk)


def counts(made: Import) -> tuple[int, int, int, int]:
    return made.added, made.changed, made.unchanged, made.refused


def problems(made: Import) -> list[tuple[int, str, str, bool]]:
    rows = ImportProblem.objects.filter(bringing=made).order_by("row", "pk")
    return list(rows.values_list("row", "column", "code", "row_taken"))


MAPPED = [
    "external_id", "first_name", "last_name", "email", "account_name", "new-facet:Sales region", "consent:contact",
]  # fmt: skip


def test_columns_are_known_by_their_headings() -> None:
    assert upload(GUESTS).mapping == [
        "external_id", "first_name", "last_name", "email", "account_name", "", "consent:contact",
    ]  # fmt: skip


def test_german_headings_are_known_and_a_newsletter_is_no_consent() -> None:
    headings = "Kd.-Nr. ;Vor- und Nachname;E-Mail-Adresse (privat);Kunde seit;Newsletter?"
    assert upload(headings + "\n1;Ana;a@x.example;01.05.2024;ja\n").mapping == ["external_id", "name", "email", "joined_on", ""]


def test_a_file_becomes_people_with_accounts_facets_and_consents() -> None:
    made = bring(GUESTS, mapping=MAPPED)

    assert (counts(made), problems(made)) == ((3, 0, 0, 0), [])
    bob, cleo, ali = Person.objects.order_by("external_id")
    assert (bob.name, bob.email_key, bob.account) == ("Bob Hale", "bob@x.example", Account.objects.get())
    assert (cleo.account, cleo.contactable, ali.name) == (bob.account, False, "محمد علي")
    assert [v.label for v in queries.facets_of([bob.pk])[bob.pk]] == ["North"]
    assert Facet.objects.get().key == "sales-region"
    assert Consent.objects.get(person=bob).source == "the file g.csv"
    assert AuditEvent.objects.get(verb="people.imported").details["added"] == 3


def test_bringing_it_again_adds_nobody_and_the_file_is_deleted() -> None:
    first, again = bring(GUESTS, mapping=MAPPED), bring(GUESTS, mapping=MAPPED, known="replace")

    assert counts(again) == (0, 0, 3, 0)
    assert Consent.objects.count() == 2
    assert (first.file, again.file) == ("", "")


@pytest.mark.parametrize(
    ("known", "name", "region"),
    [("fill", "Bob Hale", "North"), ("replace", "Rob Hale", "West"), ("skip", "Bob Hale", "North")],
)
def test_who_is_known_is_filled_in_replaced_or_left(known: str, name: str, region: str) -> None:
    bring(GUESTS, mapping=MAPPED)
    bring("Customer ID,Name,Phone,Sales region\n1,Rob Hale,+43 1 58858,West\n", known=known)

    bob = Person.objects.get(external_id="1")
    assert (bob.name, queries.facets_of([bob.pk])[bob.pk][0].label) == (name, region)
    assert bool(bob.phone_key) == (known != "skip")


def test_without_a_number_people_are_known_by_address_and_then_by_name_and_account() -> None:
    text = "Name,E-mail,Company\nBob,BOB@x.example,\nDev Rao,,XYZ\nDEV  rao,,xyz\nDev Rao,,Other\nDev Rao,,\nBobby,bob@X.example,\n"
    assert counts(bring(text)) == (4, 0, 2, 0)
    assert counts(bring(text)) == (0, 0, 6, 0)


def test_who_was_merged_is_known_and_a_no_is_not_outweighed_by_a_files_yes() -> None:
    bring(GUESTS, mapping=MAPPED)
    bob, cleo = Person.objects.get(external_id="1"), Person.objects.get(external_id="2")
    people_actions.merge(keep=bob, other=cleo, by=None)

    again = bring(GUESTS.replace(",no", ",yes"), mapping=MAPPED, known="replace")

    assert again.added == 0
    assert not Person.objects.get(pk=bob.pk).contactable


def test_what_is_not_taken_is_reported_with_row_column_and_reason() -> None:
    made = bring(
        "Customer ID,Name,E-mail,Time zone,Opt-in\n"
        "1,Bob,nonsense,,\n"
        "2,Cleo,c@x.example,Moon/Sea,\n"
        ",,,,yes\n"
        f"4,{'x' * 300},,,\n"
        "5,Dev,d@x.example,,perhaps\n"
        "6,Cleo too,C@x.example,,\n"
        '7,"Eve\r\nBcc: all@x.example",e@x.example,,\n'
    )

    assert counts(made) == (3, 0, 0, 4)
    assert problems(made) == [
        (2, "E-mail", "no-address", False),
        (3, "Time zone", "no-time-zone", True),
        (4, "Name", "nobody", False),
        (5, "Name", "too-long", False),
        (6, "Opt-in", "neither-yes-nor-no", False),
        (7, "E-mail", "address-taken", True),
    ]
    assert Person.objects.get(external_id="7").name == "Eve Bcc: all@x.example"
    assert Person.objects.get(external_id="6").email_key is None


def test_a_row_that_only_an_address_makes_somebody_s_of_another_name_is_reported() -> None:
    shared = "Name,E-mail\nEve Low,office@x.example\nFay Low,Office@x.example\neve low,office@x.example\n"

    assert problems(bring(shared)) == [(3, "Name", "other-name", True)]
    assert Person.objects.get(email_key="office@x.example").name == "Eve Low"
    assert problems(bring(shared, known="replace")) == []


def test_work_that_was_cut_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CHUNK", 2)
    text = "Customer ID,Name\n" + "".join(f"{n},Guest {n}\n" for n in range(7))
    made = upload(text)
    actions.describe(bringing=made, mapping=made.mapping, kind="customer", known="fill", by=cast.ana())

    class Cut(Exception):
        pass

    class Progress:
        def to(self, done: int, total: int | None = None) -> None:
            if done >= 4:
                raise Cut

        wrote = to

    with pytest.raises(Cut):
        actions.run(made, Progress())  # type: ignore[arg-type]
    assert Person.objects.count() == 4
    made = work_off(Import.objects.get(pk=made.pk))

    assert (counts(made), Person.objects.count()) == ((7, 0, 0, 0), 7)


def test_a_workbook_is_read_like_any_file() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name", "E-mail"])
    book.active.append(["Bob", "bob@x.example"])
    data = io.BytesIO()
    book.save(data)

    assert counts(bring(data.getvalue(), name="guests.xlsx")) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "empty"), (b"%PDF-1.7", "a PDF"), (b"PK\x03\x04 broken", "damaged"), (b"\0" * 100, "")]
)
def test_a_file_that_is_no_table_is_refused_in_words_and_not_kept(as_ana: Client, data: bytes, words: str) -> None:
    answer = as_ana.post("/people/imports/", {"file": SimpleUploadedFile("x.csv", data)})

    if data.startswith(b"\0"):
        assert answer.status_code in (302, 422)
        return
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Import.objects.exists()


def test_a_mapping_without_anybody_or_with_a_field_twice_is_refused() -> None:
    made = upload(GUESTS)
    for mapping in ([""] * 7, ["name", "name", "", "", "", "", ""]):
        with pytest.raises(actions.NotTaken):
            actions.describe(bringing=made, mapping=mapping, kind="customer", known="fill", by=cast.ana())
        Import.objects.filter(pk=made.pk).update(mapping=mapping)
        with pytest.raises(actions.NotTaken):
            actions.start(bringing=made, by=cast.ana())


def test_the_way_through_the_pages(as_ana: Client, django_capture_on_commit_callbacks: Any) -> None:
    as_ana.post("/people/imports/", {"file": SimpleUploadedFile("../../evil<b>.csv", GUESTS.encode())})
    made = Import.objects.get()
    address = f"/people/imports/{made.ref}/"
    shown = as_ana.get(address).content.decode()
    assert "What do the columns hold?" in shown
    assert "New facet “Sales region”" in shown
    assert "evil&lt;b&gt;.csv" in shown
    assert made.file.startswith("people-imports/")

    typed = {f"column_{n}": target for n, target in enumerate(MAPPED)}
    wrong = as_ana.post(address, {**typed, "kind": "customer", "known": "fill", "column_0": "name", "column_1": "name"})
    assert wrong.status_code == 422
    as_ana.post(address, {**typed, "kind": "customer", "known": "fill", "do": "look"})
    assert "Bob Hale" in as_ana.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_ana.post(address, {**typed, "kind": "customer", "known": "fill", "do": "start"})
    made = Import.objects.get()
    assert made.job is not None
    assert answer.headers["Location"] == f"/settings/jobs/{made.job.ref}/"
    bring_people.func(made.job.pk)
    with pytest.raises(actions.NotTaken):
        actions.start(bringing=made, by=cast.ana())

    report = as_ana.get(address).content.decode()
    assert "Everything in the file was taken." in report
    assert Person.objects.count() == 3


def test_all_that_would_be_written_down_is_seen_before(as_ana: Client) -> None:
    made = upload("No,Name,Since,Agreed\n17,Dora Lind,2024-05-31,no\n")
    Import.objects.update(mapping=["external_id", "name", "joined_on", "consent:contact"])

    page = as_ana.get(f"/people/imports/{made.ref}/").content.decode()
    assert "Number elsewhere: 17 · Customer since 31 May 2024 · be asked by us: no" in page


@pytest.mark.parametrize(("born", "asked"), [("{}.1.1980", True), ("in May", False)])
def test_a_new_facet_that_says_something_else_of_each_is_asked_about(as_ana: Client, born: str, asked: bool) -> None:
    people = "".join(f"Guest {n},{born.format(n)}\n" for n in range(1, 25))
    made = upload("Name,Born\n" + people)
    Import.objects.update(mapping=["name", "new-facet:Born"])

    assert ("Is this a facet?" in as_ana.get(f"/people/imports/{made.ref}/").content.decode()) is asked


def test_a_title_above_the_headings_is_said_on_the_page_and_no_row(as_ana: Client) -> None:
    text = "Guests of May,,,\n\nName,E-mail,Region,Since\nDora Lind,dora@x.example,North,2024-05-31\n"
    as_ana.post("/people/imports/", {"file": SimpleUploadedFile("guests.csv", text.encode())})
    made = Import.objects.get()

    page = as_ana.get(f"/people/imports/{made.ref}/").content.decode()
    assert "A title above the headings" in page
    assert "<bdi>Guests of May</bdi>" in page
    assert made.mapping == ["name", "email", "", "joined_on"]
    assert "row 4" in page
    assert "would not be taken" not in page


def test_letters_and_headings_are_said_on_the_page_and_what_was_mapped_stays(as_ana: Client) -> None:
    file = SimpleUploadedFile("guests.csv", "Jiří Dvořák,jiri@x.example\nBěla Nová,bela@x.example\nEva Hořká,eva@x.example\n".encode("cp1250"))
    as_ana.post("/people/imports/", {"file": file})
    made = Import.objects.get()
    address = f"/people/imports/{made.ref}/"
    page = as_ana.get(address).content.decode()
    assert "We guessed which letters these are" in page
    assert "Are these headings?" in page

    typed = {"kind": "customer", "known": "fill", "column_0": "name", "column_1": "email", "encoding": "cp1250", "unheaded": "on"}
    answer = as_ana.post(address, {**typed, "do": "start"})
    assert answer.headers["Location"] == f"{address}#preview"
    made.refresh_from_db()
    assert (made.encoding, made.headed, made.mapping, made.job) == ("cp1250", False, ["name", "email"], None)
    assert AuditEvent.objects.filter(verb="people.import-read-anew").count() == 1
    page = as_ana.get(address).content.decode()
    assert "Jiří Dvořák" in page
    assert "We guessed" not in page
    as_ana.post(address, {**typed, "do": "start"})
    made.refresh_from_db()
    assert made.job is not None
    bring_people.func(made.job.pk)
    assert set(Person.objects.values_list("name", flat=True)) == {"Jiří Dvořák", "Běla Nová", "Eva Hořká"}


def test_the_report_is_a_csv_that_runs_no_formula(as_ana: Client) -> None:
    made = bring('Customer ID,"=cmd|x"\n1,nonsense\n', mapping=["external_id", "email"])

    answer = as_ana.get(f"/people/imports/{made.ref}/report.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(text)))[1][:2] == ["2", "'=cmd|x"]
    assert "This is not a mail address" in as_ana.get(f"/people/imports/{made.ref}/").content.decode()


def test_an_upload_can_be_dropped(as_ana: Client) -> None:
    made = upload(GUESTS)

    as_ana.post(f"/people/imports/{made.ref}/", {"do": "drop"})

    assert not Import.objects.exists()
    assert not default_storage.exists(made.file)


def test_a_file_that_went_missing_is_said_so(as_ana: Client) -> None:
    made = upload(GUESTS)
    default_storage.delete(made.file)

    answer = as_ana.get(f"/people/imports/{made.ref}/")

    assert answer.status_code == 422
    assert "Upload it again" in answer.content.decode()


def test_a_heading_names_a_facet_that_is_there() -> None:
    cast.facet("Sales region", "North")

    assert columns.guess(["sales  REGION", "E-Mail"], Facet.objects.all()) == ["facet:sales-region", "email"]


def test_an_upload_that_nobody_starts_is_forgotten_after_a_week(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made, done = upload(GUESTS), bring(GUESTS)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=6)):
        assert actions.forget_old_uploads() == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        assert actions.forget_old_uploads() == 1

    assert not default_storage.exists(made.file)
    assert list(Import.objects.all()) == [done]


def test_a_file_without_a_row_was_left_behind_by_a_kill_and_is_forgotten_after_a_day() -> None:
    made = upload(GUESTS)
    default_storage.save("people-imports/stray", SimpleUploadedFile("stray", b"Bob"))
    assert actions.forget_old_uploads() == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        assert actions.forget_old_uploads() == 1

    assert default_storage.listdir("people-imports") == ([], [made.file.removeprefix("people-imports/")])


def test_a_report_says_when_the_work_was_given_up_or_stopped(as_ana: Client) -> None:
    made = upload(GUESTS)
    job = actions.start(bringing=made, by=cast.ana())
    page = f"/people/imports/{made.ref}/"
    assert "Still being brought" in as_ana.get(page).content.decode()

    Job.objects.filter(pk=job.pk).update(ended_at=datetime.now(UTC), error="Given up.")
    given_up = as_ana.get(page).content.decode()
    assert "Still being brought" not in given_up
    assert "Given up." in given_up
    assert "nobody is added twice" in given_up

    Job.objects.filter(pk=job.pk).update(stopped_at=datetime.now(UTC), error="")
    assert "0 rows were brought, and stay." in as_ana.get(page).content.decode()


@pytest.mark.parametrize("why", [{"error": "Given up: the server stopped 3 times."}, {"stopped_at": datetime.now(UTC)}])
def test_an_import_that_was_given_up_or_stopped_goes_on_where_it_was_at_the_press_of_a_button(
    as_ana: Client, why: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CHUNK", 2)
    made = upload("Customer ID,Name\n" + "".join(f"{n},Guest {n}\n" for n in range(5)))
    given_up, page = actions.start(bringing=made, by=cast.ana()), f"/people/imports/{made.ref}/"
    asked_before = as_ana.post(page, {"do": "go-on"}).headers["Location"]
    with monkeypatch.context() as cut:
        cut.setattr(actions, "_bring_or_again", lambda *_args: actions._bring(*_args) or pytest.exit())
        with pytest.raises(pytest.exit.Exception):
            bring_people.func(given_up.pk)
    Job.objects.filter(pk=given_up.pk).update(ended_at=datetime.now(UTC), **why)
    told = as_ana.get(page).content.decode()

    onward = as_ana.post(page, {"do": "go-on"}).headers["Location"]
    again = as_ana.post(page, {"do": "go-on"}).headers["Location"]
    job = Job.objects.get(ended_at=None)
    bring_people.func(job.pk)

    assert "2 rows were brought, and stay." in told
    assert "Go on from where it was" in told
    assert (asked_before, onward, again) == (page, f"/settings/jobs/{job.ref}/", page)
    assert counts(Import.objects.get()) == (5, 0, 0, 0)
    ended = as_ana.get(page).content.decode()
    assert "Everything in the file was taken." in ended
    assert "Go on from where it was" not in ended
    assert AuditEvent.objects.filter(verb="people.import-gone-on").count() == 1


def test_the_report_of_what_was_not_taken_is_paged_and_downloaded_whole(as_ana: Client) -> None:
    made = bring("Name,E-mail\n" + "".join(f"Guest {n},not an address {n}\n" for n in range(250)), mapping=["name", "email"])

    first, last = (as_ana.get(f"/people/imports/{made.ref}/?page={n}").content.decode() for n in (1, 3))
    lines = b"".join(as_ana.get(f"/people/imports/{made.ref}/report.csv")).decode().splitlines()

    assert (first.count("This is not a mail address"), last.count("This is not a mail address")) == (100, 50)
    assert 'rel="next"' in first
    assert 'rel="next"' not in last
    assert len(lines) == 1 + 250


def test_the_file_of_work_that_was_stopped_is_forgotten_too_and_its_report_stays() -> None:
    made = upload(GUESTS)
    job = actions.start(bringing=made, by=cast.ana())
    Job.objects.filter(pk=job.pk).update(ended_at=datetime.now(UTC), stopped_at=datetime.now(UTC))
    assert actions.forget_old_uploads() == 0

    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        assert actions.forget_old_uploads() == 1
        assert actions.forget_old_uploads() == 0

    assert not default_storage.exists(made.file)
    assert Import.objects.get().ended_at is not None
