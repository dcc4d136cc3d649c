"""What was asked of whom, what was given, what came of it; and what of that everybody may read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from allears.core import ahead
from allears.core.clock import now
from allears.core.models import AuditEvent, User
from allears.decisions.actions import add_change, move_change
from allears.decisions.models import Decision, Telling, Update
from allears.insights.actions import cite, claim, withdraw
from allears.insights.models import Insight
from allears.people.actions import merge
from allears.people.budget import ask_minutes
from allears.people.models import Facet, Person
from allears.questionnaires.models import Answer, Response
from allears.studies.actions import create_study
from allears.studies.inviting import invite_one, issue_link, remind
from allears.studies.models import Invitation, Referral, Study
from allears.studies.naming import agree, name_somebody
from allears.studies.queries import seen_by
from allears.verbatims.actions import keep, redact
from allears.verbatims.models import Verbatim
from allears.web import counting, minutes, statements
from allears.web.models import Statement
from allears.web.views.minutes import drawn
from tests import cast
from tests.decisions.test_actions import decided
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
NORTH, SOUTH = ("Una", "Vic", "Wes", "Xia", "Yul"), ("Zoe", "Abe", "Bea", "Cal", "Dot")


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel(datetime(2026, 11, 26, 12, 0, tzinfo=UTC), tick=False):
        yield


def people(names: tuple[str, ...], region: str) -> list[Person]:
    found = [cast.person(f"{name} Low") for name in names]
    for person in found:
        cast.has(person, "Region", region)
    return found


def ask(person: Person, at: datetime = MAY, much: float = 5, reason: str = "", study: Study | None = None) -> None:
    study = study or cast.late_orders()
    with time_machine.travel(at, tick=False):
        ask_minutes(
            person=person, minutes=much, subject=study.title, topic=f"study:{study.ref}", by=cast.ana(),
            override_reason=reason,
        )  # fmt: skip


def everybody_was_asked() -> None:
    for person in people(NORTH, "North"):
        ask(person)
    for person in people(SOUTH, "South"):
        ask(person, at=MAY + timedelta(days=60), much=7)


def region() -> Facet:
    return Facet.objects.get(label="Region")


def test_minutes_are_counted_by_month_study_and_facet_and_people_once() -> None:
    everybody_was_asked()
    ask(cast.person("Una Low"), much=2)
    ask(cast.person("Una Low"), at=MAY - timedelta(days=365))

    assert minutes.totals(2026) == (Decimal("62.0"), 10, 11)
    assert [(r.label, r.minutes) for r in minutes.by_month(2026) if r.minutes] == [("May", 27), ("July", 35)]
    assert len(minutes.by_month(2026)) == 11
    assert [(r.label, r.minutes, r.people) for r in minutes.by_value(2026, region())] == [("North", 27, 5), ("South", 35, 5)]
    assert [(r.label, r.minutes) for r in minutes.by_study(2026, seen_by(cast.lea()))] == [("Late orders", 62)]
    assert minutes.years() == [2026, 2025]


def test_who_turned_out_to_be_one_person_is_one() -> None:
    everybody_was_asked()
    merge(keep=cast.person("Una Low"), other=cast.person("Vic Low"), by=cast.ana())

    assert minutes.totals(2026)[1] == 9


def test_a_small_group_is_hidden_and_so_is_the_one_that_would_reveal_it() -> None:
    everybody_was_asked()
    for person in people(("Eve", "Fay"), "West"):
        ask(person)
    rows = {row.label: row for row in minutes.by_value(2026, region())}

    assert [label for label, row in rows.items() if row.hidden] == ["North", "West"] or [
        label for label, row in rows.items() if row.hidden
    ] == ["South", "West"]
    assert all(row.minutes == 0 and row.people == 0 for row in rows.values() if row.hidden)


def test_what_was_given_is_measured_and_what_was_not_or_was_asked_by_no_letter_is_counted_apart(as_lea: Client) -> None:
    version = asked.asking()
    study = cast.late_orders()
    for person, seconds in ((cast.bob(), 90), (cast.cleo(), 150), (cast.dev(), 0)):
        invitation = Invitation.objects.create(study=study, person=person)
        Response.objects.create(study=study, version=version, submitted_at=MAY, seconds=seconds, invitation=invitation)
    Response.objects.create(study=study, version=version, seconds=600)
    # Brought from elsewhere in this year, and nobody knows of which it is.
    Response.objects.create(study=study, version=version, submitted_at=MAY, day_known=False)
    for _ in range(5):
        Response.objects.create(study=study, version=version, submitted_at=MAY, seconds=60)

    assert minutes.given_in(2026) == minutes.Given(4.0, 2, 1, 5.0, 5)
    everybody_was_asked()
    figures = statements.publish(year=2026, by=cast.lea()).figures
    assert (figures["given"], figures["open"]) == (None, {"minutes": 5.0, "people": 5})
    for page in (as_lea.get("/minutes/?year=2026"), Client().get("/statement/2026/")):
        assert "Besides, 5 people gave 5 minutes by a public link" in page.content.decode()


def test_each_minute_counts_in_the_year_in_which_it_was_asked_or_given_and_what_came_in_that_of_the_invitation() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    with time_machine.travel(datetime(2025, 12, 30, 12, 0, tzinfo=UTC), tick=False) as clock:
        invitation = invite_one(study=cast.late_orders(), person=cast.bob(), by=cast.ana(), minutes=5)
        link = f"/a/{issue_link(invitation=invitation)}/"
        robot = Robot().open(link)
        clock.shift(timedelta(seconds=30))
        robot.press("pause")
        clock.move_to(datetime(2026, 1, 8, 12, 0, tzinfo=UTC))
        remind(invitation=invitation, by=cast.ana(), they_asked=True)
        robot.open(link)
        clock.shift(timedelta(seconds=90))
        robot.press()

    assert [minutes.totals(year)[0] for year in (2025, 2026)] == [Decimal("5.0"), Decimal("0.5")]
    assert [minutes.given_in(year).minutes for year in (2025, 2026)] == [0.0, 2.0]
    assert [minutes.came_in(year).words for year in (2025, 2026)] == [1, 0]


def test_who_was_named_and_never_became_known_is_told_beside_the_figures(as_lea: Client) -> None:
    asked.asking()
    everybody_was_asked()
    name_somebody(
        invitation=Invitation.objects.create(study=cast.late_orders(), person=cast.bob()), name="Dora", email="dora@customer.example"
    )
    assert minutes.unknown_in(2026) == 1
    assert "1 more person was asked by one letter whether they would take part" in as_lea.get("/minutes/").content.decode()

    agree(referral=Referral.objects.get())
    assert (minutes.unknown_in(2026), minutes.totals(2026)[1]) == (0, 11)


def asked_and_said(person: Person, at: datetime) -> Insight:
    """`person` is invited at `at` and answers; the insight cites what they said."""
    with time_machine.travel(at, tick=False):
        invitation = invite_one(study=cast.late_orders(), person=person, by=cast.ana(), minutes=5)
    words = cast.said(person, "Nobody told us until we called.")
    Response.objects.filter(answers__verbatim=words).update(invitation=invitation)
    insight = claim(study=cast.late_orders(), claim=f"{person.name} was not told", by=cast.ana())
    cite(insight=insight, verbatim=words, start=0, end=6, side="for", by=cast.ana())
    return insight


def told(person: Person, decision: Decision) -> None:
    Telling.objects.create(
        update=Update.objects.get(decision=decision), person=person, cited=True, seen_at=now(), spoke_at=MAY
    )


def test_what_was_said_without_asking_is_no_fruit_of_the_minutes() -> None:
    told(cast.bob(), decided())
    ask(cast.cleo())

    assert minutes.came_in(2026) == minutes.Came(0, 0, 0, 0, 0)


def test_what_came_of_the_minutes_rests_on_the_invitations_of_the_year() -> None:
    insight = asked_and_said(cast.bob(), MAY)
    earlier = asked_and_said(cast.cleo(), MAY - timedelta(days=365))
    decision = decided(insights=[insight, earlier])
    for what in ("call before", "write after"):
        change = add_change(decision=decision, what=what, owner=cast.mia(), by=cast.lea())
    move_change(change=change, state="done", by=cast.mia())
    unasked = claim(study=cast.late_orders(), claim="It is the gate", by=cast.ana())
    cite(insight=unasked, verbatim=cast.said(cast.dev(), "The gate was shut."), start=0, end=8, side="for", by=cast.ana())
    decided(statement="open the gate", insights=[unasked])
    told(cast.bob(), decision)
    told(cast.dev(), decision)

    assert minutes.came_in(2026) == minutes.Came(words=1, insights=1, decisions=1, changes=1, heard=1)
    assert minutes.came_in(2025) == minutes.Came(words=1, insights=1, decisions=1, changes=1, heard=0)

    withdraw(insight=insight, by=cast.ana(), because="It was the weather")
    redact(verbatims=[Verbatim.objects.get(person=cast.cleo()).pk], reason="person", by_label="Cleo")
    assert minutes.came_in(2026) == minutes.Came(words=1, insights=0, decisions=0, changes=0, heard=1)
    assert minutes.came_in(2025).words == 0


def test_words_said_anew_and_rows_that_were_merged_still_count() -> None:
    insight = asked_and_said(cast.bob(), MAY)
    first = Verbatim.objects.get(person=cast.bob())
    anew = keep(
        collection=first.collection, source=first.source, person=cast.bob(), text="Nobody told us.", language="en",
        spoken_at=now(), supersedes=first,
    )  # fmt: skip
    Answer.objects.filter(verbatim=first).update(verbatim=anew)
    decision = decided(insights=[insight])
    merge(keep=cast.cleo(), other=cast.bob(), by=cast.ana())
    told(cast.cleo(), decision)

    assert minutes.came_in(2026) == minutes.Came(words=1, insights=1, decisions=1, changes=0, heard=1)


def test_the_page_is_reached_from_the_rail_and_shows_it_all(as_lea: Client, as_sam: Client) -> None:
    decided()
    nothing = as_lea.get("/minutes/").content.decode()
    assert "Nobody was asked for any this year" in nothing
    assert "nothing is counted as having come of them" in nothing
    assert "people heard back" not in nothing
    everybody_was_asked()
    ask(cast.bob(), much=40, reason="A recall of his boiler")
    page = as_lea.get("/minutes/?year=2026&facet=region").content.decode()

    for words in ("Minutes asked", "of 11 people", "A recall of his boiler", "Late orders", "The yearly statement", "people heard back"):
        assert words in page
    assert 'href="/minutes/"' in as_lea.get("/").content.decode()
    assert as_lea.get("/minutes/?year=x&facet=nothing").status_code == 200
    assert as_sam.get("/minutes/").status_code == 403


def test_it_takes_as_many_queries_for_many_as_for_few(as_lea: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert as_lea.get("/minutes/?facet=region").status_code == 200
        return len(found)

    for person in people(NORTH, "North"):
        ask(person)
    count()
    few = count()
    for person in people(SOUTH, "South"):
        ask(person, reason="because", much=40)

    assert count() == few


def test_a_leader_publishes_the_year_and_takes_it_back(as_lea: Client) -> None:
    everybody_was_asked()
    assert "Nothing stands here yet" in Client().get("/statement/").content.decode()
    as_lea.post("/minutes/2026/statement/", {"act": "publish", "facet": "region", "words": "We asked much in July."})
    assert Client().get("/statement/")["Location"] == "/statement/2026/"
    assert 'href="/statement/"' in Client().get("/you-said/").content.decode()
    page = Client().get("/statement/2026/")
    for words in (
        "We asked much in July.", "of 10 people", "North", "Late orders", "Nobody was asked for more",
        "What came of those minutes", "Counted is what rests on what we asked this year",
    ):  # fmt: skip
        assert words in page.content.decode()
    assert not page.cookies

    ask(cast.bob(), much=9)
    assert "of 10 people" in Client().get("/statement/2026/").content.decode()
    again = as_lea.post("/minutes/2026/statement/", {"act": "publish"}, follow=True).content.decode()
    assert "stands already" in again

    as_lea.post("/minutes/2026/statement/", {"act": "withdraw"})
    assert Client().get("/statement/2026/").status_code == 404
    assert 'href="/statement/"' not in Client().get("/you-said/").content.decode()
    assert Statement.objects.get().withdrawn_by == cast.lea()
    assert AuditEvent.objects.filter(verb__startswith="web.statement").count() == 2
    assert "taken back" in as_lea.get("/minutes/2026/statement/").content.decode()


@pytest.mark.parametrize(("language", "minutes", "shown"), [("en", 12_500, "12,500"), ("de", 12_500, "12.500"), ("en", 13.5, "14")])
def test_a_statement_s_bars_are_written_as_their_readers_write_figures(language: str, minutes: float, shown: str) -> None:
    with translation.override(language):
        bars = drawn({"months": [{"minutes": minutes}], "studies": []})["month_bars"]
    assert [bar.shown for bar in bars] == [shown]


def test_a_statement_that_counts_examples_says_so() -> None:
    everybody_was_asked()
    words = "Studies that are examples, made to show what Allears does, are counted here."
    for example in (False, True):
        Study.objects.update(example=example)
        statements.publish(year=2026, by=cast.lea())
        assert (words in Client().get("/statement/2026/").content.decode()) is example
        statements.withdraw(year=2026, by=cast.lea())


def test_a_statement_published_when_everything_was_counted_stays_as_it_was() -> None:
    everybody_was_asked()
    made = statements.publish(year=2026, by=cast.lea())
    came = {"words": 977, "insights": 2, "decisions": 2, "changes": 0}
    Statement.objects.filter(pk=made.pk).update(figures={**made.figures, "format": 1, "came": came})
    page = Client().get("/statement/2026/").content.decode()

    assert "What came of them" in page
    assert "977" in page
    assert "Counted is what rests" not in page


def test_nothing_in_a_published_statement_is_about_fewer_than_five_people() -> None:
    everybody_was_asked()
    for person in people(("Eve", "Fay"), "West"):
        ask(person, at=MAY + timedelta(days=90), reason="because", much=40)
    team = create_study(by=cast.ana(), title="Our team only", team_only=True)
    ask(cast.bob(), study=team)
    figures = statements.figures_of(2026, region())

    hidden = [row["label"] for row in figures["facet"]["rows"] if row.get("hidden")]
    assert "West" in hidden
    assert len(hidden) >= 2
    assert all(set(row) == {"label", "hidden"} for row in figures["facet"]["rows"] if row.get("hidden"))
    assert {row["label"]: row.get("hidden") for row in figures["months"]}["August"] is True
    assert (figures["over"], figures["given"]) == (None, None)
    assert "Our team only" not in str(figures)


def test_with_fewer_than_five_people_there_is_no_statement(as_lea: Client) -> None:
    ask(cast.bob())
    with pytest.raises(statements.TooFew):
        statements.publish(year=2026, by=cast.lea())
    assert "any figure would be about somebody" in as_lea.get("/minutes/2026/statement/").content.decode()
    as_lea.post("/minutes/2026/statement/", {"act": "publish"})
    assert Statement.objects.count() == 0


@pytest.mark.parametrize("year", ["1999", "99999999999999999999999"])
def test_a_year_of_which_there_is_nothing_is_not_found(as_lea: Client, year: str) -> None:
    assert as_lea.get(f"/minutes/{year}/statement/").status_code == 404
    assert Client().get(f"/statement/{year}/").status_code == 404


def test_a_researcher_publishes_nothing(as_ana: Client) -> None:
    assert as_ana.post("/minutes/2026/statement/", {"act": "publish"}).status_code == 403


def figures(user: User) -> list[object]:
    facet, asked = region(), [2026, 2025]
    return [
        *((minutes.totals(year), minutes.by_month(year), minutes.by_study(year, seen_by(user))) for year in asked),
        *((minutes.by_value(year, facet), minutes.given_in(year), minutes.came_in(year), minutes.overridden(year)) for year in asked),
    ]  # fmt: skip


def test_who_misses_other_studies_than_most_has_their_people_counted_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 1)
    everybody_was_asked()
    for owner, who in ((cast.ana(), cast.bob()), (cast.mia(), cast.cleo())):
        ask(who, study=create_study(by=owner, title=f"Secret of {owner.name}", team_only=True))
    counting.count_ahead()
    by_reader = [minutes.by_study(2026, seen_by(user))[-1] for user in (cast.sam(), cast.ana(), cast.mia())]
    assert [(row.label, row.people) for row in by_reader] == [("Studies of other teams", n) for n in (2, 1, 1)]


def test_what_is_counted_ahead_is_what_is_counted_now(as_lea: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 1)
    everybody_was_asked()
    ask(cast.person("Nobody Knows"), at=MAY - timedelta(days=365), much=40.5, reason="because")
    ask(cast.bob(), study=create_study(by=cast.ana(), title="Secret", team_only=True))
    merge(keep=cast.person("Una Low"), other=cast.person("Vic Low"), by=cast.ana())
    counted, page = figures(cast.mia()), as_lea.get("/minutes/?year=2026&facet=region").content.decode()
    counting.count_ahead()
    assert figures(cast.mia()) == counted
    ask(cast.person("Una Low"), much=2)

    assert minutes.totals(2026) == counted[0][0]  # type: ignore[index]
    assert "Counted on" not in page
    assert "Counted on" in as_lea.get("/minutes/?year=2026&facet=region").content.decode()
    monkeypatch.setattr(ahead, "MANY", 1000)
    counting.count_ahead()
    assert minutes.totals(2026)[0] == counted[0][0][0] + 2  # type: ignore[index]
