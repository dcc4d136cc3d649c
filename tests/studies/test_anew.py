"""Who was invited and whose letters provably never arrived gets the letter once more, when somebody presses a button."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from allears.core import ahead, delivery
from allears.core.clock import now
from allears.core.models import AuditEvent, Job, Message
from allears.people import actions as people
from allears.people import bounces, budget, holdings, links, merging
from allears.people.models import Contact, MailBounce, Person
from allears.studies import actions, anew, choosing, counting, fates, inviting, reminding
from allears.studies.models import Invitation, State, Study
from allears.studies.tasks import send_anew
from allears.web import minutes
from tests import cast
from tests.core.test_bounces import notification
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot
from tests.studies.selection.test_two_at_once import at_once
from tests.studies.test_pages import count_queries

pytestmark = pytest.mark.django_db
NEW = "bob.hale@customer.example"
LIST = "/studies/late-orders/invitations/"


def invited(person: Person | None = None, minutes: float = 3) -> Invitation:
    """Somebody was asked, and the letter left."""
    row = actions.invite_one(study=cast.late_orders(), person=person or cast.bob(), by=cast.ana(), minutes=minutes)
    Message.objects.filter(sent_at=None, failed_at=None).update(sent_at=now())
    return row


def returned(row: Invitation, **how: Any) -> Invitation:
    """Its newest letter came back for good."""
    message = row.mails.select_related("message").latest("pk").message
    bounces.take(notification(ref=message.ref, to=message.to, **how))
    return row


def mended(row: Invitation, email: str = NEW) -> Invitation:
    people.change_person(person=row.person, by=cast.ana(), email=email)
    return Invitation.objects.get(pk=row.pk)


def lost(study: Study | None = None) -> list[Invitation]:
    return list(anew.lost(study or cast.late_orders()).order_by("pk"))


def can(row: Invitation) -> bool:
    return anew.reachable(anew.lost_among(Invitation.objects.filter(pk=row.pk))).exists()


def page_of(row: Invitation) -> str:
    return f"{LIST}{row.ref}/"


def reads(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_a_letter_that_came_back_is_sent_once_more_to_the_mended_address_when_somebody_presses_the_button(
    as_ana: Client,
) -> None:
    row = returned(invited())
    before = reads(as_ana, page_of(row))
    mended(row)
    by_itself = Message.objects.filter(kind="study-anew").count()
    offered = reads(as_ana, page_of(row))

    as_ana.post(page_of(row), {"act": "anew"})

    assert "No letter has reached them" in before
    assert 'value="remind"' not in before
    assert "Mend their address" in before
    assert 'value="anew"' not in before
    assert (by_itself, 'value="anew"' in offered) == (0, True)
    letter = Message.objects.get(kind="study-anew")
    assert (letter.to, letter.key) == (NEW, f"anew:{row.ref}:1")
    assert actions.invitation_for(letter.text.partition("/a/")[2].partition("/")[0]) == row
    assert [mail.kind for mail in row.mails.order_by("pk")] == ["invite", "anew"]
    assert AuditEvent.objects.get(verb="studies.asked_anew").actor == cast.ana()
    assert "No letter has reached them" not in reads(as_ana, page_of(row))


def test_the_minutes_are_counted_once_and_as_of_the_letter_that_can_be_read() -> None:
    budget.set_budget(by=cast.ada(), minutes=3, days=90, quiet_from=None, quiet_to=None)
    row = mended(returned(invited()))

    with time_machine.travel(now() + timedelta(days=60), tick=False):
        anew.send(invitation=row, by=cast.ana())

        contact = Contact.objects.get()
        assert (contact.minutes, contact.counts_from) == (Decimal(3), now())

    with time_machine.travel(now() + timedelta(days=140), tick=False):
        assert budget.minutes_left([cast.bob()]) == {cast.bob().pk: 0}
        assert not budget.free_for(Person.objects.filter(pk=cast.bob().pk), 1).exists()
        assert not choosing.people_for({}, rested=100).filter(pk=cast.bob().pk).exists()
    with time_machine.travel(now() + timedelta(days=151), tick=False):
        assert budget.minutes_left([cast.bob()]) == {cast.bob().pk: 3}


def test_a_year_that_is_over_is_told_as_it_was(as_ana: Client) -> None:
    with time_machine.travel(datetime(2025, 12, 1, tzinfo=UTC), tick=False):
        row = mended(returned(invited()))
        before = [minutes.totals(year) for year in (2025, 2026)]
    with time_machine.travel(datetime(2026, 1, 15, tzinfo=UTC), tick=False):
        anew.send(invitation=row, by=cast.ana())

        own = Client().get(f"/me/{links.issue(cast.bob())}/").content.decode()
        theirs = reads(as_ana, f"/people/{cast.bob().ref}/")

    assert [minutes.totals(year) for year in (2025, 2026)] == before == [(Decimal("3.0"), 1, 1), (0, 0, 0)]
    assert "15 January 2026: Late orders, 3 min" in re.sub(r"</?\w[^>]*>", "", own)
    assert "was sent once more on 15 Jan 2026" in theirs
    assert [str(asked["anew_at"].date()) for asked in holdings.hand_over(person=cast.bob(), by=None)["asked"]] == ["2026-01-15"]


def test_what_was_sent_anew_before_both_days_were_kept_is_told_of_the_first_day_again() -> None:
    with time_machine.travel(datetime(2025, 12, 1, tzinfo=UTC), tick=False):
        row, other = mended(returned(invited())), invited(cast.dev())
    with time_machine.travel(datetime(2026, 1, 15, tzinfo=UTC), tick=False):
        anew.send(invitation=row, by=cast.ana())
        Contact.objects.filter(person=cast.bob()).update(at=now(), anew_at=None)
    migration = import_module("allears.studies.migrations.0013_when_they_were_asked_first")
    for _again in range(2):
        migration.tell_both_days(apps, None)

    days = {c.person: (c.at, c.anew_at) for c in Contact.objects.select_related("person")}
    assert days == {cast.bob(): (row.invited_at, datetime(2026, 1, 15, tzinfo=UTC)), cast.dev(): (other.invited_at, None)}


def test_minutes_that_have_fallen_out_of_the_period_are_asked_for_again_by_the_same_gate() -> None:
    budget.set_budget(by=cast.ada(), minutes=30, days=90, quiet_from=None, quiet_to=None)
    row = mended(returned(invited()))

    with time_machine.travel(now() + timedelta(days=100), tick=False):
        budget.ask_minutes(person=cast.bob(), minutes=29, subject="Another study", topic="study:other", by=cast.ana())
        with pytest.raises(inviting.NotInvitable) as refused:
            anew.send(invitation=row, by=cast.ana())

    assert refused.value.why == "no_budget"
    assert Message.objects.filter(kind="study-anew").count() == 0


def test_what_let_the_first_letter_pass_the_budget_lets_this_one_pass() -> None:
    budget.set_budget(by=cast.ada(), minutes=1, days=90, quiet_from=None, quiet_to=None)
    row = actions.invite_one(
        study=cast.late_orders(), person=cast.bob(), by=cast.ana(), minutes=3, override_reason="A recall of their boiler."
    )
    Message.objects.update(sent_at=now())

    anew.send(invitation=mended(returned(row)), by=cast.ana())

    assert [(c.override_reason, c.overridden_by) for c in Contact.objects.all()] == [("A recall of their boiler.", cast.ana())]


def test_a_letter_that_was_called_back_before_it_left_can_be_sent_anew_once_they_may_be_asked_again() -> None:
    row = actions.invite_one(study=cast.late_orders(), person=cast.bob(), by=cast.ana(), minutes=3)
    people.record_consent(person=cast.bob(), purpose="contact", given=False, source="a call")
    unwilling = (lost() == [row], can(row))
    with pytest.raises(inviting.NotInvitable) as refused:
        anew.send(invitation=row, by=cast.ana())
    people.record_consent(person=cast.bob(), purpose="contact", given=True, source="a call")

    assert (unwilling, refused.value.why) == ((True, False), "not_contactable")
    assert can(row)
    anew.send(invitation=Invitation.objects.get(pk=row.pk), by=cast.ana())
    assert Message.objects.filter(kind="study-anew", failed_at=None).count() == 1


def test_a_letter_that_was_refused_at_the_door_cannot_be_sent_from_the_outbox_beside_the_new_one() -> None:
    row = invited()
    message = row.mails.get().message
    Message.objects.filter(pk=message.pk).update(sent_at=None, failed_at=now(), error="550 5.1.1 No such person here")
    MailBounce.objects.create(key="1", address_key=cast.bob().email, message=message, hard=True, status="5.1.1")

    anew.send(invitation=mended(row), by=cast.ana())

    assert delivery.send_again(messages=[message], by=cast.ada()) == 0
    assert [m.to for m in Message.objects.filter(sent_at=None, failed_at=None, kind__startswith="study")] == [NEW]


@pytest.mark.parametrize(
    "fate",
    [
        {"sent_at": None},  # it waits
        {"sent_at": None, "claimed_at": now()},  # it is in a worker's hands
        {"sent_at": None, "claimed_at": now(), "failed_at": now()},  # nobody knows
        {"sent_at": None, "failed_at": now()},  # the server had no room for days; it can be sent from the outbox
        {},  # it arrived
    ],
)
def test_what_may_have_arrived_or_may_still_is_not_sent_anew(fate: dict[str, Any]) -> None:
    row = mended(invited())
    Message.objects.filter(pk=row.mails.get().message_id).update(**fate or {"sent_at": now()})

    assert lost() == []
    with pytest.raises(anew.HasArrived):
        anew.send(invitation=row, by=cast.ana())


def test_a_letter_that_may_have_arrived_is_not_said_to_have_come_back(as_ana: Client) -> None:
    row = invited()
    Message.objects.update(sent_at=None, claimed_at=now(), failed_at=now())

    for url in (LIST, page_of(row)):
        told = reads(as_ana, url)
        assert "may have arrived" in told
        assert "came back" not in told


def test_a_letter_that_the_server_put_off_for_days_is_not_said_to_have_come_back(as_ana: Client) -> None:
    row = invited()
    put_off = {"sent_at": None, "failed_at": now(), "attempts": 8, "error": "452 4.2.2 Mailbox full"}
    Message.objects.update(**put_off)

    for url in (LIST, page_of(row)):
        told = reads(as_ana, url)
        assert "could not be delivered" in told
        assert "came back" not in told


@pytest.mark.parametrize("at_the_door", [True, False])
def test_a_letter_whose_address_was_refused_for_good_came_back(as_ana: Client, at_the_door: bool) -> None:
    row = returned(invited())
    if at_the_door:
        Message.objects.update(sent_at=None, error="550 5.1.1 No such person here")

    for url in (LIST, page_of(row)):
        told = reads(as_ana, url)
        assert "came back<" in told
        assert "could not be delivered" not in told


@pytest.mark.parametrize(
    "fate",
    [
        {"sent_at": now()},  # it arrived
        {"claimed_at": now()},  # it is in a worker's hands
        {"claimed_at": now(), "failed_at": now()},  # nobody knows
    ],
)
def test_a_letter_that_came_back_and_was_sent_again_from_the_outbox_is_not_sent_anew(fate: dict[str, Any]) -> None:
    row = returned(invited())
    Message.objects.update(sent_at=None)
    delivery.send_again(messages=Message.objects.all(), by=cast.ada())
    Message.objects.update(**fate)

    assert (lost(), list(anew.lost_among(Invitation.objects.filter(pk=row.pk)))) == ([], [])
    assert fates.fate_of(fates.letters().get()) != fates.Fate.CAME_BACK
    with pytest.raises(anew.HasArrived):
        anew.send(invitation=row, by=cast.ana())


def test_a_letter_that_was_called_back_says_so_on_both_pages(as_ana: Client) -> None:
    row = invited()
    Message.objects.update(sent_at=None, claimed_at=now(), failed_at=now(), text="", html="")

    assert ["called back before it left" in reads(as_ana, url) for url in (LIST, page_of(row))] == [True, True]


def test_what_may_have_arrived_at_an_address_that_became_somebody_else_s_is_not_sent_anew_once_they_are_erased() -> None:
    row = invited()
    address = cast.bob().email
    Message.objects.filter(pk=row.mails.get().message_id).update(sent_at=None, claimed_at=now(), failed_at=now())
    mended(row)
    people.erase(person=people.change_person(person=cast.cleo(), by=cast.ana(), email=address), by=None, reason="person")

    assert Message.objects.get(pk=row.mails.get().message_id).text == ""
    assert lost() == []
    assert not can(row)


def test_a_letter_that_was_only_delayed_has_not_been_lost() -> None:
    returned(invited(), status="4.4.1", action="delayed", code="smtp; away")

    assert lost() == []


def test_who_had_a_reminder_that_arrived_or_has_said_anything_is_not_written_to_anew() -> None:
    asked.asking([{"kind": "short_text", "text": "What happened?"}])
    names = ("Una", "Vic", "Wes", "Xia", "Yul", "Zoe")
    una, vic, wes, xia, yul, zoe = (returned(invited(cast.person(f"{name} Low"))) for name in names)
    mended(una, "una.new@customer.example")
    actions.remind(invitation=Invitation.objects.get(pk=una.pk), by=cast.ana())
    Message.objects.filter(sent_at=None, failed_at=None).update(sent_at=now())
    actions.decline(invitation=vic)
    actions.mark_opened(invitation=wes)
    Robot().open(f"/a/{actions.issue_link(invitation=xia)}/").press("pause")
    actions.mark_paused(invitation_id=yul.pk)

    assert lost() == [zoe]


def test_whose_address_was_mended_by_joining_two_rows_is_written_to_where_they_stand_today() -> None:
    row = returned(invited())
    keep = cast.person("Robert Hale", email=NEW, email_key=NEW)
    merging.merge(keep=keep, other=cast.bob(), by=cast.ana())

    anew.send(invitation=Invitation.objects.get(pk=row.pk), by=cast.ana())

    assert Message.objects.get(kind="study-anew").to == NEW
    assert Contact.objects.count() == 1


def test_who_was_erased_is_no_longer_among_them() -> None:
    row = actions.invite_one(study=cast.late_orders(), person=cast.bob(), by=cast.ana(), minutes=3)
    people.erase(person=cast.bob(), by=cast.ada(), reason="They asked.")

    assert lost() == []
    assert not can(row)


def test_a_second_press_is_told_and_sends_nothing(as_ana: Client) -> None:
    row = mended(returned(invited()))
    as_ana.post(page_of(row), {"act": "anew"})

    again = as_ana.post(page_of(row), {"act": "anew"}, follow=True).content.decode()

    assert "A letter has reached them or is on its way" in again
    assert Message.objects.filter(kind="study-anew").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_it_at_once_one_does() -> None:
    row, by = mended(returned(invited())), cast.ana()

    results = at_once(*[lambda: anew.send(invitation=row, by=by)] * 2, refused=anew.HasArrived)

    assert anew.HasArrived in results
    assert Message.objects.filter(kind="study-anew").count() == 1


def test_a_letter_anew_that_comes_back_too_can_be_sent_to_the_next_address() -> None:
    row = mended(returned(invited()))
    anew.send(invitation=row, by=cast.ana())
    Message.objects.filter(sent_at=None, failed_at=None).update(sent_at=now())
    row = mended(returned(row), "bob.home@customer.example")

    anew.send(invitation=row, by=cast.ana())

    keys = Message.objects.filter(kind="study-anew").order_by("pk").values_list("key", "to")
    assert list(keys) == [(f"anew:{row.ref}:1", NEW), (f"anew:{row.ref}:2", "bob.home@customer.example")]
    assert Contact.objects.count() == 1


def test_the_reminder_counts_its_days_from_the_letter_that_arrived() -> None:
    row = mended(returned(invited()))
    unsent = reminding.plan(cast.late_orders()).coming
    with time_machine.travel(now() + timedelta(days=20), tick=False):
        anew.send(invitation=row, by=cast.ana())
        waiting = reminding.plan(cast.late_orders())
        Message.objects.filter(kind="study-anew").update(sent_at=now())
        early = reminding.remind_those_due()
        planned = reminding.plan(cast.late_orders())
    with time_machine.travel(now() + timedelta(days=27), tick=False):
        assert (unsent, waiting.unsent, early, planned.coming) == (0, 1, 0, 1)
        assert reminding.remind_those_due() == 1


def test_while_the_study_is_closed_it_rests_and_nobody_sends_more(as_ana: Client) -> None:
    first, second = mended(returned(invited())), mended(returned(invited(cast.cleo())), "cleo.new@customer.example")
    anew.send(invitation=first, by=cast.ana())
    study = cast.late_orders()
    actions.close_study(study=study, by=cast.ana())

    refused = as_ana.post(page_of(second), {"act": "anew"}, follow=True).content.decode()
    all_of_them = as_ana.post(f"{LIST}anew/", follow=True).content.decode()

    assert Message.objects.get(kind="study-anew").not_before.year > 2100  # type: ignore[union-attr]
    assert "This study takes no answers now" in refused
    assert "This study takes no answers now" in all_of_them
    assert 'value="anew"' not in reads(as_ana, page_of(second))
    assert Job.objects.count() == 0


def test_it_does_not_leave_when_they_have_declined_meanwhile() -> None:
    row = mended(returned(invited()))
    message = anew.send(invitation=row, by=cast.ana())
    actions.decline(invitation=row)

    assert reminding.still_worth_asking([message])[message.pk] == "They have answered or declined meanwhile."


def three_lost() -> list[Invitation]:
    """Bob and Dev have a new address, Cleo has none yet."""
    bob, cleo, dev = (returned(invited(person)) for person in (cast.bob(), cast.cleo(), cast.dev()))
    return [mended(bob), cleo, mended(dev, "dev.new@customer.example")]


def test_the_list_of_invitations_shows_whom_no_letter_reached_and_sends_to_those_who_can_be_reached(as_ana: Client) -> None:
    three_lost()
    invited(cast.nia())
    whole, some = reads(as_ana, LIST), reads(as_ana, f"{LIST}?letters=lost")

    asked_for = as_ana.post(f"{LIST}anew/")
    job = Job.objects.get()
    pressed_again = as_ana.post(f"{LIST}anew/")
    send_anew.func(job.pk)
    send_anew.func(job.pk)

    assert "No letter arrived · 3" in whole
    assert "Send to mended addresses" not in whole
    assert cast.nia().name in whole
    assert cast.nia().name not in some
    assert "Send to mended addresses (2)" in some
    assert asked_for.headers["Location"] == pressed_again.headers["Location"] == f"/settings/jobs/{job.ref}/"
    job.refresh_from_db()
    assert (job.done, job.total, job.result) == (2, 2, {"sent": 2})
    letters = Message.objects.filter(kind="study-anew")
    assert sorted(letters.values_list("to", flat=True)) == [NEW, "dev.new@customer.example"]
    assert AuditEvent.objects.get(verb="studies.anew_asked").details == {"people": 2}
    assert "No letter arrived · 1" in reads(as_ana, LIST)


def test_what_changed_since_the_button_was_pressed_is_looked_at_when_each_turn_comes(as_ana: Client) -> None:
    bob, _cleo, dev = three_lost()
    as_ana.post(f"{LIST}anew/")
    actions.mark_opened(invitation=bob)
    Person.objects.filter(pk=dev.person_id).update(contactable=False)

    send_anew.func(Job.objects.get().pk)

    assert Job.objects.get().result == {"sent": 0, "not_needed": 1, "not_contactable": 1}


def test_only_who_works_on_the_study_sends_anew(as_lea: Client, as_ada: Client, as_sam: Client, as_mia: Client) -> None:
    row = three_lost()[0]

    for client in (as_lea, as_ada, as_sam, as_mia):
        assert client.post(page_of(row), {"act": "anew"}).status_code == 403
        assert client.post(f"{LIST}anew/").status_code == 403
    assert "Send to mended addresses" not in reads(as_lea, f"{LIST}?letters=lost")
    assert "No letter arrived · 3" in reads(as_lea, LIST)
    assert 'value="anew"' not in reads(as_lea, page_of(row))


def test_a_person_s_page_shows_which_letters_never_reached_them_and_sends_one_anew(as_ana: Client, as_lea: Client) -> None:
    row = returned(invited())
    url = f"/people/{cast.bob().ref}/"
    before = reads(as_ana, url)
    mended(row)
    after, leader = reads(as_ana, url), reads(as_lea, url)

    as_ana.post(page_of(row), {"act": "anew"})

    assert "Letters that never reached them" in before
    assert "can be sent anew once they can be reached" in before
    assert f'action="{page_of(row)}"' in after
    assert "can be sent anew by the study’s team" in leader
    assert "Letters that never reached them" not in reads(as_ana, url)


def test_the_list_takes_as_many_queries_for_three_as_for_one(as_ana: Client) -> None:
    mended(returned(invited()))
    one = count_queries(as_ana, f"{LIST}?letters=lost")
    mended(returned(invited(cast.cleo())), "cleo.new@customer.example")
    mended(returned(invited(cast.dev())), "dev.new@customer.example")

    assert count_queries(as_ana, f"{LIST}?letters=lost") == one


def test_among_very_many_they_are_counted_ahead(as_ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    three_lost()
    monkeypatch.setattr(ahead, "MANY", 1)
    counting.count_ahead()

    assert ahead.kept(anew.LOST_AHEAD, cast.late_orders().pk).value == [3, 2]  # type: ignore[union-attr]
    assert "Send to mended addresses (2)" in reads(as_ana, f"{LIST}?letters=lost")
    send_anew.func(anew.ask_to_send(study=cast.late_orders(), by=cast.ana()).pk)
    assert anew.counts(cast.late_orders()) == (1, 0)


def test_a_study_s_state_is_looked_at_under_a_lock() -> None:
    row = mended(returned(invited()))
    Study.objects.update(state=State.CLOSED)

    with pytest.raises(inviting.NotOpen):
        anew.send(invitation=row, by=cast.ana())
