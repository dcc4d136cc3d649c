"""The list of whom a study asked: among very many it shows the same people, found another way."""

from __future__ import annotations

import pytest
from django.test import Client

from allears.core import ahead
from allears.studies import actions, counting, listing
from allears.studies.hearing import Outcome, outcome_of
from allears.studies.models import Invitation, Later, Study
from tests import cast
from tests.questionnaires.test_results import answer, version

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """Sixteen who were asked, two of each outcome and four of whom nothing was heard."""
    asked, study = version(), cast.late_orders()
    people = [cast.person(f"Person{n} Low") for n in range(16)]
    rows = actions.invite(study=study, people=people, by=cast.ana(), minutes=3)
    for place, row in enumerate(rows[:4]):
        response = answer(asked, row.person, number=7 if place < 2 else None)
        type(response).objects.filter(pk=response.pk).update(invitation=row)
    for row, kind in zip(rows[4:8], ("not_me", "not_me", "no_time", "rather_not"), strict=True):
        actions.decline(invitation=row, kind=kind)
    Later.objects.bulk_create(Later(invitation=row, ask_at=row.invited_at) for row in rows[8:10])
    for row in rows[10:12]:
        actions.mark_opened(invitation=row)
    return study


def everybody(study: Study, **narrowed: str) -> list[Invitation]:
    """All pages, two invitations each."""
    found, after = [], ""
    while True:
        page = listing.page_of(study, **narrowed, after=after, size=2)
        found += page.rows
        if not page.after:
            return found
        after = page.after


def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 1)
    counting.count_ahead()


@pytest.mark.parametrize("outcome", Outcome.values)
def test_few_of_an_outcome_among_very_many_are_found_by_what_they_left(
    study: Study, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_of_now = everybody(study, outcome=outcome)
    counted(monkeypatch)

    assert everybody(study, outcome=outcome) == as_of_now
    assert {outcome_of(row) for row in as_of_now} == {outcome}
    assert len(as_of_now) == (4 if outcome == Outcome.SILENT else 2)


def test_words_that_very_many_have_lead_through_all_of_them_by_the_newest_people(
    as_ana: Client, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.person("Somebody Low", email="else@customer.example")  # whom nobody asked
    as_of_now = everybody(study, words="low")
    assert [row.pk for row in as_of_now] == sorted((row.pk for row in Invitation.objects.all()), reverse=True)
    counted(monkeypatch)
    monkeypatch.setattr(listing, "MOST_HITS", 3)

    assert {row.pk for row in everybody(study, words="low")} == {row.pk for row in as_of_now}
    assert len(everybody(study, words="low", outcome="later")) == 2
    assert [row.person.name for row in everybody(study, words="person7")] == ["Person7 Low"]
    assert "The newest people come first" in as_ana.get(f"/studies/{study.slug}/invitations/?q=low").content.decode()


def test_a_stretch_in_which_nobody_was_asked_leads_on(
    as_ana: Client, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        cast.person(f"Newer{n} Low")
    counted(monkeypatch)
    monkeypatch.setattr(listing, "MOST_HITS", 3)

    page = as_ana.get(f"/studies/{study.slug}/invitations/?q=low").content.decode()

    assert "look further back" in page
    assert len(everybody(study, words="low")) == 16
