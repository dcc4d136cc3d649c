"""Answers are kept: from two devices, twice, after sending, and together with others'."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from allears.people.actions import erase
from allears.people.models import PersonalLink
from allears.questionnaires import answering
from allears.questionnaires.answering_asked import Cell
from allears.questionnaires.answering_writer import write_down
from allears.questionnaires.models import Answer, EarlierAnswer, Response
from allears.studies import actions as studies
from allears.studies.models import Invitation
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
BOTH: list[dict[str, Any]] = [
    {"kind": "long_text", "text": "What happened?"},
    {"kind": "number", "text": "How many days late?"},
]
FOUR_PAGES = [*BOTH, {"kind": "short_text", "text": "In one word?"}, {"kind": "short_text", "text": "Else?"}]


def test_of_two_devices_the_newer_answer_counts_and_the_older_is_kept() -> None:
    version = asking(BOTH)
    words = question(version, "What happened?")
    link = invited(cast.bob())
    phone, desk = Robot().open(link), Robot().open(link)

    phone.press("pause", **{f"q{words.pk}": "from the phone"})
    desk.press("pause", **{f"q{words.pk}": "from the desk"})

    assert said_to(words) == ["from the desk"]
    assert EarlierAnswer.objects.get(question=words).value == [{"box": 0, "words": "from the phone"}]


def test_a_page_that_was_opened_before_does_not_empty_what_was_answered_since() -> None:
    version = asking(BOTH)
    words, days = question(version, "What happened?"), question(version, "How many days late?")
    link = invited(cast.bob())
    stale = Robot().open(link)
    Robot().open(link).press("pause", **{f"q{words.pk}": "from the phone", f"q{days.pk}": ""})

    stale.press("pause", **{f"q{words.pk}": "", f"q{days.pk}": "9"})

    assert said_to(words) == ["from the phone"]
    assert said_to(days) == [9.0]


def test_a_page_that_showed_an_older_answer_does_not_bring_it_back() -> None:
    version = asking(BOTH)
    words, days = question(version, "What happened?"), question(version, "How many days late?")
    link = invited(cast.bob())
    Robot().open(link).press("pause", **{f"q{words.pk}": "first", f"q{days.pk}": ""})
    stale = Robot().open(link)
    Robot().open(link).press("pause", **{f"q{words.pk}": "second", f"q{days.pk}": ""})

    stale.press("pause", **{f"q{words.pk}": "first", f"q{days.pk}": "9"})

    assert said_to(words) == ["second"]
    assert said_to(days) == [9.0]


def test_emptying_an_answer_on_purpose_empties_it_and_keeps_what_it_was() -> None:
    version = asking(BOTH)
    words = question(version, "What happened?")
    link = invited(cast.bob())
    Robot().open(link).press("pause", **{f"q{words.pk}": "never mind"})
    Robot().open(link).press("pause", **{f"q{words.pk}": ""})

    assert said_to(words) == []
    assert EarlierAnswer.objects.get(question=words).value == [{"box": 0, "words": "never mind"}]


def test_saving_the_same_again_leaves_no_trace() -> None:
    asking(BOTH)
    link = invited(cast.bob())
    Robot(answers={"q": "9"}).open(link).press("pause")
    before = Response.objects.get().changed_at
    Robot(answers={"q": "9"}).open(link).press("pause")

    assert EarlierAnswer.objects.count() == 0
    assert Response.objects.get().changed_at == before


def test_words_of_several_pages_come_into_the_ledger_in_their_order() -> None:
    asking(FOUR_PAGES, sections=4)
    robot = Robot().open(invited(cast.bob()))
    for words in ("one", "2", "three", "four"):
        robot.words = words
        robot.press(**{name: words for name, _ in robot.filled() if name.startswith("q")})

    assert [v.text for v in Verbatim.objects.order_by("pk")] == ["one", "three", "four"]


def test_only_the_box_that_changed_becomes_a_new_verbatim() -> None:
    version = asking([{"kind": "short_text", "text": "Three words", "boxes": 3}])
    words = question(version, "Three words")
    link = invited(cast.bob())
    Robot().walk(link)
    Robot().open(f"{link}1/").press(**{f"q{words.pk}.1": "Changed."})

    assert said_to(words) == ["It came nine days late.", "Changed.", "It came nine days late."]
    assert Verbatim.objects.count() == 4
    assert Verbatim.objects.get(text="Changed.").supersedes is not None


def test_words_beside_another_choice_are_kept_without_counting_as_one() -> None:
    version = asking([{"kind": "single", "text": "Who?", "choices": ["You", answering_other()]}])
    who = question(version, "Who?")
    you, other = who.choices.all()
    Robot().open(invited(cast.bob())).press(**{f"q{who.pk}": str(you.pk), f"q{who.pk}.t{other.pk}": "my wife"})
    Robot().open(invited(cast.cleo())).press(**{f"q{who.pk}": "", f"q{who.pk}.t{other.pk}": "my son"})

    counted = Answer.objects.filter(question=who, choice__isnull=False)
    assert sorted(counted.values_list("choice__label", flat=True)) == ["Other", "You"]
    assert sorted(Verbatim.objects.values_list("text", flat=True)) == ["my son", "my wife"]


def answering_other() -> Any:
    from allears.questionnaires.authoring import ChoiceWords

    return ChoiceWords("Other", asks_text=True)


def test_other_rooms_begin_save_and_send_too() -> None:
    version = asking(BOTH)
    words = question(version, "What happened?")
    invited(cast.bob())
    response = answering.begin(invitation=Invitation.objects.get())
    answering.save(response=response, given={words: (Cell(0, text="By telephone."),)})

    spoken = answering.submit(response=response)

    assert [v.text for v in spoken] == ["By telephone."]
    assert answering.submit(response=response) == []
    assert answering.begin(invitation=Invitation.objects.get()) == response


def test_nothing_is_written_once_the_study_has_closed() -> None:
    version = asking(BOTH)
    invited(cast.bob())
    response = answering.begin(invitation=Invitation.objects.get())
    studies.close_study(study=cast.late_orders(), by=cast.ana())

    with pytest.raises(answering.Closed):
        answering.save(response=response, given={question(version, "What happened?"): (Cell(0, text="late"),)})


def test_the_thanks_lead_to_where_the_own_page_is_asked_for_and_not_into_it() -> None:
    """An invitation may be forwarded: what its holder may see is the questions, not all that the person ever said."""
    asking(BOTH)
    robot = Robot().walk(invited(cast.bob()))
    ways = [a.attributes["href"] for a in robot.page.css("a") if "/me/" in (a.attributes["href"] or "")]

    assert ways == ["/me/"]
    assert not PersonalLink.objects.exists()


def test_who_is_erased_leaves_no_words_anywhere() -> None:
    version = asking(BOTH)
    words = question(version, "What happened?")
    link = invited(cast.bob())
    Robot().open(link).press("pause", **{f"q{words.pk}": "a draft"})
    Robot().open(link).press("pause", **{f"q{words.pk}": "not sent"})
    erase(person=cast.bob(), by=None, reason="I asked for it")

    assert EarlierAnswer.objects.count() == 0
    assert said_to(words) == [None]


@pytest.mark.django_db(transaction=True)
def test_a_work_that_fails_takes_only_itself_back() -> None:
    asking(BOTH)

    def fail() -> None:
        Response.objects.create(study=cast.late_orders(), version_id=1)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        write_down(fail)
    kept = write_down(lambda: cast.dev().pk)

    assert kept
    assert Response.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_who_answer_at_once_are_all_kept() -> None:
    from concurrent.futures import ThreadPoolExecutor

    asking(BOTH)
    people = [cast.person(f"P{i} Somebody") for i in range(12)]
    paths = [invited(person) for person in people]

    def answer(path: str) -> bool:
        try:
            return "Thank you" in Robot(words=path).walk(path).text
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(answer, paths))
    assert set(Verbatim.objects.values_list("text", flat=True)) == set(paths)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="indexes of PostgreSQL")
def test_nothing_that_an_answer_brings_is_written_into_an_index_of_beginnings() -> None:
    tables = ["questionnaires_answer", "questionnaires_response", "verbatims_leaf", "verbatims_verbatim"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef LIKE '%%pattern_ops%%'", [tables])
        assert cursor.fetchall() == []
