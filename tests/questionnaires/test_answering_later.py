"""When to be asked, said by a link that may have been forwarded: where somebody is, and when no mail comes to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from allears.people.models import Person
from allears.studies.models import Later
from tests import cast
from tests.questionnaires.asked import asking, invited

pytestmark = pytest.mark.django_db
WORDS = [{"kind": "short_text", "text": "What happened?"}]


def said(zone: str, known: str) -> tuple[str, datetime, str]:
    """Bob, known to be in `known`, asks for tomorrow morning where he says that he is; what is known of him then, when
    he is asked, and what he reads.
    """
    asking(WORDS)
    with time_machine.travel(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), tick=False):
        link = invited(cast.bob())
        Person.objects.filter(pk=cast.bob().pk).update(time_zone=known)
        day = {"when": "day", "day": "2026-11-26", "part": "morning", "time_zone": zone}
        page = Client().post(f"{link}later/", day, follow=True).content.decode()
    return Person.objects.get(pk=cast.bob().pk).time_zone, Later.objects.get().ask_at, page


def test_the_first_word_on_where_somebody_is_counts() -> None:
    zone, at, page = said("Asia/Tokyo", known="")
    assert (zone, at.hour < 3) == ("Asia/Tokyo", True)
    assert "Times are those of Asia/Tokyo" in page


def test_another_one_holds_for_this_time_and_lets_no_mail_in_at_quiet_hours() -> None:
    zone, at, page = said("Asia/Tokyo", known="Europe/Vienna")
    assert (zone, at) == ("Europe/Vienna", datetime(2026, 11, 26, 7, 0, tzinfo=UTC))  # eight o'clock in Vienna
    assert ("Times are those of Asia/Tokyo" in page, "16:00" in page) == (True, True)


def test_another_one_with_no_hour_less_of_quiet_is_kept() -> None:
    assert said("Europe/Berlin", known="Europe/Vienna")[0] == "Europe/Berlin"
