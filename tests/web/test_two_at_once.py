"""Two people press the button of one form in the very same moment: one saves, the other is told what it says now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from allears.people import links
from tests import cast
from tests.conftest import signed_in
from tests.insights.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

# The form, who changes it, the field that both change, and what each of them types.
FORMS = [
    (lambda: "/people/budget/", "ada", "minutes", "25", "40"),
    (lambda: "/settings/organisation/", "ada", "name", "Northwind", "Southwind"),
    (lambda: f"/people/{cast.bob().ref}/details/", "ana", "phone", "+1 555 0100", "+1 555 0199"),
    (lambda: f"/people/{cast.bob().ref}/limits/", "ana", "budget_minutes", "5", "7"),
    (lambda: f"/people/accounts/{cast.bob().account_id}/", "ana", "name", "XYZ Group", "XYZ Limited"),
    (lambda: f"/studies/{cast.late_orders().slug}/edit/", "ana", "title", "Late parcels", "Lost parcels"),
]


@pytest.mark.parametrize(("where", "who", "field", "first", "second"), FORMS)
def test_the_second_of_two_in_the_same_moment_is_asked_once_more(
    where: Callable[[], str], who: str, field: str, first: str, second: str
) -> None:
    address, browsers = where(), [signed_in(getattr(cast, who)()) for _each in range(2)]
    form = browsers[0].get(address).context["form"]
    opened = {bound.name: bound.value() for bound in form if bound.value() not in (None, False, "")}
    opened = {name: f"{value:%H:%M}" if hasattr(value, "hour") else value for name, value in opened.items()}
    answers: list[int] = []

    def presses(browser: Client, typed: str) -> Callable[[], None]:
        return lambda: answers.append(browser.post(address, {**opened, field: typed}).status_code)

    assert at_once(presses(browsers[0], first), presses(browsers[1], second)) == [None, None]
    assert sorted(answers) == [302, 422]


def test_the_second_of_two_pages_of_ones_own_is_asked_once_more() -> None:
    address = f"/me/{links.issue(cast.bob())}/"
    seen = Client().get(address).context["limits"]["seen"].value()
    answers: list[int] = []

    def says(minutes: str) -> Callable[[], None]:
        sent = {"budget_minutes": minutes, "quiet_from": "", "quiet_to": "", "time_zone": "", "seen": seen}
        return lambda: answers.append(Client().post(f"{address}time/", sent).status_code)

    assert at_once(says("5"), says("7")) == [None, None]
    assert sorted(answers) == [302, 422]
