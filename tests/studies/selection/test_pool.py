"""The pool as pages show it: where there are many people it was counted ahead, and says the same as counting now."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from allears.core import ahead
from allears.core.clock import now
from allears.people import crowds
from allears.people.crowds import crowd_of
from allears.people.models import Contact, Facet, Person, PersonFacet
from allears.studies.models import Invitation, Selection
from allears.studies.selection import actions
from allears.studies.selection import pool as pools
from tests import cast
from tests.studies.selection import lots

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> list[Person]:
    """Forty people who count as many: some asked before, without address, unwilling, invited, merged, neighbours."""
    monkeypatch.setattr(ahead, "MANY", 20)
    people = lots.customers()
    Person.objects.filter(pk__in=[p.pk for p in people[:4]]).update(contactable=False)
    Person.objects.filter(pk__in=[p.pk for p in people[4:6]]).update(email="", email_key=None)
    Person.objects.filter(pk__in=[p.pk for p in people[6:12]]).update(kind="neighbour")
    Contact.objects.create(
        person=people[12], minutes=400, subject="Before", topic="study:x", at=now() - timedelta(days=2)
    )
    Invitation.objects.create(study=cast.late_orders(), person=people[13])
    Person.objects.filter(pk=people[39].pk).update(merged_into=people[14])
    return people


@pytest.mark.parametrize(
    "criteria",
    [{"kind": "customer"}, {"kind": "neighbour"}, {"facets": {"region": ["north", "east"]}}, {"q": "customer01"}],
)
def test_a_pool_and_its_base_counted_ahead_are_the_same_as_counted_now(
    many: list[Person], criteria: dict[str, Any]
) -> None:
    selection = lots.described(criteria=criteria)
    names = pools.naming(selection.facets)
    now_, base = pools.counted(pools.people_of(selection), names), pools.base_of(selection, names)
    crowds.count_ahead()
    kept = crowds.the_crowds()
    assert kept is not None

    ahead = pools.counted_ahead(selection, names, kept)

    assert (ahead.facets, ahead.types, ahead.sizes) == (now_.facets, now_.types, now_.sizes)
    assert now_.people > 0
    assert pools.base_of(selection, names) == base


@pytest.mark.parametrize("room", [1 << 40, 5])
def test_people_are_grouped_by_the_values_they_have(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many combinations there could be: numbers are given anew where they would grow too large."""
    monkeypatch.setattr(pools, "ROOM", room)
    chance = random.Random(1)
    held = {pk: tuple(chance.randrange(4) for _facet in range(3)) for pk in chance.sample(range(1, 900), 200)}
    chosen = [pk for pk in held if pk % 3]
    facets = [[crowd_of(pk for pk, own in held.items() if own[place] == at) for at in (1, 2, 3)] for place in range(3)]

    kinds = pools.kinds_in(crowd_of(chosen), facets)

    assert dict(kinds) == Counter(held[pk] for pk in chosen)
    assert pools.kinds_in(0, facets) == []
    assert pools.kinds_in(crowd_of(chosen), []) == [((), len(chosen))]


def test_a_page_of_many_people_looks_through_none_of_them_and_says_when_they_were_counted(
    as_ana: Client, many: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = lots.described()
    home = f"/studies/late-orders/selection/{selection.ref}/"
    assert "People were counted at" not in as_ana.get(home).content.decode()
    crowds.count_ahead()
    actions.change(selection=selection, by=cast.ana(), minutes=4)
    monkeypatch.setattr(pools, "people_of", pytest.fail)

    pages = [as_ana.get(home).content.decode(), as_ana.get(f"{home}quotas/").content.decode()]

    assert all("People were counted at" in page for page in pages)
    assert '<strong class="verdict__figure">25</strong>' in pages[0]


def test_nothing_is_locked_while_people_are_counted_for_quotas(monkeypatch: pytest.MonkeyPatch) -> None:
    lots.customers()
    study, by, propose, locks = cast.late_orders(), cast.ana(), actions.proposal, []

    def watched(selection: Selection) -> list[dict[str, Any]]:
        locks.append(len(connection.savepoint_ids))
        return propose(selection)

    monkeypatch.setattr(actions, "proposal", watched)
    outside = len(connection.savepoint_ids)
    selection = actions.describe(study=study, by=by, minutes=3, size=4)
    actions.change(selection=selection, by=by, size=6)

    assert locks == [outside, outside]
    assert Selection.objects.get().size == 6


def test_what_somebody_changed_while_people_were_counted_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    selection, by, propose, faster = lots.described(), cast.ana(), actions.proposal, [True]

    def overtaken(wanted: Selection) -> list[dict[str, Any]]:
        if faster:
            faster.clear()
            actions.change(selection=selection, by=by, minutes=5)
        return propose(wanted)

    monkeypatch.setattr(actions, "proposal", overtaken)
    changed = actions.change(selection=selection, by=by, size=6)

    kept = Selection.objects.get()
    assert (kept.size, kept.minutes, kept.version) == (6, 5, changed.version)
    assert kept.quotas == propose(kept)


def _people_with(*facets: tuple[str, int, int]) -> None:
    """Forty customers; of each facet (its name, how many values, how many have one) the first of them have values in turn."""
    emails = [f"customer{n:03}@customer.example" for n in range(40)]
    people = Person.objects.bulk_create(Person(name=email, email=email, email_key=email) for email in emails)
    for place, (label, values, known) in enumerate(facets):
        facet = cast.facet(label, *(f"{label} {n}" for n in range(values)))
        Facet.objects.filter(pk=facet.pk).update(position=place)
        own = list(facet.values.all())
        PersonFacet.objects.bulk_create(
            PersonFacet(person=person, facet=facet, value=own[n % values]) for n, person in enumerate(people[:known])
        )


@pytest.mark.parametrize(
    ("facets", "begun_with"),
    [
        ([("Region", 3, 40), ("Tenure", 4, 40)], ["Region", "Tenure"]),
        ([("Region", 3, 20), ("Tenure", 4, 19)], ["Region"]),
        ([("Product", 9, 40), ("Region", 8, 40)], ["Region"]),
        ([("A", 2, 40), ("B", 2, 40), ("C", 2, 40), ("D", 2, 40), ("Last rating", 3, 40)], ["A", "B", "C", "Last rating"]),
        ([("A", 8, 40), ("B", 8, 40), ("C", 4, 40), ("D", 8, 40), ("E", 2, 40)], ["A", "B", "C", "E"]),
        ([("Product", 9, 30), ("Region", 3, 5)], ["Product"]),
        ([("Region", 1, 40), ("Place", 40, 40)], ["Place"]),
        ([("Region", 1, 40)], []),
    ],
)
def test_a_lottery_begins_with_few_facets_that_most_have_and_that_have_few_values(
    facets: list[tuple[str, int, int]], begun_with: list[str]
) -> None:
    _people_with(*facets)

    assert [facet.label for facet in pools.to_begin_with()] == begun_with
    assert {*begun_with} <= {facet.label for facet in pools.balanced()}


def test_the_page_ticks_what_a_lottery_begins_with_and_keeps_what_was_chosen(as_ana: Client) -> None:
    cast.late_orders()
    _people_with(("Product", 9, 40), ("Region", 3, 40), ("Size", 2, 10))

    page = as_ana.get("/studies/late-orders/selection/new/").content.decode()
    made = lots.described(facets=["product", "size"])
    again = as_ana.get(f"/studies/late-orders/selection/{made.ref}/edit/").content.decode()

    assert _ticked(page) == {"product": False, "region": True, "size": False}
    assert _ticked(again) == {"product": True, "region": False, "size": True}
    assert lots.described().facets == ["region"]


def _ticked(page: str) -> dict[str, bool]:
    boxes = re.findall(r'<input[^>]*name="facets"[^>]*>', page)
    return {re.findall(r'value="([^"]+)"', box)[0]: "checked" in box for box in boxes}
