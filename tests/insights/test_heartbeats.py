"""What is counted ahead of time is what would be counted now."""

import pytest

from allears.insights import few_rows, heartbeats, speakers
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
    monkeypatch.setattr(few_rows, "FEW", 2)
    assert (speakers.of_study(study), speakers.customers()) == (None, None)
    heartbeats.count_who_is_speaking()
    ahead = (speakers.of_study(study), speakers.customers())
    assert [(s.people, s.by_value) for s in ahead if s] == [(s.people, s.by_value) for s in exact if s]
    assert ahead[0] is not None
    assert ahead[0].people == 3
    assert speakers.of_large_study_and_all(study) == ahead


def test_customers_who_have_become_few_are_counted_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in (cast.bob(), cast.cleo(), cast.dev()):
        cast.has(who, "Region", "North")
    monkeypatch.setattr(few_rows, "FEW", 2)
    heartbeats.count_who_is_speaking()
    assert (counted := speakers.customers())
    assert counted.at
    monkeypatch.setattr(few_rows, "FEW", 10_000)
    heartbeats.count_who_is_speaking()
    cast.person("Una Low")
    assert (anew := speakers.customers())
    assert (anew.people, anew.at) == (counted.people + 1, None)


def test_an_answer_that_was_changed_counts_no_longer_for_its_theme() -> None:
    before = said("It came late.")
    coded(before, "late")
    said("It came on time.", supersedes=before)
    heartbeats.reckon_every_codebook()
    assert Theme.objects.get().words == 0


def test_who_spoke_of_a_theme_that_very_many_words_carry_is_counted_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in (cast.bob(), cast.cleo(), cast.bob()):
        coded(said("It came late.", by=who), "late", "late")
    coded(said("Nobody called.", by=cast.dev()), "silence")
    late, silence = Theme.objects.get(name="late").pk, Theme.objects.get(name="silence").pk
    assert speakers.of_themes([late, silence]) == {late: 2, silence: 1}
    monkeypatch.setattr(few_rows, "FEW", 2)
    heartbeats.count_who_is_speaking()
    assert speakers.of_themes([late, silence]) == {late: 2, silence: 1}
    for name in ("late", "silence"):
        coded(said("Late, and nobody called.", by=cast.person("Una Low")), name)
    assert speakers.of_themes([late, silence]) == {late: 2, silence: 2}  # of the large one as it was counted
    monkeypatch.setattr(few_rows, "FEW", 10_000)
    heartbeats.count_who_is_speaking()
    assert speakers.of_themes([late, silence]) == {late: 3, silence: 2}
