"""What is counted ahead of time is what would be counted now."""

import pytest

from allears.insights import heartbeats, narrowing, speakers
from allears.insights.models import Theme
from tests import cast
from tests.insights.stories import coded, said

pytestmark = pytest.mark.django_db


def test_a_large_study_and_all_customers_are_counted_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    study = cast.late_orders()
    for who, region in ((cast.bob(), "North"), (cast.cleo(), "South"), (cast.dev(), "North")):
        cast.has(who, "Region", region)
        said("Late.", by=who)
        said("Late again.", by=who)
    exact = (speakers.of_study(study), speakers.customers())
    monkeypatch.setattr(narrowing, "FEW", 2)
    assert (speakers.of_study(study), speakers.customers()) == (None, None)
    heartbeats.count_who_is_speaking()
    ahead = (speakers.of_study(study), speakers.customers())
    assert [(s.people, s.by_value) for s in ahead if s] == [(s.people, s.by_value) for s in exact if s]
    assert ahead[0] is not None
    assert ahead[0].people == 3


def test_an_answer_that_was_changed_counts_no_longer_for_its_theme() -> None:
    before = said("It came late.")
    coded(before, "late")
    said("It came on time.", supersedes=before)
    heartbeats.reckon_every_codebook()
    assert Theme.objects.get().words == 0
