"""Who is asked what, for who writes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring, logic
from allears.questionnaires.logic import Condition, Rule
from allears.questionnaires.models import Choice, Question, Version
from allears.questionnaires.ruling import everything_wrong, groups_for, in_words, sign
from allears.questionnaires.structure import questions_in, sections_of
from tests import cast

pytestmark = pytest.mark.django_db
CALLED: dict[str, Any] = {"kind": "single", "text": "Who called first?", "choices": ["You", "I"]}
DAYS: dict[str, Any] = {"kind": "number", "text": "How many days late?"}
WHY: dict[str, Any] = {"kind": "long_text", "text": "Why do you think so?"}


def draft(*questions: dict[str, Any]) -> Version:
    version = authoring.draft_of(cast.late_orders(), cast.ana())
    for question in questions:
        authoring.add_question(section=version.sections.get(), **question)
    return version


def asked(text: str) -> Question:
    return Question.objects.get(text=text, version__published_at=None)


def page_of(question: Question) -> str:
    return f"/questionnaires/late-orders/questions/{question.key}/rule/"


def posted(*rows: tuple[str, str], join: str = "all") -> dict[str, Any]:
    data: dict[str, Any] = {"join": join, "conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": 0}
    for at, (what, number) in enumerate(rows):
        data |= {f"conditions-{at}-what": what, f"conditions-{at}-number": number}
    return data


def test_a_rule_is_written_shown_and_taken_away_again(as_ana: Client) -> None:
    draft(CALLED, DAYS, WHY)
    why, mine = asked("Why do you think so?"), Choice.objects.get(label="I")
    is_mine = sign(Condition("answer", str(asked("Who called first?").key), "is", str(mine.key)))
    at_least = sign(Condition("answer", str(asked("How many days late?").key), "at_least"))

    answer = as_ana.post(page_of(why), posted((is_mine, ""), (at_least, "3"), ("", ""), join="any"))
    assert answer.status_code == 302
    assert asked("Why do you think so?").rule == Rule(
        "any",
        (
            Condition("answer", str(asked("Who called first?").key), "is", str(mine.key)),
            Condition("answer", str(asked("How many days late?").key), "at_least", "3"),
        ),
    )
    shown = as_ana.get("/questionnaires/late-orders/").content.decode()
    assert "Asked if any of this holds: “Who called first?” is “I”; “How many days late?” is at least 3." in shown
    again = as_ana.get(page_of(why)).content.decode()
    assert f'value="{is_mine}" selected' in again
    assert 'value="3"' in again or 'value="3.0"' in again

    as_ana.post(page_of(why), posted(("", "")))
    assert asked("Why do you think so?").rule is None


def test_a_number_that_is_missing_is_asked_for(as_ana: Client) -> None:
    draft(DAYS, WHY)
    at_least = sign(Condition("answer", str(asked("How many days late?").key), "at_least"))

    answer = as_ana.post(page_of(asked("Why do you think so?")), posted((at_least, "")))

    assert answer.status_code == 422
    assert "Enter the number to compare with." in answer.content.decode()
    assert asked("Why do you think so?").rule is None


@pytest.mark.parametrize("what", ["x", "answer|x|is|y", "answer|||", "weather||is|x", "|||"])
def test_what_the_list_does_not_offer_is_refused(as_ana: Client, what: str) -> None:
    draft(DAYS, WHY)

    assert as_ana.post(page_of(asked("Why do you think so?")), posted((what, "1"))).status_code == 422


def test_more_rows_keep_what_was_chosen(as_ana: Client) -> None:
    draft(DAYS, WHY)
    answered = sign(Condition("answer", str(asked("How many days late?").key), "answered"))

    html = as_ana.post(page_of(asked("Why do you think so?")), {**posted((answered, "")), "more": "1"}).content.decode()

    assert f'value="{answered}" selected' in html
    assert 'name="conditions-2-what"' in html
    assert asked("Why do you think so?").rule is None


def test_a_rule_can_look_at_what_stands_before_at_facets_and_at_the_language_only() -> None:
    cast.has(cast.bob(), "Region", "North")
    version = draft(CALLED, WHY, DAYS)
    from allears.people.models import Facet

    labels = [group.label for group in groups_for(asked("Why do you think so?"), sections_of(version), Facet.objects.all())]
    assert labels == ["1. Who called first?", "Region", "Their language"]


@pytest.mark.parametrize("way", ["moved before", "taken away", "choice gone"])
def test_a_rule_that_looks_at_nothing_keeps_the_version_from_being_published(way: str) -> None:
    version = draft(CALLED, WHY)
    called, why = asked("Who called first?"), asked("Why do you think so?")
    rule = Rule("all", (Condition("answer", str(called.key), "is", str(Choice.objects.get(label="I").key)),))
    authoring.change_question(question=why, shown_if=logic.stored(rule))
    if way == "moved before":
        authoring.move_question(question=why, direction="up")
    if way == "taken away":
        authoring.remove_question(question=called)
    if way == "choice gone":
        authoring.set_choices(question=called, choices=["You", "Nobody"])

    with pytest.raises(authoring.NotPublishable) as refused:
        authoring.publish(version=version, by=cast.ana())
    assert "depends on a" in str(refused.value)


def test_the_next_version_takes_its_rules_along() -> None:
    version = draft(CALLED, WHY)
    rule = Rule("all", (Condition("answer", str(asked("Who called first?").key), "answered"),))
    authoring.change_question(question=asked("Why do you think so?"), shown_if=logic.stored(rule))
    authoring.publish(version=version, by=cast.ana())

    authoring.draft_of(cast.late_orders(), cast.ana())
    assert asked("Why do you think so?").rule == rule


def test_a_rule_about_people_reads_in_their_facets_words() -> None:
    cast.has(cast.bob(), "Region", "North")
    version = draft(WHY)
    from allears.questionnaires.ruling import facets_in

    facet = cast.facet("Region", "North")
    rule = Rule("all", (Condition("facet", facet.key, "is", facet.values.get().key), Condition("language", "", "is_not", "ar")))
    why = authoring.change_question(question=asked("Why do you think so?"), shown_if=logic.stored(rule))
    words = in_words(rule, questions_in(sections_of(version)), facets_in([why]))

    assert words == "Asked only if all of this holds: Region is North; their language is not العربية."
    assert everything_wrong(sections_of(version)) == []
