"""A questionnaire as each person is asked it."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allears.questionnaires import answering_asked, authoring, logic
from allears.questionnaires.answering_opener import opener_of
from allears.questionnaires.duration import in_minutes, minutes_for, minutes_of, seconds_of_page
from allears.questionnaires.logic import Condition, Rule
from allears.questionnaires.models import Answer, Choice, EarlierAnswer, Question, Response, Version
from allears.questionnaires.own_answers import answered_by
from allears.questionnaires.structure import pages_of, sections_of
from allears.verbatims.models import Source, Verbatim
from tests import cast
from tests.questionnaires.asked import invited, public, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
LATE: dict[str, Any] = {"kind": "single", "text": "Was it late?", "choices": ["Yes", "No"], "required": True, "code": "late"}
DAYS: dict[str, Any] = {"kind": "number", "text": "How many days?", "required": True, "code": "days"}
WHY: dict[str, Any] = {"kind": "long_text", "text": "Why so long?", "required": True}
END: dict[str, Any] = {"kind": "short_text", "text": "Anything else?"}


def asking(*pages: list[dict[str, Any]], rules: dict[str, Rule | Any]) -> Version:
    """Publish pages of questions; `rules`: by a question's words, made when all questions are there."""
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    for at, questions in enumerate(pages):
        section = draft.sections.get() if at == 0 else authoring.add_section(version=draft)
        for question in questions:
            authoring.add_question(section=section, **question)
    for text, rule in rules.items():
        made = rule() if callable(rule) else rule
        authoring.change_question(question=asked(text), shown_if=logic.stored(made))
    return authoring.publish(version=draft, by=cast.ana())


def asked(text: str) -> Question:
    return Question.objects.get(text=text)


def field(text: str) -> str:
    return f"q{asked(text).pk}"


def choice(label: str) -> str:
    return str(Choice.objects.get(label=label).pk)


def field_of_late() -> str:
    """The id of the first control of the question whose short name is late."""
    question = Question.objects.get(code="late")
    return f"q{question.pk}-{question.choices.earliest('position').pk}"


def late() -> Rule:
    key = str(asked("Was it late?").key)
    return Rule("all", (Condition("answer", key, "is", str(Choice.objects.get(label="Yes").key)),))


def at_least(days: int) -> Any:
    return lambda: Rule("all", (Condition("answer", str(asked("How many days?").key), "at_least", str(days)),))


@pytest.mark.parametrize("door", ["personal", "public"])
def test_a_page_on_which_nothing_is_asked_is_passed_over(door: str) -> None:
    asking([LATE], [DAYS], [END], rules={"How many days?": late})
    robot = Robot().open(invited(cast.bob()) if door == "personal" else public())

    robot.press(**{field("Was it late?"): choice("No")})
    assert "Anything else?" in robot.text
    assert "page 2 of 2" in robot.text
    robot.press("back")
    assert "Was it late?" in robot.text
    robot.press(**{field("Was it late?"): choice("Yes")})
    assert "How many days?" in robot.text


def test_a_question_that_follows_from_an_answer_on_its_page_comes_with_that_page_once_more() -> None:
    asking([LATE, DAYS], [END], rules={"How many days?": late})
    robot = Robot().open(invited(cast.bob()))
    assert "How many days?" not in robot.text

    robot.press(**{field("Was it late?"): choice("Yes")})
    assert "One more thing follows from your answer" in robot.text
    assert f'<a href="#{field("How many days?")}-question">' in robot.html
    assert f'id="{field("How many days?")}-question"' in robot.html
    assert f'value="{choice("Yes")}" checked' in robot.html
    robot.press(**{field("Was it late?"): choice("Yes"), field("How many days?"): "9"})
    assert "Anything else?" in robot.text


def test_sending_waits_for_what_follows_from_the_last_page() -> None:
    asking([LATE, DAYS], rules={"How many days?": late})
    robot = Robot().open(invited(cast.bob()))

    robot.press(**{field("Was it late?"): choice("Yes")})
    assert Response.objects.get().submitted_at is None
    robot.press(**{field("Was it late?"): choice("Yes"), field("How many days?"): "9"})
    assert Response.objects.get().submitted_at is not None
    assert said_to(asked("How many days?")) == [9]


def test_what_follows_from_an_answer_that_was_saved_while_they_typed_is_asked_before_sending() -> None:
    asking([LATE, {**WHY, "required": False}], rules={"Why so long?": late})
    robot = Robot().open(invited(cast.bob()))
    yes = {field("Was it late?"): choice("Yes")}
    assert robot.form is not None
    robot.client.post(str(robot.form.attributes["action"]), {**dict(robot.filled(**yes)), "go": "save"})

    robot.press(**yes)
    assert "One more thing follows from your answer" in robot.text
    assert Response.objects.get().submitted_at is None
    robot.press(**yes, **{field("Why so long?"): "The depot was shut."})
    assert Response.objects.get().submitted_at is not None
    assert said_to(asked("Why so long?")) == ["The depot was shut."]


def test_a_chain_goes_with_its_beginning_and_what_was_said_is_kept_as_an_earlier_answer() -> None:
    asking([LATE], [DAYS], [WHY], [END], rules={"How many days?": late, "Why so long?": at_least(5)})
    robot = Robot().open(invited(cast.bob()))
    robot.press(**{field("Was it late?"): choice("Yes")})
    robot.press(**{field("How many days?"): "9"})
    robot.press(**{field("Why so long?"): "Nobody knew."})
    assert "Anything else?" in robot.text

    robot.open(robot.url.rsplit("/", 2)[0] + "/1/").press(**{field("Was it late?"): choice("No")})
    robot.press()

    assert Response.objects.get().submitted_at is not None
    assert set(Answer.objects.values_list("question__text", flat=True)) == {"Was it late?", "Anything else?"}
    assert {e.question_id for e in EarlierAnswer.objects.all()} >= {asked("How many days?").pk, asked("Why so long?").pk}
    assert "Nobody knew." not in set(Verbatim.objects.values_list("text", flat=True))


def test_what_is_not_asked_does_not_have_to_be_answered() -> None:
    asking([LATE], [WHY], rules={"Why so long?": late})
    robot = Robot().open(invited(cast.bob()))
    robot.press(**{field("Was it late?"): choice("No")})

    assert "Thank you" in robot.text
    assert Response.objects.get().submitted_at is not None


def test_a_forged_answer_to_what_is_not_asked_does_not_count() -> None:
    asking([LATE, END], [WHY], rules={"Why so long?": late})
    robot = Robot().open(invited(cast.bob()))
    robot.press(extra=[(field("Why so long?"), "forged")], **{field("Was it late?"): choice("No")})

    assert said_to(asked("Why so long?")) == []


def test_facets_and_language_decide_who_is_asked() -> None:
    region = cast.has(cast.bob(), "Region", "North").facet
    north = Rule("all", (Condition("facet", region.key, "is", region.values.get().key),))
    asking([END, WHY, DAYS], rules={"Why so long?": north, "How many days?": Rule("all", (Condition("language", "", "is", "ar"),))})

    bob, cleo = (Robot().open(invited(person)).text for person in (cast.bob(), cast.cleo()))
    assert ("Why so long?" in bob, "Why so long?" in cleo, "How many days?" in bob) == (True, False, False)


def test_every_robot_comes_to_the_end_of_a_questionnaire_with_rules() -> None:
    asking([LATE, DAYS], [WHY], [END], rules={"How many days?": late, "Why so long?": at_least(1)})
    for door in (invited(cast.bob()), public()):
        assert "Thank you" in Robot().walk(door).text

    assert Response.objects.filter(submitted_at=None).count() == 0


def test_words_that_differ_from_person_to_person_are_put_in_and_escaped() -> None:
    cast.has(cast.bob(), "Product", "the <b>box</b>")
    asking(
        [{**LATE, "text": "{name|You}, was {facet:Product|it} late?", "help": "At {account|your place}."}],
        [{**END, "text": "Why do you say “{answer:late|that}”, {facet:Product|it} {weather}?"}],
        rules={},
    )
    robot = Robot().open(invited(cast.bob()))
    assert "Bob, was the <b>box</b> late?" in robot.text
    assert "&lt;b&gt;box" in robot.html
    assert f"At {cast.account().name}." in robot.text
    robot.press(**{f"q{Question.objects.get(code='late').pk}": choice("Yes")})
    assert "Why do you say “Yes”, the <b>box</b> {weather}?" in robot.text

    stranger = Robot().open(public())
    assert "You, was it late?" in stranger.text
    assert "At your place." in stranger.text


def test_whoever_has_sent_reads_beside_their_words_what_they_were_asked() -> None:
    asking(
        [{**LATE, "text": "{name|You}, was it late?"}],
        [{**END, "text": "Why do you say “{answer:late|that}”, {name|you}?"}],
        rules={},
    )
    robot = Robot().open(invited(cast.bob()))
    robot.press(**{f"q{Question.objects.get(code='late').pk}": choice("Yes")})
    robot.press(**{f"q{Question.objects.get(kind='short_text').pk}": "It came on Friday."})

    assert "Why do you say “Yes”, Bob?" in robot.text
    assert "{" not in robot.text
    assert Source.objects.get().prompt == "Why do you say “that”, you?"


def test_who_somebody_is_is_looked_up_once_however_many_questions_speak_of_it() -> None:
    took: list[list[int]] = []
    for person, pieces in ((cast.bob(), ["order"]), (cast.cleo(), ["parcel", "letter"])):
        cast.has(person, "Product", "Plus")
        asking([{**END, "text": f"What of the {piece} for {{account|you}}, with {{facet:Product}}?"} for piece in pieces], rules={})
        link = invited(person)
        robot = Robot().open(link)
        robot.press(**{f"q{asked.pk}": "Late." for asked in Question.objects.all()})
        assert robot.open(link).text.count(", with Plus?") == len(took) * 2 + 1  # a version adds to the one before
        took.append([_queries(lambda link=link: Robot().open(link)), _queries(lambda person=person: answered_by(person, "en"))])
    assert took[0] == took[1]


def _queries(act: Callable[[], object]) -> int:
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_a_first_question_that_goes_to_many_holds_no_places() -> None:
    version = asking([{**LATE, "text": "{name|You}, was {facet:Product} late?"}], rules={})

    opener = opener_of(version.pk)
    assert opener
    assert opener.text == "You, was … late?"


def test_what_is_wrong_is_said_in_the_words_that_the_person_read() -> None:
    asking([{**LATE, "text": "{name|You}, was it late?"}], rules={})
    robot = Robot().open(invited(cast.bob()))
    robot.post([])

    assert f'<a href="#{field_of_late()}">Bob, was it late?</a><br>Choose one.' in robot.html


def test_a_person_who_names_themselves_in_braces_pulls_in_nothing() -> None:
    asking([{**END, "text": "{name|You}, anything else?"}], rules={})

    assert "{account}, anything else?" in Robot().open(invited(cast.person("{account} Hale"))).text


STORIES: list[dict[str, Any]] = [{"kind": "long_text", "text": f"What happened on day {day}?"} for day in range(1, 7)]


def stories(*, singly: bool = False) -> Version:
    """Six long questions for who was served late, and a short one for everybody: on three pages, or each on its own."""
    version = asking([LATE], STORIES, [END], rules={story["text"]: late for story in STORIES})
    if not singly:
        return version
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.set_manner(version=draft, one_question_a_page=True, reviewed=False, by=cast.ana())
    return authoring.publish(version=draft, by=cast.ana())


def minutes_said(robot: Robot) -> int:
    """The minutes left that the page says; 0: less than one."""
    if "Less than a minute left" in robot.text:
        return 0
    (found,) = re.findall(r"About (\d+) minutes? left", robot.text)
    return int(found)


@pytest.mark.parametrize("singly", [False, True])
def test_minutes_left_leave_out_what_this_person_is_not_asked(singly: bool) -> None:
    version = stories(singly=singly)
    of_late = str(version.sections.get(questions__code="late").questions.get().pk)
    choices = {c.label: str(c.pk) for c in Choice.objects.filter(question=of_late)}
    robot = Robot().open(invited(cast.bob()))
    assert minutes_said(robot) == ceil(minutes_of(version))

    robot.press(**{f"q{of_late}": choices["No"]})
    assert "Anything else?" in robot.text
    assert minutes_said(robot) == 0
    robot.press("pause")
    assert minutes_said(robot) == 0
    robot.open(robot.url.rsplit("/", 2)[0] + "/1/")
    assert minutes_said(robot) < 2
    robot.press(**{f"q{of_late}": choices["Yes"]})
    assert "What happened on day 1?" in robot.text
    assert minutes_said(robot) >= ceil(minutes_of(version)) - 1


def test_minutes_left_of_a_chain_go_with_its_beginning_and_wait_for_it() -> None:
    version = asking(
        [LATE], [{**DAYS, "required": False}], [*STORIES, END], [{**END, "text": "Bye?"}],
        rules={"How many days?": late, **{story["text"]: at_least(5) for story in STORIES}},
    )  # fmt: skip
    robot = Robot().open(invited(cast.bob()))
    assert minutes_said(robot) == ceil(minutes_of(version))

    robot.press(**{field("Was it late?"): choice("Yes")})
    assert "How many days?" in robot.text
    assert minutes_said(robot) >= ceil(minutes_of(version)) - 1
    robot.press(**{field("How many days?"): ""})
    assert "What happened on day 1?" not in robot.text
    assert minutes_said(robot) <= 1
    robot.press("pause")
    assert minutes_said(robot) <= 1


def test_what_a_section_says_takes_its_time_where_it_is_read() -> None:
    stories(singly=True)
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    telling = draft.sections.all()[1]
    authoring.add_question(section=telling, kind="short_text", text="And then?")
    authoring.change_section(section=telling, title="", text="Please think back. " * 150)
    version = authoring.publish(version=draft, by=cast.ana())
    late_ = version.questions.get(code="late")
    robot = Robot().open(invited(cast.bob()))
    robot.press(**{f"q{late_.pk}": str(late_.choices.get(label="No").pk)})

    assert "And then?" in robot.text
    assert minutes_said(robot) == 3
    robot.press()
    assert minutes_said(robot) == 0


@pytest.mark.parametrize("singly", [False, True])
def test_minutes_left_without_a_question_hidden_are_those_of_the_version(singly: bool) -> None:
    version = stories(singly=singly)
    parts = [(section, page) for section in sections_of(version) for page in pages_of(section)]
    seconds = [seconds_of_page(*part) for part in parts]

    found = [page.minutes for page in answering_asked.asking(version.pk).pages]
    assert found == [in_minutes(seconds[at:]) for at in range(len(parts))]
    assert found[0] == minutes_for(sections_of(version))
