"""A questionnaire is written, published, and never changed again; edits make the next version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from allears.core.models import AuditEvent
from allears.questionnaires import authoring, steps
from allears.questionnaires.models import Choice, Question, Section, Version
from allears.questionnaires.structure import published_version, questions_in, sections_of
from tests import cast

pytestmark = pytest.mark.django_db


def draft() -> Version:
    return authoring.draft_of(cast.late_orders(), by=cast.ana())


def page(version: Version) -> Section:
    return version.sections.all()[0]


def two_questions() -> Version:
    version = draft()
    authoring.add_question(section=page(version), kind="long_text", text="What happened, in your own words?")
    authoring.add_question(
        section=page(version), kind="single", text="What mattered most?", choices=["Price", "Delivery"]
    )
    return version


def texts(version: Version) -> list[list[str]]:
    """The questions' words, page by page."""
    return [[question.text for question in section.questions.all()] for section in sections_of(version)]


def test_a_study_s_first_draft_is_one_empty_page() -> None:
    version = draft()

    assert (version.number, version.published_at, texts(version)) == (1, None, [[]])
    assert authoring.draft_of(cast.late_orders()) == version


def test_questions_come_in_the_order_in_which_they_were_added() -> None:
    assert texts(two_questions()) == [["What happened, in your own words?", "What mattered most?"]]


def test_many_questions_are_added_at_once_each_with_its_choices_and_its_event() -> None:
    version, ana = two_questions(), cast.ana()
    told: list[dict[str, Any]] = [
        {"kind": "single", "text": f"Which, {at}?", "choices": ["A", authoring.ChoiceWords(f"B{at}", asks_text=True)]}
        for at in range(60)
    ]
    with CaptureQueriesContext(connection) as for_sixty:
        made = authoring.add_questions(section=page(version), questions=told, by=ana)
    with CaptureQueriesContext(connection) as for_one, transaction.atomic():
        authoring.add_questions(section=page(version), questions=told[:1], by=ana)
        transaction.set_rollback(True)

    assert len(for_sixty) <= len(for_one)
    assert texts(version)[0][2:] == [one["text"] for one in told] == [question.text for question in made]
    assert [[c.label for c in q.choices.all()] for q in made] == [["A", f"B{at}"] for at in range(60)]
    events = AuditEvent.objects.filter(verb="questionnaires.question_added").order_by("id")[2:]
    assert [event.target for event in events] == [f"questionnaires.question:{question.pk}" for question in made]
    assert {(event.actor_label, event.details["kind"]) for event in events} == {(str(ana), "single")}


def test_a_question_moves_within_its_page_and_on_to_the_next() -> None:
    version = two_questions()
    authoring.add_section(version=version, title="About you")
    first = Question.objects.get(text__startswith="What happened")

    authoring.move_question(question=first, direction="down")
    assert texts(version) == [["What mattered most?", first.text], []]

    authoring.move_question(question=Question.objects.get(pk=first.pk), direction="down")
    assert texts(version) == [["What mattered most?"], [first.text]]

    authoring.move_question(question=Question.objects.get(pk=first.pk), direction="down")
    assert texts(version) == [["What mattered most?"], [first.text]]

    authoring.move_question(question=Question.objects.get(pk=first.pk), direction="up")
    assert texts(version) == [["What mattered most?", first.text], []]


def test_pages_change_places_and_stop_at_the_ends() -> None:
    version = two_questions()
    second = authoring.add_section(version=version, title="About you")

    authoring.move_section(section=second, direction="up")
    authoring.move_section(section=Section.objects.get(pk=second.pk), direction="up")

    assert [section.title for section in version.sections.all()] == ["About you", ""]


def test_a_copy_stands_right_behind_with_keys_of_its_own() -> None:
    version = two_questions()
    original = Question.objects.get(kind="single")
    first = Question.objects.get(kind="long_text")

    copy = authoring.duplicate_question(question=first)
    authoring.duplicate_question(question=original)

    assert texts(version) == [[first.text, first.text, original.text, original.text]]
    assert copy.key != first.key
    assert Choice.objects.values("key").distinct().count() == 4


def test_a_page_is_copied_with_rules_that_look_at_the_copies() -> None:
    version = two_questions()
    first, single = version.questions.all()
    price = single.choices.get(label="Price")
    rule = {"join": "all", "conditions": [{"about": "answer", "of": str(single.key), "verb": "is", "value": str(price.key)}]}
    authoring.add_question(section=page(version), kind="number", text="How much?", shown_if=rule)
    authoring.add_section(version=version, title="Last")

    copy = authoring.duplicate_section(section=page(version), by=cast.ana())

    assert texts(version) == [[first.text, single.text, "How much?"], [first.text, single.text, "How much?"], []]
    again = copy.questions.get(kind="single")
    assert again.key != single.key
    assert copy.questions.get(kind="number").shown_if["conditions"] == [
        {"about": "answer", "of": str(again.key), "verb": "is", "value": str(again.choices.get(label="Price").key)}
    ]


def test_pages_and_questions_are_put_in_an_order_at_once() -> None:
    version = two_questions()
    first, single = version.questions.all()
    second = authoring.add_section(version=version, title="About you")

    authoring.put_in_order(version=version, order=[(second.pk, [single.key, first.key]), (page(version).pk, [])])

    assert texts(version) == [[single.text, first.text], []]


@pytest.mark.parametrize("wrong", ["too few", "twice", "no page"])
def test_an_order_of_something_else_changes_nothing(wrong: str) -> None:
    version = two_questions()
    first, single = version.questions.all()
    here = page(version).pk
    order = {
        "too few": [(here, [single.key])],
        "twice": [(here, [single.key, first.key, first.key])],
        "no page": [(here + 1, [single.key, first.key])],
    }[wrong]

    with pytest.raises(authoring.NotTheSame):
        authoring.put_in_order(version=version, order=order)
    assert texts(version) == [[first.text, single.text]]


def test_a_reworded_choice_keeps_its_key() -> None:
    two_questions()
    question = Question.objects.get(kind="single")
    price, delivery = question.choices.all()

    authoring.set_choices(
        question=question,
        choices=[
            authoring.ChoiceWords("Delivery on the day", key=delivery.key),
            authoring.ChoiceWords("Price", key=price.key),
            authoring.ChoiceWords("Something else", asks_text=True),
        ],
    )

    rows = list(question.choices.values_list("key", "label", "asks_text"))
    assert [row[1:] for row in rows] == [
        ("Delivery on the day", False),
        ("Price", False),
        ("Something else", True),
    ]
    assert [row[0] for row in rows[:2]] == [delivery.key, price.key]


def test_publishing_gives_a_place_in_the_ledger_to_whatever_is_answered_in_words() -> None:
    version = two_questions()
    single = Question.objects.get(kind="single")
    authoring.set_choices(question=single, choices=["Price", authoring.ChoiceWords("Other", asks_text=True)])
    authoring.add_question(section=page(version), kind="number", text="How many?")

    authoring.publish(version=version, by=cast.ana())

    prompts = {
        q.kind: q.source.prompt if q.source else None for q in version.questions.select_related("source")
    }
    assert prompts == {
        "long_text": "What happened, in your own words?",
        "single": "What mattered most?",
        "number": None,
    }
    assert published_version(cast.late_orders()) == version
    assert AuditEvent.objects.get(verb="questionnaires.published").details == {"number": 1}


def test_the_next_draft_asks_the_same_under_the_same_keys_and_into_the_same_sources() -> None:
    first = two_questions()
    authoring.publish(version=first, by=cast.ana())

    second = draft()
    reworded = second.questions.get(kind="single")
    authoring.change_question(question=reworded, text="What mattered most to you?")
    authoring.publish(version=second, by=cast.ana())

    def keys(version: Version) -> list[object]:
        found = questions_in(sections_of(version))
        return [(q.key, [choice.key for choice in q.choices.all()]) for q in found]

    assert (second.number, keys(second)) == (2, keys(first))
    assert first.questions.get(kind="long_text").source == second.questions.get(kind="long_text").source


def test_a_reworded_open_question_has_a_source_that_says_what_was_asked() -> None:
    first = two_questions()
    authoring.publish(version=first)
    second = draft()
    authoring.change_question(question=second.questions.get(kind="long_text"), text="What happened?")
    authoring.publish(version=second)

    sources = [v.questions.select_related("source").get(kind="long_text").source for v in (first, second)]
    assert [s.prompt for s in sources if s] == ["What happened, in your own words?", "What happened?"]


WAYS_TO_CHANGE: dict[str, Callable[[Version], object]] = {
    "a page more": lambda v: authoring.add_section(version=v),
    "a page's words": lambda v: authoring.change_section(section=page(v), title="New", text=""),
    "a page less": lambda v: authoring.remove_section(section=page(v)),
    "a page elsewhere": lambda v: authoring.move_section(section=page(v), direction="down"),
    "a question more": lambda v: authoring.add_question(section=page(v), kind="number", text="?"),
    "two questions more": lambda v: authoring.add_questions(section=page(v), questions=2 * [{"kind": "number", "text": "?"}]),
    "a question's words": lambda v: authoring.change_question(question=v.questions.all()[0], text="?"),
    "a question less": lambda v: authoring.remove_question(question=v.questions.all()[0]),
    "a question twice": lambda v: authoring.duplicate_question(question=v.questions.all()[0]),
    "a question elsewhere": lambda v: authoring.move_question(
        question=v.questions.all()[0], direction="down"
    ),
    "its choices": lambda v: authoring.set_choices(
        question=v.questions.get(kind="single"), choices=["A", "B"]
    ),
    "a page twice": lambda v: authoring.duplicate_section(section=page(v)),
    "another order": lambda v: authoring.put_in_order(version=v, order=[]),
    "an undo": lambda v: steps.undo(version=v, meant=1, by=cast.ana()),
    "publishing again": lambda v: authoring.publish(version=v),
    "the whole": lambda v: authoring.throw_away(version=v),
}


@pytest.mark.parametrize("change", WAYS_TO_CHANGE.values(), ids=WAYS_TO_CHANGE.keys())
def test_no_action_changes_a_published_version(change: Callable[[Version], object]) -> None:
    version = two_questions()
    authoring.publish(version=version)

    with pytest.raises(authoring.Frozen):
        change(version)


WAYS_ROUND: dict[str, Callable[[Version], object]] = {
    "a question": lambda v: v.questions.update(text="What a great day was it?"),
    "a choice": lambda v: Choice.objects.filter(question__version=v).update(label="Everything"),
    "a page": lambda v: v.sections.update(title="New"),
    "its publishing": lambda v: Version.objects.filter(pk=v.pk).update(published_at=None),
}


@pytest.mark.parametrize("change", WAYS_ROUND.values(), ids=WAYS_ROUND.keys())
def test_the_database_refuses_to_change_a_published_version(change: Callable[[Version], object]) -> None:
    version = two_questions()
    change_before = Question.objects.update(help="Drafts may change.")
    authoring.publish(version=version)

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        change(version)

    assert (change_before, texts(version)) == (
        2,
        [["What happened, in your own words?", "What mattered most?"]],
    )


def test_what_is_wrong_is_said_in_sentences() -> None:
    version = draft()
    authoring.add_question(section=page(version), kind="single", text="Which?", choices=["Same", "same"])
    authoring.add_question(section=page(version), kind="multiple", text="Which ones?", choices=["Alone"])
    authoring.add_question(section=page(version), kind="scale", text="How likely?", minimum=0)
    authoring.add_question(section=page(version), kind="number", text="100% sure?", minimum=1, maximum=3)
    authoring.add_section(version=version)

    with pytest.raises(authoring.NotPublishable) as refused:
        authoring.publish(version=version)

    assert [problem.words for problem in refused.value.problems] == [
        "“Which?” offers the same choice twice. Change one of them.",
        "“Which ones?” offers fewer than two choices. Add some.",
        "“How likely?” is a scale without ends. Say from where to where it goes.",
        "“How likely?” is a scale whose ends have no words. Say what each end means.",
        "Page 2 has nothing on it. Add a question or take the page away.",
    ]


def test_statements_alone_are_no_questionnaire() -> None:
    version = draft()
    authoring.add_question(section=page(version), kind="statement", text="Hello.")

    with pytest.raises(authoring.NotPublishable, match="no question yet"):
        authoring.publish(version=version)


def test_what_somebody_else_asked_is_kept_as_found() -> None:
    version = draft()
    authoring.add_question(section=page(version), kind="single", text="Colour?", choices=["Red"])

    assert authoring.publish(version=version, as_found=True).published_at is not None


def test_a_draft_can_be_thrown_away_and_what_is_asked_now_stays() -> None:
    first = two_questions()
    authoring.publish(version=first)

    authoring.throw_away(version=draft(), by=cast.ana())

    assert list(Version.objects.all()) == [first]


def test_reading_a_version_takes_as_many_queries_for_one_question_as_for_many(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    version = two_questions()
    for number in range(6):
        authoring.add_question(section=page(version), kind="multiple", text=f"{number}?", choices=["A", "B"])

    with django_assert_num_queries(3):  # type: ignore[attr-defined]
        assert len([choice for q in questions_in(sections_of(version)) for choice in q.choices.all()]) == 14
