"""What the first page weighs on the wire, as the browser counts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from bench.first_page import MOST_BYTES, visited
from tests import cast
from tests.questionnaires.asked import asking, invited, public

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
TEN = [
    *({"kind": "long_text", "text": f"What happened on day {day}?"} for day in range(5)),
    *({"kind": "scale", "text": f"How was day {day}?", "minimum": 0, "maximum": 10, "low_label": "bad", "high_label": "good"}
      for day in range(5)),
]  # fmt: skip


def test_the_first_page_comes_in_few_bytes_and_from_nowhere_else(browser: Browser, house: str) -> None:
    asking(TEN)
    for path in (invited(cast.bob()), public()):
        sizes = visited(browser, house + path).sizes

        # Style sheet and script come as they were written here; served in earnest they are compressed, too.
        assert sum(sizes.values()) < MOST_BYTES, sizes
        assert {address.split("/")[2] for address in sizes} == {house.split("/")[2]}
        assert len(sizes) == 3
