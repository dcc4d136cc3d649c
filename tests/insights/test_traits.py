"""What stands beside words where names may not: what enough people share, alone and together."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from allears.insights import few_rows, speakers, traits
from allears.people.models import Person
from allears.people.queries import facets_of
from tests import cast
from tests.insights.stories import said

pytestmark = pytest.mark.django_db


def room() -> str:
    return reverse("insights:words_of_study", args=[cast.late_orders().slug])


def speaker(n: int, **values: str) -> Person:
    who = Person.objects.create(label=f"P{n}")
    for facet, value in values.items():
        cast.has(who, facet, value)
    said(f"It came late, said P{n}.", by=who)
    return who


def beside(who: Person) -> list[str]:
    held = facets_of([who.pk])
    return [value.label for value in traits.beside(cast.late_orders(), held)[who.pk]]


def facts(client: Client, q: str) -> list[str]:
    return list(client.get(room(), {"q": q}).context["words"][0].facts)


def test_what_stands_beside_words_does_not_together_point_at_few(as_sam: Client, as_ana: Client) -> None:
    for n in range(40):
        speaker(
            n, Region="North" if n < 20 else "South", Channel="Phone" if n % 2 else "Web",
            Size="Large" if n in (0, 1) or n > 28 else "Small",
        )  # fmt: skip
    assert facts(as_ana, "P1") == ["Phone", "North", "Large"]
    asked = {"facet": ["region:north", "channel:phone", "size:large"]}
    assert as_sam.get(room(), asked).context["too_few"]
    assert facts(as_sam, "P1") == ["Phone", "North"]


def test_beside_words_that_were_found_by_a_trait_no_other_trait_stands(as_sam: Client, as_ana: Client) -> None:
    for n in range(40):
        care = "Yes" if n in (0, 1) or n > 25 else "No"
        speaker(n, Area="City" if n % 2 else "Land", Bill="Late" if n < 20 else "Paid", Care=care)
    asked = {"facet": "care:yes", "q": "P1"}
    assert facts(as_sam, "P1") == ["City", "Late"]
    assert as_ana.get(room(), asked).context["words"][0].facts == ["City", "Late", "Yes"]
    found = as_sam.get(room(), {"facet": "care:yes"}).context["words"]
    assert [item.facts for item in found] == [[]] * 16
    assert as_sam.get(found[0].url).context["item"].facts == []
    assert as_ana.get(found[0].url).context["item"].facts


def test_what_is_missing_beside_words_does_not_tell_what_it_would_be() -> None:
    people = [
        speaker(n, Area="City" if n < 20 else "Land", Bill="Late" if n < 2 else "Paid", Care="Yes") for n in range(40)
    ]
    assert beside(people[5]) == ["City", "Yes"]  # nobody of the city has a bill beside them: two of them would be those without
    assert beside(people[0]) == ["City", "Yes"]
    assert beside(people[30]) == ["Land", "Yes"]


def test_the_line_ends_where_a_value_may_not_stand() -> None:
    people = [
        speaker(n, Area="City" if n < 30 else "Land", Bill="Late" if n < 11 else "Paid" if n < 24 else "None", Care="Yes")
        for n in range(40)
    ]
    assert beside(people[0]) == ["City"]
    assert beside(people[20]) == ["City", "Paid", "Yes"]
    assert beside(people[28]) == ["City"]  # six have no bill; together with those who were late they are enough
    unknown = speaker(41, Area="City", Care="Yes")
    assert beside(unknown) == ["City"]


def test_nobody_s_traits_stand_beside_the_words_of_few() -> None:
    people = [speaker(n, Area="City", Bill="Paid") for n in range(9)]
    assert beside(people[0]) == []


def test_of_a_study_that_is_counted_ahead_who_has_what_is_looked_up_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [speaker(n, Area="City" if n < 20 else "Land", Bill="Late" if n % 2 else "Paid") for n in range(40)]
    monkeypatch.setattr(few_rows, "FEW", 30)
    assert beside(people[0]) == [], "nobody has counted yet"
    speakers.count_ahead()
    assert beside(people[0]) == ["City", "Paid"]
    monkeypatch.setattr(traits, "_groups", lambda *_given: pytest.fail("it was looked up again"))
    assert beside(people[25]) == ["Land", "Late"]
    monkeypatch.undo()
    assert beside(people[25]) == ["Land", "Late"], "of a small study it is looked up each time"
