"""What the product promises of itself, walked through from outside: overdue is said, everything is found, every chain leads on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.core.models import Message
from allears.decisions import actions, heartbeats, telling
from allears.decisions.models import Update
from allears.insights.models import Coding, Insight
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast
from tests.conftest import signed_in
from tests.decisions.test_actions import decided
from tests.insights import stories

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def the_chain() -> dict[str, str]:
    """Words, a theme, an insight, a decision and a change that hang together; the address of each step's sight."""
    decision = decided()
    change = actions.add_change(decision=decision, what="Ring lists each morning", owner=cast.sam(), by=cast.lea())
    words, insight = Verbatim.objects.get(), Insight.objects.get()
    stories.coded(words, "silence from dispatch")
    refs = {"verbatim": words.ref, "insight": insight.ref, "decision": decision.ref, "change": change.ref}
    return {kind: f"/sight/{kind}/{ref}/" for kind, ref in refs.items()}


def test_when_the_day_passes_the_promise_is_overdue_in_mail_on_the_study_and_at_home(time_machine: Any) -> None:
    cast.said(cast.bob(), "Nobody told us until we called.")
    due = Study.objects.get().promise_on
    assert due
    before = signed_in(cast.ana())
    heartbeats.promises()
    assert not Message.objects.filter(kind="promise").exists()
    assert "is overdue" not in page(before, "/")

    time_machine.move_to(timezone.now() + timedelta(days=32))
    heartbeats.promises()
    heartbeats.promises()

    letter = Message.objects.get(kind="promise")
    assert (letter.to, letter.subject.startswith("Overdue: ")) == (cast.ana().email, True)
    assert "late-orders" in letter.text
    ana = signed_in(cast.ana())
    assert "is overdue" in page(ana, "/")
    assert "overdue" in page(ana, "/studies/late-orders/").lower()


def test_a_promise_that_was_kept_is_overdue_nowhere_however_long_its_day_is_past(time_machine: Any) -> None:
    made = decided()
    actions.approve_update(update=Update.objects.get(decision=made), by=cast.lea())
    telling.send(cast.late_orders())
    actions.add_change(decision=made, what="Ring lists each morning", owner=cast.sam(), by=cast.lea())

    time_machine.move_to(timezone.now() + timedelta(days=40))
    ana = signed_in(cast.ana())
    home, study = page(ana, "/"), page(ana, "/studies/late-orders/")

    assert "waits to be read and approved" in home
    assert "10 days ago" in study
    for shown in (home, study, page(ana, "/studies/"), page(ana, "/decisions/late-orders/")):
        assert " overdue" not in shown


def test_an_update_that_is_approved_waits_at_home_until_it_is_sent() -> None:
    made = decided()
    lea = signed_in(cast.lea())
    words = "1 update about “Late orders” is approved and not sent yet"
    assert words not in page(lea, "/")

    actions.approve_update(update=Update.objects.get(decision=made), by=cast.lea())
    assert words in page(lea, "/")

    telling.send(cast.late_orders())
    assert words not in page(lea, "/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("told us until", "Nobody told"),
        ("lateness loses", "It is not lateness that loses them"),
        ("call before", "call before you do"),
        ("ring lists", "Ring lists each morning"),
        ("silence dispatch", "silence from dispatch"),
        ("late orders", "/studies/late-orders/"),
        ("hale", "Bob Hale"),
    ],
)
def test_search_finds_words_insights_decisions_changes_themes_studies_and_people(query: str, found: str) -> None:
    the_chain()
    lea = signed_in(cast.lea())
    results = page(lea, f"/search/?q={query.replace(' ', '+')}").partition("<main")[2]
    assert re.sub(r"</?mark[^>]*>", "", results).count(found) >= 1


def test_from_every_step_of_the_chain_links_lead_to_every_other_and_back() -> None:
    chain, lea = the_chain(), signed_in(cast.lea())
    assert Coding.objects.count() == 1
    for kind, address in chain.items():
        reached, waiting = {address}, [address]
        while waiting:
            html = page(lea, waiting.pop())
            linked = set(re.findall(r'href="([^"#?]+)', html.partition("<main")[2]))
            onward = {link for link in linked if re.match(r"/(sight|insights|decisions|studies)/", link)} - reached
            reached |= onward
            waiting += [link for link in onward if link.startswith("/sight/")]
        assert set(chain.values()) <= reached, (kind, set(chain.values()) - reached)
