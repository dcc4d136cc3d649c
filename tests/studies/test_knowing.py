"""Who can know is kept with the study, filters "Who to ask", and warns when somebody else is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from allears.core.clock import today
from allears.people import living
from allears.people.queries import UnknownCriterion
from allears.studies import knowing
from allears.studies.models import Study
from tests import cast
from tests.studies.test_pages import asked

pytestmark = pytest.mark.django_db
PEOPLE = "/studies/late-orders/people/"


def known() -> None:
    """Bob in the north had a delivery last week, Cleo in the south long ago; Dev none."""
    cast.has(cast.bob(), "Region", "North")
    cast.has(cast.cleo(), "Region", "South")
    cast.dev()
    for person, days in ((cast.bob(), 7), (cast.cleo(), 300)):
        living.live_through(person=person, touchpoint="Delivery", on=today() - timedelta(days=days), by=cast.ana())


def names(study: Study) -> list[str]:
    return sorted(knowing.who_can_know(study).values_list("name", flat=True))


def kept(as_ana: Client, **filters: str) -> Study:
    answer = as_ana.post(f"{PEOPLE}criteria/", filters)
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    return Study.objects.get(slug="late-orders")


def test_filters_are_kept_as_who_can_know_and_open_the_page_again(as_ana: Client) -> None:
    asked(), known()
    study = kept(as_ana, touchpoint="delivery", lived_within="30", joined_after="", account="xyz  CO.")

    assert study.criteria == {"touchpoint": "delivery", "lived_within": 30, "account": cast.account().pk}
    assert names(study) == ["Bob Hale"]
    answer = as_ana.get(PEOPLE)
    assert answer["Location"] == f"{PEOPLE}?account=XYZ+Co.&lived_within=30&touchpoint=delivery"
    page = as_ana.get(answer["Location"]).content.decode()
    assert "went through Delivery · at most 30 days ago" in page
    assert "Bob Hale" in page
    assert "Cleo Marsh" not in page
    assert "Keep these filters" not in page
    assert "XYZ Co. · went through Delivery" in as_ana.get("/studies/late-orders/").content.decode()


def test_facets_dates_and_kinds_come_back_as_they_were_kept(as_ana: Client) -> None:
    asked(), known()
    study = kept(as_ana, facet_region="north", kind="customer", joined_before="2030-01-01", q="b")

    assert study.criteria == {"kind": "customer", "q": "b", "joined_before": "2030-01-01", "facets": {"region": ["north"]}}
    assert knowing.in_words(study.criteria) == [
        "Customer", "“b”", "customer since 1 January 2030 or earlier", "Region: North"
    ]  # fmt: skip
    assert as_ana.get(as_ana.get(PEOPLE)["Location"]).status_code == 200


def test_anybody_can_be_said_again(as_ana: Client) -> None:
    asked(), known()
    kept(as_ana, kind="staff")
    study = kept(as_ana, q="")

    assert (study.criteria, len(names(study))) == ({}, 3)


def test_a_filter_that_cannot_be_read_keeps_nothing(as_ana: Client) -> None:
    asked()
    answer = as_ana.post(f"{PEOPLE}criteria/", {"account": "Nobody & Sons", "csrfmiddlewaretoken": "secret"})

    assert answer["Location"] == f"{PEOPLE}?account=Nobody+%26+Sons"
    assert Study.objects.get().criteria == {}
    assert "There is no account of this name" in as_ana.get(answer["Location"]).content.decode()


def test_whoever_asks_people_outside_is_told_how_many_they_are(as_ana: Client) -> None:
    study = asked()
    known()
    knowing.set_criteria(study=study, criteria={"touchpoint": "delivery"}, by=cast.ana())
    round_ = f"{PEOPLE}round/?how=picked"
    outside = as_ana.get(f"{round_}&person={cast.dev().ref}&person={cast.bob().ref}").content.decode()
    inside = as_ana.get(f"{round_}&person={cast.bob().ref}").content.decode()

    assert "1 of them is outside of who can know (went through Delivery)" in outside
    assert "outside of who can know" not in inside


def test_a_criterion_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownCriterion):
        knowing.set_criteria(study=cast.late_orders(), criteria={"shoe_size": 43}, by=cast.ana())


def test_who_does_not_work_on_it_sets_no_criteria(as_mia: Client) -> None:
    asked()

    assert as_mia.post(f"{PEOPLE}criteria/", {"kind": "staff"}).status_code == 403
