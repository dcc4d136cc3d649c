"""Deciding on insights, and the updates that each step drafts."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from allears.core.models import AuditEvent
from allears.decisions import actions
from allears.decisions.errors import AlreadySent, NoInsight, OtherStudy, SameState
from allears.decisions.models import Decision, Update
from allears.insights.actions import cite, claim
from allears.insights.models import Insight
from allears.studies.models import Study
from allears.verbatims.models import Collection
from tests import cast

pytestmark = pytest.mark.django_db


def not_told() -> Insight:
    """Ana's insight, held by Bob's words."""
    insight = claim(study=cast.late_orders(), claim="It is not lateness that loses them", by=cast.ana())
    words = cast.said(cast.bob(), "Nobody told us until we called.")
    cite(insight=insight, verbatim=words, start=0, end=14, side="for", by=cast.ana())
    return insight


def decided(**more: object) -> Decision:
    given = {
        "kind": "will",
        "statement": "call before you do",
        "insights": [not_told()],
        "by": cast.lea(),
        **more,
    }
    return actions.decide(study=cast.late_orders(), **given)  # type: ignore[arg-type]


def test_a_decision_rests_on_insights_and_leaves_an_event() -> None:
    decision = decided(options=[("Call", True, ""), ("Leave it", False, "They told us what that does")])

    assert [i.claim for i in decision.insights.all()] == ["It is not lateness that loses them"]
    assert [(o.text, o.chosen) for o in decision.options.all()] == [("Call", True), ("Leave it", False)]
    assert AuditEvent.objects.get(verb="decisions.decided").actor == cast.lea()


def test_a_decision_without_an_insight_is_refused() -> None:
    with pytest.raises(NoInsight):
        actions.decide(study=cast.late_orders(), kind="will", statement="call", by=cast.lea(), insights=[])


def test_a_decision_on_another_study_s_insight_is_refused() -> None:
    other = Study.objects.create(
        slug="other", title="Other", owner=cast.mia(), collection=Collection.objects.create(title="Other")
    )
    elsewhere = claim(study=other, claim="Elsewhere", by=cast.mia())

    with pytest.raises(OtherStudy):
        actions.decide(study=cast.late_orders(), kind="will", statement="call", by=cast.lea(), insights=[elsewhere])


def test_a_no_without_a_reason_cannot_be_stored() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(study=cast.late_orders(), kind="wont", statement="call", because="")


def test_deciding_drafts_one_update_and_drops_the_draft_about_the_insight() -> None:
    decision = decided()

    assert Update.objects.get(decision=decision).discarded_at is None
    assert Update.objects.get(insight__isnull=False).discarded_at is not None


def test_an_edited_draft_about_the_insight_is_kept_when_something_is_decided() -> None:
    insight = not_told()
    actions.edit_update(
        update=Update.objects.get(insight=insight), text_cited="In our words", text_general="", by=cast.ana()
    )
    actions.decide(study=cast.late_orders(), kind="will", statement="call", by=cast.lea(), insights=[insight])

    assert Update.objects.get(insight=insight).discarded_at is None


def test_moving_a_change_drafts_an_update_for_each_step() -> None:
    change = actions.add_change(decision=decided(), what="Call list each morning", owner=cast.sam(), by=cast.lea())
    actions.move_change(change=change, state="started", by=cast.sam())
    actions.move_change(change=change, state="done", by=cast.sam(), note="38 of 40 called")

    change.refresh_from_db()
    assert change.state == "done"
    assert [s.state for s in change.steps.order_by("pk")] == ["planned", "started", "done"]
    told = Update.objects.filter(change_step__change=change).order_by("pk")
    assert ["38 of 40 called" in u.text_cited for u in told] == [False, True]


def test_moving_a_change_to_where_it_is_is_refused() -> None:
    change = actions.add_change(decision=decided(), what="Call list", owner=cast.sam(), by=cast.lea())

    with pytest.raises(SameState):
        actions.move_change(change=change, state="planned", by=cast.sam())


def test_editing_takes_an_approval_back() -> None:
    update = Update.objects.get(decision=decided())
    actions.approve_update(update=update, by=cast.lea())
    actions.edit_update(update=update, text_cited="Anew", text_general="", by=cast.ana())

    update.refresh_from_db()
    assert (update.approved_at, update.approved_by, update.text_cited) == (None, None, "Anew")


def test_what_people_were_told_cannot_be_edited_any_more() -> None:
    from allears.decisions.telling import send

    update = Update.objects.get(decision=decided())
    actions.approve_update(update=update, by=cast.lea())
    send(cast.late_orders())

    with pytest.raises(AlreadySent):
        actions.edit_update(update=update, text_cited="Anew", text_general="", by=cast.ana())


def test_changing_a_decision_rewrites_a_draft_that_nobody_edited() -> None:
    decision = decided()
    actions.change_decision(
        decision=decision, by=cast.lea(), insights=decision.insights.all(), statement="call the same day"
    )

    assert "call the same day" in Update.objects.get(decision=decision).text_cited
