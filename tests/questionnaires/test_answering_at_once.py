"""What most presses of a button bring is kept without reading first: the same is kept, and where something is otherwise
than was taken for granted nothing is done at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from allears.core.clock import now
from allears.core.links import hash_token, new_token
from allears.questionnaires import answering
from allears.questionnaires import answering_store as store
from allears.questionnaires import answering_writer as writer
from allears.questionnaires.answering_asked import Cell, Given
from allears.questionnaires.answering_asked import asking as asked_by
from allears.questionnaires.answering_at_once import at_once
from allears.questionnaires.answering_store import Saved, Saving
from allears.questionnaires.answering_ways import look
from allears.questionnaires.models import Answer, EarlierAnswer, Response, Version
from allears.studies import actions as studies
from allears.studies.models import Invitation
from allears.verbatims.models import Verbatim
from allears.verbatims.verify import verify
from tests import cast
from tests.questionnaires.asked import asking, invited, public

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no trips that could be spared"),
]
HOSTILE = 'It said "no", {NULL, \\x41}\n\\ — „ja“ 🦊, \t’%s'


@pytest.fixture
def version() -> Version:
    return asking(sections=2)


def first_page(version: Version) -> dict[int, Given]:
    """Words that are hostile, a step, a choice and words of their own with another."""
    words, step, one = version.questions.filter(kind__in=("long_text", "scale", "single")).order_by("section", "position")
    return {
        words.pk: (Cell(0, text=HOSTILE),),
        step.pk: (Cell(0, number=7.0),),
        one.pk: (Cell(2, choice=one.choices.get(asks_text=True).pk, text="the driver"),),
    }


def second_page(version: Version) -> dict[int, Given]:
    several, days, three = version.questions.filter(kind__in=("multiple", "number", "short_text")).order_by("position")
    first, second, _third = several.choices.all()
    return {
        several.pk: (Cell(0, choice=first.pk), Cell(1, choice=second.pk)),
        days.pk: (Cell(0, number=2.5),),
        three.pk: (Cell(0, text="late"), Cell(2, text="NULL")),
    }


def saving(path: str, given: dict[int, Given], **more: Any) -> Saving:
    """What is kept of a page that was just opened behind `path`."""
    way = look(path.split("/")[2])
    assert way
    assert way.asked_id
    return Saving(way, asked_by(way.asked_id), given, seen=way.seen, now=now(), seconds=9, device="phone", **more)


def by_public_link(version: Version, **more: Any) -> Saving:
    return saving(public(), first_page(version), token=new_token(), passed=1, **more)


def sending(path: str, given: dict[int, Given]) -> Saving:
    """What sends the last page that was just opened behind `path`, once all was looked through."""
    what = saving(path, given, passed=2, send=True)
    store.said_by(what.way)
    return what


def kept_at_once(what: Saving) -> Saved | None:
    way = at_once(what)
    return way and way.alone()


def kept_by_reading(what: Saving) -> Saved | None:
    return store.write(what)


def stands(response_id: int) -> Any:
    """Everything that is kept of a response, but for numbers that are new each time."""
    response = Response.objects.values().get(pk=response_id)
    answers = Answer.objects.filter(response=response_id).order_by("question", "box")
    said = answers.values_list("question", "box", "choice", "number", "text", "at", "language", *(
        f"verbatim__{name}" for name in ("text", "collection", "source", "person", "language", "spoken_at", "recorded_at")
    ))  # fmt: skip
    new = ("id", "ref", "token_hash", "public_link_id")
    return {name: value for name, value in response.items() if name not in new}, list(said)


@pytest.mark.parametrize("send", [False, True])
def test_a_response_begins_at_once_as_it_does_by_reading_first(version: Version, send: bool) -> None:
    one = by_public_link(version, send=send)
    other = replace(one, token=new_token())

    ours, theirs = kept_at_once(one), kept_by_reading(other)

    assert ours
    assert theirs
    assert stands(ours.response_id) == stands(theirs.response_id)
    assert (ours.sent, ours.changed_at, len(ours.verbatims)) == (theirs.sent, theirs.changed_at, len(theirs.verbatims))
    words = [HOSTILE, "the driver"] if send else []
    assert [Verbatim.objects.get(pk=pk).text for pk in ours.verbatims] == words
    assert Response.objects.get(pk=ours.response_id).token_hash == hash_token(one.token)
    assert verify().broken is None


@pytest.mark.parametrize("keep", [kept_at_once, kept_by_reading])
def test_who_was_invited_begins_and_goes_on_at_once(version: Version, keep: Callable[[Saving], Saved | None]) -> None:
    link = invited(cast.bob())
    begins = saving(link, first_page(version), passed=1)
    assert keep(begins)
    goes_on = saving(link, second_page(version), passed=2)
    assert keep(goes_on)

    response = Response.objects.get()
    assert (response.person, response.passed, response.seconds, response.device) == (cast.bob(), 2, 18, "phone")
    assert (response.started_at, response.changed_at, response.submitted_at) == (begins.now, goes_on.now, None)
    assert store.given(store.answers(response.pk)) == {**first_page(version), **second_page(version)}
    assert Invitation.objects.get().opened_at == begins.now


TEXT, SPEAKER = 7, 10  # in the rows of `stands`


@pytest.mark.parametrize("named", [True, False])
def test_who_sends_does_so_at_once_as_by_reading_first(version: Version, named: bool) -> None:
    stood, moments = [], (now(), now() + timedelta(minutes=1))
    for keep, person in ((kept_at_once, cast.bob()), (kept_by_reading, cast.cleo())):
        begins = saving(invited(person), first_page(version), passed=1) if named else by_public_link(version)
        begins = replace(begins, now=moments[0])
        assert kept_by_reading(begins)
        sends = replace(sending(f"/a/{begins.token or begins.way.token}/", second_page(version)), now=moments[1])
        saved = keep(sends)
        assert saved
        assert (saved.sent, saved.changed_at, saved.met) == (True, moments[1], [])
        assert [Verbatim.objects.get(pk=pk).text for pk in saved.verbatims] == [HOSTILE, "the driver", "late", "NULL"]
        response, answers = stands(saved.response_id)
        assert response.pop("person_id") == sends.way.person_id
        assert response.pop("invitation_id") == sends.way.invitation_id
        assert {answer[SPEAKER] for answer in answers if answer[TEXT]} == {sends.way.person_id}
        stood.append((response, [answer[:SPEAKER] + answer[SPEAKER + 1 :] for answer in answers]))

    assert stood[0] == stood[1]
    assert stood[0][0]["submitted_at"] == moments[1]
    assert verify().broken is None


def test_who_says_nothing_in_words_or_adds_nothing_sends_at_once_too(version: Version) -> None:
    said = {question: given for question, given in first_page(version).items() if not given[0].text}
    numbers, words = (saving(invited(person), given, passed=1) for person, given in ((cast.bob(), said), (cast.cleo(), first_page(version))))
    assert kept_by_reading(numbers)
    assert kept_by_reading(words)

    for before, spoken in ((numbers, 0), (words, 2)):
        saved = kept_at_once(sending(f"/a/{before.way.token}/", {}))
        assert saved
        assert len(saved.verbatims) == spoken
        assert Response.objects.get(pk=saved.response_id).submitted_at == saved.changed_at
    assert Answer.objects.count() == len(said) + len(first_page(version))


def closed(_version: Version, _link: str) -> None:
    studies.close_study(study=cast.late_orders(), by=cast.ana())


def answered_elsewhere(version: Version, link: str) -> None:
    kept_by_reading(saving(link, second_page(version)))


def changed_elsewhere(version: Version, link: str) -> None:
    kept_by_reading(saving(link, {next(iter(first_page(version))): (Cell(0, text="Otherwise."),)}))


def sent(_version: Version, link: str) -> None:
    kept_by_reading(saving(link, {}, send=True))


@pytest.mark.parametrize("meanwhile", [closed, answered_elsewhere, changed_elsewhere, sent])
def test_nothing_is_added_at_once_where_something_has_changed(version: Version, meanwhile: Callable[..., None]) -> None:
    link = invited(cast.bob())
    kept_by_reading(saving(link, first_page(version), passed=1))
    late = saving(link, second_page(version), passed=2)
    meanwhile(version, link)
    response = Response.objects.get()
    before = stands(response.pk)

    assert kept_at_once(late) is None
    assert stands(response.pk) == before


def erased(_version: Version, _link: str) -> None:
    Answer.objects.exclude(text="").update(text="")


@pytest.mark.parametrize("meanwhile", [closed, answered_elsewhere, changed_elsewhere, sent, erased])
@pytest.mark.parametrize("adds", [True, False])
def test_nothing_is_sent_at_once_where_something_has_changed(version: Version, meanwhile: Callable[..., None], adds: bool) -> None:
    link = invited(cast.bob())
    kept_by_reading(saving(link, first_page(version), passed=1))
    late = sending(link, second_page(version) if adds else {})
    meanwhile(version, link)
    before, spoken = stands(Response.objects.get().pk), Verbatim.objects.count()

    assert kept_at_once(late) is None
    assert stands(Response.objects.get().pk) == before
    assert Verbatim.objects.count() == spoken


def test_nothing_is_sent_at_once_that_nobody_has_looked_through_or_that_changes_an_answer(version: Version) -> None:
    link = invited(cast.bob())
    kept_by_reading(saving(link, first_page(version), passed=1))
    assert at_once(sending(link, second_page(version)))
    assert at_once(saving(link, second_page(version), send=True)) is None
    assert at_once(sending(link, first_page(version))) is None
    assert at_once(sending(link, dict.fromkeys(first_page(version), ()))) is None
    assert at_once(replace(sending(link, second_page(version)), seen="1")) is None


def test_nothing_begins_at_once_in_a_study_that_closed_or_twice(version: Version) -> None:
    late, twice = by_public_link(version), by_public_link(version, send=True)
    assert kept_at_once(twice)
    assert kept_at_once(twice) is None
    closed(version, "")
    assert kept_at_once(late) is None
    assert (Response.objects.count(), Verbatim.objects.count()) == (1, 2)


def test_what_changes_or_comes_from_an_old_form_is_kept_by_reading_first(version: Version) -> None:
    link = invited(cast.bob())
    kept_by_reading(saving(link, first_page(version), passed=1))
    fresh = saving(link, second_page(version))
    assert at_once(fresh)
    for other in ({"seen": "1"}, {"given": {}}, {"now": fresh.now - timedelta(days=1)}, {"new_files": (1,)}):
        assert at_once(replace(fresh, **other)) is None, other


def test_a_page_that_is_answered_anew_keeps_what_was_answered_before(version: Version) -> None:
    link = invited(cast.bob())
    kept_by_reading(saving(link, first_page(version), passed=1))
    words = next(iter(first_page(version)))

    answering.keep(saving(link, {words: (Cell(0, text="Otherwise."),)}))

    assert EarlierAnswer.objects.get().question_id == words
    assert store.answers(Response.objects.get().pk)[words].given == (Cell(0, text="Otherwise."),)


@pytest.mark.django_db(transaction=True)
def test_several_are_kept_with_one_trip_and_who_was_overtaken_after_them() -> None:
    version = asking(sections=2)
    link = invited(cast.bob())
    kept_by_reading(saving(link, first_page(version), passed=1))
    phone, desk = (saving(link, second_page(version), passed=2) for _device in range(2))
    days = version.questions.get(kind="number").pk
    desk.given[days] = (Cell(0, number=4.0),)
    new = by_public_link(version, send=True)
    last = invited(cast.cleo())
    kept_by_reading(saving(last, first_page(version), passed=1))
    once = twice = sending(last, {})
    works = [writer.Work(lambda one=one: store.write(one), at_once(one)) for one in (phone, desk, new, once, twice)]

    writer.together(works)

    assert [type(work.outcome and work.outcome.result) for work in works] == [Saved] * 5
    assert [len(work.outcome.result.verbatims) for work in works if work.outcome] == [0, 0, 2, 2, 0]
    assert Response.objects.count() == 3
    assert Verbatim.objects.count() == 4
    assert EarlierAnswer.objects.get().question_id == days  # of the phone, by the desk
    assert verify().broken is None


@pytest.mark.django_db(transaction=True)
def test_where_one_cannot_be_kept_at_once_all_are_kept_as_they_were_before() -> None:
    version = asking(sections=2)
    good, bad = by_public_link(version, send=True), by_public_link(version, send=True)
    bad.given[next(iter(bad.given))] = (Cell(0, choice=999_999),)
    works = [writer.Work(lambda one=one: store.write(one), at_once(one)) for one in (good, bad)]

    with pytest.raises(Exception, match="choice"):
        writer.together(works)
    assert Response.objects.count() == 0
    assert answering.keep(good).sent
    assert Response.objects.count() == 1
