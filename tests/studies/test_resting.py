"""A study that closes while its letters wait asks nobody for answers that it does not take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from allears.core import claims, delivery
from allears.core.in_hand import Book
from allears.core.models import Message
from allears.studies import actions, asking
from allears.studies.models import Study
from tests import cast
from tests.core.mail_server import PostOffice

pytestmark = pytest.mark.django_db


def at(hour: int, day: int = 4) -> time_machine.travel:
    return time_machine.travel(datetime(2030, 3, day, hour, tzinfo=UTC), tick=False)


@pytest.fixture(autouse=True)
def _only_what_this_room_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_conditions", [asking.the_problem_is_told, asking.something_is_promised])


@pytest.fixture
def study() -> Study:
    """Two are invited at night; the letters wait for the morning."""
    with at(22):
        found = cast.late_orders(promise_on=datetime(2030, 5, 1).date())
        actions.invite(study=found, people=[cast.bob(), cast.cleo()], by=cast.ana(), minutes=3)
    return found


def test_no_letter_leaves_while_the_study_is_closed_and_each_leaves_once_it_is_open_again(
    study: Study, office: PostOffice
) -> None:
    with at(23):
        actions.close_study(study=study, by=cast.ana())
    with at(9, day=5):
        assert delivery.send_waiting() == 0
        actions.reopen_study(study=study, by=cast.ana())
        assert delivery.send_waiting() == 2
    assert sorted(letter.to for letter in Message.objects.filter(sent_at__isnull=False)) == sorted(
        [cast.bob().email, cast.cleo().email]
    )
    assert len(office.letters) == 2


def test_opened_again_at_night_they_wait_for_the_morning(study: Study, office: PostOffice) -> None:
    with at(23):
        actions.close_study(study=study, by=cast.ana())
        actions.reopen_study(study=study, by=cast.ana())
        assert delivery.send_waiting() == 0
    with at(9, day=5):
        assert delivery.send_waiting() == 2


def test_letters_of_other_studies_and_those_that_have_left_stay_as_they_are(study: Study, office: PostOffice) -> None:
    with at(9, day=5):
        assert delivery.send_waiting() == 2
        actions.close_study(study=study, by=cast.ana())

    assert not Message.objects.filter(not_before__year__gt=2100).exists()


def test_letters_in_a_worker_s_hands_that_it_does_not_hand_over_rest_too(study: Study, office: PostOffice) -> None:
    with at(9, day=5):
        claim = claims.claim(Book())
        actions.close_study(study=study, by=cast.ana())
        first, second = claim.letters
        claims.back(claim.at, [first])
        claims.held(claim.at, second, datetime(2030, 3, 5, 10, tzinfo=UTC))
    with at(12, day=5):
        assert delivery.send_waiting() == 0
        actions.reopen_study(study=study, by=cast.ana())
        assert delivery.send_waiting() == 2
