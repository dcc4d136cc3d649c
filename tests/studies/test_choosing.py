"""Whom to ask among many: what was counted ahead says the same as counting now."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models.functions import Lower
from django.test import Client

from allears.core import ahead, walking
from allears.core.clock import now
from allears.core.models import Counted
from allears.people import budget, by_name, crowds, search
from allears.people.listing import with_accounts
from allears.people.models import Contact, Facet, FacetValue, Kind, Person, PersonFacet
from allears.studies import actions, choosing, counting, knowing
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> list[Person]:
    """Sixty people of two kinds and three regions; some without address, unwilling, with limits of their own, asked."""
    monkeypatch.setattr(ahead, "MANY", 20)
    region = Facet.objects.create(key="region", label="Region")
    values = [FacetValue.objects.create(facet=region, key=key, label=key) for key in ("north", "south", "west")]
    people = Person.objects.bulk_create(
        Person(
            name=f"Person {n}", email="" if n % 7 == 0 else f"p{n}@customer.example",
            email_key=None if n % 7 == 0 else f"p{n}@customer.example", contactable=n % 5 != 0,
            kind=Kind.NEIGHBOUR if n % 6 == 0 else Kind.CUSTOMER, budget_minutes={0: 1, 1: 500}.get(n % 8),
        )
        for n in range(60)
    )  # fmt: skip
    PersonFacet.objects.bulk_create(
        PersonFacet(person=person, facet=region, value=values[n % 3]) for n, person in enumerate(people) if n % 4
    )
    Contact.objects.bulk_create(
        Contact(person=person, minutes=400, subject="Before", topic="study:x", at=now() - timedelta(days=2))
        for person in people[::9]
    )
    actions.invite(study=cast.late_orders(), people=people[10:20], by=cast.ana(), minutes=2)
    Person.objects.filter(pk=people[59].pk).update(merged_into=people[13])
    Person.objects.filter(pk__in=[person.pk for person in people[::3]]).update(joined_on=date(2025, 2, 3))
    return people


@pytest.mark.parametrize(
    ("criteria", "rested"),
    [
        ({}, None),
        ({"kind": "customer"}, None),
        ({"kind": "neighbour", "facets": {"region": ["north", "west"]}}, None),
        ({"facets": {"region": ["nowhere"]}}, None),
        ({"q": "person"}, None),
        ({"q": "person p1"}, None),
        ({"q": "!?"}, None),
        ({"q": "nobody"}, None),
        ({"q": "per", "kind": "customer", "facets": {"region": ["south"]}}, 30),
        ({"joined_after": "2024-01-01", "facets": {"region": ["north", "west"]}}, None),
        ({"kind": "customer"}, 30),
        ({"facets": {"region": ["north"]}}, 30),
    ],
)
@pytest.mark.parametrize("minutes", [2, 1000])
def test_what_was_counted_ahead_says_the_same_as_counting_now(
    crowd: list[Person], criteria: dict[str, Any], rested: int | None, minutes: int
) -> None:
    study = cast.late_orders()
    as_of_now = choosing.picture(criteria, rested, study, minutes)
    crowds.count_ahead()

    ahead = choosing.picture(criteria, rested, study, minutes)

    assert as_of_now.at is None
    assert ahead.at is not None
    assert (ahead.verdict, ahead.coverage) == (as_of_now.verdict, as_of_now.coverage)


FILTERS: list[tuple[dict[str, Any], int | None]] = [
    ({}, None),
    ({"kind": "customer", "facets": {"region": ["north", "south"]}}, None),
    ({"facets": {"region": ["west"]}}, 30),
    ({"q": "person", "facets": {"region": ["north"]}}, None),
    ({"q": "p1"}, None),
    ({"q": "!?"}, None),
    ({"facets": {"region": ["nowhere"]}}, None),
    ({"joined_after": "2024-01-01", "facets": {"region": ["north"]}}, 30),
]


@pytest.mark.parametrize("most", [1, 10_000])
@pytest.mark.parametrize(("criteria", "rested"), FILTERS)
def test_by_whichever_way_people_are_found_they_are_the_same_people(
    crowd: list[Person], criteria: dict[str, Any], rested: int | None, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds.count_ahead()
    monkeypatch.setattr(choosing, "MOST_COUNTED", most)
    kept = crowds.the_crowds()
    assert kept is not None

    found = set(crowds.ids_of(choosing.crowd_for(criteria, rested, kept)))

    assert found == {person.pk for person in choosing.people_for(criteria, rested)}


@pytest.mark.parametrize("piece", [7, 50_000])
@pytest.mark.parametrize(("criteria", "rested"), FILTERS)
def test_page_by_page_many_are_listed_by_name_as_few_are(
    crowd: list[Person], criteria: dict[str, Any], rested: int | None, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_name, "A_PIECE", piece)
    as_of_now = _all_pages(criteria, rested)
    crowds.count_ahead()

    ahead = _all_pages(criteria, rested)

    assert as_of_now == list(choosing.people_for(criteria, rested).order_by(Lower("name"), "pk"))
    assert ahead == as_of_now


def _all_pages(criteria: dict[str, Any], rested: int | None) -> list[Person]:
    seen = choosing.picture(criteria, rested, cast.late_orders(), 2)
    found: list[Person] = []
    while ids := choosing.page_by_name(criteria, rested, seen, found[-1] if found else None, 8).found:
        found += with_accounts(ids)
    return found


def test_who_was_counted_and_does_not_fit_any_more_is_not_listed(as_ana: Client, crowd: list[Person]) -> None:
    crowds.count_ahead()
    PersonFacet.objects.filter(person=crowd[1]).delete()
    Person.objects.filter(pk=crowd[7].pk).update(erased_at=now(), name="")

    page = as_ana.get("/studies/late-orders/people/?facet_region=south").content.decode()

    assert "Person 10<" in page
    assert "Person 1<" not in page
    assert crowd[7].ref not in page


def test_whom_words_find_is_looked_up_once_until_all_are_counted_anew(
    as_ana: Client, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds.count_ahead()
    looked: list[str] = []
    look = search.all_ids

    def seen_looking(text: str) -> search.Ids:
        looked.append(text)
        return look(text)

    monkeypatch.setattr(search, "all_ids", seen_looking)

    for query in ("?q=Person", "?q=person&facet_region=south", "?q=+PERSON+"):
        assert "Person 10<" in as_ana.get("/studies/late-orders/people/" + query).content.decode()
    assert looked == ["Person"]

    monkeypatch.setattr(ahead, "FRESH", timedelta(0))
    Person.objects.filter(pk=crowd[10].pk).update(name="Somebody else")
    crowds.count_ahead()
    assert "Person 10<" not in as_ana.get("/studies/late-orders/people/?q=person").content.decode()
    assert len(looked) == 2


def test_a_page_of_whom_nobody_fits_any_more_says_so_and_leads_on(
    as_ana: Client, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds.count_ahead()
    monkeypatch.setattr(walking, "FIRST", 10)
    monkeypatch.setattr(walking, "AT_LEAST", 10)
    monkeypatch.setattr(walking, "PATIENCE", 0)
    south = sorted((person for person in crowd if person.facets.filter(value__key="south")), key=lambda p: p.name)
    PersonFacet.objects.filter(person__in=south[:10]).delete()

    first = as_ana.get("/studies/late-orders/people/?facet_region=south").content.decode()
    after = re.findall(r"after=(\w+)", first)[0]
    second = as_ana.get(f"/studies/late-orders/people/?facet_region=south&after={after}").content.decode()

    assert "Nobody on this page fits now. Further people may." in first
    assert [person.name for person in south if f"{person.name}<" in second] == [person.name for person in south[10:]]


@pytest.mark.parametrize("minutes", [2, 12, 29])
def test_whom_the_study_asked_and_minutes_are_as_of_now_although_people_were_counted_before(
    crowd: list[Person], minutes: int
) -> None:
    study, days = cast.late_orders(), timedelta(days=budget.the_budget().days)
    actions.invite(study=study, people=[*crowd[20:30], *crowd[36:58]], by=cast.ana(), minutes=2)
    asked = [Contact(person=person, minutes=27, subject="Then", topic="study:x") for person in crowd[:40:3]]
    for contact in asked:
        contact.at = now() - days + timedelta(hours=1)
    for contact in asked[::4]:
        contact.anew_at = contact.at + timedelta(minutes=30)
    for contact in asked[1::4]:
        contact.anew_at = contact.at + timedelta(days=1)
    gone, going = (
        Contact(person=person, minutes=29, subject="Before then", topic="study:x", at=now() - days - timedelta(hours=1))
        for person in (crowd[2], crowd[4])
    )
    going.anew_at = now() - days + timedelta(hours=1)
    Contact.objects.bulk_create([*asked, gone, going])
    with time_machine.travel(now() - timedelta(seconds=1)):
        crowds.count_ahead()
        counting.count_ahead()

    with time_machine.travel(now() + timedelta(hours=2)):
        actions.invite(study=study, people=crowd[30:36], by=cast.ana(), minutes=2)
        budget.ask_minutes_of(people=[crowd[3].pk, crowd[59].pk], minutes=18.5, subject="Since", topic="study:y")
        Contact.objects.filter(pk__in=[gone.pk, asked[2].pk]).update(anew_at=now())
        kept = choosing.picture({}, None, study, minutes)
        look = choosing.before_asking({}, None, study, minutes)
        as_of_now = choosing.verdict(choosing.people_for({}), study, minutes)

    assert Counted.objects.filter(kind="invited").exists()
    assert kept.verdict == look.verdict == as_of_now
    assert (bool(kept.at), kept.at) == (True, look.at)


def test_how_many_are_outside_of_who_can_know_is_the_same_among_many(crowd: list[Person]) -> None:
    study = knowing.set_criteria(study=cast.late_orders(), criteria={"facets": {"region": ["north"]}}, by=cast.ana())
    as_of_now = choosing.before_asking({"kind": "customer"}, None, study, 2)
    crowds.count_ahead()

    kept = choosing.before_asking({"kind": "customer"}, None, study, 2)

    assert (kept.verdict, kept.outside) == (as_of_now.verdict, as_of_now.outside)
    assert as_of_now.outside > 0


def test_the_page_says_when_many_were_counted(as_ana: Client, crowd: list[Person]) -> None:
    assert "People were counted at" not in as_ana.get("/studies/late-orders/people/").content.decode()
    crowds.count_ahead()

    page = as_ana.get("/studies/late-orders/people/").content.decode()

    assert "People were counted at" in page
    assert "of 59 can be asked now" in page
    assert "People were counted at" in as_ana.get("/studies/late-orders/people/round/?how=all").content.decode()


def test_when_few_are_left_they_are_counted_as_they_are_now(
    crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds.count_ahead()
    monkeypatch.setattr(ahead, "MANY", 100)

    crowds.count_ahead()

    assert crowds.the_crowds() is None


def test_a_crowd_gives_back_the_ids_it_was_made_of() -> None:
    ids = {1, 7, 8, 63, 64, 100_000}

    assert set(crowds.ids_of(crowds.crowd_of(ids))) == ids
    assert crowds.crowd_of([]) == 0
