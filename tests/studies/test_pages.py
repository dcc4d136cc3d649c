"""The pages of studies: what they show, whom they let in, and what they refuse."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.core.models import Job, Message, Role, User
from allears.core.queries import the_organisation
from allears.people import links
from allears.people.crowds import ids_of
from allears.people.models import Person
from allears.questionnaires import authoring
from allears.questionnaires.models import Response
from allears.studies import actions, mails, translating
from allears.studies.loop import cells_of
from allears.studies.models import Invitation, Member, PublicLink, RoundList, Study
from tests import cast
from tests.questionnaires.asked import asking, invited
from tests.questionnaires.robot import Robot
from tests.questionnaires.test_answering_language import say

pytestmark = pytest.mark.django_db


def asked() -> Study:
    """Late orders with published questions."""
    study = cast.late_orders()
    version = authoring.draft_of(study)
    authoring.add_question(section=version.sections.all()[0], kind="long_text", text="What happened?")
    authoring.publish(version=version)
    return study


def test_the_strip_says_apart_who_was_asked_who_came_and_what_was_brought() -> None:
    study = cast.late_orders()
    assert said_of_asked(study) == ("0", "asked", "")
    cast.said(cast.bob(), "Nobody told us.")
    assert said_of_asked(study) == ("1", "came uninvited", "")
    version = Response.objects.get().version
    Response.objects.create(study=study, version=version, person=cast.dev(), import_key="row 1")
    assert said_of_asked(study) == ("1", "came uninvited", "1 brought from elsewhere")
    Invitation.objects.create(study=study, person=cast.cleo())
    assert said_of_asked(study) == ("1", "asked", "1 came uninvited · 1 brought from elsewhere")


def said_of_asked(study: Study) -> tuple[str, str, str]:
    cell = next(cell for cell in cells_of(study) if cell.step == "asked")
    return cell.figure, cell.words, cell.note


def count_queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_a_new_study_needs_a_title_only(as_ana: Client) -> None:
    answer = as_ana.post("/studies/new/", {"title": "Why some left", "language": "en"})

    study = Study.objects.get()
    assert (answer.status_code, answer["Location"], study.owner) == (302, "/studies/why-some-left/", cast.ana())
    page = as_ana.get(answer["Location"]).content.decode()
    assert "Before it can open" in page
    assert "/questionnaires/why-some-left/imports/" in page


def test_a_form_without_a_title_comes_back_and_says_so(as_ana: Client) -> None:
    answer = as_ana.post("/studies/new/", {"title": " ", "problem": "Late.", "language": "en"})

    page = answer.content.decode()
    assert (answer.status_code, Study.objects.count()) == (422, 0)
    assert 'href="#id_title"' in page
    assert "Late." in page


@pytest.mark.parametrize(
    ("field", "words"), [("title", "Why {name} left"), ("problem", "Late for {account|you}."), ("problem", "Is {facet:Region} served?")]
)
def test_a_place_that_only_questions_have_is_refused_with_what_to_do(as_ana: Client, field: str, words: str) -> None:
    answer = as_ana.post("/studies/new/", {"title": "Why some left", "language": "en", field: words})

    assert (answer.status_code, Study.objects.count()) == (422, 0)
    page, place = answer.content.decode(), words[words.index("{") : words.index("}") + 1]
    assert (f'href="#id_{field}"' in page, f"“{place}” is filled in only inside questions" in page) == (True, True)


def test_a_study_that_holds_such_a_place_shows_none_to_participants_and_says_it_to_staff(as_ana: Client) -> None:
    asking([{"kind": "long_text", "text": "What happened?"}], title="Orders of {account}", problem="{name}, they came late for {account|you}.")
    say({cast.late_orders().problem: "تأخرت طلباتكم."})
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    link = invited(cast.bob())
    invitation = Invitation.objects.select_related("study__owner", "person").get()
    letter = mails.Letters(invitation.study, the_organisation()).invitation(invitation, "x" * 24)["text"]
    first = Robot().open(link)
    staff = as_ana.get("/studies/late-orders/").content.decode()
    own = Robot().open(f"/me/{links.issue(cast.bob())}/").text

    assert "…, they came late for you." in first.text
    assert "تأخرت طلباتكم." in Robot().open(f"{link}?lang=ar").text
    assert "Orders of … · " in first.page.css_first("title").text()
    for read in (first.html, letter, own):
        assert ("{name" in read, "{account" in read) == (False, False)
    assert "…, they came late for you." in letter
    assert "“{account}” is filled in only inside questions; here everybody reads “…”." in staff
    actions.close_study(study=cast.late_orders(), by=cast.ana())
    assert "“{account}” is filled in" in as_ana.get("/studies/late-orders/opening/").content.decode()


def test_looking_how_it_reads_keeps_nothing(as_ana: Client) -> None:
    answer = as_ana.post("/studies/new/", {"title": "", "problem": "<b>Late</b>.", "look": "1", "language": "en"})

    assert (answer.status_code, Study.objects.count()) == (200, 0)
    page = answer.content.decode()
    assert '<p class="told" dir="auto">&lt;b&gt;Late&lt;/b&gt;.</p>' in page
    assert "field--wrong" not in page
    assert "aria-invalid" not in page


def test_the_list_shows_what_the_reader_may_see(as_mia: Client) -> None:
    cast.late_orders(team_only=True)
    assert "Late orders" not in as_mia.get("/studies/").content.decode()
    assert as_mia.get("/studies/late-orders/").status_code == 404


def test_the_list_finds_mine_the_overdue_and_words(as_ana: Client) -> None:
    cast.late_orders(promise_on=date.today() - timedelta(days=2))
    actions.create_study(by=cast.mia(), title="Packaging")

    def titles(query: str) -> list[str]:
        page = as_ana.get(f"/studies/{query}").content.decode()
        return [title for title in ("Late orders", "Packaging") if f">{title}</a>" in page]

    assert titles("") == ["Late orders", "Packaging"]
    assert titles("?show=mine") == ["Late orders"]
    assert titles("?show=overdue") == ["Late orders"]
    assert titles("?show=draft") == ["Packaging"]
    assert titles("?q=packag") == ["Packaging"]
    assert "2 days ago" in as_ana.get("/studies/").content.decode()
    cast.said(cast.bob(), "Nobody told us until we called.")
    assert "2 days overdue" in as_ana.get("/studies/").content.decode()


def test_the_list_takes_as_many_queries_for_three_studies_as_for_one(as_ana: Client) -> None:
    cast.late_orders()
    one = count_queries(as_ana, "/studies/")
    for title in ("Packaging", "Returns"):
        actions.create_study(by=cast.ana(), title=title)

    assert count_queries(as_ana, "/studies/") == one


def test_opening_says_what_is_missing_and_where(as_ana: Client) -> None:
    actions.create_study(by=cast.ana(), title="Returns")
    page = as_ana.get("/studies/returns/opening/").content.decode()

    assert "Write its questions and publish them." in page
    assert "Tell participants the problem" in page
    assert as_ana.post("/studies/returns/opening/").status_code == 422
    assert Study.objects.get().state == "draft"


def test_a_study_opens_closes_and_opens_again_by_its_pages(as_ana: Client) -> None:
    study = asked()
    Study.objects.update(state="draft")

    as_ana.post("/studies/late-orders/opening/")
    study.refresh_from_db()
    assert study.state == "open"
    assert "Participants do not read it." in as_ana.get("/studies/late-orders/closing/").content.decode()
    study.refresh_from_db()
    assert study.state == "open"
    as_ana.post("/studies/late-orders/closing/", {"note": "Enough."})
    study.refresh_from_db()
    assert study.state == "closed"
    as_ana.post("/studies/late-orders/opening/")
    study.refresh_from_db()
    assert study.state == "open"


def test_who_does_not_work_on_it_changes_nothing(as_lea: Client, as_mia: Client, as_sam: Client) -> None:
    asked()
    for client in (as_lea, as_mia, as_sam):
        assert client.get("/studies/late-orders/").status_code == 200
        for page in ("edit/", "closing/", "people/", "people/round/", "people/letter/", "invitations.csv"):
            assert client.get(f"/studies/late-orders/{page}").status_code == 403
        assert client.post("/studies/late-orders/link/").status_code == 403
    assert as_sam.get("/studies/late-orders/invitations/").status_code == 403
    assert as_lea.get("/studies/late-orders/invitations/").status_code == 200


def test_the_team_grows_shrinks_and_changes_hands(as_ana: Client) -> None:
    cast.late_orders()
    mia = cast.mia()
    as_ana.post("/studies/late-orders/team/", {"act": "add", "user": mia.pk})
    assert Member.objects.filter(user=mia).exists()
    as_ana.post("/studies/late-orders/team/", {"act": "remove", "user": mia.pk})
    assert not Member.objects.filter(user=mia).exists()
    as_ana.post("/studies/late-orders/team/", {"act": "hand_over", "user": cast.sam().pk})
    assert Study.objects.get().owner == cast.ana()
    as_ana.post("/studies/late-orders/team/", {"act": "hand_over", "user": mia.pk})
    assert Study.objects.get().owner == mia


def test_where_there_is_no_way_in_yet_whoever_cannot_make_one_reads_who_can(as_ana: Client, as_sam: Client) -> None:
    cast.late_orders()
    who = f"There is none yet: {cast.ana().name} can make one."

    assert as_sam.get("/studies/late-orders/link/").content.decode().count(who) == 3
    assert who not in as_ana.get("/studies/late-orders/link/").content.decode()


def test_the_public_link_has_a_code_until_it_is_withdrawn(as_ana: Client) -> None:
    cast.late_orders()
    assert as_ana.get("/studies/late-orders/link/code.svg").status_code == 404
    as_ana.post("/studies/late-orders/link/")

    code = as_ana.get("/studies/late-orders/link/code.svg")
    assert (code["Content-Type"], b"<svg" in code.content) == ("image/svg+xml", True)
    assert PublicLink.objects.get().token in as_ana.get("/studies/late-orders/link/").content.decode()

    as_ana.post("/studies/late-orders/link/", {"withdraw": "1"})
    assert as_ana.get("/studies/late-orders/link/code.svg").status_code == 404


def test_who_to_ask_filters_compares_and_says_who_cannot_be_asked(as_ana: Client) -> None:
    asked()
    for name, region in (("Una Low", "North"), ("Vic Low", "North"), ("Wes Low", "South")):
        cast.has(cast.person(name), "Region", region)
    Person.objects.filter(name="Vic Low").update(contactable=False)

    page = as_ana.get("/studies/late-orders/people/?kind=customer&facet_region=north").content.decode()

    assert "Una Low" in page
    assert "Wes Low" not in page
    assert "1 does not want to be asked" in page
    assert "How they compare" in page


def test_typing_nonsense_into_the_filters_is_no_error(as_ana: Client) -> None:
    asked()
    for query in (
        "joined_before=soon",
        "rested=-4",
        "kind=ghost",
        "facet_none=x",
        "after=zzz",
        "q=%00%27%22",
        "facet_x=%00",
        "after=%00",
    ):
        assert as_ana.get(f"/studies/late-orders/people/?{query}").status_code == 200


def test_a_nul_in_an_address_is_no_error(as_ana: Client) -> None:
    asked()
    for page in ("?q=%00", "late-orders/people/letter/?person=%00&q=%00", "late-orders/invitations/?q=%00&outcome=%00"):
        assert as_ana.get(f"/studies/{page}").status_code == 200


def whom_it_asks(job: Job) -> list[int]:
    return list(ids_of(int.from_bytes(RoundList.objects.get(job=job).bits, "little")))


def test_whoever_cannot_begin_a_study_reads_who_can_and_an_administrator_how_there_will_be_one(
    as_ada: Client, as_lea: Client, as_ana: Client
) -> None:
    User.objects.exclude(role__in=["administrator", "leader"]).update(is_active=False)
    alone, led = as_ada.get("/studies/").content.decode(), as_lea.get("/studies/").content.decode()
    assert "Researchers begin a study, and nobody here is one yet." in alone
    assert '<a href="/settings/staff/">Invite a researcher, or make somebody one</a>' in alone
    assert ("An administrator can invite one." in led, "/settings/staff/" in led) == (True, False)

    User.objects.update(is_active=True)
    asked()
    for name in ("Nia Ohm", "Otto Pfaff"):
        cast.user(name, Role.RESEARCHER)
    assert "Researchers begin a study: Ana Ruiz, Ben Okoye, Nia Ohm and others." in as_lea.get("/studies/").content.decode()
    assert "Researchers begin" not in as_ana.get("/studies/").content.decode()


def test_a_round_is_confirmed_first_and_then_asked_for(
    as_ana: Client, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    asked()
    people = [cast.person(f"{name} Low") for name in ("Una", "Vic", "Wes")]
    url = "/studies/late-orders/people/round/?how=picked&" + "&".join(f"person={p.ref}" for p in people[:2])
    assert '<strong class="verdict__figure">2</strong>' in as_ana.get(url).content.decode()
    assert Job.objects.count() == 0

    answer = as_ana.post(url, {"minutes": "2.5"})

    job = Job.objects.get()
    assert answer["Location"] == f"/settings/jobs/{job.ref}/"
    assert whom_it_asks(job) == [people[0].pk, people[1].pk]


def test_whoever_goes_back_from_the_last_look_finds_their_ticks_and_may_choose_anew(as_ana: Client) -> None:
    asked()
    una, vic = cast.person("Una Low"), cast.person("Vic Low")

    answer = as_ana.get(f"/studies/late-orders/people/?q=low&how=picked&count=7&person={una.ref}")

    page = answer.content.decode()
    ticks = re.findall(r'name="person" value="(\w+)"( checked)?>', page)
    assert sorted(ticks) == sorted([(una.ref, " checked"), (vic.ref, "")])
    assert 'href="/studies/late-orders/people/round/?how=all&amp;q=low"' in page
    assert answer.context["keep"] == [("q", "low")]


def test_the_last_look_says_where_no_mail_server_is_named(as_ana: Client, settings: Any) -> None:
    asked()
    url = f"/studies/late-orders/people/round/?how=picked&person={cast.person('Una Low').ref}"

    assert "No mail server is named yet: these mails wait in the outbox" in as_ana.get(url).content.decode()
    settings.SMTP_URL = "smtp://127.0.0.1:9/?tls=none"
    assert "No mail server is named" not in as_ana.get(url).content.decode()


def test_some_drawn_by_chance_are_as_many_as_were_wished(as_ana: Client) -> None:
    asked()
    for number in range(6):
        cast.person(f"Person{number} Low")

    as_ana.post("/studies/late-orders/people/round/?how=some&count=4", {"minutes": "2"})

    assert len(whom_it_asks(Job.objects.get())) == 4


def test_a_draft_study_asks_nobody_even_by_a_forged_form(as_ana: Client) -> None:
    asked()
    Study.objects.update(state="draft")
    cast.bob()

    assert as_ana.post("/studies/late-orders/people/round/?how=all", {"minutes": "2"}).status_code == 422
    assert Job.objects.count() == 0


def test_the_letter_is_read_as_anybody_and_holds_no_working_link(as_ana: Client) -> None:
    asked()
    page = as_ana.get(f"/studies/late-orders/people/letter/?person={cast.cleo().ref}").content.decode()

    assert "Hello Cleo," in page
    assert "their-own-link/" in page
    assert "their-own-link/\">" not in page
    assert "/people/leave/" not in page
    assert (Message.objects.count(), Invitation.objects.count()) == (0, 0)


def test_the_invitations_take_as_many_queries_for_three_as_for_one(as_ana: Client) -> None:
    study = asked()
    actions.invite(study=study, people=[cast.bob()], by=cast.ana(), minutes=2)
    one = count_queries(as_ana, "/studies/late-orders/invitations/")
    home = count_queries(as_ana, "/studies/late-orders/")
    choosing = count_queries(as_ana, "/studies/late-orders/people/")
    actions.invite(study=study, people=[cast.cleo(), cast.dev()], by=cast.ana(), minutes=2)

    assert count_queries(as_ana, "/studies/late-orders/invitations/") == one
    assert count_queries(as_ana, "/studies/late-orders/") == home
    assert count_queries(as_ana, "/studies/late-orders/people/") == choosing


def test_an_invitation_gives_a_fresh_link_once_reminds_once_and_revokes(as_ana: Client) -> None:
    row = actions.invite(study=asked(), people=[cast.bob()], by=cast.ana(), minutes=2)[0]
    url = f"/studies/late-orders/invitations/{row.ref}/"

    assert "/a/" in as_ana.post(url, {"act": "link"}).content.decode()
    assert "/a/" not in as_ana.get(url).content.decode()
    as_ana.post(url, {"act": "remind"})
    assert "one reminder is all" in as_ana.post(url, {"act": "remind"}, follow=True).content.decode()
    as_ana.post(url, {"act": "revoke"})
    assert row.links.filter(revoked_at=None).count() == 0


def test_an_invitation_of_another_study_is_not_here(as_ana: Client) -> None:
    row = actions.invite(study=asked(), people=[cast.bob()], by=cast.ana(), minutes=2)[0]
    actions.create_study(by=cast.ana(), title="Returns")

    assert as_ana.get(f"/studies/returns/invitations/{row.ref}/").status_code == 404


def test_the_file_of_invitations_cannot_run_in_a_spreadsheet(as_ana: Client) -> None:
    evil = cast.person("=cmd|' /C calc'!A0", email="eve@customer.example", email_key="eve@customer.example")
    actions.invite(study=asked(), people=[evil], by=cast.ana(), minutes=2)

    text = b"".join(as_ana.get("/studies/late-orders/invitations.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["name"], row["email"], row["outcome"]) for row in rows] == [
        ("'=cmd|' /C calc'!A0", "eve@customer.example", "silent")
    ]


@pytest.mark.parametrize("typed", ["9" * 19, "9" * 5000, "-1", "x", "٣"])
def test_numbers_made_up_by_strangers_are_no_error(as_ana: Client, typed: str) -> None:
    cast.late_orders()
    for page, field in (("invitations", "after"), ("people", "count")):
        answer = as_ana.get(f"/studies/late-orders/{page}/", {field: typed, "how": "some"})
        assert answer.status_code == 200, page


def test_two_who_change_a_study_at_once_replace_nothing_unseen(as_ana: Client) -> None:
    study = cast.late_orders()
    address = f"/studies/{study.slug}/edit/"
    opened = {field.name: field.value() for field in as_ana.get(address).context["form"]}
    opened = {name: value for name, value in opened.items() if value not in (None, False)}

    as_ana.post(address, {**opened, "known": "They wait.", "title": "Lost orders"})
    kept = as_ana.post(address, {**opened, "unknown": "Why nobody calls."})
    refused = as_ana.post(address, {**opened, "title": "Late parcels"})

    study.refresh_from_db()
    assert kept.status_code == 302
    assert (study.known, study.unknown, study.title) == ("They wait.", "Why nobody calls.", "Lost orders")
    assert refused.status_code == 422
    assert "It says now: “Lost orders”" in refused.content.decode()
    again = {**opened, "title": "Late parcels", "seen": refused.context["form"]["seen"].value()}
    assert as_ana.post(address, again).status_code == 302
    study.refresh_from_db()
    assert study.title == "Late parcels"
