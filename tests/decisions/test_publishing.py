"""The public page shows an item once it is published, and quotes only while their speakers agree."""

from __future__ import annotations

import pytest
from django.test import Client

from allears.decisions import publishing
from allears.decisions.errors import NoConsent, NotPublished
from allears.decisions.models import PublicItem
from allears.insights.models import Citation
from allears.people.actions import record_consent
from tests import cast
from tests.decisions.test_actions import decided

pytestmark = pytest.mark.django_db


def agrees(purpose: str, given: bool = True) -> None:
    record_consent(person=cast.bob(), purpose=purpose, given=given, source="form", by=None)


def published(by_name: bool = False) -> PublicItem:
    return publishing.publish(
        decision=decided(), said="Orders came late.", did="We call first.", by=cast.lea(),
        quotes=[(Citation.objects.get().pk, by_name)],
    )  # fmt: skip


def test_without_consent_a_quote_is_refused_and_nothing_is_published() -> None:
    with pytest.raises(NoConsent):
        published()

    assert not PublicItem.objects.exists()


def test_a_quote_stands_without_a_name_unless_its_speaker_allows_the_name() -> None:
    agrees("quote_unnamed")
    item = published()

    assert publishing.shown_quotes([item])[item.pk] == [publishing.ShownQuote("Nobody told us", "")]
    with pytest.raises(NoConsent):
        publishing.publish(
            decision=item.decision, said="", did="", by=cast.lea(), quotes=[(Citation.objects.get().pk, True)]
        )


def test_a_quote_by_name_shows_the_name_while_the_consent_holds() -> None:
    agrees("quote_named")
    item = published(by_name=True)
    assert publishing.shown_quotes([item])[item.pk] == [publishing.ShownQuote("Nobody told us", "Bob Hale")]

    agrees("quote_named", given=False)
    assert publishing.shown_quotes([item]) == {}


def test_the_public_page_needs_no_sign_in_and_shows_what_stands() -> None:
    agrees("quote_unnamed")
    published()
    page = Client().get("/you-said/").content.decode()

    assert "Orders came late." in page
    assert "Nobody told us" in page
    assert "Bob" not in page


def test_a_withdrawn_item_is_gone_from_the_page() -> None:
    agrees("quote_unnamed")
    item = published()
    publishing.withdraw(item=item, by=cast.lea())

    assert "Orders came late." not in Client().get("/you-said/").content.decode()
    with pytest.raises(NotPublished):
        publishing.withdraw(item=item, by=cast.lea())


@pytest.mark.parametrize("example", [True, False])
def test_an_example_on_the_public_page_is_marked_and_what_happened_is_not(example: bool) -> None:
    publishing.publish(decision=decided(example=example), said="Orders came late.", did="We call.", by=cast.lea())
    page = Client().get("/you-said/").content.decode()

    assert ("An example, made to show what Allears does; it did not happen." in page) is example
