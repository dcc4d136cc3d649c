"""Scales that the trade knows by name, their figures, and what these cannot tell."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring
from allears.questionnaires.models import Answer, Preset, Question, Response
from allears.questionnaires.presets import SHAPES
from allears.questionnaires.statistics import mean, mean_interval, net_score
from allears.questionnaires.structure import problems_of, sections_of
from tests import cast
from tests.questionnaires.asked import asking

pytestmark = pytest.mark.django_db
EDITOR = "/questionnaires/late-orders/"


@pytest.mark.parametrize(("preset", "low", "high"), [("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7)])
def test_a_preset_brings_its_steps_and_says_what_it_cannot_tell(as_ana: Client, preset: str, low: int, high: int) -> None:
    cast.late_orders()
    form = as_ana.get(f"{EDITOR}questions/new/?kind={preset}").content.decode()
    assert "It does not tell" in form

    typed = {"text": "How was it?", "low_label": "bad", "high_label": "good", "minimum": "3", "maximum": "4"}
    assert as_ana.post(f"{EDITOR}questions/new/?kind={preset}", typed).status_code == 302

    question = Question.objects.get()
    assert (question.kind, question.preset, question.minimum, question.maximum) == ("scale", preset, low, high)
    again = as_ana.get(f"{EDITOR}questions/{question.key}/").content.decode()
    assert f'href="?kind={preset}" aria-current="true"' in again
    as_ana.post(f"{EDITOR}questions/{question.key}/?kind=scale", typed)
    question.refresh_from_db()
    assert (question.preset, question.minimum) == ("", 3.0)


@pytest.mark.parametrize("preset", ["csat", "ces"])
def test_the_gap_of_a_preset_is_filled_before_it_is_published(preset: str, as_ana: Client) -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    shape = SHAPES[Preset(preset)]
    told: dict[str, Any] = {
        "kind": "scale", "preset": preset, "minimum": shape.minimum, "maximum": shape.maximum,
        "low_label": str(shape.low_label), "high_label": str(shape.high_label),
    }  # fmt: skip
    with_gap, _filled, _pausing = authoring.add_questions(
        section=draft.sections.get(),
        questions=[{**told, "text": text} for text in (str(shape.text), str(shape.text).replace("…", "the app"), "Well… was it easy?")],
    )
    assert [problem.question for problem in problems_of(sections_of(draft))] == [with_gap]
    page = as_ana.get(f"{EDITOR}publishing/").content.decode()
    assert ("still has a gap" in page, f"/questions/{with_gap.key}/" in page, "Yes, publish" in page) == (True, True, False)


def answer(preset: str, steps: list[int], high: int) -> None:
    version = asking([{
        "kind": "scale", "text": "Well?", "preset": preset, "minimum": 0 if preset == "nps" else 1, "maximum": high,
        "low_label": "bad", "high_label": "good",
    }])  # fmt: skip
    for step in steps:
        response = Response.objects.create(study=cast.late_orders(), version=version)
        Answer.objects.create(response=response, question=version.questions.get(), number=step)


def test_the_net_promoter_score_stands_with_its_interval_and_its_limits(as_ana: Client) -> None:
    answer("nps", [10] * 6 + [7] * 2 + [3] * 4, 10)
    page = as_ana.get(f"{EDITOR}results/").content.decode()

    assert "+17" in page
    assert "6 gave 9 or 10, 4 gave 0 to 6" in page
    assert "small samples move it by many points" in page


def test_below_ten_answers_there_is_no_score(as_ana: Client) -> None:
    answer("nps", [10] * 9, 10)
    assert "Net promoter score" not in as_ana.get(f"{EDITOR}results/").content.decode()


@pytest.mark.parametrize(("preset", "high", "words"), [("csat", 5, "Satisfied"), ("ces", 7, "Found it easy")])
def test_the_others_show_the_share_that_was_content(as_ana: Client, preset: str, high: int, words: str) -> None:
    answer(preset, [high] * 9 + [1] * 3, high)
    page = as_ana.get(f"{EDITOR}results/").content.decode()

    assert words in page
    assert "75%" in page


def test_the_interval_of_a_net_score_holds_the_truth_about_as_often_as_it_says() -> None:
    from scipy import stats  # takes seconds, and those only here

    shares, held, times = (0.5, 0.3, 0.2), 0, 4000
    drawn = stats.multinomial(40, shares, seed=7).rvs(times)
    for promoters, passives, detractors in drawn.tolist():
        interval = net_score(promoters, passives, detractors)
        held += interval.low <= shares[0] - shares[2] <= interval.high

    assert 0.94 <= held / times <= 0.97


@pytest.mark.parametrize("split", [(0, 0, 12), (12, 0, 0), (0, 12, 0), (1, 0, 0)])
def test_a_score_lies_in_its_own_interval_and_on_the_scale(split: tuple[int, int, int]) -> None:
    interval = net_score(*split)
    assert -1 <= interval.low <= interval.share <= interval.high <= 1


def test_nobody_has_no_score() -> None:
    with pytest.raises(ValueError, match="no answers"):
        net_score(0, 0, 0)


@pytest.mark.parametrize("counts", [{1.0: 4, 2.0: 3, 3.0: 3}, {1.0: 50, 7.0: 50}, {2.0: 10}])
def test_a_mean_has_the_interval_of_student(counts: dict[float, int]) -> None:
    from scipy import stats

    values = [value for value, count in counts.items() for _ in range(count)]
    interval = mean_interval(counts)
    wanted = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)

    assert math.isclose(mean(counts), sum(values) / len(values))
    assert interval.high - interval.share == pytest.approx(wanted, rel=1e-3)
