"""The administrators' pages: organisation, outbox, what was done, long work, health."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from allears.core import audit, health, mail, seals
from allears.core.forms import JoinForm
from allears.core.models import AuditEvent, Job, Message, User
from allears.core.queries import the_organisation
from allears.people.forms import PersonForm
from allears.questionnaires.importing_forms import FileForm
from tests import cast
from tests.core.mail_server import post_office

pytestmark = pytest.mark.django_db
ROOMS = Path(audit.__file__).parent.parent

FORM = {
    "name": "Northwind Widgets", "language": "en", "time_zone": "Europe/Berlin", "mail_from": "ask@northwind.example",
    "reply_to": "", "smtp_host": "127.0.0.1", "smtp_port": "2525", "smtp_security": "none", "smtp_user": "",
    "smtp_password": "",
}  # fmt: skip


def questions(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_organisation_is_named_and_its_change_recorded(as_ada: Client) -> None:
    assert as_ada.post(reverse("core:organisation"), FORM).status_code == 302

    assert the_organisation().name == "Northwind Widgets"
    assert AuditEvent.objects.get(verb="core.organisation_changed").details["changed"] == [
        "name", "time_zone", "mail_from", "smtp_host", "smtp_port", "smtp_security",
    ]  # fmt: skip


def test_staff_who_have_the_organisations_time_zone_move_along_with_it(as_ada: Client) -> None:
    sam, ada = cast.sam(), cast.ada()
    User.objects.filter(pk=sam.pk).update(time_zone="Asia/Tokyo")
    assert ada.time_zone == the_organisation().time_zone == "UTC"

    as_ada.post(reverse("core:organisation"), FORM)

    ada.refresh_from_db()
    sam.refresh_from_db()
    assert (ada.time_zone, sam.time_zone) == ("Europe/Berlin", "Asia/Tokyo")


def test_two_who_change_the_organisation_at_once_replace_nothing_unseen(as_ada: Client) -> None:
    here = reverse("core:organisation")
    first = {**FORM, "seen": as_ada.get(here).context["form"]["seen"].value()}
    first |= {"name": "Your organisation", "time_zone": "UTC", "mail_from": "", "smtp_host": "", "smtp_port": "587"}
    first |= {"smtp_security": "starttls"}

    as_ada.post(here, {**first, "name": "Northwind", "smtp_host": "mail.northwind.example"})
    kept = as_ada.post(here, {**first, "time_zone": "Europe/Berlin"})
    refused = as_ada.post(here, {**first, "name": "Southwind", "smtp_password": "s3cret pass"})

    house = the_organisation()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (house.name, house.time_zone, house.smtp_host) == ("Northwind", "Europe/Berlin", "mail.northwind.example")
    assert "It says now: “Northwind”" in refused.content.decode()
    assert refused.context["form"].errors["smtp_password"] == ["Type it once more: a password is not shown again."]
    again = {bound.name: bound.value() for bound in refused.context["form"]}
    assert as_ada.post(here, {**again, "smtp_password": ""}).status_code == 302
    assert (the_organisation().name, the_organisation().time_zone) == ("Southwind", "Europe/Berlin")


def test_the_mail_password_is_sealed_never_shown_and_kept_when_left_empty(as_ada: Client) -> None:
    as_ada.post(reverse("core:organisation"), {**FORM, "smtp_password": "s3cret pass"})
    as_ada.post(reverse("core:organisation"), FORM)

    sealed = the_organisation().smtp_password_sealed
    assert "s3cret" not in sealed
    assert seals.unseal(sealed) == "s3cret pass"
    assert "s3cret" not in as_ada.get(reverse("core:organisation")).content.decode()
    assert "s3cret" not in str(list(AuditEvent.objects.values()))


def test_a_seal_of_another_installation_cannot_be_opened(settings: Any) -> None:
    sealed = seals.seal("s3cret pass")
    settings.SECRET_KEY = "another key"

    with pytest.raises(seals.BrokenSeal):
        seals.unseal(sealed)


@pytest.mark.parametrize("wrong", [
    {"name": ""}, {"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"mail_from": "nobody"},
    {"smtp_port": "-1"}, {"smtp_host": "smtp://x"}, {"smtp_security": "rot13"},
])  # fmt: skip
def test_wrong_settings_come_back_as_the_form(as_ada: Client, wrong: dict[str, str]) -> None:
    answer = as_ada.post(reverse("core:organisation"), {**FORM, **wrong})

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_a_name_with_line_breaks_smuggles_nothing_into_mails(as_ada: Client) -> None:
    as_ada.post(reverse("core:organisation"), {**FORM, "name": "North\r\nBcc: x@y.example"})

    assert "\n" not in the_organisation().name


def test_a_test_mail_arrives_and_the_page_says_so(as_ada: Client) -> None:
    with post_office() as office:
        as_ada.post(reverse("core:organisation"), {**FORM, "smtp_port": str(office.port)})
        page = as_ada.post(reverse("core:test_mail"), {"to": "ada@house.example"}, follow=True)

    assert office.recipients == ["ada@house.example"]
    assert office.letters[0][1]["From"] == "Northwind Widgets <ask@northwind.example>"
    assert "took the mail" in page.content.decode()


def test_a_test_mail_that_is_refused_says_why(as_ada: Client) -> None:
    with post_office() as office:
        office.answers["ada@house.example"] = "550 5.7.1 Not from you"
        as_ada.post(reverse("core:organisation"), {**FORM, "smtp_port": str(office.port)})
        page = as_ada.post(reverse("core:test_mail"), {"to": "ada@house.example"}, follow=True)

    assert "550 5.7.1 Not from you" in page.content.decode()


def test_a_test_mail_without_a_server_says_what_is_missing(as_ada: Client) -> None:
    page = as_ada.post(reverse("core:test_mail"), {"to": "ada@house.example"}, follow=True)
    assert "No mail server is named yet" in page.content.decode()

    assert as_ada.post(reverse("core:test_mail"), {"to": "nobody"}).status_code == 422


def test_the_outbox_finds_by_state_and_words(as_ada: Client) -> None:
    mail.put(to="bob@customer.example", subject="Your words", text="Hello", key="1")
    sent = mail.put(to="cleo@customer.example", subject="Thank you", text="Hello", key="2")
    failed = mail.put(to="dev@customer.example", subject="Please", text="Hello", key="3")
    Message.objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    Message.objects.filter(pk=failed.pk).update(failed_at=timezone.now(), error="550 No such person")

    def shown(**asked: str) -> str:
        return as_ada.get(reverse("core:outbox"), asked).content.decode()

    assert "bob@" in shown(state="waiting")
    assert "cleo@" not in shown(state="waiting")
    assert "cleo@" in shown(state="sent")
    assert "550 No such person" in shown(state="failed")
    assert "bob@" not in shown(q="thank")
    assert "No mail here" in shown(q="zebra")

    mail.call_back(Message.objects.filter(subject="Your words"), why="They asked to be left alone.")
    assert "Send 1 failed mail again" in shown()  # what was called back has no words any more
    as_ada.post(reverse("core:outbox_again"))
    assert Message.objects.get(pk=failed.pk).state == "waiting"


def test_a_mail_is_read_as_text_whatever_stands_in_it(as_ada: Client) -> None:
    put = mail.put(to="b@customer.example", subject="<script>x</script>", text="<script>alert(1)</script>", key="1")

    page = as_ada.get(reverse("core:outbox_mail", args=[put.ref])).content.decode()

    assert "<script>alert" not in page
    assert "<script>x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_mail_waits_until_a_moment_only_while_that_moment_is_ahead(as_ada: Client) -> None:
    soon = timezone.now() + timedelta(hours=2)
    later = mail.put(to="b@customer.example", subject="x", text="x", key="1", not_before=soon)
    here = reverse("core:outbox_mail", args=[later.ref])

    assert "waits until" in as_ada.get(here).content.decode()
    Message.objects.filter(pk=later.pk).update(not_before=timezone.now() - timedelta(minutes=2))
    assert "waits until" not in as_ada.get(here).content.decode()


@pytest.mark.parametrize(("held", "said"), [(None, "For 9 hours"), (timedelta(minutes=2), "For 2 minutes")])
def test_mail_is_late_from_when_it_may_leave(held: timedelta | None, said: str) -> None:
    letter = mail.put(to="b@customer.example", subject="x", text="x", key="1")
    now = timezone.now()
    Message.objects.filter(pk=letter.pk).update(
        put_at=now - timedelta(hours=9, seconds=1), not_before=held and now - held - timedelta(seconds=1)
    )

    found = health.oldest_mail()

    assert (found.state, found.words.replace("\xa0", " ")) == ("well" if held else "look", f"{said}.")


def test_what_was_done_is_found_by_who_what_and_to_what(as_ada: Client) -> None:
    audit.record(by=cast.ana(), verb="people.merged", target="people.person:7")
    audit.record(by=cast.lea(), verb="studies.opened", target="studies.study:1")

    def shown(**asked: str) -> str:
        page = as_ada.get(reverse("core:audit"), asked).content.decode()
        return page[page.find("<table") :]

    assert "merged two people" in shown(who="ana")
    assert "opened a study" not in shown(who="ana")
    assert "opened a study" in shown(verb="studies.")
    assert "person 7" in shown(target="people.person:7")
    assert "Nothing like that" in as_ada.get(reverse("core:audit"), {"verb": "zebra"}).content.decode()


def test_rooms_are_called_by_what_is_done_in_them(as_ada: Client) -> None:
    page = LexborHTMLParser(as_ada.get(reverse("core:audit")).content.decode())

    everything = {option.attributes["value"]: option.text() for option in page.css("#verb optgroup option:first-child")}
    assert everything["core."] == "All that has to do with signing in, mail and settings"
    assert len(everything) == len({verb.partition(".")[0] for verb in audit.said()})


def test_every_action_of_every_room_is_told_in_words() -> None:
    verbs = set(audit.said())
    written = {verb for file in ROOMS.rglob("*.py") for verb in verbs_in(ast.parse(file.read_text(encoding="utf-8")))}

    assert written - verbs == set()
    assert len(written) > 120
    for verb in verbs:
        assert audit.in_words(verb) not in ("", verb)
    assert audit.in_words("zebra.crossed") == "zebra.crossed"
    assert audit.target_in_words("zebra.crossing:1") == "zebra.crossing:1"


def test_every_detail_of_every_action_is_told_in_words() -> None:
    written = {
        (file.relative_to(ROOMS).parts[0], name)
        for file in ROOMS.rglob("*.py")
        for name in details_in(ast.parse(file.read_text(encoding="utf-8")))
    }

    named = {room: set(getattr(import_module(f"allears.{room}.audited"), "NAMED", ())) for room in {room for room, _name in written}}
    assert {(room, name) for room, name in written if name not in named[room] | named["core"]} == set()
    assert len(written) > 90


def details_in(tree: ast.AST) -> Iterator[str]:
    """What is written down beside who did what to what, by name."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record":
            yield from (each.arg for each in call.keywords if each.arg not in ("by", "verb", "target", None))  # type: ignore[misc]
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record_all":
            dicts = (part for part in ast.walk(call) if isinstance(part, ast.Dict))
            yield from (ast.literal_eval(key) for each in dicts for key in each.keys if key)


@pytest.mark.parametrize(
    ("verb", "details", "told"),
    [
        ("people.changed", {"fields": ["email", "email_key", "joined_on"], "facets": []}, ["what: address, customer since"]),
        ("people.import-read-anew", {"headed": True}, ["first row holds headings: yes"]),
        ("decisions.decided", {"kind": "not_yet"}, ["kind: not yet"]),
        ("studies.declined", {"kind": "no_time"}, ["why: no time"]),
        ("insights.theme_changed", {"before": {"name": "a_b c", "definition": ""}}, ["before: name: a_b c; definition: "]),
        ("insights.theme_nested", {"under": None}, ["under theme: not set"]),
        ("test.crossed", {"how_fast": 7}, ["how fast: 7"]),
    ],
)
def test_what_else_an_event_tells_is_said_in_words(as_ada: Client, verb: str, details: dict[str, Any], told: list[str]) -> None:
    audit.record(by="the system", verb=verb, **details)
    shown = LexborHTMLParser(as_ada.get(reverse("core:audit")).content.decode())

    assert [note.text() for note in shown.css("td .table__note")] == told


def verbs_in(tree: ast.AST) -> Iterator[str]:
    """What stands as `verb=` wherever something is recorded, both ways of an either-or."""
    for call in ast.walk(tree):
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg == "verb":
                yield from (
                    part.value
                    for part in ast.walk(keyword.value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value[:-1]
                )


def test_long_lists_go_on_by_key(as_ada: Client) -> None:
    for number in range(120):
        audit.record(by="the system", verb=f"test.number_{number:03}")
    first = as_ada.get(reverse("core:audit")).content.decode()
    assert "test.number_119" in first
    assert "test.number_069" not in first

    from allears.core.paging import keyset_page
    from allears.core.queries import events

    seen: list[str] = []
    page = keyset_page(events(verb="test."), None)
    while True:
        seen += [event.verb for event in page.rows]
        if not page.after:
            break
        page = keyset_page(events(verb="test."), page.after)
    assert seen == [f"test.number_{number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 40, "1; DROP TABLE"])
def test_a_made_up_key_is_no_error(as_ada: Client, before: str) -> None:
    assert as_ada.get(reverse("core:audit"), {"before": before}).status_code == 200


@pytest.mark.parametrize("name", ["core:outbox", "core:audit", "core:jobs"])
def test_three_rows_ask_no_more_than_one(as_ada: Client, name: str) -> None:
    def add(number: int) -> None:
        mail.put(to="bob@customer.example", subject="Words", text="Hello", key=f"k{number}")
        audit.record(by=cast.user(f"Person{number} X", "staff"), verb="test.done")
        Job.objects.create(kind="t", title="Work", started_by=cast.user(f"Person{number} X", "staff"))

    add(1)
    few = questions(as_ada, reverse(name))
    add(2)
    add(3)
    assert questions(as_ada, reverse(name)) == few


def job(**fields: Any) -> Job:
    return Job.objects.create(**{"kind": "test", "title": "Bring responses", "started_by": cast.ana(), **fields})


def test_a_job_shows_how_far_it_is_and_that_one_may_leave(as_ana: Client) -> None:
    under_way = job(started_at=timezone.now(), done=420, total=1706)

    page = as_ana.get(reverse("core:job", args=[under_way.ref])).content.decode()

    assert "420 of 1,706" in page
    assert "You may leave this page" in page
    assert 'hx-trigger="every 2s"' in page
    assert 'http-equiv="refresh"' in page


def test_the_list_of_long_work_groups_its_figures(as_ana: Client) -> None:
    job(started_at=timezone.now(), done=1200, total=104000)

    assert "1,200 / 104,000" in as_ana.get(reverse("core:jobs")).content.decode()


def test_htmx_gets_the_moving_part_alone(as_ana: Client) -> None:
    under_way = job(started_at=timezone.now(), done=1, total=2)

    page = as_ana.get(reverse("core:job", args=[under_way.ref]), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert 'id="moving"' in page


def test_a_job_that_ended_says_what_came_of_it_and_moves_no_more(as_ana: Client) -> None:
    done = job(started_at=timezone.now(), ended_at=timezone.now(), done=2, total=2, result={"rows_taken": 2, "list": [1]})

    page = as_ana.get(reverse("core:job", args=[done.ref])).content.decode()

    assert "Rows taken" in page
    assert "every 2s" not in page
    assert "http-equiv" not in page


def test_a_job_is_stopped_by_whoever_started_it(as_ana: Client) -> None:
    under_way = job()

    as_ana.post(reverse("core:job", args=[under_way.ref]))

    under_way.refresh_from_db()
    assert under_way.state == "stopped"
    assert AuditEvent.objects.filter(verb="core.job_stopped").count() == 1


def test_others_jobs_are_not_there_but_administrators_see_all(as_mia: Client, as_ada: Client) -> None:
    under_way = job()

    assert as_mia.get(reverse("core:job", args=[under_way.ref])).status_code == 404
    assert as_mia.post(reverse("core:job", args=[under_way.ref])).status_code == 404
    assert "Bring responses" not in as_mia.get(reverse("core:jobs")).content.decode()
    assert as_ada.get(reverse("core:job", args=[under_way.ref])).status_code == 200


def test_health_says_what_is_wrong(as_ada: Client) -> None:
    page = as_ada.get(reverse("core:health")).content.decode()

    assert "No worker lives" in page
    assert "No mail server is named" in page
    assert "Nothing has been said yet; the guards stand." in page


@pytest.mark.parametrize(("counted", "passed", "state", "words"), [
    (0, "", "well", "None stands before the server; this request came from 127.0.0.1."),
    (1, "93.184.216.34", "well", "ALLEARS_PROXIES says 1; this request came from 93.184.216.34."),
    (1, "1.2.3.4, 93.184.216.34", "well", "this request came from 93.184.216.34."),
    (0, "93.184.216.34", "wrong", "start the server with ALLEARS_PROXIES=1."),
    (3, "93.184.216.34, 10.0.0.7", "wrong", "start the server with ALLEARS_PROXIES=2."),
    (1, "93.184.216.34, 10.0.0.7", "have a look", "start the server with ALLEARS_PROXIES=2."),
    (1, "", "have a look", "carries no X-Forwarded-For"),
    (0, "<script>alert(1)</script>", "wrong", "&lt;script&gt;"),
    (1, "no address", "have a look", "The proxy wrote “no address”"),
])  # fmt: skip
def test_health_says_what_to_set_when_proxies_are_counted_wrongly(
    as_ada: Client, settings: Any, counted: int, passed: str, state: str, words: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = counted
    answer = as_ada.get(reverse("core:health"), headers={"x-forwarded-for": passed} if passed else {})
    line = next(li for li in LexborHTMLParser(answer.content).css("main li") if "Proxies" in li.text())

    assert state in line.text()
    assert words in line.html.replace("\xa0", " ")


def test_who_is_counted_behind_too_many_proxies_can_sign_in_all_the_same(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
    user = cast.ada()
    user.set_password("long enough a password")
    user.save()

    answer = Client().post(
        "/accounts/login/", {"login": user.email, "password": "long enough a password"},
        headers={"x-forwarded-for": "93.184.216.34"},
    )  # fmt: skip

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_health_sees_words_that_nobody_sealed(as_ada: Client) -> None:
    from allears.verbatims.sealing import seal_waiting

    cast.said(cast.bob(), "Nobody told us.")
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert "not sealed" in as_ada.get(reverse("core:health")).content.decode()
        seal_waiting()
        assert "1 block of words is sealed" in as_ada.get(reverse("core:health")).content.decode()


def test_healthz_is_for_machines_and_asks_no_host_name() -> None:
    answer = Client().get("/healthz", headers={"host": "anything.at.all"})

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_a_profile_is_ones_own(as_sam: Client) -> None:
    form = {"name": "Sam Ito", "language": "en", "time_zone": "Asia/Tokyo", "theme": "dark"}

    answer = as_sam.post(reverse("core:profile"), form)

    assert answer.status_code == 302
    sam = cast.sam()
    assert (sam.time_zone, sam.theme) == ("Asia/Tokyo", "dark")
    assert answer.cookies["theme"].value == "dark"
    assert as_sam.post(reverse("core:profile"), {**form, "time_zone": "Mars"}).status_code == 422


def test_a_time_zone_that_no_list_offers_stays_ones_own_and_is_no_other_persons(as_sam: Client) -> None:
    here, form = reverse("core:profile"), {"name": "Sam", "language": "en", "time_zone": "EST", "theme": "auto"}
    assert as_sam.post(here, form).status_code == 422

    User.objects.filter(pk=cast.sam().pk).update(time_zone="EST")
    assert '<option value="EST" selected>' in as_sam.get(here).content.decode()
    assert as_sam.post(here, form).status_code == 302


def test_every_form_offers_the_same_time_zones() -> None:
    offered = [list(form.fields["time_zone"].choices) for form in (JoinForm(), FileForm(), PersonForm())]

    assert offered[0] == offered[1] == offered[2][1:]
    assert ("America/New_York", "America / New York") in offered[0]


def test_the_choice_of_a_dark_page_follows_to_a_new_device(as_sam: Client) -> None:
    as_sam.post(reverse("core:profile"), {"name": "Sam", "language": "en", "time_zone": "UTC", "theme": "dark"})
    as_sam.cookies.pop("theme")

    assert 'data-theme="dark"' in as_sam.get(reverse("core:profile")).content.decode()

    as_sam.post(reverse("design:theme"), {"theme": "auto"})
    assert 'data-theme="dark"' not in as_sam.get(reverse("core:profile")).content.decode()
