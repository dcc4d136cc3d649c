"""A group's results never tell what one to four of it answered, nor of the others, whatever was asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.core import ahead
from allears.questionnaires.calendar import number_of
from allears.questionnaires.models import Answer, Question, QuestionKind, Response, Version
from allears.questionnaires.question_results import QuestionResult
from allears.questionnaires.results import Group, count_ahead, results_of
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking

pytestmark = pytest.mark.django_db

SINGLE: dict[str, Any] = {"kind": "single", "text": "Who called first?", "choices": ["You", "I", "Nobody", "My mother"]}
SEVERAL: dict[str, Any] = {"kind": "multiple", "text": "What did you do?", "choices": ["Waited", "Called", "Wrote"]}
SCALE: dict[str, Any] = {
    "kind": "scale",
    "text": "Again?",
    "minimum": 0,
    "maximum": 10,
    "low_label": "never",
    "high_label": "surely",
}
MATRIX: dict[str, Any] = {
    "kind": "matrix",
    "text": "How good was ...",
    "choices": ["the parcel", "the letter"],
    "minimum": 1,
    "maximum": 3,
    "low_label": "bad",
    "high_label": "good",
}
RANKING: dict[str, Any] = {"kind": "ranking", "text": "What matters?", "choices": ["Speed", "Price", "Care"]}


def given(asked: dict[str, Any], **groups: Iterable[Any]) -> None:
    """Ask one question; each of a region answers with a value: a choice's place, several of them, a number, one for each row."""
    version = asking([asked])
    question = version.questions.prefetch_related("choices").get()
    for region, values in groups.items():
        for n, value in enumerate(values):
            answers(responding(version, region.title(), n), question, value)


def responding(version: Version, region: str, n: int) -> Response:
    person = cast.person(f"{region}{n} Low")
    cast.has(person, "Region", region)
    return Response.objects.create(study_id=version.questionnaire.study_id, version=version, person=person)


def answers(response: Response, asked: Question, value: Any) -> None:
    """Keep what somebody answered, in the way in which a question of this kind is kept."""
    rows: list[dict[str, Any]] = [{"number": value}]
    if asked.has_list:
        choices = list(asked.choices.all())
        if asked.kind == QuestionKind.SINGLE:
            rows = [{"choice": choices[value]}]
        elif asked.kind == QuestionKind.MULTIPLE:
            rows = [{"choice": choices[n]} for n in value]
        else:
            rows = [
                {"choice": choice, "number": number} for choice, number in zip(choices, value, strict=True) if number
            ]
    boxes = [row["choice"].position if "choice" in row else 0 for row in rows]
    Answer.objects.bulk_create(
        Answer(response=response, question=asked, box=box, **row) for box, row in zip(boxes, rows, strict=True)
    )


def times(**each: int) -> list[int]:
    """`_3=4`: four times 3."""
    return [int(value.strip("_")) for value, count in each.items() for _ in range(count)]


def of(region: str) -> QuestionResult:
    facet = cast.facet("Region")
    (found,) = results_of(cast.late_orders(), Group(facet, facet.values.get(key=region))).questions
    return found


def page(client: Client, region: str) -> str:
    answer = client.get(f"/questionnaires/late-orders/results/?group=region:{region}")
    assert answer.status_code == 200
    return answer.content.decode()


# --- choices ----------------------------------------------------------------------------------------------------


def test_a_choice_of_few_is_not_shown_nor_the_next_smallest_nor_in_the_other_group(as_sam: Client) -> None:
    given(SINGLE, north=times(_0=12, _1=3, _2=7), south=times(_0=20, _1=9, _2=8))

    assert [choice.count for choice in of("north").choices] == [12, None, None, 0]
    assert [choice.count for choice in of("south").choices] == [20, None, None, 0]
    html = page(as_sam, "north")
    assert html.count('aria-label="not shown"') == 2
    assert "so that nobody can be recognised" in html
    assert 'class="bars__label">I<' in html  # and does not lead to their words
    assert f"answered={Question.objects.get().key}" in html
    assert 'aria-label="not shown"' not in as_sam.get("/questionnaires/late-orders/results/").content.decode()


def test_where_many_belong_to_no_group_that_is_shown_the_other_group_keeps_nothing_back() -> None:
    given(SINGLE, north=times(_0=12, _1=3, _2=7), south=times(_0=20, _1=9, _2=8), west=times(_0=9, _1=8, _2=4))

    assert [choice.count for choice in of("north").choices] == [12, None, None, 0]
    assert [choice.count for choice in of("west").choices] == [9, None, None, 0]
    assert [choice.count for choice in of("south").choices] == [20, 9, 8, 0]


def test_of_several_choices_one_is_not_shown_that_few_gave_or_all_but_few() -> None:
    given(SEVERAL, north=[[0], *[[0, 1]] * 11, *[[0, 2]] * 3], south=[*[[0, 1]] * 9, *[[1, 2]] * 12])

    # Of fifteen all did the first, all but four the second, three the third.
    assert [choice.count for choice in of("north").choices] == [15, None, None]
    assert [choice.count for choice in of("south").choices] == [9, None, None]


def test_several_choices_that_many_gave_and_many_did_not_are_shown() -> None:
    given(SEVERAL, north=[*[[0, 1]] * 8, *[[0]] * 7], south=[*[[0, 1]] * 9, *[[1]] * 12])

    assert [choice.count for choice in of("north").choices] == [15, 8, 0]
    assert [choice.count for choice in of("south").choices] == [9, 21, 0]


# --- steps, numbers, days ---------------------------------------------------------------------------------------


def bars(found: Any) -> list[tuple[str, int]]:
    return [(span.label, span.count) for span in found.spans if span.count]


def test_steps_of_few_are_joined_with_their_neighbours_and_said_in_words(as_sam: Client) -> None:
    given(SCALE, north=times(_0=1, _2=1, _3=4, _7=9, _10=6), south=times(_0=9, _1=9, _2=9, _3=9, _7=9, _10=9))

    assert bars(of("north")) == [("0 never to 3", 6), ("7", 9), ("10 surely", 6)]
    assert of("north").numbers == {}
    html = page(as_sam, "north")
    assert "0 never to 3</a>" in html
    assert f"answered={Question.objects.get().key}:0-3&amp;facet=region:north" in html
    assert "are shown together with those beside them" in html
    assert bars(of("south")) == [
        ("0 never to 3", 36),
        ("7", 9),
        ("10 surely", 9),
    ]  # or they, from everybody, would tell


def test_the_median_is_told_as_exactly_as_the_figures_that_are_shown(as_sam: Client) -> None:
    given(SCALE, north=times(_0=3, _1=9, _7=9, _10=3), south=times(_0=9, _1=9, _5=40, _7=9, _10=9))

    assert bars(of("north")) == [("0 never to 1", 12), ("7 to 10 surely", 12)]
    assert "median" not in page(as_sam, "north")  # it lies between the two
    Answer.objects.filter(number=10).first().delete()
    assert "median in “0 never to 1”" in page(as_sam, "north")
    assert "half of them" not in page(as_sam, "north")
    assert "median 5" in page(as_sam, "south")
    assert "half of them" in as_sam.get("/questionnaires/late-orders/results/").content.decode()


def test_a_score_is_told_where_the_figures_that_are_shown_add_up_to_it(as_sam: Client) -> None:
    nps = {**SCALE, "preset": "nps"}
    given(nps, north=times(_0=3, _6=9, _7=3, _8=4, _9=9, _10=3), south=times(_4=9, _8=9, _9=9, _10=9))

    assert bars(of("north")) == [("0 never to 6", 12), ("7 to 8", 7), ("9 to 10 surely", 12)]
    assert "Net promoter score" in page(as_sam, "north")
    assert "12 gave 9 or 10, 12 gave 0 to 6" in page(as_sam, "north")


def test_a_score_is_not_told_where_it_would_say_more_than_the_figures(as_sam: Client) -> None:
    given({**SCALE, "preset": "nps"}, north=times(_6=9, _9=3, _8=9, _10=1), south=times(_4=9, _8=9, _9=9, _10=9))

    assert bars(of("north")) == [("6", 9), ("8 to 10 surely", 13)]
    assert "Net promoter score" not in page(as_sam, "north")
    assert "Net promoter score" in page(as_sam, "south") or bars(of("south"))[-1][0] == "8 to 10 surely"


def test_numbers_that_few_gave_are_joined_along_everybody_s_bars() -> None:
    number = {"kind": "number", "text": "How many days late?", "minimum": 0, "maximum": 365}
    given(number, north=range(30), south=[*range(0, 60, 3), *range(200, 220)])

    north = bars(of("north"))
    assert sum(count for _label, count in north) == 30
    assert all(count >= 5 for _label, count in north)
    assert of("north").numbers == {}


def test_days_of_few_are_joined_into_longer_times() -> None:
    first = number_of(date(2026, 3, 1))
    when = {"kind": "date", "text": "When did it come?"}
    given(when, north=[*[first] * 3, *[first + 40] * 4, *[first + 100] * 6], south=[first + n for n in range(110)])

    assert bars(of("north")) == [("March 2026 to April 2026", 7), ("June 2026", 6)]


def test_where_only_all_together_are_enough_only_how_many_answered_is_told(as_sam: Client) -> None:
    given(SCALE, north=times(_0=1, _3=1, _5=1, _7=1, _10=1), south=times(_0=9, _1=9, _3=9, _5=9, _10=9))

    html = page(as_sam, "north")
    assert "5 answered" in html
    assert "they are not shown one by one" in html
    assert "chart--distribution" not in html


# --- rows and items ---------------------------------------------------------------------------------------------


def test_each_row_of_a_matrix_is_looked_at_by_itself(as_sam: Client) -> None:
    given(
        MATRIX,
        north=[*[(1, 1)] * 6, *[(2, 3)] * 3, *[(3, None)] * 6],
        south=[(n % 3 + 1, n % 3 + 1) for n in range(30)],
    )

    parcel, letter = of("north").listed
    assert bars(parcel) == [("1 bad", 6), ("2 to 3 good", 9)]
    assert bars(letter) == [("1 bad to 3 good", 9)]
    html = page(as_sam, "north")
    assert "2 to 3 good" in html
    assert "they are not shown one by one" in html


def test_a_row_that_few_of_a_group_rated_is_not_shown(as_sam: Client) -> None:
    given(MATRIX, north=[*[(1, None)] * 6, *[(3, 2)] * 3], south=[(n % 2 + 1, 3) for n in range(30)])

    assert [row.answered for row in of("north").listed] == [9, None]
    assert [row.answered for row in of("south").listed] == [30, None]  # taken from everybody's it would tell
    assert "So few of this group answered this" in page(as_sam, "north")


def test_of_a_ranking_neither_first_places_of_few_nor_a_mean_that_would_tell_them_is_shown(as_sam: Client) -> None:
    places = [(1, 2, 3), (2, 1, 3), (3, 2, 1)]
    given(
        RANKING, north=[*[places[0]] * 9, *[places[1]] * 6, *[places[2]] * 3], south=[places[n % 3] for n in range(60)]
    )

    north = {item.label: (item.first, bool(item.numbers)) for item in of("north").listed}
    assert north == {"Speed": (9, False), "Price": (None, True), "Care": (None, False)}
    html = page(as_sam, "north")
    assert html.count('aria-label="not shown"') == 2
    assert "what fewer than five people answered" in html


# --- whatever was asked -----------------------------------------------------------------------------------------


def figures(found: QuestionResult) -> list[int | None]:
    """Every count that the page may show of a question."""
    listed = [n for item in found.listed for n in (item.answered, item.first, *(span.count for span in item.spans))]
    return [found.answered, *(choice.count for choice in found.choices), *(span.count for span in found.spans), *listed]


def everything_asked(people: int, chance: Random) -> None:
    version = asking(ALL_KINDS)
    questions = [
        row
        for row in version.questions.prefetch_related("choices")
        if row.kind not in ("statement", "file", "short_text", "long_text")
    ]
    for n in range(people):
        response = responding(version, chance.choice(["North", "North", "South", "South", "West"]), n)
        for question in questions:
            if chance.random() < 0.9:
                answers(response, question, any_value(question, chance))


def any_value(question: Question, chance: Random) -> Any:
    choices = len(question.choices.all())
    match question.kind:
        case QuestionKind.SINGLE:
            return min(choices - 1, int(chance.expovariate(1)))
        case QuestionKind.MULTIPLE:
            return [n for n in range(choices) if chance.random() < 0.6] or [0]
        case QuestionKind.MATRIX:
            return [chance.choice([None, 1, 2, 5]) for _row in range(choices)]
        case QuestionKind.RANKING:
            return chance.sample(range(1, choices + 1), choices)
        case QuestionKind.DATE:
            return number_of(date(2026, 3, 1)) + chance.randrange(200)
        case QuestionKind.CONSENT:
            return 1
        case _:
            return int(chance.triangular(0, 10, 9))


@pytest.mark.parametrize("many", [1_000, 20], ids=["counted now", "counted ahead"])
def test_no_figure_of_one_to_four_stands_in_any_group_s_results(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_asked(60, Random(7))
    monkeypatch.setattr(ahead, "MANY", many)
    count_ahead()
    facet, study = cast.facet("Region"), cast.late_orders()
    each = [results_of(study, Group(facet, value)) for value in facet.values.all()]

    assert all(bool(found.at) == (many == 20) for found in each)
    assert sum(found.too_few for found in each) < 2
    few = [
        (question.question.text, n)
        for found in each
        for question in found.questions
        for n in figures(question)
        if n and n < 5
    ]
    assert few == []
    assert any(n and n < 5 for question in results_of(study).questions for n in figures(question))
    assert each == [results_of(study, Group(facet, value)) for value in facet.values.all()]


def test_every_kind_of_question_is_drawn_for_a_group_in_as_many_queries_for_few_as_for_many(as_sam: Client) -> None:
    def queries() -> int:
        page(as_sam, "north")
        with CaptureQueriesContext(connection) as found:
            page(as_sam, "north")
        return len(found)

    everything_asked(40, Random(7))
    few = queries()
    version = Version.objects.get()
    for n in range(100, 140):
        response = responding(version, ("North", "South", "East")[n % 3], n)
        for question in version.questions.filter(kind__in=["scale", "single", "matrix"]):
            answers(response, question, any_value(question, Random(n)))
    assert queries() == few
