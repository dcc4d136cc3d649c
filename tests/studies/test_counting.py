"""Where very many were invited, what became of them is counted ahead, and says the same as when it is counted now."""

from __future__ import annotations

import pytest
from django.test import Client

from allears.core import ahead
from allears.core.models import Counted, Message
from allears.questionnaires import asked
from allears.studies import actions, counting, reminding
from allears.studies.loop import cells_of
from allears.studies.models import Study
from allears.studies.queries import outcome_counts
from tests import cast

pytestmark = pytest.mark.django_db


def invited() -> Study:
    study = cast.late_orders(remind_after=7)
    people = [cast.person(f"{name} Low") for name in ("Una", "Vic", "Wes", "Xia")]
    rows = actions.invite(study=study, people=people, by=cast.ana(), minutes=3)
    actions.decline(invitation=rows[0], kind="not_me")
    actions.mark_opened(invitation=rows[1])
    Message.objects.filter(pk__in=Message.objects.order_by("pk")[:2].values("pk")).update(sent_at=rows[0].invited_at)
    for name in ("Yul", "Zoe"):
        cast.said(cast.person(f"{name} Low"), "Late")
    return study


def test_what_is_counted_ahead_is_what_is_counted_now(as_ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 1)
    study = invited()
    pages = f"/studies/{study.slug}/", f"/studies/{study.slug}/invitations/"
    now = outcome_counts(study), reminding.plan(study), cells_of(study)
    assert not any("was counted at" in as_ana.get(page).content.decode() for page in pages)

    counting.count_ahead()
    asked.count_ahead()
    assert {"invited", "lost", "outcomes", "reminders", "spoke", "uninvited"} == set(
        Counted.objects.values_list("kind", flat=True)
    )
    assert (outcome_counts(study), reminding.plan(study), cells_of(study)) == now
    assert now[1].coming == 3
    assert all("was counted at" in as_ana.get(page).content.decode() for page in pages)


def test_few_are_counted_now() -> None:
    study = invited()
    counting.count_ahead()
    asked.count_ahead()
    assert not Counted.objects.exists()
    assert sum(outcome_counts(study).values()) == 4
