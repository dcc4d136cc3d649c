"""Whoever is erased while their answers are being saved leaves no words behind."""

from __future__ import annotations

import pytest

from allears.people import actions
from allears.questionnaires.models import Answer
from allears.verbatims.models import Verbatim
from tests import cast
from tests.people.test_in_hand import while_
from tests.questionnaires.asked import asking, invited
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_saved_on_the_way_while_they_are_erased_is_not_kept() -> None:
    asking([{"kind": "long_text", "text": "What happened?"}, {"kind": "long_text", "text": "And then?"}, {"kind": "number", "text": "How often?"}], sections=3)
    robot, bob = Robot().open(invited(cast.bob())).press(), cast.bob()

    while_(lambda: actions.erase(person=bob, by=cast.ada(), reason="GDPR"), robot.press)

    assert [answer.text for answer in Answer.objects.all() if answer.text] == []


def test_words_that_are_sent_while_their_speaker_is_erased_are_not_kept() -> None:
    asking([{"kind": "long_text", "text": "What happened?"}])
    robot, bob = Robot().open(invited(cast.bob())), cast.bob()

    while_(lambda: actions.erase(person=bob, by=cast.ada(), reason="GDPR"), robot.press)

    assert [words.text for words in Verbatim.objects.all() if words.text] == []
    assert [answer.text for answer in Answer.objects.all() if answer.text] == []
