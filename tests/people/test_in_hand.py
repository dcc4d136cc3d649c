"""Several people change one person in the very same moment, each by a way of their own: nothing is lost, and nothing that was
forgotten comes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client

from allears.core.tables.rows import Row
from allears.people import actions, links, living
from allears.people.errors import AlreadyErased
from allears.people.importing import actions as importing
from allears.people.models import Import, LivedThrough, Person
from tests import cast
from tests.conftest import signed_in
from tests.insights.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def while_(first: Callable[[], object], *others: Callable[[], object]) -> list[Exception | None]:
    """Do `first` in a transaction that stays open until the others have begun and wait for it; return what each of the
    others was refused with."""
    done, begun = threading.Event(), threading.Event()

    def holds() -> None:
        with transaction.atomic():
            first()
            begun.set()
            done.wait(0.5)

    def waits(act: Callable[[], object]) -> Callable[[], object]:
        def acts() -> object:
            begun.wait(10)
            return act()

        return acts

    return at_once(holds, *[waits(act) for act in others])[1:]


def limits_on(address: str, minutes: str, answers: list[int]) -> Callable[[], None]:
    seen = Client().get(address).context["limits"]["seen"].value()
    sent = {"budget_minutes": minutes, "quiet_from": "", "quiet_to": "", "time_zone": "", "seen": seen}
    return lambda: answers.append(Client().post(f"{address}time/", sent).status_code)


def test_the_second_of_two_links_to_ones_own_page_is_asked_once_more() -> None:
    answers: list[int] = []
    pages = [f"/me/{links.issue(cast.bob())}/" for _each in range(2)]

    assert at_once(*[limits_on(page, minutes, answers) for page, minutes in zip(pages, "57", strict=True)]) == [None, None]
    assert sorted(answers) == [302, 422]


def test_what_somebody_says_on_their_own_page_while_staff_save_their_limits_is_not_replaced_unseen() -> None:
    answers: list[int] = []
    staff, form = signed_in(cast.ana()), f"/people/{cast.bob().ref}/limits/"
    seen = staff.get(form).context["form"]["seen"].value()

    def saves() -> None:
        answers.append(staff.post(form, {"budget_minutes": "25", "seen": seen}).status_code)

    assert at_once(limits_on(f"/me/{links.issue(cast.bob())}/", "0", answers), saves) == [None, None]
    assert sorted(answers) == [302, 422]


def test_whoever_is_merged_into_somebody_who_is_erased_in_the_same_moment_is_erased_with_them() -> None:
    bob, dev = cast.bob(), cast.dev()

    refused = while_(
        lambda: actions.merge(keep=bob, other=dev, by=cast.ana()), lambda: actions.erase(person=bob, by=cast.ada(), reason="GDPR")
    )

    assert refused == [None]
    assert list(Person.objects.filter(pk__in=[bob.pk, dev.pk]).values_list("name", "email", "phone").distinct()) == [("", "", "")]


@pytest.mark.parametrize(
    "act",
    [
        lambda bob: actions.change_person(person=bob, by=None, name="Bob Hale", phone="+1 555 0100"),
        lambda bob: actions.set_language(person=bob, language="ar"),
        lambda bob: actions.set_time_zone(person=bob, time_zone="Asia/Kolkata"),
        lambda bob: actions.set_limits(person=bob, by=None, budget_minutes=5),
        lambda bob: actions.record_consent(person=bob, purpose="contact", given=True, source="a call"),
        lambda bob: living.live_through(person=bob, touchpoint="Delivery", on="2026-01-02"),
    ],
)
def test_nothing_is_written_down_of_somebody_who_was_erased_meanwhile(act: Callable[[Person], object]) -> None:
    bob = cast.bob()

    [refused] = while_(lambda: actions.erase(person=bob, by=cast.ada(), reason="GDPR"), lambda: act(bob))

    assert isinstance(refused, AlreadyErased)
    row = Person.objects.get(pk=bob.pk)
    assert (row.name, row.phone, row.language, row.time_zone, row.budget_minutes, row.contactable) == ("", "", "", "", None, False)
    assert not LivedThrough.objects.filter(person=bob).exists()


@pytest.mark.parametrize("merged", [False, True])
def test_a_file_that_is_brought_while_somebody_in_it_is_erased_brings_nothing_of_them_back(merged: bool) -> None:
    bob, address = cast.bob(), cast.bob().email
    if merged:
        bob = cast.dev()
        actions.merge(keep=bob, other=cast.bob(), by=cast.ana())
    bringing = Import.objects.create(title="old.csv", by=cast.ana(), mapping=["email", "name", "phone"], known="replace")
    rows = [Row(2, [address, "Robert Hale", "+1 555 0100"])]

    def brings() -> None:
        importing._bring(bringing, rows, ["Mail", "Name", "Phone"])

    assert while_(lambda: actions.erase(person=bob, by=cast.ada(), reason="GDPR"), brings) == [None]
    assert not Person.objects.filter(Q(email=address) | Q(name="Robert Hale") | ~Q(phone="")).exists()
    assert [problem.code for problem in bringing.problems.all()] == ["asked-to-be-erased"]


def test_the_form_of_somebody_who_was_erased_meanwhile_is_not_found() -> None:
    bob, staff, answers = cast.bob(), signed_in(cast.ana()), list[int]()
    address = f"/people/{bob.ref}/lived/"

    def saves() -> None:
        answers.append(staff.post(address, {"touchpoint": "Delivery", "on": "2026-01-02"}).status_code)

    assert while_(lambda: actions.erase(person=bob, by=cast.ada(), reason="GDPR"), saves) == [None]
    assert answers == [404]
