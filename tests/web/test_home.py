"""What stands on home in which order: words, what waits, what was heard back, the loop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from allears.decisions import actions
from tests import cast
from tests.decisions.test_actions import decided

pytestmark = pytest.mark.django_db


def yours_to_do(*days: int) -> None:
    """Changes that Sam looks after, due in so many days."""
    decision = decided()
    for number, day in enumerate(days):
        due = localdate() + timedelta(days=day)
        actions.add_change(decision=decision, what=f"Change {number}", owner=cast.sam(), by=cast.lea(), due_on=due)


def home(client: Client) -> str:
    return client.get("/").content.decode()


def test_a_customer_s_words_come_first_then_what_waits_and_then_the_figures(as_sam: Client) -> None:
    cast.said(cast.bob(), "Nobody told us until we called them twice, and then they told us that nobody knew.")
    yours_to_do(9)
    page = home(as_sam)
    places = [page.index(words) for words in ("Nobody told us until", "Yours to do: Change 0", 'stat__label">heard back', "loop__strip")]

    assert places == sorted(places)


def test_what_is_overdue_is_said_above_the_words_and_leads_to_the_list(as_sam: Client) -> None:
    cast.said(cast.bob(), "Nobody told us until we called them twice, and then they told us that nobody knew.")
    yours_to_do(9)
    assert "#waiting" not in home(as_sam)

    yours_to_do(-4, -1)
    page = home(as_sam)
    assert '<a href="#waiting">2 things need you soon.</a>' in page
    assert page.index('"#waiting"') < page.index("Nobody told us until") < page.index('id="waiting"')


def test_of_very_many_things_five_stand_there_at_once_and_the_others_behind_them(as_sam: Client) -> None:
    yours_to_do(*range(10, 16))
    assert "waiting__more" not in home(as_sam)

    yours_to_do(-3)
    page = home(as_sam)
    shown, _, folded = page.partition("<summary>2 more</summary>")
    assert (shown.count("waiting__item"), folded.count("waiting__item")) == (5, 2)
    assert "3 days overdue" in shown
