"""What is unexpected, and that it is counted as the page says."""

import pytest

from allears.insights import actions, surprise
from allears.insights.models import Surprise, Theme
from allears.verbatims.actions import redact
from tests import cast
from tests.insights.stories import cited, claimed, coded, said

pytestmark = pytest.mark.django_db


def test_the_rarer_the_theme_the_higher_the_score() -> None:
    assert surprise.score(10, 10) == 0
    assert surprise.score(5, 10) == 100
    assert surprise.score(1, 10) == surprise.RARE


def test_words_against_an_insight_come_before_everything_until_it_is_withdrawn() -> None:
    insight, words = claimed(), said("They called at once.")
    cited(insight, words, side="against")
    assert score_of(words) == surprise.AGAINST
    actions.withdraw(insight=insight, by=cast.ana())
    assert score_of(words) is None


def test_words_are_as_unexpected_as_their_rarest_theme() -> None:
    for n in range(4):
        coded(said(f"Late {n}."), "late")
    odd = said("Late, and the box was wet.")
    coded(odd, "late", "Late")
    coded(odd, "wet box", "wet")
    surprise.rebuild(cast.late_orders())
    assert score_of(odd) == surprise.score(1, 5)


def test_rebuilding_finds_what_the_actions_kept() -> None:
    words = [said(f"Late {n}.") for n in range(3)]
    for each in words:
        coded(each, "late")
    coded(words[0], "rude")
    redact(verbatims=[words[2].pk], reason="law", by_label="the court")
    kept = themes_and_scores()
    surprise.rebuild(cast.late_orders())
    assert themes_and_scores()[0] == kept[0] == {"late": 2, "rude": 1}
    assert set(themes_and_scores()[1]) == set(kept[1]) == {words[0].pk, words[1].pk}


def score_of(verbatim: object) -> int | None:
    return Surprise.objects.filter(verbatim=verbatim).values_list("score", flat=True).first()


def themes_and_scores() -> tuple[dict[str, int], dict[int, int]]:
    return (
        dict(Theme.objects.values_list("name", "words")),
        dict(Surprise.objects.values_list("verbatim", "score")),
    )
