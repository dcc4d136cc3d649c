"""Answers that are saved while one types, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.questionnaires.asked import asking, invited
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_typed_is_saved_shown_on_another_device_and_waits_for_the_connection(visit: Visit) -> None:
    asking([{"kind": "long_text", "text": "What happened?"}])
    path = invited(cast.bob())
    train, desk = visit(None, path), visit(None)
    words = train.get_by_label("What happened?")

    words.fill("It came late.")
    expect(train.get_by_text("Saved.", exact=True)).to_be_visible(timeout=15_000)
    desk.goto(path)
    expect(desk.get_by_label("What happened?")).to_have_value("It came late.")

    train.context.set_offline(True)
    words.fill("It came nine days late.")
    expect(train.get_by_text("No connection: not saved yet.")).to_be_visible(timeout=15_000)
    train.context.set_offline(False)
    expect(train.get_by_text("Saved.", exact=True)).to_be_visible(timeout=15_000)
    desk.goto(path)
    expect(desk.get_by_label("What happened?")).to_have_value("It came nine days late.")
    assert train.evaluate("localStorage.length") == 0
