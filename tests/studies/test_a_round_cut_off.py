"""A round of invitations is killed in the middle, three times: nobody has two letters, nobody is left out."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from allears.core.smtp import LINES
from bench import invitations
from tests.killing import house_here

PEOPLE = 120
IN_PIECES_OF = "allears.studies.tasks:CHUNK=20"


@pytest.mark.django_db(transaction=True)
def test_a_round_that_is_killed_goes_on_and_nobody_is_mailed_twice_or_left_out(tmp_path: Path) -> None:
    """The worker is a process of its own that is killed (-9), the mail server a real one that writes down whom it got
    letters for: `bench/invitations.py`, with few people."""
    with house_here(tmp_path / "here") as here:

        def begin(smtp_url: str) -> invitations.Process:
            return here.start("worker", PIECE=IN_PIECES_OF, ALLEARS_SMTP_URL=smtp_url)

        found = invitations.run(PEOPLE, 3, begin, stop_after=180, asked_to_stop=threading.Event())

    assert (found["invited"], found["mails"], found["asked_for_minutes"]) == (PEOPLE, PEOPLE, PEOPLE)
    assert (found["twice"], found["left_out"], found["said_sent_but_not_there"]) == (0, 0, 0)
    assert 1 <= found["in_doubt"] <= found["kills"] * LINES  # what each connection had under way
    assert found["kills"] >= 2  # a quick machine has prepared all before anybody looks
    assert found["finished"]
