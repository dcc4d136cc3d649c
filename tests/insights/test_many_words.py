"""Where the words are very many, a page of the reading room looks through some of them and leads on; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from allears.core import walking
from allears.insights import actions, few_rows, narrowing, paging, parts
from allears.insights.filters import Filters
from allears.insights.room import Room
from allears.people.models import Person
from allears.verbatims import sample
from allears.verbatims.actions import redact
from allears.verbatims.models import Verbatim
from tests import cast
from tests.insights.stories import coded, question, said, theme

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    _hurry(monkeypatch)


def _hurry(patch: pytest.MonkeyPatch) -> None:
    """Three words are many, as a sample tells of all of them, and a page looks through four."""
    patch.setattr(sample, "BETWEEN", 0)
    patch.setattr(sample, "SIZE", 10**9)
    patch.setattr(few_rows, "FEW", 3)
    patch.setattr(walking, "FIRST", 4)
    patch.setattr(walking, "AT_LEAST", 4)
    patch.setattr(walking, "PATIENCE", -1000)


@pytest.fixture(scope="module")
def _many(in_every_test: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Thirty passages, kept once for the tests of this file: each runs within a transaction of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            _hurry(patch)
            _keep_many()
        yield
        transaction.set_rollback(True)


def _keep_many() -> None:
    """Thirty passages that differ in all that one can filter by; one was taken back."""
    who = [Person.objects.create(label=f"P{n}") for n in range(4)]
    twin = Person.objects.create(label="P0 again", merged_into=who[0])
    for n, person in enumerate(who):
        cast.has(person, "Region", "North" if n % 2 else "South")
        cast.has(person, "Channel", "Phone" if n < 2 else "Web")
    for n in range(30):
        words = said(
            f"It came late {'again' if n % 3 else 'once'}.", by=twin if n == 8 else who[n % 4], language=["de", "de-AT", "en"][n % 3],
            source=question("Why?" if n % 2 else "What?"), spoken_at=BEGIN + timedelta(days=n),
        )  # fmt: skip
        if n % 4:
            coded(words, "late" if n % 4 < 3 else f"rare {n}")
        if n % 5 == 0:
            coded(words, "late", "came")
    redact(verbatims=[Verbatim.objects.order_by("pk")[12].pk], reason="person", by_label="P0")
    actions.code_many(study=cast.late_orders(), rows=[], by=None)


def numbers(ids: list[int]) -> list[int]:
    every = list(Verbatim.objects.order_by("pk").values_list("pk", flat=True))
    return [every.index(pk) for pk in ids]


ASKED: dict[str, tuple[dict[str, Any], Any]] = {
    "everything": ({}, lambda n: True),
    "a word": ({"q": "again"}, lambda n: n % 3),
    "a phrase": ({"q": '"late once"'}, lambda n: n % 3 == 0),
    "a beginning": ({"q": "onc*"}, lambda n: n % 3 == 0),
    "all but a word": ({"q": "-again"}, lambda n: n % 3 == 0),
    "all but a beginning": ({"q": "-agai*"}, lambda n: n % 3 == 0),
    "a language": ({"language": "de"}, lambda n: n % 3 < 2),
    "a language and a word": ({"language": "de", "q": "again"}, lambda n: n % 3 == 1),
    "a facet": ({"facets": (("region", "south"),)}, lambda n: n % 2 == 0),
    "two facets": ({"facets": (("region", "south"), ("channel", "phone"))}, lambda n: n % 4 == 0),
    "two facets, one of them either way": (
        {"facets": (("region", "south"), ("region", "north"), ("channel", "web"))},
        lambda n: n % 4 > 1,
    ),
    "a question and a facet": ({"question": "Why?", "facets": (("region", "north"),)}, lambda n: n % 2),
    "a theme": ({"theme": "late"}, lambda n: n % 4 in (1, 2) or n % 5 == 0),
    "a theme, a language, a word": (
        {"theme": "late", "language": "de-AT", "q": "again"},
        lambda n: n % 3 == 1 and (n % 4 in (1, 2) or n % 5 == 0),
    ),
    "no theme": ({"theme": "none"}, lambda n: n % 4 == 0 and n % 5),
    "days": ({"since": BEGIN.date() + timedelta(days=7), "until": BEGIN.date() + timedelta(days=20)}, lambda n: 7 <= n <= 20),
    "nothing": ({"facets": (("region", "south"),), "question": "Why?"}, lambda n: n == 8 and False),
}  # fmt: skip


def filters(order: str, **wanted: Any) -> Filters:
    if "question" in wanted:
        wanted["questions"] = (question(wanted.pop("question")).ref,)
    if wanted.get("theme") == "late":
        wanted["theme"] = theme("late").ref
    return Filters(order=order, **wanted)


@pytest.mark.usefixtures("hurried", "_many")
@pytest.mark.parametrize("order", ["unexpected", "newest", "oldest"])
@pytest.mark.parametrize("asked", ASKED)
def test_page_by_page_everything_is_found_once_forth_and_back(asked: str, order: str) -> None:
    wanted, holds = ASKED[asked]
    study = cast.late_orders()
    found = narrowing.matching(Room(cast.ana(), (study,)), filters(order, **wanted))
    assert found.ids is None
    expected = [n for n in range(30) if holds(n) and n != 12]

    forth = _pages(found, order, "after")
    back = _pages(found, order, "before", "2.0.0" if order == "unexpected" else "0.0.0" if order == "newest" else f"0.0.{2**60}")

    assert sorted(numbers(forth)) == expected
    if order != "unexpected":
        assert numbers(forth) == (expected if order == "oldest" else expected[::-1])
    assert back == forth


@pytest.mark.usefixtures("hurried", "_many")
@pytest.mark.parametrize("order", ["unexpected", "newest", "oldest"])
@pytest.mark.parametrize(
    ("q", "holds"),
    [("", lambda n: True), ("again", lambda n: n % 3), ('"came late"', lambda n: True), ("agai*", lambda n: n % 3),
     ("-again", lambda n: n % 3 == 0)],
)  # fmt: skip
def test_what_only_two_facets_together_name_few_of_is_counted_or_searched_page_by_page(
    q: str, holds: Any, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_rows, "FEW", 9)  # fifteen have each value, eight both: one by a twin, and one was taken back
    monkeypatch.setattr(parts, "SOON_SEARCHED", 0)
    wanted = filters(order, facets=(("region", "south"), ("channel", "phone")), q=q)
    found = narrowing.matching(Room(cast.ana(), (cast.late_orders(),)), wanted)
    expected = [n for n in range(0, 30, 4) if holds(n) and n != 12]

    forth = _pages(found, order, "after")

    assert (found.ids is None) == bool(q)
    assert sorted(numbers(forth)) == expected
    if order != "unexpected":
        assert numbers(forth) == (expected if order == "oldest" else expected[::-1])
    start = "2.0.0" if order == "unexpected" else "0.0.0" if order == "newest" else f"0.0.{2**60}"
    assert _pages(found, order, "before", start) == forth


def _pages(found: narrowing.Found, order: str, side: str, at: str = "") -> list[int]:
    """The ids of all pages in one direction, in the order of the list."""
    ids: list[int] = []
    for _page in range(200):
        page = paging.page(found, order, **{side: at}, collection=cast.late_orders().collection_id, per_page=2)
        ids = ids + page.ids if side == "after" else page.ids + ids
        at = page.after if side == "after" else page.before
        if not at:
            return ids
    raise AssertionError("the pages never end")


@pytest.mark.usefixtures("hurried", "_many")
def test_a_page_that_was_given_up_says_how_many_were_looked_through_and_leads_on(as_ana: Client) -> None:
    here = reverse("insights:words_of_study", args=["late-orders"])
    asked = {"facet": "region:south", "question": question("Why?").ref, "order": "newest"}
    none = as_ana.get(here, asked)
    assert list(none.context["words"]) == []
    assert "None of the 4 looked through so far" in strip_tags(none.content.decode())
    assert "No words answer to all of this" not in none.content.decode()
    assert "Look further" in none.content.decode()
    some = as_ana.get(here, {"theme": "none", "order": "newest"})
    assert "looked through for this page" in some.content.decode()


@pytest.mark.usefixtures("hurried", "_many")
def test_who_reads_without_names_is_not_led_to_few_people_among_very_many_words(as_sam: Client, as_ana: Client) -> None:
    here = reverse("insights:words_of_study", args=["late-orders"])
    asked = {"facet": "region:south", "language": "de", "order": "newest"}

    hidden = as_sam.get(here, asked)

    assert (list(hidden.context["words"]), hidden.context["ids"]) == ([], None)
    assert "Perhaps fewer than 10 people would be left" in strip_tags(hidden.content.decode())
    assert "late" not in as_sam.get(reverse("insights:beside_of_study", args=["late-orders"]), asked).content.decode()
    assert list(as_ana.get(here, asked).context["words"]) != []
