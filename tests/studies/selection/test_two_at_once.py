"""Two people press a button at the same moment: one of them is told that it was done already."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from allears.studies.models import Commitment, Draw, Selection
from allears.studies.selection import actions
from tests import cast
from tests.studies.selection import lots

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any], refused: type[Exception] = actions.Refused) -> list[Any]:
    """Do all of `acts`, each in a thread with a connection of its own; return what they gave, or the class of refusal."""
    results: list[Any] = [None] * len(acts)
    together = threading.Barrier(len(acts))

    def run(place: int) -> None:
        together.wait()
        try:
            results[place] = acts[place]()
        except refused as refusal:
            results[place] = type(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_who_commit_one_does() -> None:
    selection, by = lots.found(), cast.ana()
    results = at_once(*[lambda: actions.commit_lottery(selection=selection, by=by)] * 2)

    assert Commitment.objects.count() == 1
    assert sorted(isinstance(result, Commitment) for result in results) == [False, True]


def test_of_two_who_draw_with_two_seeds_one_does() -> None:
    selection, by = lots.committed(), cast.ana()
    results = at_once(
        lambda: actions.draw_lottery(selection=selection, by=by, seed="one"),
        lambda: actions.draw_lottery(selection=selection, by=by, seed="two"),
    )

    made = Draw.objects.get()
    assert actions.NotCommitted in results
    assert made in results


def test_a_change_and_a_commitment_do_not_pass_each_other() -> None:
    selection, by = lots.found(), cast.ana()
    results = at_once(
        lambda: actions.change(selection=selection, by=by, size=5),
        lambda: actions.commit_lottery(selection=selection, by=by),
    )

    committed = Commitment.objects.first()
    assert {actions.Fixed, actions.NotFound} & set(filter(lambda r: isinstance(r, type), results))
    assert Selection.objects.get().size == (4 if committed else 5)
