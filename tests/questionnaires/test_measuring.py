"""The minutes that we promise are corrected by the minutes that it took, and say where they come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory

from allears.core.models import Job
from allears.people.models import Person
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_timing as timing
from allears.questionnaires import authoring, duration
from allears.questionnaires.answering_asked import asking
from allears.questionnaires.logic import Known
from allears.questionnaires.measuring import estimate_of
from allears.questionnaires.models import Answer, Question, Response, Version
from allears.questionnaires.pacing import pace_of
from allears.studies import asking as studies_asking
from tests import cast
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot
from tests.studies.selection import lots

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14) Mobile Safari"}


def took(version: Version, *minutes: float, device: str = "phone") -> None:
    """So many people sent, each after so many minutes."""
    study = cast.late_orders()
    for each in minutes:
        Response.objects.create(
            study=study, version=version, submitted_at=THEN, seconds=round(each * 60), device=device
        )


def test_a_response_knows_for_how_long_its_pages_were_open_and_on_what() -> None:
    asked.asking([{"kind": "short_text", "text": "One"}, {"kind": "short_text", "text": "Two"}], sections=2)
    with time_machine.travel(THEN, tick=False) as clock:
        robot = Robot(client=Client(**PHONE)).open(asked.invited(cast.bob()))
        clock.shift(timedelta(seconds=40))
        robot.press("pause")
        clock.shift(timedelta(days=2))
        robot.open(robot.url.replace("pause/", ""))
        clock.shift(timedelta(seconds=20))
        robot.press()
        clock.shift(timedelta(seconds=30))
        robot.press()

    response = Response.objects.get()
    assert (response.submitted_at is not None, response.seconds, response.device) == (True, 90, "phone")


def test_changes_after_sending_are_no_longer_counted() -> None:
    asked.asking([{"kind": "short_text", "text": "One"}])
    with time_machine.travel(THEN, tick=False) as clock:
        link = asked.invited(cast.bob())
        robot = Robot().open(link)
        clock.shift(timedelta(seconds=40))
        robot.press()
        robot.open(f"{link}1/")
        clock.shift(timedelta(seconds=200))
        robot.press()

    assert Response.objects.get().seconds == 40


@pytest.mark.parametrize(
    ("shown", "seconds"),
    [(-60, 60), (0, 1), (30, 0), (-86_400, 900), ("", 0), ("soon", 0), ("-5", 0), ("9" * 30, 0), ("٣", 0)],
)
def test_what_a_form_says_of_its_time_is_bounded(shown: int | str, seconds: int) -> None:
    with time_machine.travel(THEN, tick=False):
        said = str(int(THEN.timestamp()) + shown) if isinstance(shown, int) else shown
        assert timing.open_for({"shown": [said]}) == seconds
        assert timing.open_for({}) == 0


@pytest.mark.parametrize(
    ("headers", "device"),
    [
        (PHONE, "phone"), ({"HTTP_SEC_CH_UA_MOBILE": "?1"}, "phone"),
        ({"HTTP_SEC_CH_UA_MOBILE": "?0", **PHONE}, "desktop"), ({"HTTP_USER_AGENT": "Mozilla/5.0 (X11)"}, "desktop"), ({}, ""),
    ],
)  # fmt: skip
def test_a_browser_says_itself_whether_it_is_a_phone(headers: dict[str, str], device: str) -> None:
    assert timing.device_of(RequestFactory().get("/", **headers)) == device


def test_fewer_than_ten_correct_nothing() -> None:
    version = asked.asking()
    took(version, *[9] * 9)
    estimate = estimate_of(version)

    assert (estimate.minutes, estimate.all) == (estimate.computed, None)
    assert estimate.basis.startswith("From the number, kinds and length")


def test_the_median_of_ten_corrects_and_shows_each_device() -> None:
    version = asked.asking()
    took(version, *[6] * 10)
    took(version, *[2] * 11, 600, device="desktop")
    estimate = estimate_of(version)

    assert (estimate.minutes, estimate.phone and estimate.phone.minutes, estimate.desktop and estimate.desktop.minutes) == (
        4.0, 6.0, 2.0,
    )  # fmt: skip
    assert "The median of 22 people who sent: on phones 6.0, at a desk 2.0; the questions alone" in estimate.basis
    assert studies_asking.minutes_of(cast.late_orders()) == 4.0
    assert studies_asking.estimate_of(cast.late_orders()).basis == estimate.basis


def test_the_next_version_is_corrected_in_proportion() -> None:
    first = asked.asking()
    computed = estimate_of(first).computed
    took(first, *[computed * 2] * 10)
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.add_question(section=draft.sections.first(), kind="long_text", text="And what else?")
    estimate = estimate_of(draft)

    assert estimate.earlier is True
    assert estimate.minutes == pytest.approx(estimate.computed * 2, rel=0.1)
    assert "version before" in estimate.basis


def test_a_correction_is_bounded() -> None:
    version = asked.asking()
    took(version, *[900] * 10)

    assert pace_of(version.pk).all == 5.0


def test_participants_read_the_corrected_minutes() -> None:
    version = asked.asking()
    link = asked.invited(cast.bob())
    assert "About 3 minutes left" in Robot().open(link).text or "minutes left" in Robot().open(link).text
    took(version, *[estimate_of(version).computed * 3] * 10)
    timing.forget()

    corrected = round(estimate_of(version).computed * 3 + 0.49)
    assert f"About {corrected} minutes left" in Robot().open(link).text
    assert f"Answer, about {corrected} minutes" in Client().get(f"{link}widget.js").content.decode()


def test_the_round_says_where_its_minutes_come_from(as_ana: Client) -> None:
    version = asked.asking()
    took(version, *[4] * 10)
    cast.bob()
    page = as_ana.get("/studies/late-orders/people/round/?how=all").content.decode()

    assert "The median of 10 people who sent: on phones 4.0" in page
    assert 'value="4.0"' in page


def test_no_fewer_minutes_are_asked_for_than_the_questions_take_so_that_nobody_s_budget_is_got_around(as_ana: Client) -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}] * 4)
    cast.bob()
    Person.objects.update(budget_minutes=1)
    url = "/studies/late-orders/people/round/?how=all"
    least = Decimal(str(estimate_of(Version.objects.get(published_at__isnull=False)).minutes)).quantize(Decimal("0.1"))

    page = as_ana.post(url, {"minutes": str(least - Decimal("0.1"))})
    assert f"The questions take {least} minutes, so no fewer are promised." in page.content.decode()
    assert (page.status_code, Job.objects.count()) == (422, 0)
    assert as_ana.post(url, {"minutes": str(least)}).status_code == 302


def test_nor_are_fewer_asked_for_of_who_was_drawn_before_the_questions_grew(as_ana: Client) -> None:
    selection = lots.drawn()
    asked.asking([{"kind": "long_text", "text": "What happened?"}] * 4)
    url = f"/studies/late-orders/selection/{selection.ref}/invitations/"
    least = Decimal(str(estimate_of(Version.objects.get(published_at__isnull=False)).minutes)).quantize(Decimal("0.1"))

    assert f'value="{least}"' in as_ana.get(url).content.decode()
    jobs = Job.objects.count()
    assert (as_ana.post(url, {"minutes": "3"}).status_code, Job.objects.count()) == (422, jobs)
    assert (as_ana.post(url, {"minutes": str(least)}).status_code, Job.objects.count()) == (302, jobs + 1)


LONG = " ".join(["Tell us at leisure what went on."] * 60)  # some two minutes to read


def branching(only: dict[str, Any] | None = None) -> tuple[Version, Question, Question]:
    """Few have had trouble: only they are asked the long second question; or whom else a rule says."""
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    first = authoring.add_question(section=draft.sections.get(), kind="single", text="Any trouble?", choices=["Yes", "No"])
    long = authoring.add_question(section=authoring.add_section(version=draft), kind="long_text", text=LONG)
    authoring.change_question(question=long, shown_if=only or asked.only_who_chose(first, "Yes"))
    version = authoring.publish(version=draft, by=cast.ana())
    return version, version.questions.get(kind="single"), version.questions.get(kind="long_text")


def answered(version: Version, label: str, people: int, seconds: int) -> None:
    """So many people chose `label`, and sent after so many seconds."""
    question = version.questions.get(kind="single")
    for _ in range(people):
        one = Response.objects.create(study=cast.late_orders(), version=version, submitted_at=THEN, seconds=seconds)
        Answer.objects.create(response=one, question=question, box=1, choice=question.choices.get(label=label))


def test_what_was_hidden_from_people_is_not_taken_off_twice() -> None:
    version, short, long = branching()
    expected = duration.PAGE + duration.seconds_of(short)
    answered(version, "No", 11, round(expected))
    answered(version, "Yes", 2, round(expected + duration.PAGE + duration.seconds_of(long)))

    # Everybody took just as long as what they were asked lets expect: nothing is to be corrected.
    assert pace_of(version.pk).all == pytest.approx(1.0, abs=0.05)
    # For everybody together most were done in seconds, and that is what the budget counts.
    assert estimate_of(version).minutes == round(round(expected) / 60, 1) < estimate_of(version).computed / 4
    timing.forget()
    link = asked.invited(cast.bob())
    robot = Robot().open(link).press(**{f"q{short.pk}": str(short.choices.get(label="Yes").pk)})
    whole = -(-round((duration.PAGE + duration.seconds_of(long)) / 60, 1) // 1)
    assert f"About {whole:.0f} minutes left" in robot.text


def test_a_rule_about_people_is_measured_by_who_they_are() -> None:
    bob = cast.bob()
    north = cast.has(bob, "Region", "North").value
    only = {"join": "all", "conditions": [{"about": "facet", "of": north.facet.key, "verb": "is", "value": north.key}]}
    version, _short, _long = branching(only)
    Response.objects.bulk_create(
        Response(study=cast.late_orders(), version=version, submitted_at=THEN, seconds=30, person=person)
        for person in [bob] * 10 + [None] * 11
    )

    northerners, others = (logic.seconds_asked(asking(version.pk), Known(facets={north.facet.key: frozenset(who)})) for who in ([north.key], []))
    assert northerners > others + 100
    assert pace_of(version.pk).all == pytest.approx(30 / others)


def test_who_holds_a_phone_reads_the_minutes_of_phones() -> None:
    version = asked.asking()
    link, computed = asked.invited(cast.bob()), estimate_of(version).computed
    took(version, *[computed * 3] * 10)
    took(version, *[computed] * 30, device="desktop")
    took(version, *[computed * 5] * 9, device="")
    timing.forget()

    def read(**browser: str) -> str:
        client = Client(**browser)
        page, widget = Robot(client=client).open(link).text, client.get(f"{link}widget.js")
        said = page[page.index("About ") + 6 : page.index(" minutes left")]
        assert f"Answer, about {said} minutes" in widget.content.decode()
        assert widget["Vary"].startswith("Sec-CH-UA-Mobile, User-Agent")
        return said

    on_phones, at_desks = (f"{-(-round(computed * times, 1) // 1):.0f}" for times in (3, 1))
    assert (read(**PHONE), read(HTTP_USER_AGENT="Mozilla/5.0 (X11)"), read()) == (on_phones, at_desks, at_desks)
    # What is booked as asked of a person is known before they open anything.
    assert studies_asking.minutes_of(cast.late_orders()) == computed


def test_a_device_on_which_few_were_measured_reads_everybodys_minutes() -> None:
    version = asked.asking()
    computed = estimate_of(version).computed
    took(version, *[computed * 3] * 9)
    took(version, *[computed] * 30, device="desktop")

    assert pace_of(version.pk).on("phone") == pace_of(version.pk).all == pytest.approx(1.0, abs=0.05)
