"""The public page shows an item once it is published, and quotes only while their speakers agree."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import localtime

from allears.decisions import publishing
from allears.decisions.actions import add_change, change_decision, move_change
from allears.decisions.errors import NoConsent, NotPublished
from allears.decisions.in_public import Overtaken, of_decision
from allears.decisions.models import Decision, PublicGround, PublicItem
from allears.insights.actions import claim, restore, withdraw
from allears.insights.models import Citation
from allears.people.actions import record_consent
from tests import cast
from tests.decisions.test_actions import decided
from tests.decisions.test_overtaking import turned

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


def stands(decision: Decision | None = None) -> PublicItem:
    """Lea's decision stands on the public page, without quotes."""
    return publishing.publish(
        decision=decision or decided(), said="Orders came late.", did="We call first.", by=cast.lea()
    )


def in_public() -> str:
    return Client().get("/you-said/").content.decode()


def test_when_a_decision_turns_readers_are_told_that_it_no_longer_holds_and_not_what_nobody_published() -> None:
    decision = turned(stands().decision)

    page = in_public()
    assert page.index("We will: call before you do") < page.index("This has changed,")
    assert "We won’t" not in page
    assert "It costs more than it saves" not in page
    assert "We call first." not in page
    assert f"This has changed, {date_format(localtime(decision.changed_at), 'DATE_FORMAT')}" in page


def test_what_is_published_anew_stands_dated_beside_what_stood_before() -> None:
    decision = turned(stands().decision)
    stands(decision)

    page = in_public()
    assert page.index("We will: call before you do") < page.index("We decided anew,") < page.index("We won’t: call")
    assert "This has changed" not in page
    assert "We call first." in page


def test_what_was_taken_off_the_page_is_not_told_again_when_it_is_published_anew() -> None:
    item = stands()
    publishing.withdraw(item=item, by=cast.lea())
    stands(turned(item.decision))

    assert "We will: call before you do" not in in_public()


def test_a_decision_that_is_again_as_it_was_published_needs_no_word() -> None:
    decision = turned(turned(stands().decision), kind="will", because="")

    assert "This has changed" not in in_public()
    assert not of_decision(decision)


def test_when_an_insight_is_withdrawn_readers_are_told_and_what_was_done_stays_until_it_is_held_again() -> None:
    insight = stands().decision.insights.get()
    withdraw(insight=insight, by=cast.ana())

    page = in_public()
    assert page.index("We call first.") < page.index("We looked at it again,")
    restore(insight=insight, by=cast.ana())
    assert "We looked at it again," not in in_public()


def test_a_withdrawn_insight_s_words_are_not_offered_to_be_quoted() -> None:
    agrees("quote_unnamed")
    item = published()
    withdraw(insight=item.decision.insights.get(), by=cast.ana())

    assert publishing.quotable(item.decision) == []


def test_who_may_publish_is_told_at_home_and_on_the_decision_s_page_until_it_is_published_anew(
    as_lea: Client, as_sam: Client
) -> None:
    decision = stands().decision
    address = f"/decisions/one/{decision.ref}/"
    assert "no longer" not in as_lea.get("/").content.decode() + as_lea.get(address).content.decode()
    turned(decision)

    waits = "“You said, we did” no longer says what holds about “We won’t: call before you do”"
    assert waits in unescape(as_lea.get("/").content.decode())
    assert "no longer says" not in as_sam.get("/").content.decode()
    assert "The decision says something else since" in as_lea.get(address).content.decode()
    assert "Publish what holds now" in as_lea.get(f"{address}public/").content.decode()
    stands(decision)
    for page in ("/", address, f"{address}public/"):
        assert "no longer" not in as_lea.get(page).content.decode()


def test_who_read_the_decision_before_it_turned_does_not_publish_it_after(as_lea: Client) -> None:
    decision = decided()
    address = f"/decisions/one/{decision.ref}/public/"
    form = {"said": "Orders came late.", "did": "We call first.", "seen": "We will: call before you do"}
    turned(decision)

    answer = as_lea.post(address, form)
    assert (answer.status_code, PublicItem.objects.exists()) == (422, False)
    assert "The decision has changed since you opened the page." in answer.content.decode()
    assert as_lea.post(address, {**form, "seen": turned(decision).headline}).status_code == 302


def test_staff_are_told_of_other_grounds_and_of_what_was_dropped() -> None:
    decision = decided()
    change = add_change(decision=decision, what="Call list", owner=cast.sam(), by=cast.lea())
    stands(decision)
    move_change(change=change, state="dropped", by=cast.sam())
    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    change_decision(decision=decision, by=cast.lea(), insights=[other])

    assert of_decision(decision) == Overtaken(regrounded=True, dropped=True)
    assert len(of_decision(decision).reasons) == 2


def test_what_stood_in_public_before_this_was_kept_is_read_from_the_trail() -> None:
    item = stands()
    decision = turned(item.decision)
    changed_at, stood = decision.changed_at, item.decided
    Decision.objects.update(changed_at=None)
    PublicItem.objects.update(decided=[])
    PublicGround.objects.all().delete()

    module = import_module("allears.decisions.migrations.0006_what_stood_when_it_was_published")
    module.fill(apps, None)

    item.refresh_from_db()
    assert item.decided == stood
    assert item.grounds.get().insight == decision.insights.get()
    found = Decision.objects.get().changed_at
    assert found
    assert changed_at
    assert abs(found - changed_at) < timedelta(seconds=5)
    assert of_decision(Decision.objects.get()).turned == found
