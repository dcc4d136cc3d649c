"""`allears invite` and `allears studies`, as they are typed."""

from __future__ import annotations

import json
import re

import pytest

from allears.cli.main import main
from allears.core.models import Message
from allears.people.models import Person
from allears.studies import actions
from allears.studies.models import Invitation
from tests import cast

pytestmark = pytest.mark.django_db

ZOE = ["invite", "--study", "late-orders", "--name", "Zoe Vale", "--email", "zoe@customer.example"]


@pytest.fixture(autouse=True)
def _current(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database has no file whose state could be looked at."""
    monkeypatch.setattr("allears.cli.migrate.must_be_current", lambda: None)


def test_the_link_alone_is_printed_and_opens_the_invitation(capsys: pytest.CaptureFixture[str]) -> None:
    cast.late_orders()
    assert main([*ZOE, "--print-link"]) == 0

    printed = capsys.readouterr().out
    found = re.fullmatch(r"http://127\.0\.0\.1:\d+/a/([\w-]+)/\n", printed)
    assert found is not None
    invitation = actions.invitation_for(found[1])
    assert invitation is not None
    assert (invitation.person.name, invitation.person.email) == ("Zoe Vale", "zoe@customer.example")
    assert Message.objects.count() == 0


def test_asked_again_the_same_person_gets_a_fresh_link_to_the_same_invitation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cast.late_orders()
    main([*ZOE, "--print-link"])
    main([*ZOE, "--print-link"])

    first, second = capsys.readouterr().out.split()
    assert first != second
    assert (Person.objects.count(), Invitation.objects.count()) == (1, 1)


def test_without_print_link_the_letter_is_in_the_outbox(capsys: pytest.CaptureFixture[str]) -> None:
    cast.late_orders()
    assert main(ZOE) == 0

    assert capsys.readouterr().out == ""
    assert Message.objects.get().to == "zoe@customer.example"


def test_a_study_that_is_not_open_or_not_there_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    actions.close_study(study=cast.late_orders(), by=cast.ana())

    assert main([*ZOE, "--print-link"]) == 1
    assert "is not open" in capsys.readouterr().err
    assert main(["invite", "--study", "none", "--name", "Z", "--email", "z@x.example"]) == 1
    assert "there is no study" in capsys.readouterr().err
    assert Person.objects.count() == 0


def test_studies_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    cast.late_orders()
    actions.create_study(by=cast.ana(), title="Rückgaben")

    assert main(["studies", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"slug": "late-orders", "title": "Late orders", "state": "open"},
        {"slug": "ruckgaben", "title": "Rückgaben", "state": "draft"},
    ]
