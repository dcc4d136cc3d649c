"""Adding, changing and agreeing."""

from __future__ import annotations

import pytest

from allears.core.models import AuditEvent
from allears.people import actions, queries
from allears.people.errors import AddressTaken, UnfitDetails, UnknownPurpose
from allears.people.models import Account, Consent, Facet, Person
from allears.people.signals import consent_changed
from tests import cast

pytestmark = pytest.mark.django_db


def facets(person: Person) -> dict[str, str]:
    return {value.facet.key: value.label for value in queries.facets_of([person.pk])[person.pk]}


def test_a_new_person_is_kept_with_account_and_facets_and_an_event() -> None:
    bob = actions.add_person(
        by=cast.ana(),
        kind="customer",
        name="  Bob\tHale ",
        email="Bob@Customer.example",
        account_name="XYZ  Co.",
        facets={"Region": "North", "size": "11-50"},
        time_zone="Europe/Vienna",
        external_id="C-7",
    )

    assert (bob.name, bob.email, bob.email_key, bob.external_id) == (
        "Bob Hale", "Bob@Customer.example", "bob@customer.example", "C-7",
    )  # fmt: skip
    assert bob.account.key == "xyz co."
    assert facets(bob) == {"region": "North", "size": "11-50"}
    assert AuditEvent.objects.get(verb="people.added").target == f"people.person:{bob.pk}"


def test_who_has_the_address_already_is_completed_and_not_doubled() -> None:
    bob = actions.add_person(by=None, kind="customer", name="Bob", email="bob@x.example", facets={"Region": "North"})

    again = actions.add_person(
        by=None, kind="customer", name="Robert", email=" BOB@x.example ", language="de",
        facets={"region": "South", "Plan": "Gold"}, account_name="XYZ",
    )  # fmt: skip

    assert again == bob
    assert (again.name, again.language, again.account.name) == ("Bob", "de", "XYZ")
    assert facets(again) == {"region": "North", "plan": "Gold"}


def test_the_external_id_says_more_about_who_somebody_is_than_the_address() -> None:
    bob = actions.add_person(by=None, kind="customer", name="Bob", external_id="1")
    cleo = actions.add_person(by=None, kind="customer", name="Cleo", email="c@x.example", external_id="2")

    again = actions.add_person(by=None, kind="customer", external_id="1", email="c@x.example", phone="+43 1 58858")

    assert (again, again.email, again.phone_key) == (bob, "", "+43158858")
    assert queries.matching({"q": "c@x.example"}).get() == cleo


def test_who_was_merged_is_found_by_the_address_they_had() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    actions.merge(keep=cleo, other=bob, by=cast.ana())

    assert actions.add_person(by=None, kind="customer", name="Bob", email=bob.email) == cleo


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Bob", "email": "not an address"}, "email"),
        ({"name": "Bob", "email": "bob@x.example\r\nBcc: all@x.example"}, "email"),
        ({"name": "Bob", "email": "x" * 1_000_000 + "@x.example"}, "email"),
        ({"name": "Bob", "time_zone": "Moon/Sea"}, "time_zone"),
        ({"name": "Bob", "time_zone": "../../etc/passwd"}, "time_zone"),
        ({"name": "Bob", "language": "<script>"}, "language"),
        ({"name": "Bob", "phone": "call me"}, "phone"),
        ({"name": "Bob", "joined_on": "03/04/2024"}, "joined_on"),
        ({"name": "Bob", "facets": {"Region": "x" * 201}}, "facet:Region"),
    ],
)
def test_what_cannot_be_kept_is_named_and_nothing_is_kept(fields: dict[str, object], field: str) -> None:
    with pytest.raises(UnfitDetails) as caught:
        actions.add_person(by=None, kind="customer", **fields)

    assert [problem.field for problem in caught.value.problems] == [field]
    assert (Person.objects.count(), Account.objects.count(), Facet.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "محمد علي", "👩‍👩‍👧 Family", "O'Brien; DROP TABLE", "{{ 7*7 }}"]
)
def test_any_name_is_kept_as_it_is(name: str) -> None:
    assert actions.add_person(by=None, kind="customer", name=name).name == name


def test_what_would_turn_the_page_around_is_taken_out_of_a_name() -> None:
    assert actions.add_person(by=None, kind="customer", name="Bob\u202egnp.exe\0\n").name == "Bobgnp.exe"


def test_only_what_is_named_is_changed() -> None:
    bob = cast.bob()
    cast.has(bob, "Region", "North"), cast.has(bob, "Size", "Big")

    changed = actions.change_person(
        person=bob,
        by=cast.ana(),
        phone="+1 212 555 0100",
        account_name="",
        facets={"region": "", "size": "small"},
    )

    assert (changed.name, changed.email, changed.phone_key, changed.account) == (
        "Bob Hale", "bob@customer.example", "+12125550100", None,
    )  # fmt: skip
    assert facets(changed) == {"size": "small"}
    assert AuditEvent.objects.get().details == {
        "fields": ["account", "phone", "phone_key"], "facets": ["region", "size"],
    }  # fmt: skip


def test_changing_nothing_leaves_no_event() -> None:
    actions.change_person(person=cast.bob(), by=cast.ana(), name="Bob Hale")

    assert not AuditEvent.objects.exists()


def test_the_address_of_somebody_else_is_refused_and_says_whose_it_is() -> None:
    bob, cleo = cast.bob(), cast.cleo()
    with pytest.raises(AddressTaken) as caught:
        actions.change_person(person=bob, by=cast.ana(), email="CLEO@customer.example")

    assert (caught.value.other, caught.value.field) == (cleo, "email")


def test_the_newest_word_counts_and_the_older_ones_stay() -> None:
    bob, news = cast.bob(), []

    def listen(person: Person, purpose: str, given: bool, **_: object) -> None:
        news.append((person, purpose, given))

    consent_changed.connect(listen)
    for given in (True, False, False):
        actions.record_consent(person=bob, purpose="contact", given=given, source="a call", by=cast.ana())
    consent_changed.disconnect(listen)

    assert queries.consents([bob.pk]) == {bob.pk: {"contact": False}}
    assert Consent.objects.filter(person=bob).count() == 3
    assert not Person.objects.get(pk=bob.pk).contactable
    assert news == [(bob, "contact", True), (bob, "contact", False)]


def test_a_consent_to_be_quoted_does_not_touch_being_asked() -> None:
    actions.record_consent(person=cast.bob(), purpose="quote_named", given=False, source="form")

    assert Person.objects.get(pk=cast.bob().pk).contactable


def test_a_consent_for_nothing_we_know_is_refused() -> None:
    with pytest.raises(UnknownPurpose):
        actions.record_consent(person=cast.bob(), purpose="sell data", given=True, source="form")
