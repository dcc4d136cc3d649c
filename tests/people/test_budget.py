"""People's minutes: the one gate."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection

from allears.core.models import AuditEvent
from allears.people import actions, budget
from allears.people.errors import BudgetSpent, NoReason, NotContactable
from allears.people.models import Contact, Person
from tests import cast

pytestmark = pytest.mark.django_db


def ask(person: Person, minutes: float, **fields: object) -> Contact:
    return budget.ask_minutes(person=person, minutes=minutes, subject="Late orders", topic="study:1", **fields)


def test_the_house_asks_for_thirty_minutes_in_ninety_days_unless_it_says_otherwise() -> None:
    bob = cast.bob()
    ask(bob, 20)
    ask(bob, 10)

    with pytest.raises(BudgetSpent) as caught:
        ask(bob, 0.5)
    assert (caught.value.left, caught.value.asked) == (0, Decimal("0.5"))
    assert str(caught.value) == "Bob Hale has 0 minutes left, and this asks for 0.5."

    budget.set_budget(by=cast.ada(), minutes=60, days=90, quiet_from=None, quiet_to=None)
    assert budget.minutes_left([bob]) == {bob.pk: 30}


def test_minutes_come_back_when_the_period_has_rolled_on() -> None:
    bob = cast.bob()
    ask(bob, 30)

    with time_machine.travel(datetime.now(UTC) + timedelta(days=89)):
        assert budget.minutes_left([bob]) == {bob.pk: 0}
    with time_machine.travel(datetime.now(UTC) + timedelta(days=91)):
        assert budget.minutes_left([bob]) == {bob.pk: 30}


def test_a_persons_own_limit_counts_before_the_houses() -> None:
    bob = actions.set_limits(person=cast.bob(), by=None, budget_minutes=5)

    with pytest.raises(BudgetSpent):
        ask(bob, 6)
    assert ask(bob, 5).minutes == 5


def test_an_override_needs_somebody_and_a_reason_and_is_on_record() -> None:
    bob = cast.bob()
    with pytest.raises(NoReason):
        ask(bob, 40, override_reason="he offered")
    with pytest.raises(BudgetSpent):
        ask(bob, 40, by=cast.ana(), override_reason="   ")

    contact = ask(bob, 40, by=cast.ana(), override_reason="he offered")

    assert (contact.override_reason, contact.overridden_by) == ("he offered", cast.ana())
    event = AuditEvent.objects.get(verb="people.budget-overridden")
    assert (event.actor, event.target, event.details) == (
        cast.ana(),
        "study:1",
        {"people": 1, "reason": "he offered"},
    )


def test_a_reason_that_was_not_needed_is_not_an_override() -> None:
    contact = ask(cast.bob(), 10, by=cast.ana(), override_reason="just in case")

    assert (contact.override_reason, contact.overridden_by) == ("", None)


def test_no_reason_reaches_whoever_withdrew_their_consent() -> None:
    actions.record_consent(person=cast.bob(), purpose="contact", given=False, source="mail")

    with pytest.raises(NotContactable):
        ask(cast.bob(), 1, by=cast.ana(), override_reason="it matters")


def test_many_are_asked_in_few_queries_and_who_is_refused_stops_nobody(
    django_assert_num_queries: object,
) -> None:
    bob, cleo, dev, nia = cast.bob(), cast.cleo(), cast.dev(), cast.nia()
    actions.record_consent(person=dev, purpose="contact", given=False, source="mail")
    actions.merge(keep=bob, other=nia, by=None)
    ask(cleo, 25)
    everybody = [p.pk for p in (bob, cleo, dev, nia)] + [987654]

    with django_assert_num_queries(5 + 2):  # the savepoint and its end among them
        asked = budget.ask_minutes_of(people=everybody, minutes=10, subject="Late orders", topic="study:2")

    assert asked.contacts == dict.fromkeys((bob.pk, nia.pk), asked.contacts[bob.pk])
    assert {pk: type(error) for pk, error in asked.refused.items()} == {
        cleo.pk: BudgetSpent, dev.pk: NotContactable, 987654: NotContactable,
    }  # fmt: skip
    assert Contact.objects.filter(topic="study:2").count() == 1


def test_who_is_free_is_found_in_the_database() -> None:
    bob, cleo, dev, nia = cast.bob(), cast.cleo(), cast.dev(), cast.nia()
    ask(bob, 25), ask(nia, 10)
    actions.merge(keep=cleo, other=nia, by=None)
    actions.set_limits(person=dev, by=None, budget_minutes=100)
    living = Person.objects.filter(merged_into=None)

    assert set(budget.free_for(living, 20)) == {cleo, dev}
    assert set(budget.free_for(living, 21)) == {dev}
    assert {p.pk: p.minutes_left for p in budget.free_for(living, 0)} == budget.minutes_left(living)


@pytest.mark.parametrize("minutes", [-1, 10_000])
def test_minutes_that_cannot_be_are_refused(minutes: float) -> None:
    with pytest.raises(ValueError, match="cannot be asked"):
        ask(cast.bob(), minutes)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_the_same_time_cannot_take_more_than_is_left() -> None:
    bob, outcomes = cast.bob(), []

    def ask_once() -> None:
        try:
            ask(bob, 20)
            outcomes.append("asked")
        except BudgetSpent:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["asked", "refused", "refused", "refused"]
    assert Contact.objects.count() == 1


def at(clock: str, zone_hours: int = 0) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, 4, hour, minute, tzinfo=UTC) - timedelta(hours=zone_hours)


@pytest.mark.parametrize(
    ("moment", "good"),
    [
        (at("12:00"), at("12:00")),
        (at("19:59"), at("19:59")),
        (at("20:00"), at("08:00") + timedelta(days=1)),
        (at("03:30"), at("08:00")),
        (at("08:00"), at("08:00")),
    ],
)
def test_nobody_is_written_to_at_night(moment: datetime, good: datetime) -> None:
    assert budget.good_moment(cast.bob(), moment) == good


def test_night_is_where_the_person_is() -> None:
    bob = cast.person("Bob Hale", time_zone="Asia/Tokyo")

    assert budget.good_moment(bob, at("12:00")) == at("08:00", zone_hours=9) + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "until", "moment", "good"),
    [
        # Clocks go back from 03:00 to 02:00, so that 02:30 comes twice: mail waits for the second time.
        ("Europe/Paris", time(2, 30), datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("Europe/Paris", time(2, 30), datetime(2026, 10, 25, 1, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        # Clocks go forward from 02:00 to 03:00: 02:30 never comes, and is over at 03:30.
        ("Europe/Paris", time(2, 30), datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # A night in which clocks change ends at the hour on the wall.
        ("Europe/Paris", time(8), datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        ("America/New_York", time(8), datetime(2026, 3, 8, 4, 0, tzinfo=UTC), datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall_also_where_clocks_change(
    zone: str, until: time, moment: datetime, good: datetime
) -> None:
    bob = cast.person("Bob Hale", time_zone=zone, quiet_from=time(22), quiet_to=until)

    assert budget.good_moment(bob, moment).astimezone(UTC) == good
    assert budget.good_moment(bob, good).astimezone(UTC) == good


def test_their_own_quiet_hours_count_before_the_houses() -> None:
    bob = actions.set_limits(person=cast.bob(), by=None, budget_minutes=None, quiet_from=time(12), quiet_to=time(14))

    assert budget.good_moment(bob, at("13:00")) == at("14:00")
    assert budget.good_moment(bob, at("23:00")) == at("23:00")
