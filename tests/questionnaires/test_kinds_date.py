"""A day as an answer, from the editor to the results."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as some

from allears.people.holdings import hand_over
from allears.questionnaires import authoring
from allears.questionnaires.calendar import as_date, date_of, number_of
from allears.questionnaires.date_bins import date_bins
from allears.questionnaires.exporting_responses import responses_csv
from allears.questionnaires.models import Answer, Question
from allears.questionnaires.results import results_of
from tests import cast
from tests.questionnaires.asked import asking, invited, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
WHEN = [{"kind": "date", "text": "When did it come?", "required": True}]
EDITOR = "/questionnaires/late-orders/"


def answered(typed: str, **limits: float) -> Robot:
    asking([{**WHEN[0], **limits}])
    return Robot().open(invited(cast.bob())).press(**{f"q{Question.objects.get().pk}": typed})


@pytest.mark.parametrize("typed", ["2026-02-28", " 2026-2-28 ", "28.02.2026", "٢٠٢٦-٠٢-٢٨"])
def test_a_day_is_kept_and_shown_again(typed: str) -> None:
    robot = answered(typed)

    assert "Thank you" in robot.text
    assert said_to(Question.objects.get()) == [number_of(date(2026, 2, 28))]
    assert 'value="2026-02-28"' in Robot().open(f"{invited(cast.bob())}1/").html


@pytest.mark.parametrize(
    "typed",
    [
        "0000-00-00", "0000-01-01", "-0044-03-15", "44-03-15", "12026-01-01", "2026-02-30", "2026-13-01", "yesterday",
        "28/02/2026", "2026-02-28T00:00", "R8-02-28", "1" * 10_000, "²026-01-01", "2026-02-28\0",
    ],
)  # fmt: skip
def test_what_is_no_day_is_asked_for_again_and_stays_in_its_field(typed: str) -> None:
    robot = answered(typed)

    assert robot.status == 422
    assert "Enter a day as year-month-day" in robot.text
    assert Answer.objects.count() == 0


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "2569-02-28", "1448-06-10", "5787-03-01", "1899-12-31"])
def test_years_of_other_calendars_and_ages_are_asked_for_again(typed: str) -> None:
    robot = answered(typed)

    assert robot.status == 422
    assert "from 1 January 1900 to 31 December 2100" in robot.text


def test_the_author_sets_the_limits() -> None:
    robot = answered("2026-03-01", minimum=number_of(date(2026, 1, 1)), maximum=number_of(date(2026, 2, 28)))

    assert robot.status == 422
    assert 'min="2026-01-01" max="2026-02-28"' in robot.html


def test_nothing_is_asked_for_where_a_day_is_needed() -> None:
    assert "Enter a day." in answered("").text


@settings(deadline=None)
@given(some.dates())
def test_every_day_comes_back_as_it_was(day: date) -> None:
    assert date_of(number_of(day)) == as_date(f"{day:%d}.{day:%m}.{day.year:04}") == as_date(day.isoformat()) == day


@settings(deadline=None)
@given(some.dictionaries(some.dates().map(number_of), some.integers(1, 50), min_size=1, max_size=40))
def test_every_answer_is_in_one_bar_and_there_are_few_bars(counts: dict[float, int]) -> None:
    found = date_bins(counts)

    assert sum(each.count for each in found) == sum(counts.values())
    assert len(found) <= 24
    assert all(one.last + 1 == after.first for one, after in pairwise(found))


def test_the_editor_keeps_limits_and_shows_them_again(as_ana: Client) -> None:
    cast.late_orders()
    typed = {"text": "When?", "earliest": "2026-01-01", "latest": "2026-12-31"}
    assert as_ana.post(f"{EDITOR}questions/new/?kind=date", typed).status_code == 302

    question = Question.objects.get()
    assert (question.minimum, question.maximum) == (number_of(date(2026, 1, 1)), number_of(date(2026, 12, 31)))
    assert 'value="2026-12-31"' in as_ana.get(f"{EDITOR}questions/{question.key}/").content.decode()
    assert 'min="2026-01-01"' in as_ana.get(f"{EDITOR}preview/").content.decode()


def test_the_editor_wants_the_last_day_after_the_first(as_ana: Client) -> None:
    cast.late_orders()
    typed = {"text": "When?", "earliest": "2026-02-01", "latest": "2026-01-01"}
    answer = as_ana.post(f"{EDITOR}questions/new/?kind=date", typed)

    assert answer.status_code == 422
    assert "The last day has to be after the first one." in answer.content.decode()


def test_results_export_and_ones_own_data_say_the_day(as_ana: Client) -> None:
    answered("2026-02-28")

    study = cast.late_orders()
    assert results_of(study).questions[0].numbers == {number_of(date(2026, 2, 28)): 1}
    assert "28 February 2026" in as_ana.get(f"{EDITOR}results/").content.decode()
    assert list(responses_csv(study))[1].strip().endswith(",2026-02-28")
    [held] = hand_over(person=cast.bob(), by=None)["responses"]
    assert held["answers"][0]["day"] == date(2026, 2, 28)


def test_a_day_reads_as_a_day_where_words_are_narrowed_by_it(as_ana: Client) -> None:
    version = asking([*WHEN, {"kind": "long_text", "text": "What happened?"}])
    Robot().walk(invited(cast.bob()))
    key, last = version.questions.get(kind="date").key, int(number_of(date(2100, 12, 31)))

    page = as_ana.get(reverse("insights:words_of_study", args=["late-orders"]), {"answered": f"{key}:{last}-{last}"})

    assert "When did it come? 31 December 2100" in page.content.decode()


def test_a_copy_keeps_what_was_set() -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    made = authoring.add_question(section=draft.sections.get(), kind="date", text="When?", minimum=1.0)
    assert authoring.duplicate_question(question=made).minimum == 1.0
