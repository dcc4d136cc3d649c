"""What people have lived through, and how long ago, says what they can know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.core.clock import today
from allears.people import living
from allears.people.actions import erase, merge
from allears.people.errors import UnfitDetails
from allears.people.holdings import hand_over
from allears.people.importing.columns import choices, raw_of
from allears.people.models import LivedThrough, Person
from allears.people.queries import matching
from tests import cast
from tests.people.test_importing import bring, counts, problems

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def lived(person: Person, touchpoint: str, days: int) -> LivedThrough:
    return living.live_through(person=person, touchpoint=touchpoint, on=ago(days), by=cast.ana())


def who(**criteria: object) -> list[str]:
    return sorted(matching(criteria).values_list("name", flat=True))


def test_people_are_found_by_touchpoint_and_by_how_long_ago_it_was() -> None:
    lived(cast.bob(), "Delivery", 3)
    lived(cast.cleo(), "delivery ", 40)
    lived(cast.dev(), "First bill", 3)

    assert who(touchpoint="delivery") == ["Bob Hale", "Cleo Marsh"]
    assert who(touchpoint="delivery", lived_within=30) == ["Bob Hale"]
    assert who(touchpoint="delivery", lived_before=30) == ["Cleo Marsh"]
    assert who(touchpoint="delivery", lived_within=3, lived_before=3) == ["Bob Hale"]
    assert who(lived_within=10) == ["Bob Hale", "Dev Rao"]
    assert who(touchpoint="returns") == []


def test_touchpoints_are_called_as_on_their_newest_day_and_looked_up_each_without_going_through_all_rows() -> None:
    lived(cast.bob(), "Delivery", 3)
    lived(cast.cleo(), "delivery ", 40)
    lived(cast.dev(), "a first bill", 3)
    with CaptureQueriesContext(connection) as asked:
        known = living.touchpoints()
    LivedThrough.objects.all().delete()

    assert known == [("a first bill", "a first bill"), ("delivery", "Delivery")]
    assert len(asked) == 1
    assert "GROUP BY" not in asked[0]["sql"]
    assert living.touchpoints() == []


def test_written_down_twice_it_stands_once() -> None:
    lived(cast.bob(), "Delivery", 3)
    lived(cast.bob(), "DELIVERY", 3)
    lived(cast.bob(), "Delivery", 4)

    assert living.lived_by(cast.bob()).count() == 2


@pytest.mark.parametrize(("touchpoint", "on"), [("", "2026-01-01"), ("Delivery", "soon"), ("Delivery", "2999-01-01"),
                                                 ("x" * 201, "2026-01-01"), ("Delivery", "03/04/2026")])  # fmt: skip
def test_what_cannot_have_happened_is_refused(touchpoint: str, on: str) -> None:
    with pytest.raises(UnfitDetails):
        living.live_through(person=cast.bob(), touchpoint=touchpoint, on=on, by=cast.ana())
    assert LivedThrough.objects.count() == 0


def test_it_follows_a_merge_and_goes_with_an_erasure() -> None:
    lived(cast.cleo(), "Delivery", 3)
    merge(keep=cast.bob(), other=cast.cleo(), by=cast.ana())
    assert who(touchpoint="delivery") == ["Bob Hale"]
    assert [row["touchpoint"] for row in hand_over(person=cast.bob(), by=None)["lived_through"]] == ["Delivery"]

    erase(person=cast.bob(), by=cast.ada(), reason="asked by mail")
    assert LivedThrough.objects.count() == 0


def test_a_column_of_days_is_brought_with_the_people(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = "Name,E-mail,Delivery\nBob Hale,bob@customer.example,2026-10-02\nUna Low,una@x.example,next week\n"
    mapping = ["name", "email", "lived:Delivery"]
    cast.bob()
    made = bring(file, mapping=mapping)
    again = bring(file, mapping=mapping)

    assert [(row.person, row.on, row.source) for row in LivedThrough.objects.all()] == [
        (cast.bob(), date(2026, 10, 2), LivedThrough.objects.get().source)
    ]
    assert (counts(made), counts(again)) == ((1, 1, 0, 0), (0, 0, 2, 0))
    assert problems(made) == [(3, "Delivery", "no-date", True)]


def test_a_column_may_be_said_to_hold_days_of_a_touchpoint() -> None:
    groups = dict(choices("Delivery", [], ["First bill"]))

    assert groups["Day on which they went through"] == [("lived:First bill", "First bill"), ("lived:Delivery", "Delivery")]
    assert raw_of(["Bob", "2026-10-02"], ["name", "lived:Delivery"], "customer")["lived"] == {"Delivery": "2026-10-02"}


def test_it_is_written_down_and_taken_out_on_the_persons_page(as_ana: Client) -> None:
    page = f"/people/{cast.bob().ref}/"
    answer = as_ana.post(f"{page}lived/", {"touchpoint": "Delivery", "on": "2026-10-02"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "Delivery" in as_ana.get(page).content.decode()

    wrong = as_ana.post(f"{page}lived/", {"touchpoint": "Delivery", "on": "2999-10-02"})
    assert (wrong.status_code, "still to come" in wrong.content.decode()) == (422, True)

    other = f"/people/{cast.cleo().ref}/lived/{LivedThrough.objects.get().pk}/removal/"
    assert as_ana.post(other).status_code == 404
    as_ana.post(f"{page}lived/{LivedThrough.objects.get().pk}/removal/")
    assert LivedThrough.objects.count() == 0
