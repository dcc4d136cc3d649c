"""Matrices, rankings, choices that go with no other, and lists in an order of each person's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as some

from allears.people.models import Person
from allears.questionnaires import authoring
from allears.questionnaires.answering_order import Entry, in_order
from allears.questionnaires.exporting_responses import responses_csv
from allears.questionnaires.models import Answer, Choice, EarlierAnswer, Question, Response
from allears.questionnaires.results import results_of
from allears.questionnaires.structure import problems_of, sections_of
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited, public
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
EDITOR = "/questionnaires/late-orders/"
MATRIX: dict[str, Any] = {
    "kind": "matrix", "text": "How good was …", "choices": ["the parcel", "the letter"], "minimum": 1, "maximum": 5,
    "low_label": "poor", "high_label": "great",
}  # fmt: skip
RANKING: dict[str, Any] = {"kind": "ranking", "text": "What matters?", "choices": ["Speed", "Price", "Care"]}
NOBODY = authoring.ChoiceWords("Nobody", exclusive=True, anchored=True)
WHOM: dict[str, Any] = {"kind": "multiple", "text": "Whom?", "choices": ["Friends", "Family", NOBODY]}
MANY: dict[str, Any] = {
    "kind": "single", "text": "Which?", "shuffled": True,
    "choices": [*(f"Choice {n}" for n in range(12)), authoring.ChoiceWords("Other", asks_text=True, anchored=True)],
}  # fmt: skip


def fields(robot: Robot) -> list[str]:
    """The ids of what a list's fields stand for, in the order of the page."""
    return list(dict.fromkeys(re.findall(r'name="q\d+\.r(\d+)"', robot.html)))


def choices(robot: Robot) -> list[str]:
    return re.findall(r'name="q\d+" value="(\d+)"', robot.html)


def said() -> dict[str, float | None]:
    """What stands in the database, by the choice's label."""
    rows = Answer.objects.select_related("choice").order_by("box")
    return {row.choice.label: row.number for row in rows if row.choice}


def form(question: dict[str, Any], *given: str, person: Person | None = None, **more: str) -> Robot:
    """Answer the one question that is asked: a value for each of its entries."""
    asking([question])
    asked = Question.objects.get()
    names = [f"q{asked.pk}.r{choice.pk}" for choice in asked.choices.all()]
    robot = Robot().open(invited(person or cast.bob()))
    return robot.post([("seen", ""), *zip(names, given, strict=False), *((f"q{asked.pk}{k}", v) for k, v in more.items())])


def test_what_was_settled_once_stays_settled_while_something_else_is_wrong() -> None:
    told = {"kind": "multiple", "text": "Whom did you tell?", "choices": [
        authoring.ChoiceWords("A friend"), authoring.ChoiceWords("Nobody", exclusive=True)]}  # fmt: skip
    number = {"kind": "number", "text": "How many days?", "minimum": 0, "maximum": 9}
    asking([told, number])
    both = [(f"q{Question.objects.get(kind='multiple').pk}", choice) for choice in map(str, Choice.objects.values_list("pk", flat=True))]
    days = f"q{Question.objects.get(kind='number').pk}"
    robot = Robot().open(invited(cast.bob())).post([*both, (days, "3")])
    sure = next(pair for pair in robot.filled() if pair[0].endswith(".sure"))

    robot.post([*both, sure, (days, "999")])
    assert sure in robot.filled()
    robot.post([*both, sure, (days, "3")])
    assert "Thank you" in robot.text
    assert {row.choice.label for row in Answer.objects.filter(choice__isnull=False).select_related("choice") if row.choice} == {"A friend"}


# --- every kind at once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sections", [1, 4, 13])
@pytest.mark.parametrize("way", ["personal", "public"])
def test_a_robot_that_reads_only_html_answers_every_kind(sections: int, way: str) -> None:
    asking(ALL_KINDS, sections=sections)

    robot = Robot().walk(invited(cast.bob()) if way == "personal" else public())

    assert "Thank you" in robot.text
    answered = set(Response.objects.get().answers.values_list("question__kind", flat=True))
    assert answered == {question["kind"] for question in ALL_KINDS} - {"statement", "file"}


# --- matrices --------------------------------------------------------------------------------------------------


def test_each_row_of_a_matrix_is_kept_and_shown_again() -> None:
    robot = form(MATRIX, "2", "5")

    assert "Thank you" in robot.text
    assert said() == {"the parcel": 2.0, "the letter": 5.0}
    again = Robot().open(f"{invited(cast.bob())}1/").html
    assert re.findall(r'value="(\d)" checked', again) == ["2", "5"]


def test_a_matrix_that_is_needed_is_needed_in_every_row() -> None:
    robot = form({**MATRIX, "required": True}, "2")

    assert "Choose one in each row." in robot.text
    assert said() == {"the parcel": 2.0}
    assert "Thank you" in robot.press().text


@pytest.mark.parametrize("typed", ["6", "0", "-1", "1.0", "１", "1 ", "5e0", "9" * 9_999, "<b>"])
def test_a_step_that_was_not_offered_is_refused_and_nothing_of_it_is_kept(typed: str) -> None:
    robot = form(MATRIX, "2", typed)

    assert robot.status == 422
    assert Answer.objects.count() == 0
    assert '<b>"' not in robot.html


def test_rows_that_were_never_asked_say_nothing() -> None:
    asking([MATRIX])
    asked = Question.objects.get()
    robot = Robot().open(invited(cast.bob()))
    robot.post([("seen", ""), *((f"q{asked.pk}.r{n}", "1") for n in range(900_000, 902_000))])

    assert "Thank you" in robot.text
    assert Answer.objects.count() == 0


def test_a_changed_row_leaves_the_earlier_answer() -> None:
    form(MATRIX, "2", "5")
    asked = Question.objects.get()
    first = asked.choices.all()[0]
    Robot().open(f"{invited(cast.bob())}1/").press(**{f"q{asked.pk}.r{first.pk}": "3", f"q{asked.pk}.r{first.pk + 1}": "5"})

    assert said() == {"the parcel": 3.0, "the letter": 5.0}
    assert [part["number"] for part in EarlierAnswer.objects.get().value] == [2.0, 5.0]


# --- rankings --------------------------------------------------------------------------------------------------


def test_places_are_kept_and_shown_again() -> None:
    assert "Thank you" in form(RANKING, "2", "3", "1").text
    assert said() == {"Speed": 2.0, "Price": 3.0, "Care": 1.0}
    assert re.findall(r"<option selected>(\d)", Robot().open(f"{invited(cast.bob())}1/").html) == ["2", "3", "1"]


def test_a_place_given_twice_is_asked_about_once_and_then_shared() -> None:
    robot = form(RANKING, "2", "2", "1")

    assert robot.status == 422
    assert "“Speed” and “Price” both have place 2." in robot.text
    assert said() == {"Speed": 2.5, "Price": 2.5, "Care": 1.0}  # whoever leaves now has said so much
    assert re.findall(r"<option selected>(\d)", robot.html) == ["2", "2", "1"]

    asked = Question.objects.get()
    names = [f"q{asked.pk}.r{choice.pk}" for choice in asked.choices.all()]
    assert "Thank you" in robot.press(**dict(zip(names, ["2", "2", "1"], strict=True))).text
    assert said() == {"Speed": 2.5, "Price": 2.5, "Care": 1.0}


def test_whoever_leaves_with_shared_places_finds_them_as_they_gave_them_and_not_those_before() -> None:
    asking([RANKING, {"kind": "long_text", "text": "Why?", "required": True}])
    ranking, link = Question.objects.get(kind="ranking"), invited(cast.bob())
    names = [f"q{ranking.pk}.r{choice.pk}" for choice in ranking.choices.all()]
    why = f"q{Question.objects.get(kind='long_text').pk}"
    Robot().open(link).press(**{why: ""}, **dict(zip(names, "123", strict=True)))
    robot = Robot().open(link).press(**dict(zip(names, "111", strict=True)))
    assert re.findall(r"<option selected>(\d)", robot.html) == ["1", "1", "1"]

    again = Robot().open(link)
    assert re.findall(r"<option selected>(\d)", again.html) == ["1", "1", "1"]
    assert said() == {"Speed": 2.0, "Price": 2.0, "Care": 2.0}


def test_where_it_is_needed_a_place_given_twice_is_still_asked_about_by_name_and_then_shared() -> None:
    robot = form({**RANKING, "required": True}, "2", "2", "1")

    assert "One answer needs another look" in robot.text
    assert "“Speed” and “Price” both have place 2." in robot.text
    assert "Give places" not in robot.text
    asked = Question.objects.get()
    names = [f"q{asked.pk}.r{choice.pk}" for choice in asked.choices.all()]
    assert "Thank you" in robot.press(**dict(zip(names, "221", strict=True))).text


def test_gaps_between_places_close() -> None:
    form(RANKING, "3", "", "1")
    assert said() == {"Speed": 2.0, "Care": 1.0}


def test_a_ranking_that_is_needed_wants_every_place_and_keeps_what_was_given() -> None:
    robot = form({**RANKING, "required": True}, "", "1", "")

    assert "Give places to at least 3 of them." in robot.text
    assert said() == {"Price": 1.0}


def test_only_the_first_places_may_be_asked_for() -> None:
    robot = form({**RANKING, "maximum": 1, "required": True}, "", "1", "")

    assert "Thank you" in robot.text
    assert said() == {"Price": 1.0}


@pytest.mark.parametrize("typed", ["4", "0", "-1", "1.5", "first", "10000", "٣", "1" * 10_000, "1\0"])
def test_a_place_that_was_not_offered_is_refused(typed: str) -> None:
    robot = form(RANKING, typed, "1", "2")

    assert robot.status == 422
    assert "Choose one of the places on the page." in robot.text
    assert Answer.objects.count() == 0


def test_ten_thousand_places_are_refused_or_say_nothing() -> None:
    asking([RANKING])
    asked = Question.objects.get()
    robot = Robot().open(invited(cast.bob()))
    robot.post([(f"q{asked.pk}.r{n}", str(n)) for n in range(10_000)])

    assert robot.status in (200, 413, 422)
    assert Answer.objects.count() == 0


# --- "none of these" -------------------------------------------------------------------------------------------


def test_what_goes_with_no_other_is_asked_about_once_and_then_the_others_count() -> None:
    version = asking([WHOM])
    robot = Robot().open(invited(cast.bob())).press()

    assert robot.status == 422
    assert "“Nobody” goes with no other answer." in robot.text
    assert robot.html.count(" checked") == 3
    assert list(said()) == ["Friends", "Family"]

    assert "Thank you" in robot.press().text
    assert list(said()) == ["Friends", "Family"]
    assert version.questions.get().choices.filter(exclusive=True).count() == 1


def test_two_questions_that_each_ask_once_do_not_ask_in_turn_for_ever() -> None:
    asking([RANKING, WHOM])
    ranking = Question.objects.get(kind="ranking")
    names = [f"q{ranking.pk}.r{choice.pk}" for choice in ranking.choices.all()]
    robot = Robot().open(invited(cast.bob())).press(**dict(zip(names, "123", strict=True)))
    assert "“Nobody” goes with no other answer." in robot.text

    robot.press(**dict(zip(names, "113", strict=True)))
    assert "both have place 1" in robot.text
    assert "“Nobody” goes with no other answer." not in robot.text

    assert "Thank you" in robot.press(**dict(zip(names, "113", strict=True))).text


def test_alone_it_is_an_answer_like_any_other() -> None:
    asking([WHOM])
    nobody = Question.objects.get().choices.get(label="Nobody")
    Robot().open(invited(cast.bob())).press(**{f"q{nobody.question_id}": str(nobody.pk)})

    assert list(said()) == ["Nobody"]


def test_two_that_go_with_no_other_leave_one() -> None:
    asking([{**WHOM, "choices": ["Friends", NOBODY, authoring.ChoiceWords("I forgot", exclusive=True)]}])
    asked = Question.objects.get()
    ids = [str(choice.pk) for choice in asked.choices.filter(exclusive=True)]
    robot = Robot().open(invited(cast.bob()))
    robot.post([(f"q{asked.pk}", pk) for pk in ids])
    robot.post([(f"q{asked.pk}", pk) for pk in ids] + [(f"q{asked.pk}.sure", "1")])

    assert list(said()) == ["Nobody"]


# --- an order of one's own -------------------------------------------------------------------------------------


def test_the_order_stays_the_same_for_one_person_before_and_after_they_begin() -> None:
    asking([MANY, {"kind": "long_text", "text": "Why?", "required": True}])
    link = invited(cast.bob())
    first = Robot().open(link)
    order = choices(first)

    assert choices(Robot().open(link)) == order
    first.press(**{f"q{Question.objects.get(kind='long_text').pk}": ""})
    assert choices(first) == order
    assert choices(Robot().open(link)) == order
    assert sorted(order) != order


def test_people_see_different_orders_and_what_is_anchored_stays_last() -> None:
    asking([MANY])
    other = str(Question.objects.get().choices.get(label="Other").pk)
    orders = [choices(Robot().open(invited(person))) for person in (cast.bob(), cast.cleo())]

    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
    assert {order[-1] for order in orders} == {other}


def test_who_comes_by_a_public_link_keeps_the_order_of_their_first_page() -> None:
    asking([MANY, {"kind": "long_text", "text": "Why?", "required": True}])
    robot = Robot().open(public())
    order = choices(robot)
    robot.press(**{f"q{Question.objects.get(kind='long_text').pk}": ""})

    assert "Write an answer." in robot.text
    assert choices(robot) == order
    assert robot.form is not None
    assert choices(Robot().open(str(robot.form.attributes["action"]))) == order


def test_an_answer_is_marked_where_it_stands_whatever_the_order() -> None:
    asking([MANY])
    link = invited(cast.bob())
    Robot().open(link).press()
    page = Robot().open(f"{link}1/")

    [chosen] = re.findall(r'value="(\d+)" checked', page.html)
    assert chosen == str(Answer.objects.get(box=0).choice_id)


@pytest.mark.parametrize("kind", [MATRIX, RANKING])
def test_rows_and_items_are_shuffled_too(kind: dict[str, Any]) -> None:
    asking([{**kind, "shuffled": True, "choices": [f"Row {n}" for n in range(12)]}])

    orders = {tuple(fields(Robot().open(invited(person)))) for person in (cast.bob(), cast.cleo())}

    assert {len(order) for order in orders} == {12}
    assert len(orders) == 2


@settings(deadline=None)
@given(some.text(max_size=20), some.lists(some.uuids(), unique=True, max_size=30), some.integers(0, 5))
def test_an_order_leaves_nothing_out_and_depends_on_the_seed_alone(seed: str, keys: list[Any], anchored: int) -> None:
    entries = [Entry(str(key), at >= len(keys) - anchored, ()) for at, key in enumerate(keys)]
    found = in_order(seed, entries)

    assert sorted(found) == sorted(entries)
    assert found == in_order(seed, entries)
    assert [e for e in found if e.anchored] == [e for e in entries if e.anchored]
    assert set(found[: len([e for e in entries if not e.anchored])]) == {e for e in entries if not e.anchored}


def test_every_place_is_as_likely_for_every_entry() -> None:
    entries = [Entry(f"key-{n}", False, ()) for n in range(5)]
    firsts = [in_order(f"invitation {n}", entries)[0].key for n in range(2000)]

    assert {firsts.count(entry.key) for entry in entries} <= set(range(330, 471))


# --- editor, results, files ------------------------------------------------------------------------------------


def test_the_editor_keeps_rows_their_order_and_how_they_stand(as_ana: Client) -> None:
    cast.late_orders()
    typed = {
        "text": "How good was …", "minimum": "1", "maximum": "5", "low_label": "poor", "high_label": "great",
        "shuffled": "on", "choices-TOTAL_FORMS": "2", "choices-INITIAL_FORMS": "0", "choices-0-label": "the parcel",
        "choices-1-label": "all in all", "choices-1-anchored": "on",
    }  # fmt: skip
    assert as_ana.post(f"{EDITOR}questions/new/?kind=matrix", typed).status_code == 302

    question = Question.objects.get()
    assert (question.shuffled, question.minimum, question.maximum) == (True, 1.0, 5.0)
    assert list(question.choices.values_list("label", "anchored")) == [("the parcel", False), ("all in all", True)]
    page = as_ana.get(f"{EDITOR}questions/{question.key}/").content.decode()
    assert ">Row 1</label>" in page
    assert "Choice 1" not in page
    assert 'name="choices-1-anchored"' in page
    assert "The rows" in page
    assert "all in all" in as_ana.get(f"{EDITOR}preview/").content.decode()


def test_a_question_that_changes_its_kind_leaves_behind_what_the_new_one_has_not(as_ana: Client) -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    made = authoring.add_question(section=draft.sections.get(), **MATRIX, shuffled=True)
    assert as_ana.post(f"{EDITOR}questions/{made.key}/?kind=long_text", {"text": "Tell us", "boxes": "1"}).status_code == 302

    made.refresh_from_db()
    assert (made.kind, made.shuffled, made.minimum, made.low_label) == ("long_text", False, None, "")
    assert made.choices.count() == 0


def test_what_cannot_be_asked_is_said_before_publishing() -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    section = draft.sections.get()
    authoring.add_question(section=section, kind="matrix", text="Empty", minimum=1, maximum=5, low_label="a", high_label="b")
    authoring.add_question(section=section, kind="ranking", text="One", choices=["only"])

    words = [problem.words for problem in problems_of(sections_of(draft))]
    assert words == [
        "“Empty” has no rows. Add what is to be rated.",
        "“One” offers fewer than two choices. Add some.",
    ]


def test_results_show_rows_and_places_and_the_export_has_a_column_for_each(as_ana: Client) -> None:
    asking([MATRIX, RANKING])
    for person in (cast.bob(), cast.cleo()):
        Robot().walk(invited(person))

    study = cast.late_orders()
    matrix, ranking = results_of(study).questions
    assert [row.answered for row in matrix.listed] == [2, 2]
    assert [item.answered for item in ranking.listed] == [2, 2, 2]
    page = as_ana.get(f"{EDITOR}results/").content.decode()
    assert "the parcel" in page
    assert "How many put it first" in page
    assert "Mean place" not in page
    heads, first, *_more = list(responses_csv(study))
    assert "How good was … [the parcel],How good was … [the letter],What matters? [Speed]" in heads
    assert sorted(first.strip().split(",")[-3:]) in (["1", "2", "3"], ["1", "2.5", "2.5"], ["1.5", "1.5", "3"], ["2", "2", "2"])
