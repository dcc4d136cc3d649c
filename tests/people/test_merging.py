"""Two rows that are one person, and parting them again."""

from __future__ import annotations

import pytest

from allears.people import actions, budget, links, queries
from allears.people.errors import NotMergeable
from allears.people.models import Lookalike, Person
from tests import cast

pytestmark = pytest.mark.django_db


def state(person: Person) -> dict[str, object]:
    row = Person.objects.filter(pk=person.pk).values().get()
    return {**row, "facets": [value.label for value in queries.facets_of([person.pk])[person.pk]]}


def two_rows_of_bob() -> tuple[Person, Person]:
    bob = cast.bob()
    robert = cast.person(
        "Robert Hale", email="", email_key=None, phone="+43 1 58858", phone_key="+43158858", external_id="C-7"
    )
    cast.has(bob, "Region", "North")
    cast.has(robert, "Region", "South"), cast.has(robert, "Plan", "Gold")
    return bob, robert


def test_the_kept_row_takes_over_what_it_lacks_and_nothing_else() -> None:
    bob, robert = two_rows_of_bob()

    actions.merge(keep=bob, other=robert, by=cast.ana())
    kept = Person.objects.get(pk=bob.pk)

    assert (kept.name, kept.email, kept.phone, kept.external_id) == (
        "Bob Hale", "bob@customer.example", "+43 1 58858", "C-7",
    )  # fmt: skip
    assert state(bob)["facets"] == ["Gold", "North"] or state(bob)["facets"] == ["North", "Gold"]
    assert queries.all_of(kept) == [bob.pk, robert.pk]
    assert queries.all_of(Person.objects.get(pk=robert.pk)) == [bob.pk, robert.pk]
    assert list(queries.matching({})) == [kept]


def test_undoing_leaves_both_as_they_were() -> None:
    bob, robert = two_rows_of_bob()
    actions.record_consent(person=robert, purpose="contact", given=False, source="mail")
    before = state(bob), state(robert)

    done = actions.merge(keep=bob, other=robert, by=cast.ana())
    assert not Person.objects.get(pk=bob.pk).contactable
    actions.unmerge(merge=done, by=cast.ana())

    assert (state(bob), state(robert)) == before
    assert queries.consents([bob.pk, robert.pk]) == {bob.pk: {}, robert.pk: {"contact": False}}


def test_what_was_changed_after_the_merge_stays_when_it_is_undone() -> None:
    bob, robert = two_rows_of_bob()
    done = actions.merge(keep=bob, other=robert, by=cast.ana())
    actions.change_person(person=bob, by=cast.ana(), phone="+43 1 4000")

    actions.unmerge(merge=done, by=cast.ana())

    assert (state(bob)["phone"], state(robert)["phone"]) == ("+43 1 4000", "+43 1 58858")


def test_rows_merged_one_into_the_other_are_one_person_and_part_in_reverse_order() -> None:
    bob, cleo, dev = cast.bob(), cast.cleo(), cast.dev()
    first = actions.merge(keep=bob, other=cleo, by=None)
    second = actions.merge(keep=dev, other=bob, by=None)

    assert sorted(queries.all_of(Person.objects.get(pk=cleo.pk))) == sorted([bob.pk, cleo.pk, dev.pk])
    with pytest.raises(NotMergeable):
        actions.unmerge(merge=first, by=None)

    actions.unmerge(merge=second, by=None)
    actions.unmerge(merge=first, by=None)
    assert queries.matching({}).count() == 3


def test_whoever_said_no_under_one_name_said_no() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    actions.record_consent(person=bob, purpose="quote_named", given=True, source="form")
    actions.record_consent(person=cleo, purpose="quote_named", given=False, source="form")
    actions.record_consent(person=cleo, purpose="quote_unnamed", given=True, source="form")

    actions.merge(keep=bob, other=cleo, by=None)

    said = {"quote_named": False, "quote_unnamed": True}
    assert queries.consents([bob.pk, cleo.pk]) == {bob.pk: said, cleo.pk: said}


def test_whoever_said_no_while_they_were_one_said_no_for_both() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    done = actions.merge(keep=bob, other=cleo, by=None)
    actions.record_consent(person=cleo, purpose="quote_named", given=True, source="form")
    actions.record_consent(person=cleo, purpose="contact", given=False, source="the link in a mail")

    parted = actions.unmerge(merge=done, by=cast.ana())

    assert Person.objects.filter(contactable=True).count() == 0
    assert queries.consents([parted.pk]) == {cleo.pk: {"contact": False}}


def test_minutes_and_links_of_both_are_the_kept_persons() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    token = links.issue(cleo)
    budget.ask_minutes(person=bob, minutes=10, subject="a", topic="a")
    budget.ask_minutes(person=cleo, minutes=15, subject="b", topic="b")

    actions.merge(keep=bob, other=cleo, by=None)

    assert budget.minutes_left([bob.pk, cleo.pk]) == {bob.pk: 5, cleo.pk: 5}
    assert links.person_for(token) == bob


def test_a_row_cannot_be_merged_into_itself_or_twice() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    with pytest.raises(NotMergeable):
        actions.merge(keep=bob, other=bob, by=None)
    done = actions.merge(keep=bob, other=cleo, by=None)
    with pytest.raises(NotMergeable):
        actions.merge(keep=bob, other=cleo, by=None)
    actions.unmerge(merge=done, by=None)
    with pytest.raises(NotMergeable):
        actions.unmerge(merge=done, by=None)


def test_an_address_given_to_somebody_else_meanwhile_stands_in_the_way_of_parting() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    done = actions.merge(keep=bob, other=cleo, by=None)
    Person.objects.create(name="Other", email="cleo@customer.example", email_key="cleo@customer.example")

    with pytest.raises(NotMergeable):
        actions.unmerge(merge=done, by=None)
    assert Person.objects.get(pk=cleo.pk).merged_into == bob


def test_two_who_are_told_apart_stay_two() -> None:
    pair = Lookalike.objects.create(first=cast.bob(), second=cast.cleo(), reason="name")

    actions.dismiss(lookalike=pair, by=cast.ana())

    assert Lookalike.objects.get().dismissed_by == cast.ana()
