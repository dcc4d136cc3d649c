"""The map of the logic: which line leads where, what nobody can be shown, and the same in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring, logic
from allears.questionnaires.logic import Condition, Rule
from allears.questionnaires.logic_map import GUTTER, Map, Row, drawn
from allears.questionnaires.models import Version
from allears.questionnaires.structure import draft_version, sections_of
from allears.questionnaires.views.authoring import numbered
from tests import cast
from tests.questionnaires.test_answering_logic import DAYS, END, LATE, WHY, asked, at_least, late

pytestmark = pytest.mark.django_db

MAP = "/questionnaires/late-orders/map/"


def drafting(*pages: list[dict[str, Any]], rules: dict[str, Any]) -> Version:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    for at, questions in enumerate(pages):
        section = draft.sections.get() if at == 0 else authoring.add_section(version=draft)
        for question in questions:
            authoring.add_question(section=section, **question)
    for text, rule in rules.items():
        authoring.change_question(question=asked(text), shown_if=logic.stored(rule()))
    return draft


def mapped(version: Version) -> Map:
    return drawn(numbered(sections_of(version)))


def row(picture: Map, text: str) -> Row:
    return next(row for row in picture.rows if row.question and row.question.text == text)


def lines(row: Row) -> list[tuple[bool, bool, bool, bool]]:
    """Of each line beside a row: does it come from above, go on below, turn to the dot, end there in an arrow?"""
    return [(one.top == "0", one.bottom == "100%", one.turns, one.arrives) for one in row.stretches]


def test_a_line_leads_from_who_decides_past_others_to_who_follows() -> None:
    picture = mapped(drafting([LATE, END], [DAYS], rules={"How many days?": late}))

    assert lines(row(picture, "Was it late?")) == [(False, True, True, False)]
    assert lines(row(picture, "Anything else?")) == [(True, True, False, False)]
    assert lines(row(picture, "How many days?")) == [(True, False, True, True)]
    assert row(picture, "Was it late?").decides == "3"
    assert row(picture, "How many days?").asked_if == "Asked only if “Was it late?” is “Yes”."
    assert [one.place for one in picture.rows if not one.question] == [1, 2]
    assert (picture.questions, picture.for_some, picture.for_nobody) == (3, 1, 0)


def test_lines_that_pass_each_other_run_in_lanes_of_their_own_and_a_free_lane_is_used_again() -> None:
    more = {"kind": "long_text", "text": "And then?"}
    rules = {"How many days?": late, "Why so long?": late, "Anything else?": at_least(3), "And then?": lambda: after("Anything else?")}
    picture = mapped(drafting([LATE, DAYS, WHY, END, more], rules=rules))

    first, second = row(picture, "How many days?").stretches
    assert first.x != second.x
    # Both turn off here: one goes on to the next question, the other begins.
    assert [(one.turns, one.joins) for one in (first, second)] == [(True, True), (True, False)]
    assert [one.x for one in row(picture, "And then?").stretches] == [first.x]


def after(text: str) -> Rule:
    return Rule("all", (Condition("answer", str(asked(text).key), "answered"),))


def test_many_lines_take_no_more_room_than_there_is() -> None:
    questions = [{"kind": "long_text", "text": f"Number {n}?"} for n in range(30)]
    everything = lambda: Rule("all", tuple(Condition("answer", str(asked(f"Number {n}?").key), "answered") for n in range(20)))  # noqa: E731
    picture = mapped(drafting(questions, rules={"Number 29?": everything}))

    assert float(picture.width) == GUTTER + 16
    assert len({one.x for one in row(picture, "Number 29?").stretches}) == 20


def test_what_nobody_can_be_shown_is_marked_and_so_is_its_page() -> None:
    picture = mapped(drafting([DAYS, LATE], [WHY], rules={"Why so long?": lambda: Rule("all", (*late().conditions, *no().conditions))}))

    assert [one.place if not one.question else one.question.text for one in picture.rows if one.never] == [2, "Why so long?"]
    assert picture.for_nobody == 1


def no() -> Rule:
    key = asked("Was it late?")
    return Rule("all", (Condition("answer", str(key.key), "is", str(key.choices.get(label="No").key)),))


def test_a_question_that_looks_at_a_later_one_has_a_line_from_below_and_is_never_shown() -> None:
    picture = mapped(drafting([DAYS, LATE], rules={"How many days?": late}))

    assert lines(row(picture, "How many days?")) == [(False, True, True, True)]
    assert row(picture, "How many days?").never


def test_a_facet_value_that_nobody_has_any_more_shows_to_nobody() -> None:
    region = cast.has(cast.bob(), "Region", "North").facet
    south = lambda: Rule("all", (Condition("facet", region.key, "is", "South"),))  # noqa: E731

    assert row(mapped(drafting([DAYS], rules={"How many days?": south})), "How many days?").never


def test_the_page_says_in_words_what_the_lines_show(as_ana: Client) -> None:
    drafting([LATE, DAYS], [END], rules={"How many days?": late, "Anything else?": lambda: Rule("all", (*late().conditions, *no().conditions))})

    page = as_ana.get(MAP).content.decode()

    assert "3 questions, 2 of them not for everybody, 1 that nobody can be shown" in page
    assert "Asked only if “Was it late?” is “Yes”." in page
    assert "Decides on 2, 3." in page
    assert (page.count("Nobody can be shown this"), page.count("Nobody gets to this page")) == (1, 1)
    assert MAP in as_ana.get("/questionnaires/late-orders/").content.decode()


def test_who_does_not_write_it_sees_the_map_of_what_is_asked(as_ana: Client, as_lea: Client) -> None:
    draft = drafting([LATE, DAYS], rules={"How many days?": late})
    assert as_lea.get(MAP).status_code == 404
    authoring.publish(version=draft, by=cast.ana())
    authoring.add_question(section=authoring.draft_of(cast.late_orders(), cast.ana()).sections.get(), **END)

    assert "Anything else?" not in as_lea.get(MAP).content.decode()
    assert "Anything else?" in as_ana.get(MAP).content.decode()


def test_one_rule_and_three_make_the_same_queries(as_ana: Client, django_assert_num_queries: Any) -> None:
    drafting([LATE, DAYS, WHY, END], rules={"How many days?": late})
    version = draft_version(cast.late_orders())
    assert version
    with django_assert_num_queries(3):
        mapped(version)
    for text in ("Why so long?", "Anything else?"):
        authoring.change_question(question=asked(text), shown_if=logic.stored(late()))
    with django_assert_num_queries(3):
        mapped(version)
