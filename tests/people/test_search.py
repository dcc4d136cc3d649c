"""Whoever is looked for is found by the beginnings of words, whatever wrote the row."""

from __future__ import annotations

import pytest
from django.db import connection

from allears.people import search
from allears.people.models import Account, Person
from tests import cast

pytestmark = pytest.mark.django_db


def found(text: str) -> set[str]:
    return set(search.find(Person.objects.all(), text).values_list("name", flat=True))


@pytest.mark.parametrize(
    "text",
    ["bob", "BOB ha", "hale bob", "bob@customer.example", "bob@cust", "xyz", "ha customer", '"bob"', "Bob*"],
)
def test_bob_is_found_by_what_somebody_may_remember_of_him(text: str) -> None:
    cast.bob(), cast.dev()

    assert found(text) == {"Bob Hale"}


@pytest.mark.parametrize("text", ["ob", "bob rao", "b", "bob OR dev", "***", "' OR 1=1 --", "\0", "☃"])
def test_nobody_is_found_by_what_he_is_not_called(text: str) -> None:
    cast.bob(), cast.dev()

    assert found(text) == set()


def test_an_empty_text_leaves_everybody() -> None:
    cast.bob(), cast.dev()

    assert found("  ") == found("") == {"Bob Hale", "Dev Rao"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Éva Müller", "eva mull"),
        ("ΣΟΦΙΑ", "σοφια"),
        ("Ольга", "ОЛЬ"),
        ("محمد علي", "محمد"),
        ("王小明", "王"),
        ("J. O'Neil", "neil"),
    ],
)
def test_case_and_accents_and_scripts_do_not_matter(name: str, text: str) -> None:
    cast.person(name, email="", email_key=None)

    assert found(text) == {name}


def test_a_new_name_or_account_is_found_and_the_old_one_no_more() -> None:
    bob = cast.bob()
    Person.objects.filter(pk=bob.pk).update(name="Rob Hale", email="rob@customer.example")
    Account.objects.filter(pk=bob.account_id).update(name="Quince Works")

    assert (found("rob"), found("quince")) == ({"Rob Hale"}, {"Rob Hale"})
    assert (found("bob"), found("xyz")) == (set(), set())


def test_who_was_merged_or_erased_or_deleted_is_found_no_more() -> None:
    bob, cleo, dev = cast.bob(), cast.cleo(), cast.dev()
    Person.objects.filter(pk=bob.pk).update(merged_into=cleo)
    dev.delete()

    assert (found("bob"), found("dev")) == (set(), set())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_search")
        assert cursor.fetchone() == (1,)


def test_many_at_once_are_found_too() -> None:
    Person.objects.bulk_create([Person(name=f"Guest {n}") for n in range(5)])

    assert len(found("guest")) == 5


@pytest.mark.parametrize("some", [1, 1000])
def test_a_glance_names_the_newest_whether_many_are_called_so_or_few(some: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SOME", some)
    anns = [Person.objects.create(name=f"Ann {name}").pk for name in ("Low", "Moe", "Nye")]
    cast.bob()

    assert search.some_ids("ann", 2) == [anns[2], anns[1]]
    assert search.some_ids("ann low", 2) == [anns[0]]
    assert search.some_ids("zoe", 2) == search.some_ids("☃", 2) == []
