"""Who has values of several facets: told as by looking at each, also of those who are in the list twice."""

from __future__ import annotations

import pytest

from allears.people import having
from allears.people.having import Having
from allears.people.models import FacetValue, Person
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Person]:
    """South and phone, south and web, north and phone, nothing; and somebody merged into the second, who had the phone."""
    made = [Person.objects.create(label=f"P{n}") for n in range(4)]
    for person, region, channel in zip(made, ("South", "South", "North"), ("Phone", "Web", "Phone"), strict=False):
        cast.has(person, "Region", region)
        cast.has(person, "Channel", channel)
    twin = Person.objects.create(label="P1 again")
    cast.has(twin, "Channel", "Phone")
    Person.objects.filter(pk=twin.pk).update(merged_into=made[1])
    return [*made, twin]


def values(*labels: str) -> tuple[int, ...]:
    return tuple(FacetValue.objects.filter(label__in=labels).values_list("pk", flat=True))


def labels(ids: list[int] | None) -> list[str]:
    assert ids is not None
    return sorted(Person.objects.filter(pk__in=ids).values_list("label", flat=True))


def test_who_has_all_is_found_and_a_merged_row_by_what_either_has(people: list[Person]) -> None:
    assert labels(Having((values("South"),)).few(9)) == ["P0", "P1", "P1 again"]
    assert labels(Having((values("South"), values("Phone"))).few(9)) == ["P0", "P1 again"]
    assert labels(Having((values("South", "North"), values("Phone"))).few(9)) == ["P0", "P1 again", "P2"]
    assert labels(Having((values("North"), values("Web"))).few(9)) == []
    assert labels(Having(((), values("Web"))).few(9)) == []


def test_many_are_not_listed(people: list[Person], monkeypatch: pytest.MonkeyPatch) -> None:
    assert Having((values("South"),)).few(1) is None
    monkeypatch.setattr(having, "MOST_TRIED", 1)
    assert Having((values("South"), values("Phone"))).few(9) is None
    assert labels(Having((values("South"), values("Web"))).few(9)) == ["P1", "P1 again"]
