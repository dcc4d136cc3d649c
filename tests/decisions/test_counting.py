"""Where very many take part, who has heard back is counted ahead, and says the same as when it is counted now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from allears.core import ahead
from allears.core.clock import now
from allears.core.models import Counted
from allears.decisions import counting, telling
from allears.decisions.models import Update
from allears.decisions.queries import HearBack, hear_back, overdue_studies, updates_in, with_reach
from allears.people.actions import merge
from allears.people.models import Person
from allears.studies.actions import create_study
from allears.studies.models import Study
from tests import cast
from tests.decisions.test_telling import approved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 1)


def told() -> Study:
    """A study whose two contributors have heard, one of them under a row that was merged since; its promise is past."""
    approved()
    study = cast.late_orders()
    telling.send(study)
    Study.objects.update(promise_on=now().date() - timedelta(days=1))
    merge(keep=cast.person("Cy Hale"), other=Person.objects.get(name=cast.bob().name), by=cast.ana())
    return study


def reached() -> list[dict[str, int]]:
    names = "mailed", "waiting_on_page", "seen"
    return [{name: getattr(update, name) for name in names} for update in with_reach(updates_in(Study.objects.all()))]


def now_and_ahead(study: Study) -> list[tuple[HearBack, HearBack, bool]]:
    """The figures of one and of all, and whether it is overdue; counted now, then ahead."""
    found = []
    for count in (lambda: None, counting.count_ahead):
        count()
        found.append((hear_back(study), hear_back(), overdue_studies(Study.objects.all()).exists()))
    return found


def test_what_is_counted_ahead_is_what_is_counted_now() -> None:
    study = told()
    create_study(by=cast.ana(), title="Another, in which nobody spoke")
    (one, every, late), (one_ahead, every_ahead, late_ahead) = now_and_ahead(study)

    assert one.contributors > 1
    for counted, kept in ((one, one_ahead), (every, every_ahead)):
        assert (kept.contributors, kept.told) == (counted.contributors, counted.told)
        assert counted.median_days is not None
        assert kept.median_days == round(counted.median_days)
        assert (counted.at, bool(kept.at)) == (None, True)
    assert late is late_ahead is False


def test_whom_an_update_reached_is_counted_ahead_too() -> None:
    told()
    counted = reached()
    counting.count_ahead()

    assert Counted.objects.filter(kind="reach").exists()
    assert reached() == counted
    assert sum(update["mailed"] for update in counted) > 1


def test_how_many_wait_is_counted_ahead_for_exactly_what_is_approved() -> None:
    study = told()
    cast.said(cast.person("Dee Ray"), "Late again")
    assert telling.how_many_wait(study) == 1
    counting.count_ahead()
    cast.said(cast.person("Eve Low"), "Late too")
    assert telling.how_many_wait(study) == 1

    Update.objects.update(approved_at=now())
    assert telling.how_many_wait(study) == 2
    telling.send(study)
    counting.count_again(study)
    assert telling.how_many_wait(study) == 0


def test_who_spoke_since_is_missing_until_it_is_counted_again() -> None:
    study = told()
    counting.count_ahead()
    cast.said(cast.person("Dee Ray"), "Late again")
    before = hear_back(study)
    counting.count_again(study)

    assert hear_back(study).contributors == before.contributors + 1
    assert overdue_studies(Study.objects.all()).get() == study


def test_a_study_that_began_since_is_counted_now() -> None:
    told()
    counting.count_ahead()
    Counted.objects.filter(of=str(cast.late_orders().pk)).update(of="0")
    cast.said(cast.person("Dee Ray"), "Late again")

    assert hear_back().contributors == hear_back(cast.late_orders()).contributors > 1
    assert overdue_studies(Study.objects.all()).exists()


def test_few_are_not_counted_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    told()
    counting.count_ahead()
    monkeypatch.setattr(ahead, "MANY", 1000)
    counting.count_ahead()
    assert not Counted.objects.exists()


def test_the_pages_say_when_it_was_counted(as_lea: Client) -> None:
    study = told()
    pages = "/", f"/studies/{study.slug}/", "/decisions/updates/", f"/decisions/{study.slug}/hearing-back/"
    assert not any("counted at" in as_lea.get(page).content.decode() for page in pages)
    counting.count_ahead()
    assert all("counted at" in as_lea.get(page).content.decode() for page in pages)
