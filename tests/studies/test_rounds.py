"""A round that somebody stopped, or that the worker gave up, goes on with exactly those who are left."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from allears.core import progress
from allears.core.clock import now
from allears.core.models import AuditEvent, Job, Message
from allears.people import actions as people_actions
from allears.people import budget, merging
from allears.people.models import Contact, Person
from allears.studies import actions, rounds
from allears.studies.models import Invitation, RoundList, State, Study
from allears.studies.tasks import send_invitations
from tests import cast
from tests.studies.selection.test_two_at_once import at_once

pytestmark = pytest.mark.django_db
LOW = ("Una", "Vic", "Wes", "Xia", "Yul", "Zoe")
GIVEN_UP = {"error": "Given up: the server stopped 3 times while this was running."}
STOPPED = {"stopped_at": now()}


@pytest.fixture(autouse=True)
def _two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allears.studies.tasks.CHUNK", 2)


def low_people() -> list[Person]:
    return [cast.person(f"{name} Low") for name in LOW]


def stopped(people: list[Person], *, after: int = 2, why: dict[str, Any] = STOPPED, **wanted: Any) -> Job:
    """A round that came to `after` people and no further."""
    wanted = {"minutes": 3, "by": cast.ana(), **wanted}
    everybody = Person.objects.filter(pk__in=[person.pk for person in people])
    job = actions.ask_to_invite(study=cast.late_orders(), people=everybody, **wanted)
    if after:
        progress.interrupt_when(lambda: Invitation.objects.count() >= after)
        try:
            with pytest.raises(progress.Interrupted):
                send_invitations.func(job.pk)
        finally:
            progress.interrupt_when(lambda: False)
    Job.objects.filter(pk=job.pk).update(ended_at=now(), **why)
    return job


def asked() -> list[str]:
    return sorted(row.person.first_name for row in Invitation.objects.select_related("person"))


def page_of(job: Job) -> str:
    return f"/studies/late-orders/invitations/rounds/{job.ref}/"


def reads(client: Client, url: str) -> str:
    return client.get(url).content.decode()


@pytest.mark.parametrize("why", [GIVEN_UP, STOPPED], ids=["given up", "stopped"])
def test_a_round_that_stopped_before_its_end_goes_on_with_exactly_those_who_are_left(
    as_ana: Client, why: dict[str, Any]
) -> None:
    job = stopped(low_people(), why=why)
    told = reads(as_ana, page_of(job))

    onward = as_ana.post(page_of(job), {"do": "go-on"}).headers["Location"]
    second = Job.objects.get(ended_at=None)
    send_invitations.func(second.pk)

    assert "It came to 2 of 6. 2 were asked:" in told
    assert "of 4 who are left can be asked now" in told
    assert [name for name in LOW if f"{name} Low" in told] == ["Wes", "Xia", "Yul", "Zoe"]
    assert onward == f"/settings/jobs/{second.ref}/"
    second.refresh_from_db()
    assert (second.done, second.total, second.result) == (4, 4, {"invited": 4, "before": 0})
    assert asked() == list(LOW)
    assert Message.objects.count() == Contact.objects.count() == 6
    assert RoundList.objects.count() == 0
    event = AuditEvent.objects.get(verb="studies.round_gone_on")
    assert (event.actor, event.details) == (cast.ana(), {"people": 4, "round": job.ref, "override": ""})


def test_whoever_changed_meanwhile_is_asked_by_the_gates_of_today() -> None:
    _una, _vic, wes, xia, yul, zoe = people = low_people()
    job = stopped(people)
    people_actions.change_person(person=wes, by=cast.ana(), email="")
    Person.objects.filter(pk=xia.pk).update(contactable=False)
    budget.ask_minutes(person=yul, minutes=30, subject="Another study", topic="", by=cast.ana(), override_reason="Urgent")
    row = actions.invite_one(study=cast.late_orders(), person=zoe, by=cast.ana(), minutes=3)
    actions.decline(invitation=row)

    onward = rounds.go_on(job=job, by=cast.ana())
    send_invitations.func(onward.pk)

    onward.refresh_from_db()
    assert onward.result == {"invited": 0, "before": 1, "no_address": 1, "no_budget": 1, "not_contactable": 1}
    assert asked() == ["Una", "Vic", "Zoe"]


def test_letters_of_a_round_that_goes_on_wait_for_the_end_of_quiet_hours() -> None:
    job = stopped(low_people())
    budget.set_budget(by=cast.ada(), minutes=30, days=90, quiet_from=time(21), quiet_to=time(8))
    late = now().replace(hour=23, minute=0, second=0, microsecond=0)

    with time_machine.travel(late, tick=False):
        send_invitations.func(rounds.go_on(job=job, by=cast.ana()).pk)

    assert [letter.not_before for letter in Message.objects.order_by("pk")[2:]] == [late + timedelta(hours=9)] * 4


def test_why_some_who_are_left_cannot_be_asked_is_said_before(as_ana: Client) -> None:
    people = low_people()
    job = stopped(people)
    people_actions.change_person(person=people[2], by=cast.ana(), email="")
    Person.objects.filter(pk=people[3].pk).update(contactable=False)
    row = actions.invite_one(study=cast.late_orders(), person=people[5], by=cast.ana(), minutes=3)

    told = reads(as_ana, page_of(job))

    assert '<strong class="verdict__figure">1</strong> of 4 who are left' in told
    assert "Go on: ask this 1 person" in told
    for words in ("1 does not want to be asked", "1 has no e-mail address", "1 was asked by this study already",
                  f'/invitations/{row.ref}/">asked already</a>', ">no address<", ">does not want to be asked<"):  # fmt: skip
        assert words in told


def test_where_nobody_who_is_left_can_be_asked_now_there_is_no_button(as_ana: Client) -> None:
    job = stopped(low_people())
    Person.objects.update(contactable=False)

    told = reads(as_ana, page_of(job))

    assert "None of them can be asked now." in told
    assert 'value="go-on"' not in told
    assert 'value="let-be"' in told


def test_a_round_that_may_pass_the_budget_says_why_and_still_may_when_it_goes_on(as_ana: Client) -> None:
    people = low_people()
    budget.set_budget(by=cast.ada(), minutes=1, days=90, quiet_from=None, quiet_to=None)
    job = stopped(people, override_reason="A recall of their boiler.")
    told = reads(as_ana, page_of(job))

    send_invitations.func(rounds.go_on(job=job, by=cast.ana()).pk)

    assert "because: “A recall of their boiler.”" in told
    assert "Go on: ask these 4 people" in told
    assert asked() == list(LOW)
    assert set(Contact.objects.values_list("override_reason", flat=True)) == {"A recall of their boiler."}
    assert AuditEvent.objects.get(verb="studies.round_gone_on").details["override"] == "A recall of their boiler."


def test_what_a_round_reports_is_said_in_the_house_s_words(as_ana: Client) -> None:
    job = stopped(low_people())
    Job.objects.filter(pk=job.pk).update(result={"invited": 2, "before": 1, "not_contactable": 3, "no_budget": 4, "no_address": 5})
    told = reads(as_ana, f"/settings/jobs/{job.ref}/")
    for words in ("Invited", "Asked before", "Do not want to be asked", "No minutes left", "Without an address"):
        assert f">{words}<" in told


def test_who_presses_second_is_told_and_nobody_is_asked_twice(as_ana: Client) -> None:
    job = stopped(low_people())
    as_ana.post(page_of(job), {"do": "go-on"})

    again = as_ana.post(page_of(job), {"do": "go-on"}, follow=True)

    assert again.redirect_chain == [("/studies/late-orders/invitations/", 302)]
    assert "This round is under way, or nobody is left of it." in again.content.decode()
    assert "Invitations are on their way" in again.content.decode()
    assert Job.objects.filter(ended_at=None).count() == RoundList.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_let_it_go_on_at_once_one_does() -> None:
    job, by = stopped(low_people()), cast.ana()

    results = at_once(*[lambda: rounds.go_on(job=job, by=by)] * 2, refused=rounds.NothingLeft)

    assert rounds.NothingLeft in results
    assert Job.objects.get(ended_at=None) in results
    assert RoundList.objects.count() == 1


def test_a_round_that_goes_on_can_be_stopped_and_go_on_again() -> None:
    job = stopped(low_people())
    for _time in range(2):
        job = rounds.go_on(job=job, by=cast.ana())
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(progress.Progress, "wrote", lambda self, *_args, **_more: (_ for _ in ()).throw(progress.Stopped))
            send_invitations.func(job.pk)

    assert asked() == list(LOW)
    assert RoundList.objects.count() == 0


def test_who_was_merged_into_another_row_meanwhile_is_asked_there_and_once() -> None:
    una, _vic, wes, xia, yul, _zoe = people = low_people()
    job = stopped(people)
    ursel = cast.person("Ursel Low")
    merging.merge(keep=ursel, other=wes, by=cast.ana())
    merging.merge(keep=una, other=xia, by=cast.ana())
    Person.objects.filter(pk=yul.pk).update(erased_at=now(), email="", email_key=None)

    onward = rounds.go_on(job=job, by=cast.ana())
    send_invitations.func(onward.pk)

    assert asked() == ["Una", "Ursel", "Vic", "Zoe"]


def test_who_is_merged_into_another_row_while_the_round_runs_is_asked_there_and_once() -> None:
    una, _vic, wes, xia, _yul, _zoe = people = low_people()
    job = stopped(people, why={})
    Job.objects.filter(pk=job.pk).update(ended_at=None)
    ursel = cast.person("Ursel Low")
    merging.merge(keep=ursel, other=wes, by=cast.ana())
    merging.merge(keep=una, other=xia, by=cast.ana())

    send_invitations.func(job.pk)

    assert asked() == ["Una", "Ursel", "Vic", "Yul", "Zoe"]


def test_while_it_runs_or_once_it_has_come_to_its_end_nothing_goes_on(as_ana: Client) -> None:
    running = actions.ask_to_invite(study=cast.late_orders(), people=Person.objects.filter(pk=cast.bob().pk), by=cast.ana(), minutes=3)
    under_way = as_ana.post(page_of(running), {"do": "go-on"})
    send_invitations.func(running.pk)
    over = as_ana.post(page_of(running), {"do": "go-on"})

    assert under_way.headers["Location"] == over.headers["Location"] == "/studies/late-orders/invitations/"
    assert as_ana.get(page_of(running)).headers["Location"] == "/studies/late-orders/invitations/"
    assert (Job.objects.count(), Invitation.objects.count()) == (1, 1)


def test_a_round_that_was_stopped_before_its_turn_came_asks_nobody_and_can_go_on() -> None:
    people = low_people()
    job = actions.ask_to_invite(study=cast.late_orders(), people=Person.objects.filter(pk__in=[p.pk for p in people]), by=cast.ana(), minutes=3)
    progress.stop(job=job, by=cast.ana())
    send_invitations.func(job.pk)
    before = asked()

    send_invitations.func(rounds.go_on(job=job, by=cast.ana()).pk)

    assert (before, asked()) == ([], list(LOW))


def test_of_a_round_that_is_stopped_at_its_very_end_nobody_is_left(as_ana: Client) -> None:
    job = stopped(low_people(), after=0, why={})
    Job.objects.filter(pk=job.pk).update(ended_at=None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("allears.studies.tasks.CHUNK", 6)
        patched.setattr(progress.Progress, "wrote", lambda self, *_args, **_more: (_ for _ in ()).throw(progress.Stopped))
        send_invitations.func(job.pk)

    assert (len(asked()), RoundList.objects.count()) == (6, 0)
    assert "stopped before its end" not in reads(as_ana, "/studies/late-orders/invitations/")


def test_a_round_of_a_closed_study_says_so_and_goes_on_once_it_is_open_again(as_ana: Client) -> None:
    job = stopped(low_people())
    study = cast.late_orders()
    actions.close_study(study=study, by=cast.ana())

    told = reads(as_ana, page_of(job))
    refused = as_ana.post(page_of(job), {"do": "go-on"}, follow=True).content.decode()
    left = RoundList.objects.count()
    Study.objects.filter(pk=study.pk).update(state=State.OPEN)
    send_invitations.func(rounds.go_on(job=job, by=cast.ana()).pk)

    assert "The study is not open" in told
    assert 'value="go-on"' not in told
    assert "This study takes no answers now. Open it again first." in refused
    assert (left, asked()) == (1, list(LOW))


def test_a_round_whose_study_is_closed_meanwhile_says_why_it_stopped_and_who_is_left(as_ana: Client) -> None:
    people = low_people()
    job = actions.ask_to_invite(study=cast.late_orders(), people=Person.objects.filter(pk__in=[p.pk for p in people]), by=cast.ana(), minutes=3)
    Study.objects.update(state=State.CLOSED)
    with pytest.raises(actions.NotOpen):
        send_invitations.func(job.pk)

    told = reads(as_ana, page_of(job))

    assert "This study takes no answers now." in told
    assert "It came to 0 of 6." in told


def test_who_is_left_can_be_let_be_and_no_page_speaks_of_the_round_again(as_ana: Client) -> None:
    job = stopped(low_people())

    answer = as_ana.post(page_of(job), {"do": "let-be"}, follow=True)
    again = as_ana.post(page_of(job), {"do": "let-be"}, follow=True).content.decode()

    assert "Nobody else of this round is asked." in answer.content.decode()
    assert "stopped before its end" not in answer.content.decode()
    assert "nobody is left of it" in again
    assert (RoundList.objects.count(), Invitation.objects.count()) == (0, 2)
    assert AuditEvent.objects.get(verb="studies.round_let_be").details == {"people": 4, "round": job.ref}


def test_a_round_that_stopped_is_let_be_by_itself_after_thirty_days_and_its_pages_say_so_before(as_ana: Client) -> None:
    with time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=UTC), tick=False):
        job = stopped(low_people())
        told = [reads(as_ana, url) for url in (page_of(job), "/studies/late-orders/invitations/")]
    with time_machine.travel(datetime(2026, 10, 31, 11, tzinfo=UTC), tick=False):
        rounds.let_old_ones_be()
        before = RoundList.objects.count()
    with time_machine.travel(datetime(2026, 10, 31, 13, tzinfo=UTC), tick=False):
        gone = rounds.let_old_ones_be(), rounds.let_old_ones_be()
        answer = as_ana.post(page_of(job), {"do": "go-on"}, follow=True).content.decode()

    assert ["It can go on until 31 October 2026." in page for page in told] == [True, True]
    assert (before, gone, RoundList.objects.count()) == (1, (1, 0), 0)
    assert ("nobody is left of it" in answer, Invitation.objects.count()) == (True, 2)
    event = AuditEvent.objects.get(verb="studies.round_let_be")
    assert (event.actor, event.actor_label, event.details) == (None, "the system", {"people": 4, "round": job.ref})


def test_a_round_that_is_under_way_keeps_its_list_however_long_it_takes() -> None:
    with time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=UTC), tick=False):
        actions.ask_to_invite(study=cast.late_orders(), people=Person.objects.all(), by=cast.ana(), minutes=3)

    assert (rounds.let_old_ones_be(), RoundList.objects.count()) == (0, 1)


def test_only_who_works_on_the_study_lets_a_round_go_on(
    as_ana: Client, as_lea: Client, as_ada: Client, as_sam: Client, as_mia: Client
) -> None:
    job = stopped(low_people())
    for client in (as_lea, as_ada, as_sam, as_mia):
        assert client.get(page_of(job)).status_code == 403
        assert client.post(page_of(job), {"do": "go-on"}).status_code == 403
        assert client.post(page_of(job), {"do": "let-be"}).status_code == 403
    actions.create_study(by=cast.ana(), title="Returns")

    elsewhere = as_ana.post(page_of(job).replace("late-orders", "returns"), {"do": "go-on"})

    assert elsewhere.headers["Location"] == "/studies/returns/invitations/"
    assert (Job.objects.count(), RoundList.objects.count()) == (1, 1)


def test_the_pages_of_the_round_and_of_the_study_lead_to_who_is_left(as_ana: Client, as_lea: Client, as_ada: Client) -> None:
    job = stopped(low_people())
    way = f'href="{page_of(job)}"'

    assert way in reads(as_ana, f"/settings/jobs/{job.ref}/")
    assert way in reads(as_ana, "/studies/late-orders/people/?q=")
    notice = reads(as_ana, "/studies/late-orders/invitations/")
    assert way in notice
    assert "4 of 6 have had no turn yet." in notice
    assert way not in reads(as_lea, "/studies/late-orders/invitations/")
    assert way not in reads(as_ada, f"/settings/jobs/{job.ref}/")


def test_a_round_that_was_given_up_waits_on_home_and_one_that_was_stopped_does_not(as_ana: Client) -> None:
    job = stopped(low_people())
    quiet = reads(as_ana, "/")
    Job.objects.filter(pk=job.pk).update(stopped_at=None, **GIVEN_UP)

    assert "stopped before its end" not in quiet
    assert "A round of “Late orders” stopped before its end: 4 people are left" in reads(as_ana, "/")


def test_the_page_of_who_is_left_is_read_page_by_page_and_as_soon_for_three_as_for_one(
    as_ana: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    job = stopped(low_people())
    monkeypatch.setattr("allears.studies.views.rounds.A_PAGE", 3)

    first = reads(as_ana, page_of(job))
    second = reads(as_ana, f"{page_of(job)}?after={Person.objects.get(name='Yul Low').pk}")

    assert [name for name in LOW if f">{name} Low<" in first] == ["Wes", "Xia", "Yul"]
    assert [name for name in LOW if f">{name} Low<" in second] == ["Zoe"]


def test_among_very_many_people_the_page_counts_who_is_left_from_crowds(as_ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from allears.core import ahead
    from allears.people import crowds

    people = low_people()
    job = stopped(people)
    Person.objects.filter(pk=people[2].pk).update(contactable=False)
    monkeypatch.setattr(ahead, "MANY", 1)
    crowds.count_ahead()

    told = reads(as_ana, page_of(job))

    assert "People were counted at" in told
    assert '<strong class="verdict__figure">3</strong> of 4 who are left' in told
