"""Who is meant by a set of criteria, and how they differ."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from allears.people import actions, queries
from allears.people.models import Person
from tests import cast

pytestmark = pytest.mark.django_db


def four_people() -> None:
    for who, region, size in [("bob", "North", "Big"), ("cleo", "North", "Small"), ("dev", "South", "Big")]:
        cast.has(getattr(cast, who)(), "Region", region)
        cast.has(getattr(cast, who)(), "Size", size)
    cast.nia()


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        ({}, "Bob Cleo Dev Nia"),
        ({"kind": "", "q": "", "facets": {}, "account": None}, "Bob Cleo Dev Nia"),
        ({"kind": "neighbour"}, "Nia"),
        ({"facets": {"region": ["north"]}}, "Bob Cleo"),
        ({"facets": {"region": ["north", "south"]}}, "Bob Cleo Dev"),
        ({"facets": {"region": ["north"], "size": ["big"]}}, "Bob"),
        ({"facets": {"region": []}}, "Bob Cleo Dev Nia"),
        ({"facets": {"region": ["west"]}}, ""),
        ({"facets": {"colour": ["red"]}}, ""),
        ({"facets": {"region": ["big"]}}, ""),
        ({"contactable": False}, "Dev"),
        ({"contactable": True}, "Bob Cleo Nia"),
        ({"q": "marsh"}, "Cleo"),
        ({"q": "customer", "kind": "customer", "facets": {"size": ["big"]}}, "Bob Dev"),
        ({"joined_after": "2024-01-01"}, "Nia"),
        ({"joined_before": date(2024, 6, 1)}, "Nia"),
        ({"joined_before": "2024-05-31"}, ""),
    ],
)
def test_people_are_found_by_what_is_asked_of_them(criteria: dict[str, Any], names: str) -> None:
    four_people()
    actions.record_consent(person=cast.dev(), purpose="contact", given=False, source="mail")
    Person.objects.filter(name="Nia Quist").update(joined_on=date(2024, 6, 1))

    assert " ".join(person.first_name for person in queries.matching(criteria).order_by("name")) == names


def test_an_account_is_a_criterion() -> None:
    four_people()

    assert set(queries.matching({"account": cast.account().pk})) == {cast.bob(), cast.cleo()}


def test_a_criterion_that_nobody_defined_is_refused_rather_than_left_out() -> None:
    with pytest.raises(queries.UnknownCriterion):
        queries.matching({"knid": "customer"})


def test_values_are_counted_among_those_who_are_meant() -> None:
    four_people()
    counts = queries.facet_counts(queries.matching({"facets": {"size": ["big"]}}))

    assert [(c.facet.key, c.value.label, c.count) for c in counts] == [
        ("region", "North", 1), ("region", "South", 1), ("size", "Big", 2), ("size", "Small", 0),
    ]  # fmt: skip


def test_one_person_and_three_make_the_same_number_of_queries(django_assert_num_queries: Any) -> None:
    four_people()
    everybody = list(Person.objects.values_list("pk", flat=True))
    for ids in (everybody[:1], everybody[:3], everybody):
        with django_assert_num_queries(2):
            facets = queries.facets_of(ids)
        with django_assert_num_queries(2):
            queries.consents(ids)
        assert list(facets) == ids


def test_who_is_nobody_has_nothing() -> None:
    assert (queries.facets_of([4711]), queries.consents([4711])) == ({4711: []}, {4711: {}})


def test_all_rows_of_some_people_are_found_without_going_through_everybody() -> None:
    Person.objects.bulk_create(Person(name=f"Person {n}") for n in range(3_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person")  # so that SQLite knows that nobody was merged
    twin = Person.objects.create(name="B. Hale", merged_into=cast.bob())
    Person.objects.create(name="C. Marsh", merged_into=cast.cleo())

    found = queries.rows_of([cast.bob().pk, cast.dev().pk])

    assert set(found) == {cast.bob(), twin, cast.dev()}
    assert "SCAN" not in found.values("pk").explain()  # PostgreSQL says "Seq Scan", and takes it where few are there


def test_who_was_not_merged_is_not_looked_for_among_all_others() -> None:
    """SQLite has been told nothing of this table, and takes any index with NULL in it for one of few rows."""
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, "people_person")
    by_it = [name for name, of in known.items() if of["index"] and of["columns"] == ["merged_into_id"]]

    assert by_it == ["people_person_merged"]
    assert "people_person_merged" not in Person.objects.living().order_by("name", "id").explain()
    if connection.vendor == "sqlite":  # PostgreSQL goes through few rows without any index
        assert "people_person_merged" in Person.objects.filter(merged_into=cast.bob()).explain()
