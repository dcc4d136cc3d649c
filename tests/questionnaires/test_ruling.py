"""Who is asked what, for who writes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring, logic
from allears.questionnaires.logic import Condition, Rule
from allears.questionnaires.models import Choice, Question, Response, Version
from allears.questionnaires.ruling import everything_wrong, groups_for, in_words, sign
from allears.questionnaires.structure import questions_in, sections_of
from tests import cast
from tests.questionnaires.asked import invited
from tests.questionnaires.robot import Robot

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


GOOD: dict[str, Any] = {
    "kind": "matrix", "text": "How good was ...", "choices": ["the parcel", "the letter"], "minimum": 1, "maximum": 5,
    "low_label": "poor", "high_label": "great",
}  # fmt: skip
MATTERS: dict[str, Any] = {"kind": "ranking", "text": "What matters most?", "choices": ["Speed", "Price", "Care"]}
CAME: dict[str, Any] = {"kind": "date", "text": "When did it come?"}


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
    assert '<a href="#id_conditions-0-number">Number</a> – Enter the number to compare with.' in answer.content.decode()
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


def row_of(label: str) -> str:
    return str(Choice.objects.get(label=label, question__version__published_at=None).key)


def test_a_rule_looks_at_a_row_of_a_matrix_at_a_place_and_at_days(as_ana: Client) -> None:
    version = draft(GOOD, MATTERS, CAME, WHY)
    good, matters, came = (str(asked(one["text"]).key) for one in (GOOD, MATTERS, CAME))
    rows = posted(
        (f"answer|{good}|at_most||{row_of('the parcel')}", "2"), (f"answer|{good}|is||{row_of('the letter')}", "5"),
        (f"answer|{matters}|first||{row_of('Speed')}", ""), (f"answer|{matters}|among||{row_of('Care')}", "2"),
        (f"answer|{came}|before|", ""), (f"answer|{came}|between|", ""),
    )  # fmt: skip
    page = page_of(asked(WHY["text"]))
    lacking = as_ana.post(page, rows).content.decode()
    beside = lacking.partition('id="error-summary"')[2].partition("<fieldset")[2]
    assert (beside.count("Enter the day to compare with."), asked(WHY["text"]).rule) == (3, None)
    turned = as_ana.post(page, rows | {"conditions-4-day": "2026-12-01", "conditions-5-day": "2026-11-20", "conditions-5-last": "2026-11-02"})
    assert "This day is before the first one." in turned.content.decode()
    assert 'value="2026-11-02" aria-invalid="true"' in turned.content.decode()

    days = {"conditions-4-day": "2026-12-01", "conditions-5-day": "2026-11-02", "conditions-5-last": "2026-11-20"}
    assert as_ana.post(page, rows | days).status_code == 302
    assert asked(WHY["text"]).rule == Rule("all", (
        Condition("answer", good, "at_most", "2", row_of("the parcel")), Condition("answer", good, "is", "5", row_of("the letter")),
        Condition("answer", matters, "first", "", row_of("Speed")), Condition("answer", matters, "among", "2", row_of("Care")),
        Condition("answer", came, "before", "2026-12-01"), Condition("answer", came, "between", "2026-11-02..2026-11-20"),
    ))  # fmt: skip
    again = as_ana.get(page).content.decode()
    for value in (f"answer|{good}|at_most||{row_of('the parcel')}", f"answer|{matters}|first||{row_of('Speed')}", f"answer|{came}|between|"):
        assert f'value="{value}" selected' in again
    assert [f'value="2026-{day}"' in again for day in ("12-01", "11-02", "11-20")] == [True] * 3
    for where in ("/questionnaires/late-orders/", "/questionnaires/late-orders/map/"):
        shown = as_ana.get(where).content.decode()
        for words in (
            "“the parcel” is at most 2 at “How good was ...”", "“the letter” is 5 at", "“Speed” comes first at “What matters most?”",
            "“Care” is among the first 2 at", "“When did it come?” is before 1 December 2026", "is from 2 November 2026 to 20 November 2026",
        ):  # fmt: skip
            assert words in shown
        assert "Nobody can be shown this" not in shown
    assert everything_wrong(sections_of(version)) == []


def test_a_rule_about_rows_and_days_goes_along_and_says_when_they_are_gone() -> None:
    version = draft(GOOD, MATTERS, CAME, WHY)
    good, matters, came = (str(asked(one["text"]).key) for one in (GOOD, MATTERS, CAME))
    rule = Rule("any", (
        Condition("answer", good, "at_least", "4", row_of("the letter")), Condition("answer", matters, "first", "", row_of("Care")),
        Condition("answer", came, "after", "2026-11-02"),
    ))  # fmt: skip
    authoring.change_question(question=asked(WHY["text"]), shown_if=logic.stored(rule))
    copy = authoring.duplicate_section(section=version.sections.get())
    of_copy = {q.text: q for q in copy.questions.all()}
    rows = {c.label: str(c.key) for q in of_copy.values() for c in q.choices.all()}
    assert of_copy[WHY["text"]].rule == Rule("any", (
        Condition("answer", str(of_copy[GOOD["text"]].key), "at_least", "4", rows["the letter"]),
        Condition("answer", str(of_copy[MATTERS["text"]].key), "first", "", rows["Care"]),
        Condition("answer", str(of_copy[CAME["text"]].key), "after", "2026-11-02"),
    ))  # fmt: skip
    authoring.remove_section(section=copy)
    authoring.publish(version=version, by=cast.ana())
    draft_again = authoring.draft_of(cast.late_orders(), cast.ana())
    assert asked(WHY["text"]).rule == rule

    authoring.set_choices(question=asked(MATTERS["text"]), choices=["Speed", "Price"])
    assert [one.words for one in everything_wrong(sections_of(draft_again))] == [
        "“Why do you think so?” depends on a row or an item that is not there any more. Change who is asked it."
    ]


def test_people_are_asked_by_their_rows_places_and_days() -> None:
    draft_of_it = draft(GOOD, MATTERS, CAME)
    section = authoring.add_section(version=draft_of_it)
    good, matters, came = (str(asked(one["text"]).key) for one in (GOOD, MATTERS, CAME))
    follow = {
        "What was wrong with it?": Condition("answer", good, "at_most", "2", row_of("the parcel")),
        "How fast is fast?": Condition("answer", matters, "among", "2", row_of("Speed")),
        "Where was it for so long?": Condition("answer", came, "after", "2026-11-02"),
    }
    for text, condition in follow.items():
        question = authoring.add_question(section=section, kind="short_text", text=text)
        authoring.change_question(question=question, shown_if=logic.stored(Rule("all", (condition,))))
    version = authoring.publish(version=draft_of_it, by=cast.ana())
    ids = {q.text: q.pk for q in version.questions.all()}
    choices = {c.label: c.pk for q in version.questions.all() for c in q.choices.all()}

    def shown(parcel: str, speed: str, day: str) -> list[bool]:
        Response.objects.all().delete()
        robot = Robot().open(invited(cast.bob()))
        robot.press(**{
            f"q{ids[GOOD['text']]}.r{choices['the parcel']}": parcel, f"q{ids[GOOD['text']]}.r{choices['the letter']}": "5",
            f"q{ids[MATTERS['text']]}.r{choices['Speed']}": speed, f"q{ids[MATTERS['text']]}.r{choices['Price']}": "1" if speed != "1" else "2",
            f"q{ids[MATTERS['text']]}.r{choices['Care']}": "2" if speed == "3" else "3", f"q{ids[CAME['text']]}": day,
        })  # fmt: skip
        return [text in robot.text for text in follow]

    assert shown("2", "3", "2026-11-02") == [True, False, False]
    assert shown("3", "2", "2026-11-03") == [False, True, True]
