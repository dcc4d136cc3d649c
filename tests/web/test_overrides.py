"""Who was asked beyond their limit and why: line by line, the newest first, the same however many letters there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from allears.people.models import Person
from allears.studies.actions import create_study
from allears.studies.queries import seen_by
from allears.web import minutes, overrides
from allears.web.overrides import overrides_in
from tests import cast
from tests.web.test_minutes import MAY, ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel(datetime(2026, 11, 26, 12, 0, tzinfo=UTC), tick=False):
        yield


def test_overrides_stand_with_their_reasons_for_who_may_see_the_study() -> None:
    secret = create_study(by=cast.ana(), title="Secret", team_only=True)
    ask(cast.bob(), much=40, reason="A recall of his boiler")
    ask(cast.cleo(), much=40, reason="A recall of his boiler")
    ask(cast.dev(), much=40, reason="Something secret", study=secret)

    shown = [(o.subject, o.reason, o.by, o.people) for o in overrides_in(2026, cast.mia())]
    assert shown == [("Late orders", "A recall of his boiler", "Ana Ruiz", 2)]
    assert len(overrides_in(2026, cast.lea())) == 2
    assert minutes.overridden(2026) == 3
    assert [row.label for row in minutes.by_study(2026, seen_by(cast.mia()))] == ["Late orders", "Studies of other teams"]


def test_letters_are_gone_through_day_by_day_and_no_further_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        for person in (cast.bob(), cast.cleo()):
            ask(person, at=MAY + timedelta(days=n // 2, hours=n), much=40, reason=f"Reason {n}")
    at_once = overrides_in(2026, cast.ana())
    assert [(o.day.day, o.reason, o.people) for o in at_once] == [(4 + n // 2, f"Reason {n}", 2) for n in (4, 5, 2, 3, 0, 1)]

    monkeypatch.setattr(overrides, "SOME_LETTERS", 1)
    assert overrides_in(2026, cast.ana()) == at_once
    monkeypatch.setattr(overrides, "MOST_OVERRIDES", 3)
    assert [o.day for o in overrides_in(2026, cast.ana())] == [o.day for o in at_once[:3]]


@pytest.mark.parametrize("few", [1, 1000])
def test_a_day_is_the_readers_also_where_clocks_were_changed(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overrides, "SOME_LETTERS", few)
    moments = {"winter": (1, 10, 22), "at night": (1, 10, 23), "summer": (7, 10, 21), "in a summer night": (7, 10, 22),
               "before the change": (10, 24, 22), "after the change": (10, 25, 22), "the night after": (10, 25, 23)}  # fmt: skip
    for reason, (month, day, hour) in moments.items():
        ask(cast.bob(), at=datetime(2026, month, day, hour, 59, 59, 999_900, UTC), much=40, reason=reason)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        found = {o.reason: o.day for o in overrides_in(2026, cast.ana())}
    assert found == {
        "winter": date(2026, 1, 10), "at night": date(2026, 1, 11), "summer": date(2026, 7, 10),
        "in a summer night": date(2026, 7, 11), "before the change": date(2026, 10, 25),
        "after the change": date(2026, 10, 25), "the night after": date(2026, 10, 26),
    }  # fmt: skip


def test_who_was_asked_under_two_rows_is_one_person() -> None:
    for person in (cast.bob(), cast.cleo(), cast.dev(), cast.nia()):
        ask(person, much=40, reason="A recall")
    ask(cast.nia(), at=MAY + timedelta(days=1), much=40, reason="A recall")
    Person.objects.filter(pk__in=[cast.cleo().pk, cast.dev().pk]).update(merged_into=cast.bob())

    found = [(o.day, o.people, o.minutes) for o in overrides_in(2026, cast.ana())]
    assert found == [(date(2026, 5, 5), 1, Decimal(40)), (date(2026, 5, 4), 2, Decimal(160))]
