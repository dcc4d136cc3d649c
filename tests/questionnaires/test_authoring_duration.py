"""Minutes are honest: they come from published reading and typing speeds, and from nothing else."""

from __future__ import annotations

import pytest

from allears.questionnaires import authoring
from allears.questionnaires.duration import minutes_of, reading
from tests import cast


def test_reading_takes_as_long_as_people_take() -> None:
    assert reading("word " * 238) == pytest.approx(60)
    assert reading("字" * 255) == pytest.approx(60)
    assert reading("") == 0


@pytest.mark.django_db
def test_an_ordinary_closed_question_takes_about_ten_seconds() -> None:
    version = authoring.draft_of(cast.late_orders())
    section = version.sections.all()[0]
    for _ in range(6):
        authoring.add_question(
            section=section, kind="single", text="What mattered most when you last chose a supplier for this?",
            choices=["Price", "Delivery on the day we needed it", "Service when something broke"],
        )  # fmt: skip

    assert 0.8 <= minutes_of(version) <= 1.2


@pytest.mark.django_db
def test_a_story_takes_more_than_a_minute_and_each_further_box_as_much_again() -> None:
    version = authoring.draft_of(cast.late_orders())
    question = authoring.add_question(
        section=version.sections.all()[0], kind="long_text", text="What happened?"
    )
    one = minutes_of(version)
    authoring.change_question(question=question, boxes=3)

    assert one == pytest.approx(1.4, abs=0.1)
    assert minutes_of(version) == pytest.approx(one + 2 * 40 / 36.2, abs=0.1)
