"""What somebody reads of their own answers: every question, as it stands and as it stood before."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.people.actions import merge
from allears.questionnaires.models import SentFile
from allears.questionnaires.own_answers import OwnAnswer, answered_by, file_of
from allears.verbatims.actions import redact
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, question
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
RATED = {"kind": "scale", "text": "Would you order again, {name|you}?", "minimum": 0, "maximum": 10, "low_label": "never", "high_label": "surely"}
CHOSEN = {"kind": "multiple", "text": "What did you do?", "choices": ["Waited", "Called"]}
SAID = {"kind": "long_text", "text": "What happened?"}
SENT = {"kind": "file", "text": "Show us how it came.", "accepts": "any"}


def bobs() -> dict[str, OwnAnswer]:
    """Bob's only response, by what was asked."""
    (response,) = answered_by(cast.bob(), "en")
    return {answer.asked: answer for answer in response.answers}


def test_ratings_choices_and_words_stand_as_they_are_now_and_as_they_were_before() -> None:
    version = asking([RATED, CHOSEN, SAID])
    link = invited(cast.bob())
    rated, said = (f"q{question(version, asked['text']).pk}" for asked in (RATED, SAID))
    Robot().open(f"{link}1/").press(**{rated: "3", said: "It came late."})
    Robot().open(f"{link}1/").press(**{rated: "7", said: "It came very late."})

    now = bobs()
    assert [(a.now.words, a.now.parts) for a in now.values() if a.now] == [
        ([], ["7"]), ([], ["Waited", "Called"]), (["It came very late."], []),
    ]  # fmt: skip
    assert next(iter(now)) == "Would you order again, Bob?"
    assert [[(b.words, b.parts) for b in a.before] for a in now.values()] == [
        [([], ["3"])], [], [(["It came late."], [])],
    ]  # fmt: skip


def test_what_was_taken_back_has_no_words_and_what_is_not_sent_yet_stands_there_too() -> None:
    asking([SAID, RATED], sections=2)
    Robot().open(invited(cast.bob())).press()
    Robot().walk(invited(cast.cleo()))
    redact(verbatims=Verbatim.objects.values_list("pk", flat=True), reason="person", by_label="Cleo")

    (paused,), (sent,) = answered_by(cast.bob(), "en"), answered_by(cast.cleo(), "en")
    assert [(a.now and a.now.words) for a in paused.answers] == [["It came nine days late."]]
    assert (paused.sent_at, sent.sent_at is not None) == (None, True)
    assert sent.answers[0].now
    assert sent.answers[0].now.words == [""]


def test_files_are_theirs_alone_also_those_that_were_replaced() -> None:
    version = asking([SENT])
    link, field = invited(cast.bob()), f"q{question(version, SENT['text']).pk}.f0"
    for name in ("first.txt", "second.txt"):
        Client().post(f"{link}1/", {field: SimpleUploadedFile(name, b"Words", "text/plain"), "seen": ""})

    (answer,) = bobs().values()
    assert answer.now
    assert [file.name for file in answer.now.files] == ["second.txt"]
    assert [[file.name for file in before.files] for before in answer.before] == [["first.txt"]]
    ref = SentFile.objects.get(name="first.txt").ref
    assert (file_of(cast.bob(), ref) is not None, file_of(cast.cleo(), ref)) == (True, None)


def test_it_takes_as_many_queries_for_three_responses_as_for_one() -> None:
    asking([RATED, SAID])
    for person in (cast.bob(), cast.cleo(), cast.dev()):
        Robot().walk(invited(person))
    answered_by(cast.bob(), "en")
    with CaptureQueriesContext(connection) as for_one:
        assert len(answered_by(cast.bob(), "en")) == 1
    merge(keep=cast.bob(), other=cast.cleo(), by=cast.ana())
    merge(keep=cast.bob(), other=cast.dev(), by=cast.ana())
    with CaptureQueriesContext(connection) as for_three:
        assert len(answered_by(cast.bob(), "en")) == 3
    assert len(for_three) == len(for_one)
