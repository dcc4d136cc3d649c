"""Home, search and the line of sight, as the roles see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from selectolax.lexbor import LexborHTMLParser

from allears.core import mail, troubles
from allears.core.clock import now
from allears.core.models import Job, Message, Organisation, User
from allears.decisions import actions, telling
from allears.decisions.models import Decision, Update
from allears.insights import actions as insights
from allears.insights.models import Insight, Read
from allears.studies.actions import create_study
from allears.studies.loop import cells_of, cells_of_each
from allears.studies.models import Study
from allears.verbatims.actions import keep, mark_undated, redact
from allears.verbatims.models import Verbatim
from allears.web.first_round import first_round
from allears.web.queries import studies_now, unread
from allears.web.views import home
from tests import cast
from tests.decisions.test_actions import decided

pytestmark = pytest.mark.django_db


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_home_opens_on_words_that_the_reader_has_not_read(as_sam: Client) -> None:
    cast.said(cast.bob(), "Nobody told us until we called them twice.")

    assert "Nobody told us until we called them twice." in text(as_sam, "/")
    assert not Read.objects.exists()


def test_home_says_how_much_there_is_to_read(as_sam: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        cast.said(cast.bob(), f"Nobody told us until we called them twice, and then {n} times more, and again.")
    assert as_sam.get("/").context["unread"] == "3"
    monkeypatch.setattr(home, "MANY_UNREAD", 2)
    assert as_sam.get("/").context["unread"] == "2+"


def test_the_loops_of_several_studies_are_asked_together_and_say_the_same(as_lea: Client) -> None:
    cast.said(cast.bob(), "Nobody told us.")
    decided()
    others = [create_study(by=cast.ana(), title=title) for title in ("Deliveries", "Refunds")]
    studies = [cast.late_orders(), *others]
    assert cells_of_each(studies) == [cells_of(study) for study in studies]
    assert cells_of_each([]) == []

    def queries(of: list[Study]) -> int:
        with CaptureQueriesContext(connection) as found:
            cells_of_each(of)
        return len(found)

    assert queries(studies) == queries(studies[:1])


def test_what_points_at_one_speaker_stands_beside_the_words_only_where_names_may(
    as_sam: Client, as_lea: Client
) -> None:
    cast.has(cast.bob(), "Region", "Lighthouse island")
    cast.said(cast.bob(), "Nobody told us until we called them twice.")

    assert "Lighthouse island" in text(as_lea, "/")
    assert "Lighthouse island" not in text(as_sam, "/")


def test_having_read_them_shows_the_next_words(as_sam: Client) -> None:
    first = cast.said(cast.bob(), "The first thing that anybody ever said to us.")
    second = cast.said(cast.cleo(), "The second thing that anybody ever said to us.")
    as_sam.post("/heard/", {"words": second.ref})

    assert first.text in text(as_sam, "/")
    assert second.text not in text(as_sam, "/")


def test_home_without_a_study_says_how_to_begin(as_ana: Client) -> None:
    assert "/studies/new/" in text(as_ana, "/")


def test_home_without_a_study_sends_nobody_to_a_page_that_is_not_open_to_them(
    as_lea: Client, as_sam: Client, as_ada: Client
) -> None:
    pages = {name: text(client, "/") for name, client in (("lea", as_lea), ("sam", as_sam), ("ada", as_ada))}

    assert {name: "/studies/new/" in page for name, page in pages.items()} == {"lea": False, "sam": False, "ada": False}
    assert "/settings/staff/" in pages["ada"]
    assert "hear a few customers" not in pages["lea"]  # there are none yet


def test_an_overdue_promise_stands_on_the_owner_s_home_first(as_ana: Client) -> None:
    from datetime import date, timedelta

    cast.said(cast.bob(), "Nobody told us until we called them twice.")
    cast.late_orders()
    from allears.studies.models import Study

    Study.objects.update(promise_on=date.today() - timedelta(days=3))
    page = text(as_ana, "/")

    assert "is overdue" in page
    assert "3 days overdue" in page


@pytest.mark.parametrize("kind", ["verbatim", "insight", "decision", "change"])
def test_the_line_of_sight_shows_the_whole_chain_from_any_step(as_lea: Client, kind: str) -> None:
    decision = decided()
    change = actions.add_change(decision=decision, what="Call list each morning", owner=cast.sam(), by=cast.lea())
    step = {
        "verbatim": Verbatim.objects.get(),
        "insight": Insight.objects.get(),
        "decision": decision,
        "change": change,
    }[kind]
    page = text(as_lea, f"/sight/{kind}/{step.ref}/")

    for part in ("Nobody told us", "It is not lateness", "call before you do", "Call list each morning"):
        assert part in page


def test_what_was_understood_leads_on_to_a_decision_for_who_may(as_lea: Client, as_mia: Client) -> None:
    insight = insights.claim(study=cast.late_orders(), claim="It is not lateness that hurts.", by=cast.ana())
    onward = f"{reverse('decisions:new', args=[insight.study.slug])}?insight={insight.ref}"

    for page in (f"/insights/insight/{insight.ref}/", f"/sight/insight/{insight.ref}/"):
        assert onward in text(as_lea, page)
        assert onward not in text(as_mia, page)


def test_words_that_nobody_cited_yet_say_so(as_lea: Client) -> None:
    words = cast.said(cast.bob(), "Nobody told us until we called.")

    assert "No insight rests on these words yet." in text(as_lea, f"/sight/verbatim/{words.ref}/")


def test_a_team_only_study_does_not_exist_for_others(as_mia: Client) -> None:
    decision = decided()
    words = Verbatim.objects.get()
    from allears.studies.models import Study

    Study.objects.update(team_only=True)
    for address in (f"/sight/verbatim/{words.ref}/", f"/decisions/one/{decision.ref}/", "/decisions/late-orders/"):
        text(as_mia, address, status=404)
    assert "Nobody told us" not in text(as_mia, "/search/?q=told")
    assert "Nobody told us" not in text(as_mia, "/")


def test_search_finds_words_insights_decisions_and_people(as_lea: Client) -> None:
    decided()

    assert "Nobody" in text(as_lea, "/search/?q=told")
    assert "It is not lateness" in text(as_lea, "/search/?q=lateness")
    assert "call before you do" in text(as_lea, "/search/?q=before")
    assert "Bob Hale" in text(as_lea, "/search/?q=bob")


def test_staff_members_find_no_people(as_sam: Client) -> None:
    decided()

    assert "Bob Hale" not in text(as_sam, "/search/?q=bob")
    assert "questions and studies" in text(as_sam, "/search/")
    assert "part of a name" not in text(as_sam, "/search/")


@pytest.mark.parametrize("query", ["'", '"', "*", "-", "a" * 5000, "<script>alert(1)</script>", "%", "\u202e", "NEAR("])
def test_search_takes_anything(as_lea: Client, query: str) -> None:
    response = as_lea.get("/search/", {"q": query})

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_hearing_back_makes_as_many_questions_for_three_decisions_as_for_one(as_lea: Client) -> None:
    decided()
    text(as_lea, "/decisions/updates/")
    with CaptureQueriesContext(connection) as one:
        text(as_lea, "/decisions/")
        text(as_lea, "/decisions/updates/")
        text(as_lea, "/decisions/late-orders/hearing-back/")
    for number in range(2):
        decision = decided(statement=f"another {number}")
        actions.add_change(decision=decision, what="x", owner=cast.sam(), by=cast.lea())
    with CaptureQueriesContext(connection) as three:
        text(as_lea, "/decisions/")
        text(as_lea, "/decisions/updates/")
        text(as_lea, "/decisions/late-orders/hearing-back/")

    assert len(three) == len(one)


def test_a_leader_decides_in_the_browser_and_a_staff_member_cannot(as_lea: Client, as_sam: Client) -> None:
    decided()
    insight = Insight.objects.first()
    assert insight
    form = {
        "kind": "wont", "statement": "write a mail", "because": "", "insights": [insight.pk],
        "option-TOTAL_FORMS": "0", "option-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert as_lea.post("/decisions/late-orders/new/", form).status_code == 422
    assert as_lea.post("/decisions/late-orders/new/", {**form, "because": "Nobody reads it"}).status_code == 302
    assert as_sam.post("/decisions/late-orders/new/", {**form, "because": "I say so"}).status_code == 403

    assert Decision.objects.filter(kind="wont").count() == 1


def test_an_update_is_read_edited_approved_and_sent(as_lea: Client) -> None:
    update = Update.objects.get(decision=decided())
    assert "“" in text(as_lea, f"/decisions/updates/{update.ref}/") or "Nobody told us" in text(
        as_lea, f"/decisions/updates/{update.ref}/"
    )
    texts = {"text_cited": "We call you now.", "text_general": ""}
    as_lea.post(f"/decisions/updates/{update.ref}/", texts)
    update.refresh_from_db()
    as_lea.post(f"/decisions/updates/{update.ref}/", {**texts, "approve": update.wording})
    page = text(as_lea, "/decisions/late-orders/hearing-back/sending/")
    assert "1 person gets one mail" in page
    assert "No mail server is named yet" in page
    Organisation.objects.update(smtp_host="smtp.house.example")
    assert "No mail server" not in text(as_lea, "/decisions/late-orders/hearing-back/sending/")

    response = as_lea.post("/decisions/late-orders/hearing-back/sending/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/settings/jobs/")


def test_the_rail_shows_the_wording_check_among_the_settings(as_ada: Client) -> None:
    shown = as_ada.get("/questionnaires/wording/rules/").content.decode()

    assert '<a class="rail__link" href="/settings/" aria-current="page">' in shown


def test_home_leads_whoever_is_new_round_the_loop_until_somebody_has_heard_back(as_ana: Client, as_sam: Client) -> None:
    def steps(user: User) -> list[tuple[str, str]]:
        return [(step.state, step.href) for step in first_round(user)]

    ahead = [("ahead", f"/{place}/") for place in ("insights/words", "insights", "decisions", "decisions/updates")]
    assert steps(cast.ana()) == [("current", "/people/imports/"), ("ahead", "/studies/new/"), *ahead]
    assert steps(cast.sam()) == [("current", ""), ("ahead", "/studies/"), *ahead]

    decision = decided()
    assert [state for state, _ in steps(cast.ana())] == ["done"] * 5 + ["current"]
    assert "The first time round" in text(as_sam, "/")

    actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    telling.send(cast.late_orders())
    assert steps(cast.ana()) == []
    assert "The first time round" not in text(as_sam, "/")


def test_what_was_told_stays_in_the_chain_when_its_insight_is_withdrawn_and_says_so(as_lea: Client) -> None:
    decision = decided()
    actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    telling.send(cast.late_orders())
    first, second = Verbatim.objects.get(), cast.said(cast.cleo(), "Somebody else told us.")
    insights.cite(insight=Insight.objects.get(), verbatim=second, start=0, end=8, side="for", by=cast.ana())
    insight = insights.withdraw(insight=Insight.objects.get(), by=cast.ana())

    of_decision = text(as_lea, f"/sight/decision/{decision.ref}/")
    of_words = text(as_lea, f"/sight/verbatim/{first.ref}/")
    for shown in (of_decision, of_words):
        for part in ("Nobody told us", insight.claim, "call before you do", "1 person has been told."):
            assert part in shown
        assert "Withdrawn on" in shown
        assert "sight-node--withdrawn" in shown
    assert "Withdrawn on" in text(as_lea, f"/decisions/one/{decision.ref}/")
    insights.restore(insight=insight, by=cast.ana())
    assert "Withdrawn" not in text(as_lea, f"/sight/decision/{decision.ref}/")
    assert "Withdrawn" not in text(as_lea, f"/decisions/one/{decision.ref}/")


def said_anew(first: Verbatim, words: str) -> Verbatim:
    """The same person changes what they sent."""
    return keep(
        collection=first.collection, source=first.source, person=first.person, text=words,
        spoken_at=first.spoken_at + timedelta(days=1), supersedes=first,
    )  # fmt: skip


def test_words_that_were_said_anew_lead_to_the_whole_chain_from_each_wording(as_lea: Client) -> None:
    decided()
    first = Verbatim.objects.get()
    second = said_anew(first, "They told us on Tuesday.")
    third = said_anew(second, "They told us on Wednesday.")
    cast.said(cast.bob(), "Quite another matter.")

    addresses = {f"/sight/verbatim/{v.ref}/": v for v in (first, second, third)}
    for address, looked_from in addresses.items():
        shown = text(as_lea, address)
        for part in (first.text, second.text, third.text, "It is not lateness", "call before you do"):
            assert part in shown
        assert shown.count("Said anew") == 2
        assert "Quite another matter." not in shown
        assert {a for a in addresses if f'href="{a}"' in shown} == {a for a, v in addresses.items() if v != looked_from}


def test_a_wording_that_was_taken_back_is_not_shown_from_the_next_one(as_lea: Client) -> None:
    first = cast.said(cast.bob(), "Nobody told us until we called.")
    second = said_anew(first, "They told us on Tuesday.")
    redact(verbatims=[first.pk], reason="person", by_label="Ada Novak")
    shown = text(as_lea, f"/sight/verbatim/{second.ref}/")

    assert "Nobody told us" not in shown
    assert "These words were taken back." in shown


def test_where_cited_words_were_taken_back_the_chain_says_so_in_place_of_an_empty_quotation(as_lea: Client) -> None:
    decision = decided()
    redact(verbatims=[Verbatim.objects.get().pk], reason="person", by_label="Ada Novak")

    insight = Insight.objects.get().ref
    lines_of_sight = (f"/sight/decision/{decision.ref}/", f"/sight/insight/{insight}/")
    for address in (*lines_of_sight, f"/decisions/one/{decision.ref}/", f"/insights/insight/{insight}/"):
        page = LexborHTMLParser(as_lea.get(address).content.decode())
        assert "These words were taken back." in page.body.text()
        assert "“”" not in page.body.text()
        assert [link.html for link in page.css("main a") if not link.text().strip() and "aria-label" not in link.attributes] == []
        assert [button.html for button in page.css("main button") if button.text().strip().endswith(":")] == []


def test_a_line_of_sight_makes_as_many_questions_for_four_wordings_as_for_two(as_lea: Client) -> None:
    decided()
    newest = said_anew(Verbatim.objects.get(), "two")
    address = f"/sight/verbatim/{newest.ref}/"
    text(as_lea, address)
    with CaptureQueriesContext(connection) as two:
        text(as_lea, address)
    for words in ("three", "four"):
        newest = said_anew(newest, words)
    with CaptureQueriesContext(connection) as four:
        assert "four" in text(as_lea, address)

    assert len(four) == len(two)


def test_the_two_figures_lead_home_and_the_study_before_its_loop(as_ana: Client) -> None:
    cast.said(cast.bob(), "Nobody told us until we called them twice.")
    cast.late_orders()
    for address in ("/", "/studies/late-orders/"):
        page = text(as_ana, address)
        places = [page.index(words) for words in ('stat__label">heard back', "median until they heard", "loop__strip")]

        assert places == sorted(places)
        assert "nobody has" in page


def test_a_draft_stands_on_home_once_words_were_brought_into_it(as_ana: Client) -> None:
    study = cast.late_orders(state="draft")
    assert list(studies_now(cast.ana())) == []
    cast.said(cast.bob(), "Nobody told us until we called them twice.")
    assert list(studies_now(cast.ana())) == [study]
    assert "loop__strip" in text(as_ana, "/")


def test_home_opens_on_the_words_that_were_spoken_last_and_says_when(as_sam: Client) -> None:
    spoken = cast.said(cast.bob(), "Nobody told us until we called them twice.")
    brought_later(spoken, "We were told of it years before, in a letter.", datetime(2015, 12, 3, 12, tzinfo=UTC))
    page = text(as_sam, "/")

    assert spoken.text in page
    assert f"Said on {date_format(localtime(spoken.spoken_at), 'DATE_FORMAT')} by a customer" in page
    assert "in a letter" not in page

    as_sam.post("/heard/", {"words": spoken.ref})
    assert "Said on 3 December 2015 by a customer" in text(as_sam, "/")


def brought_later(beside: Verbatim, words: str, spoken_at: datetime) -> Verbatim:
    """Words that were spoken at some time and came into the ledger now."""
    return keep(
        collection=beside.collection, source=beside.source, person=beside.person, text=words, spoken_at=spoken_at
    )


def test_words_without_a_day_are_nowhere_said_to_have_been_spoken_when_they_were_brought(as_sam: Client, as_ana: Client) -> None:
    beside = cast.said(cast.bob(), "It came on time.")
    words = brought_later(beside, "The letter about the boiler reached us far too late to do anything about it.", now())
    mark_undated([words])
    day = f"brought here on {date_format(localtime(words.spoken_at), 'DATE_FORMAT')}, day unknown"
    sight, page = reverse("web:sight", args=["verbatim", words.ref]), reverse("people:person", args=[cast.bob().ref])

    home = text(as_sam, "/")
    assert words.text in home
    told_before = brought_later(beside, "We were told of it years before, in a letter that nobody could read.", datetime(2015, 12, 3, 12, tzinfo=UTC))
    assert told_before.text in text(as_sam, "/")  # of a known day, however long ago, before those of none
    assert "Said by a customer on a day that is not known, brought here on" in home
    for client, address in [
        (as_sam, reverse("insights:words")), (as_sam, reverse("insights:verbatim", args=[words.ref])), (as_sam, sight),
        (as_sam, "/search/?q=boiler"), (as_ana, page),
    ]:  # fmt: skip
        assert day in text(client, address), address
    receipt = text(Client(), reverse("verbatims:receipt", args=[words.ref]))
    assert "the day they were spoken is not known" in receipt
    assert "Spoken on" not in receipt


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a small PostgreSQL table is read whole whatever its indexes")
def test_the_words_for_home_are_walked_along_the_index_of_days() -> None:
    cast.said(cast.bob(), "Nobody told us until we called them twice.")
    plan = unread(cast.sam())[:200].explain()

    assert "verbatims_by_day" in plan
    assert "ORDER BY" not in plan


def test_mail_and_work_that_failed_wait_for_the_administrator_alone(as_ada: Client, as_lea: Client) -> None:
    hours_ago = now() - timedelta(hours=3)
    for n in range(3):
        put = mail.put(to=f"p{n}@customer.example", subject="Words", text="Hello", key=str(n))
        Message.objects.filter(pk=put.pk).update(put_at=hours_ago, failed_at=now() if n else None)
    job = Job.objects.create(kind="test", title="Bring the answers", ended_at=now(), error="Boom")
    Job.objects.create(kind="test", title="Bring people", ended_at=now())

    assert [(w.text, w.url) for w in troubles.waiting_for(cast.ada())] == [
        ("2 mails could not be sent", "/settings/outbox/?state=failed"),
        ("1 mail waits in the outbox and does not leave", "/settings/outbox/?state=waiting"),
        ("It failed: Bring the answers", f"/settings/jobs/{job.ref}/"),
    ]
    assert "2 mails could not be sent" in text(as_ada, "/")
    assert "could not be sent" not in text(as_lea, "/")


def test_mail_that_was_put_a_moment_ago_or_waits_for_its_hour_is_no_trouble() -> None:
    mail.put(to="bob@customer.example", subject="Words", text="Hello", key="now")
    later = mail.put(to="bob@customer.example", subject="Words", text="Hello", key="x", not_before=now() + timedelta(hours=9))
    Message.objects.filter(pk=later.pk).update(put_at=now() - timedelta(hours=9))

    assert troubles.waiting_for(cast.ada()) == []


def test_home_says_how_much_the_reader_heard_of_customers_this_month(as_sam: Client) -> None:
    words = [cast.said(cast.bob(), f"The thing number {n} that was said.") for n in range(3)]
    Read.objects.create(user=cast.sam(), verbatim=words[0], at=now() - timedelta(days=40))
    insights.mark_read(user=cast.lea(), verbatims=[words[1].pk])
    assert "things said, read in" in text(as_sam, "/")

    insights.mark_read(user=cast.sam(), verbatims=[words[1].pk])
    assert "thing said, read in" in text(as_sam, "/")
