"""Whoever sends a form twice has made one thing; whoever loads it anew may make another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from allears.core.clock import now
from allears.core.models import Sent
from allears.core.once import TOKEN
from allears.decisions.models import Change, Decision
from allears.insights.models import Insight, Theme
from allears.people.models import Person
from allears.questionnaires.authoring import remove_question
from allears.questionnaires.models import Question
from allears.studies.models import Study
from allears.studies.selection.models import Selection
from tests import cast
from tests.conftest import signed_in
from tests.decisions.test_actions import decided
from tests.insights.stories import claimed
from tests.insights.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

Form = tuple[str, dict[str, Any]]


def a_decision() -> Form:
    words = {"kind": "will", "statement": "We call.", "insights": [claimed().pk], "option-TOTAL_FORMS": "0"}
    return f"/decisions/{cast.late_orders().slug}/new/", {**words, "option-INITIAL_FORMS": "0"}


def a_selection() -> Form:
    cast.has(cast.bob(), "Region", "North")
    cast.has(cast.cleo(), "Region", "South")
    words = {"size": "4", "rule": "auto", "facets": ["region"], "minutes": "3", "seconds": "60", "kind": "customer"}
    return f"/studies/{cast.late_orders().slug}/selection/new/", words


def a_question() -> Form:
    return f"/questionnaires/{cast.late_orders().slug}/questions/new/?kind=long_text", {"text": "What happened?"}


# What is made, where, and by which words.
FORMS: list[tuple[type[Model], Callable[[], Form]]] = [
    (Study, lambda: ("/studies/new/", {"title": "Lost parcels", "language": "en", "remind_after": "7"})),
    (Insight, lambda: (f"/insights/{cast.late_orders().slug}/insights/new/", {"claim": "Nobody tells them."})),
    (Theme, lambda: (f"/insights/{cast.late_orders().slug}/themes/new/", {"name": "silence"})),
    (Decision, a_decision),
    (Change, lambda: (f"/decisions/one/{decided().ref}/changes/", {"what": "Call at once.", "owner": cast.ana().pk})),
    (Selection, a_selection),
    (Question, a_question),
    (Person, lambda: ("/people/new/", {"name": "Una Low", "kind": "customer"})),
]


@pytest.mark.parametrize(("model", "form"), FORMS)
def test_a_form_that_is_sent_again_makes_nothing_more(
    model: type[Model], form: Callable[[], Form]
) -> None:
    (address, words), browser = form(), signed_in(cast.ana())
    before = model._default_manager.count()

    first, again = (browser.post(address, {**words, TOKEN: "this page"}) for _each in range(2))
    assert (first.status_code, again.status_code, again["Location"]) == (302, 302, first["Location"])
    assert model._default_manager.count() == before + 1

    anew = browser.post(address, {**words, TOKEN: "the page anew"})
    if model is not Theme:  # two of one name are refused
        assert anew["Location"] != first["Location"]
        assert model._default_manager.count() == before + 2
    page = LexborHTMLParser(browser.get(address.removesuffix("changes/")).content)
    assert page.css_first("form[data-once]"), "no script tells that the page was gone back to"


def test_who_goes_back_and_presses_again_is_led_to_what_they_made_and_with_other_words_makes_another() -> None:
    browser = signed_in(cast.ana())
    form = {"title": "Lost parcels", "language": "en", "remind_after": "7", "sent_from": "one place in the history"}

    first, again, other = (
        browser.post("/studies/new/", {**form, **more})
        for more in ({TOKEN: "a"}, {TOKEN: "a page anew"}, {TOKEN: "a page anew", "title": "Late parcels"})
    )

    assert (first["Location"], again["Location"]) == ("/studies/lost-parcels/", "/studies/lost-parcels/")
    assert other["Location"] == "/studies/late-parcels/"


def thrown_away(browser: Client, made: str) -> None:
    browser.post(f"{made}removal/")


def taken_back(browser: Client, made: str) -> None:
    remove_question(question=Question.objects.get())


@pytest.mark.parametrize(("form", "goes", "near"), [(a_selection, thrown_away, "selection/"), (a_question, taken_back, "")])
def test_who_sends_a_form_again_after_what_it_made_is_gone_is_led_to_where_it_stood_and_told_so(
    form: Callable[[], Form], goes: Callable[[Client, str], None], near: str
) -> None:
    (address, words), browser = form(), signed_in(cast.ana())
    goes(browser, browser.post(address, {**words, TOKEN: "this page"})["Location"])

    again = browser.post(address, {**words, TOKEN: "this page"}, follow=True)

    assert again.redirect_chain == [(f"/{address.split('/')[1]}/{cast.late_orders().slug}/{near}", 302)]
    assert "What this form had made is no longer there." in again.content.decode()


def test_looking_whether_what_a_form_made_is_there_says_nothing_in_its_place() -> None:
    browser = signed_in(cast.ana())
    form = {"name": "Una Low", "kind": "customer", TOKEN: "this page"}
    led_to = [browser.post("/people/new/", form)["Location"] for _each in range(2)]

    assert "Una Low is in your books." in browser.get(led_to[1]).content.decode()


def test_a_form_that_is_sent_twice_in_the_same_moment_makes_one_thing() -> None:
    browsers = [signed_in(cast.ana()) for _each in range(2)]
    led_to: list[str] = []

    def presses(browser: Client) -> Callable[[], None]:
        form = {"title": "Lost parcels", "language": "en", "remind_after": "7", TOKEN: "this page"}
        return lambda: led_to.append(browser.post("/studies/new/", form)["Location"])

    assert at_once(*map(presses, browsers)) == [None, None]
    assert len(set(led_to)) == 1
    assert Study.objects.filter(title="Lost parcels").count() == 1


def test_what_was_wrong_may_be_mended_and_others_may_say_the_same() -> None:
    ana, ben = signed_in(cast.ana()), signed_in(cast.ben())
    form = {"title": "", "language": "en", "remind_after": "7", TOKEN: "this page"}
    assert [ana.post("/studies/new/", form).status_code for _each in range(2)] == [422, 422]
    for browser in (ana, ben):
        assert browser.post("/studies/new/", {**form, "title": "Lost parcels"}).status_code == 302
    assert Study.objects.filter(title="Lost parcels").count() == 2


def test_what_was_sent_is_forgotten_after_a_day() -> None:
    browser = signed_in(cast.ana())
    form = {"name": "Una Low", "kind": "customer", TOKEN: "this page"}
    browser.post("/people/new/", form)
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        browser.post("/people/new/", {**form, TOKEN: "another"})
    assert Sent.objects.count() == 1
