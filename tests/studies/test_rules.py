"""Who sees a study, and who works on it."""

from __future__ import annotations

import pytest

from allears.core.models import User
from allears.studies.queries import mine, seen_by
from allears.studies.rules import can_create, can_hand_over, can_see, can_work_on
from tests import cast

pytestmark = pytest.mark.django_db


def everybody() -> list[User]:
    return [cast.ana(), cast.ben(), cast.mia(), cast.lea(), cast.sam(), cast.ada()]


def names(rule: object, *rest: object) -> list[str]:
    return [user.name.split()[0] for user in everybody() if rule(user, *rest)]  # type: ignore[operator]


def test_everybody_who_signs_in_may_read_a_study() -> None:
    assert names(can_see, cast.late_orders()) == ["Ana", "Ben", "Mia", "Lea", "Sam", "Ada"]


def test_a_team_only_study_is_for_its_team_the_leaders_and_administration() -> None:
    study = cast.late_orders(team_only=True)

    assert names(can_see, study) == ["Ana", "Ben", "Lea", "Ada"]
    assert names(lambda user: study in seen_by(user)) == ["Ana", "Ben", "Lea", "Ada"]


def test_its_own_researchers_work_on_it_and_nobody_else() -> None:
    assert names(can_work_on, cast.late_orders()) == ["Ana", "Ben"]


def test_a_member_who_is_no_researcher_reads_only() -> None:
    study = cast.late_orders(team_only=True)
    study.members.create(user=cast.sam())

    assert (can_see(cast.sam(), study), can_work_on(cast.sam(), study)) == (True, False)


def test_the_owner_hands_over_or_an_administrator_when_they_have_left() -> None:
    assert names(can_hand_over, cast.late_orders()) == ["Ana", "Ada"]


def test_researchers_make_studies() -> None:
    assert names(can_create) == ["Ana", "Ben", "Mia"]


def test_mine_are_those_that_i_own_or_help_with() -> None:
    study = cast.late_orders()

    assert names(lambda user: study in mine(seen_by(user), user)) == ["Ana", "Ben"]
