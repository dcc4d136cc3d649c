"""A promise stands in its owner's mail before it is due, and weekly while people wait."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from allears.core.models import Message, User
from allears.decisions.reminding import remind_of_promises
from allears.insights.chips import chips_of
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast
from tests.decisions.test_actions import decided
from tests.decisions.test_telling import approved

pytestmark = pytest.mark.django_db


def promised(days: int) -> None:
    """Bob took part; the promise is `days` from today."""
    cast.said(cast.bob(), "Nobody told us.")
    Study.objects.update(promise_on=date.today() + timedelta(days=days))


@pytest.mark.parametrize(("days", "mails"), [(10, 0), (3, 1), (0, 1), (-1, 1), (-40, 1)])
def test_the_owner_is_reminded_when_a_promise_is_close_or_past(days: int, mails: int) -> None:
    promised(days)
    remind_of_promises()
    remind_of_promises()

    assert [m.to for m in Message.objects.filter(kind="promise")] == [cast.ana().email] * mails


@pytest.mark.parametrize(("days", "words"), [(3, "were promised that they would"), (-1, "You promised those who took part")])
def test_the_mail_says_the_same_as_text_and_as_a_page_with_one_button(days: int, words: str) -> None:
    promised(days)
    Study.objects.update(title="Late <b>orders</b>")
    User.objects.filter(pk=cast.ana().pk).update(language="ar")
    [letter] = remind_of_promises()

    page = LexborHTMLParser(letter.html)
    [button] = page.css("a")
    assert button.text().strip() == "Let them hear back"
    assert button.attributes["href"] in letter.text
    assert button.attributes["href"].endswith("/decisions/late-orders/hearing-back/")
    assert all(words in part and "“Late <b>orders</b>”" in part for part in (letter.text, page.css_first("p").text()))
    assert (page.root.attributes["lang"], page.root.attributes["dir"]) == ("en", "ltr")


def test_a_week_later_the_owner_is_reminded_again(time_machine: Any) -> None:
    promised(-1)
    remind_of_promises()
    time_machine.move_to(timezone.now() + timedelta(days=7))
    remind_of_promises()

    assert Message.objects.filter(kind="promise").count() == 2


def test_nobody_is_reminded_once_everybody_has_heard() -> None:
    from allears.decisions.telling import send

    approved()
    send(cast.late_orders())
    Study.objects.update(promise_on=date.today() - timedelta(days=1))

    assert remind_of_promises() == []


def test_words_say_that_they_were_decided_on_and_then_that_their_speaker_heard_back() -> None:
    from allears.decisions import actions
    from allears.decisions.models import Update
    from allears.decisions.telling import send

    decision = decided()
    words = Verbatim.objects.get()
    assert [c.label for c in chips_of([words.pk])[words.pk]] == ["decided on"]

    actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    send(cast.late_orders())
    assert [c.label[:10] for c in chips_of([words.pk])[words.pk]] == ["heard back"]
