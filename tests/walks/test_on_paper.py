"""Staff pages on paper: a heading stays with what it is over, and what is to be filled in is no report."""

from __future__ import annotations

import pytest

from tests import cast
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]


def test_a_card_that_ends_in_a_form_is_not_printed(visit: Visit) -> None:
    page = visit(cast.ada(), "/settings/staff/")
    card = page.locator(".card", has_text="Invite somebody")
    assert card.is_visible()

    page.emulate_media(media="print")
    assert not card.is_visible()


def test_no_page_ends_behind_a_heading(visit: Visit) -> None:
    cast.late_orders()
    page = visit(cast.ana(), "/studies/late-orders/")
    page.emulate_media(media="print")

    # Chromium keeps a heading with what follows where blocks stand under each other, and not in a grid.
    parts = page.locator(".section").evaluate_all("nodes => [...new Set(nodes.map(node => getComputedStyle(node).display))]")
    assert parts == ["block"]
