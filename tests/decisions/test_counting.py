"""Where very many take part, who has heard back is counted ahead, and says the same as when it is counted now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from allears.core import ahead
from allears.core.clock import now
from allears.core.models import Counted
from allears.decisions import counting, reaching, telling
from allears.decisions.models import Decision, Telling, Update
from allears.decisions.queries import HEARER, HearBack, hear_back, overdue_studies, updates_in, with_reach
from allears.people import crowds
from allears.people.actions import merge, record_consent
from allears.people.crowds import ids_of
from allears.people.models import AddressChange, Person
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


def test_whom_a_sending_reaches_is_what_it_was_when_everybody_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some were told, some not yet; some have no address, want no mail, or a new address; an update for the cited alone."""
    study, names = told(), ("Dee Ray", "Eve Low", "Flo Lee", "Gus Orr")
    dee, eve, flo, _gus = people = [cast.person(name) for name in names]
    for person in people:
        cast.said(person, "Late again")
    record_consent(person=dee, purpose="hear", given=False, source="test", by=cast.ana())
    Person.objects.filter(pk=eve.pk).update(email="", email_key=None)
    AddressChange.objects.create(person=flo, at=now())
    Update.objects.create(study=study, decision=Decision.objects.get(), text_cited="Only you", approved_at=now())
    as_of_now = reaching.reach(study), len(telling.untold(study))
    counting.count_ahead()
    crowds.count_ahead()
    assert {"contributors", "told"} <= set(Counted.objects.values_list("kind", flat=True))

    kept = reaching.reach(study)

    assert (as_of_now[0].at, bool(kept.at)) == (None, True)
    assert replace(kept, at=None) == as_of_now[0]
    assert (kept.by_mail, kept.no_address, kept.no_mail, kept.held) == (1, 1, 1, 2)
    assert reaching.how_many_wait(study) == as_of_now[1] == 5


def test_who_spoke_or_was_told_since_they_were_counted_is_known_at_once() -> None:
    study = told()
    cast.said(cast.person("Dee Ray"), "Late again")
    counting.count_ahead()
    cast.said(cast.person("Eve Low"), "Late too")
    assert reaching.how_many_wait(study) == len(telling.untold(study)) == 2

    telling.send(study)
    assert reaching.how_many_wait(study) == 0
    update = Telling.objects.order_by("pk")[0].update
    whom = reaching.audience(update)
    hearers = Telling.objects.filter(update=update).annotate(hearer=HEARER).values_list("hearer", "cited")
    assert sorted([*((pk, True) for pk in whom.cited), *((pk, False) for pk in ids_of(whom.others))]) == sorted(
        set(hearers)
    )
    assert (len(hearers), whom.told) == (4, True)


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
