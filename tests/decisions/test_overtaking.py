"""A decision or a change that moves on after its update was approved: nobody is told what does not hold any more."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from allears.core.clock import now
from allears.core.models import AuditEvent, Message
from allears.decisions import actions, telling
from allears.decisions.models import Change, Decision, Telling, Update
from allears.insights.actions import cite, claim, restore, withdraw
from allears.insights.chips import chips_of
from allears.insights.models import Insight
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast
from tests.decisions.test_actions import decided, not_told
from tests.decisions.test_telling import approved

pytestmark = pytest.mark.django_db


def texts_of(update: Update) -> dict[str, str]:
    """What the form of an update holds that nobody has typed into."""
    return {"text_cited": update.text_cited, "text_general": update.text_general}


def turned(decision: Decision, **more: Any) -> Decision:
    """The decision turns from a yes to a no."""
    given = {"kind": "wont", "because": "It costs more than it saves", "insights": decision.insights.all(), **more}
    return actions.change_decision(decision=decision, by=cast.lea(), **given)


def letters() -> list[str]:
    return [message.text for message in Message.objects.filter(kind="update").order_by("pk")]


def test_an_approved_text_is_drafted_anew_and_waits_to_be_read_anew(as_lea: Client) -> None:
    decision = approved()
    turned(decision)
    update = Update.objects.get(decision=decision)

    assert (update.approved_at, update.approved_by) == (None, None)
    assert "We won’t: call before you do" in update.text_cited
    assert "We will" not in update.text_cited + update.text_general
    assert AuditEvent.objects.filter(verb="decisions.approval_taken_back", actor=cast.lea()).count() == 1
    assert telling.send(cast.late_orders()) == 0
    assert "What this is about has changed since" in as_lea.get(f"/decisions/updates/{update.ref}/").content.decode()

    actions.approve_as_typed(update=update, by=cast.lea(), seen=update.wording, **texts_of(update))
    assert telling.send(cast.late_orders()) == 2
    assert all("We won’t: call before you do" in letter for letter in letters())


def test_somebody_s_own_words_are_kept_unapproved_and_the_new_draft_can_be_taken_over(as_lea: Client) -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="Soon we will call you.", text_general="", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    page = f"/decisions/updates/{update.ref}/"
    turned(decision)

    update.refresh_from_db()
    assert (update.approved_at, update.text_cited) == (None, "Soon we will call you.")
    seen = as_lea.get(page).content.decode()
    assert "still as somebody wrote them" in seen
    assert "It costs more than it saves" in seen

    drafted = as_lea.get(page).context["drafted_now"]
    as_browsers_send = {"text_cited": drafted[0].replace("\n", "\r\n"), "text_general": drafted[1]}
    as_lea.post(page, as_browsers_send)
    update.refresh_from_db()
    assert (update.text_cited, update.edited_by, update.approved_at) == (drafted[0], None, None)


def test_who_read_a_text_of_their_own_before_the_decision_changed_does_not_approve_it_after() -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    update = actions.edit_update(update=update, text_cited="Soon we will call you.", text_general="", by=cast.ana())
    turned(decision)

    with pytest.raises(actions.WordingChanged):
        actions.approve_as_typed(update=update, by=cast.lea(), seen=update.wording, **texts_of(update))


def test_what_nobody_is_told_of_leaves_the_approval_alone() -> None:
    decision = approved()
    actions.change_decision(decision=decision, by=cast.lea(), insights=decision.insights.all(), against="It costs time")

    assert Update.objects.get(decision=decision).approved_by == cast.lea()


def begun(**more: Any) -> Change:
    """A change that has begun; its update is approved."""
    change = actions.add_change(decision=decided(), what="Call list", owner=cast.sam(), by=cast.lea(), **more)
    actions.move_change(change=change, state="started", by=cast.sam())
    actions.approve_update(update=Update.objects.get(change_step__state="started"), by=cast.lea())
    return change


def test_what_is_done_instead_is_read_anew() -> None:
    actions.edit_change(change=begun(), what="A letter", owner=cast.sam(), by=cast.lea(), due_on=None)
    update = Update.objects.get(change_step__state="started")

    assert update.approved_at is None
    assert "We have begun: A letter" in update.text_cited


def test_an_approved_step_is_read_anew_when_the_change_moved_on_and_a_draft_of_it_is_put_aside() -> None:
    change = begun()
    actions.move_change(change=change, state="dropped", by=cast.sam())
    actions.move_change(change=change, state="done", by=cast.sam())

    begun_, dropped, done = Update.objects.filter(change_step__state__in=["started", "dropped", "done"]).order_by("pk")
    assert (begun_.approved_at, bool(begun_.overtaken_at)) == (None, True)
    assert (bool(dropped.discarded_at), done.discarded_at) == (True, None)


def test_a_decision_that_changes_while_its_update_is_sent_reaches_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    decision, tell = approved(), telling._tell
    monkeypatch.setattr(telling, "CHUNK", 1)

    def _tell_and_turn(*given: Any) -> tuple[int, int]:
        told = tell(*given)
        turned(decision)
        return told

    monkeypatch.setattr(telling, "_tell", _tell_and_turn)
    telling.send(cast.late_orders())

    assert Telling.objects.count() == 1
    assert telling.untold(cast.late_orders()) == {}


@pytest.mark.django_db(transaction=True)
def test_a_decision_that_changes_in_the_same_moment_waits_for_the_sending_and_finds_it_told() -> None:
    decision = approved()
    study = cast.late_orders()

    def turn() -> None:
        try:
            turned(decision)
        finally:
            connection.close()

    other = Thread(target=turn)
    with transaction.atomic():
        ready = telling._still_approved(telling.approved(study))
        other.start()
        people = telling.contributors(study)
        telling._tell({pk: set(ready) for pk in people}, ready, people)
    other.join()

    assert Telling.objects.count() == 2
    told = Update.objects.get(tellings__person=cast.bob())
    assert told.overtaken_at
    assert "We will: call before you do" in told.text_cited


def told() -> Decision:
    """A decision that everybody was told."""
    decision = approved()
    telling.send(cast.late_orders())
    return decision


def waiting(decision: Decision) -> Update:
    """The one update about the decision that waits to be approved."""
    return Update.objects.get(decision=decision, approved_at=None, discarded_at=None)


def test_who_was_told_hears_what_had_been_said_and_what_holds_instead() -> None:
    decision = turned(told())
    assert telling.send(cast.late_orders()) == 0
    actions.approve_update(update=waiting(decision), by=cast.lea())

    assert telling.send(cast.late_orders()) == 2
    for letter in letters()[2:]:
        assert letter.index("We will: call") < letter.index("Now this holds instead:") < letter.index("We won’t: call")


def test_several_changes_make_one_correction_of_what_was_told_last() -> None:
    decision = turned(turned(told()), statement="write before you do")
    first = waiting(decision)
    assert "We will: call before you do" in first.text_cited
    assert "We won’t: write before you do" in first.text_cited
    assert "We won’t: call" not in first.text_cited

    actions.approve_update(update=first, by=cast.lea())
    telling.send(cast.late_orders())
    turned(decision, statement="do either")
    assert waiting(decision).corrects == first
    assert "We won’t: write before you do" in waiting(decision).text_general


def test_a_decision_that_is_again_what_people_were_told_needs_no_correction() -> None:
    decision = turned(told())
    turned(decision, kind="will", because="")

    assert not Update.objects.filter(decision=decision, approved_at=None, discarded_at=None).exists()
    cast.said(cast.dev(), "Mine was late as well.")
    assert telling.send(cast.late_orders()) == 1
    assert "We will: call before you do" in letters()[-1]


def test_where_only_the_cited_were_told_the_correction_is_for_them() -> None:
    decision = decided()
    cast.said(cast.cleo(), "It was fine for me.")
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="We will call you.", text_general="", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    telling.send(cast.late_orders())
    turned(decision)
    assert waiting(decision).text_general == ""

    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    turned(decision, insights=[other], because="Few mind")
    assert "We had said:" in waiting(decision).text_general


def test_a_correction_is_written_in_the_study_s_language() -> None:
    cast.late_orders()
    Study.objects.update(language="ar")
    texts = waiting(turned(told()))

    for text in (texts.text_cited, texts.text_general):
        assert "كنّا قد قلنا:" in text
        assert "We " not in text


def plan(decision: Decision) -> Change:
    return actions.add_change(
        decision=decision, what="Call list", owner=cast.sam(), by=cast.lea(), due_on=date(2027, 3, 5)
    )


def test_what_is_planned_at_once_is_told_with_the_decision_until_it_moves_on() -> None:
    decision = decided()
    change = plan(decision)
    update = Update.objects.get(decision=decision)

    assert "We plan this: Call list (It is meant to be done by 5 March 2027.)" in update.text_cited
    assert "Sam" not in update.text_cited + update.text_general
    assert not Update.objects.filter(change_step__change=change).exists()

    actions.approve_update(update=update, by=cast.lea())
    actions.edit_change(change=change, what="A letter", owner=cast.sam(), by=cast.lea(), due_on=None)
    assert waiting(decision).text_cited.endswith("We plan this: A letter")

    actions.move_change(change=change, state="started", by=cast.sam())
    assert "A letter" not in waiting(decision).text_cited
    assert "We have begun: A letter" in Update.objects.get(change_step__change=change).text_cited


def test_what_is_planned_later_is_told_by_itself_and_once() -> None:
    decision = told()
    change = plan(decision)
    planned = Update.objects.get(change_step__change=change)

    assert "Planned: Call list\n\n(It is meant to be done by 5 March 2027.)" in planned.text_general
    assert "Call list" not in waiting(turned(decision)).text_cited
    actions.approve_update(update=planned, by=cast.lea())
    assert telling.send(cast.late_orders()) == 2


def understood() -> Update:
    """The one update about Ana's insight, with nothing decided yet."""
    return Update.objects.get(insight=not_told())


def test_what_waits_to_be_told_of_an_insight_is_told_to_nobody_once_it_is_withdrawn() -> None:
    update = actions.approve_update(update=understood(), by=cast.lea())
    withdraw(insight=Insight.objects.get(), by=cast.ana())

    assert telling.send(cast.late_orders()) == 0
    update.refresh_from_db()
    assert (bool(update.discarded_at), update.approved_at) == (True, None)


def test_who_takes_part_after_an_insight_was_withdrawn_is_not_told_it_until_it_is_held_again() -> None:
    actions.approve_update(update=understood(), by=cast.lea())
    assert telling.send(cast.late_orders()) == 1
    cast.said(cast.cleo(), "Mine was late as well.")
    withdraw(insight=Insight.objects.get(), by=cast.ana())
    assert telling.untold(cast.late_orders()) == {}

    restore(insight=Insight.objects.get(), by=cast.ana())
    assert telling.untold(cast.late_orders()).keys() == {cast.cleo().pk}


def test_what_was_approved_of_a_decision_is_read_anew_when_its_insight_is_withdrawn() -> None:
    decision = approved()
    withdraw(insight=decision.insights.get(), by=cast.ana())

    update = Update.objects.get(decision=decision)
    assert (update.approved_at, bool(update.overtaken_at)) == (None, True)


def test_an_update_that_went_out_is_shown_as_people_read_it_before_its_insight_was_withdrawn(as_lea: Client) -> None:
    decision = told()
    withdraw(insight=decision.insights.get(), by=cast.ana())
    page = f"/decisions/updates/{Update.objects.get(decision=decision).ref}/"

    seen = as_lea.get(page)
    assert (seen.context["cited"], seen.context["others"]) == (1, 1)
    assert "Nobody told us" in seen.content.decode()
    assert "An insight that it rests on was withdrawn" in seen.content.decode()
    assert "Thank you for taking part" in as_lea.get(f"{page}?as={cast.cleo().ref}").content.decode()
    assert "The words of 0 people stand behind it." in as_lea.get(f"/decisions/one/{decision.ref}/").content.decode()


def test_whose_words_were_told_has_heard_back_also_when_the_insight_is_withdrawn_later() -> None:
    decision = told()
    words = Verbatim.objects.order_by("pk").first()
    assert words
    withdraw(insight=decision.insights.get(), by=cast.ana())
    assert [chip.label[:10] for chip in chips_of([words.pk])[words.pk] if chip.tone == "kept"] == ["heard back"]

    Telling.objects.update(told_at=now() + timedelta(minutes=1))
    assert chips_of([words.pk])[words.pk] == []


def test_who_heard_how_far_a_change_has_come_has_heard_back() -> None:
    change = begun()
    telling.send(cast.late_orders())
    words = Verbatim.objects.get()

    assert Telling.objects.get().update.change_step.change == change  # type: ignore[union-attr]
    assert [chip.label[:10] for chip in chips_of([words.pk])[words.pk]] == ["heard back"]


def test_a_decision_keeps_on_record_that_it_rested_on_an_insight_withdrawn_since() -> None:
    decision = decided()
    first = decision.insights.get()
    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    withdraw(insight=first, by=cast.ana())
    actions.change_decision(decision=decision, by=cast.lea(), insights=[other])

    assert set(decision.insights.all()) == {first, other}


def told_begun(**more: Any) -> Change:
    """A change that has begun, which everybody was told."""
    change = begun(**more)
    cast.said(cast.cleo(), "Mine was late as well.")
    assert telling.send(cast.late_orders()) == 2
    return change


def edited(change: Change, what: str, due_on: date | None = None) -> Change:
    return actions.edit_change(change=change, what=what, owner=cast.sam(), by=cast.lea(), due_on=due_on)


def correction(change: Change) -> Update:
    return Update.objects.get(change_step__change=change, corrects__isnull=False, discarded_at=None)


def test_who_was_told_what_is_done_hears_what_is_done_instead_and_newcomers_hear_only_that() -> None:
    change = edited(told_begun(), "A letter")
    cast.said(cast.dev(), "Mine never came.")
    assert telling.untold(cast.late_orders()) == {}
    actions.approve_update(update=correction(change), by=cast.lea())

    assert telling.send(cast.late_orders()) == 3
    for letter in letters()[2:]:
        assert letter.index("We have begun: Call list") < letter.index("Now this holds instead:") < letter.index("A letter")


def test_several_edits_and_the_next_step_make_one_correction_of_what_was_told() -> None:
    change = edited(edited(told_begun(), "A letter"), "A card")
    step = actions.move_change(change=change, state="done", by=cast.sam(), note="Since Monday.")

    update = correction(change)
    assert update.change_step == step
    said, _, holds = update.text_cited.partition("Now this holds instead:")
    assert "We have begun: Call list" in said
    assert holds == "\n\nDone: A card\n\nSince Monday."
    assert Update.objects.filter(change_step=step).count() == 1


def test_what_is_again_as_people_were_told_needs_no_correction() -> None:
    change = edited(edited(told_begun(), "A letter"), "Call list")

    assert not Update.objects.filter(corrects__isnull=False, discarded_at=None).exists()
    cast.said(cast.dev(), "Mine never came.")
    assert telling.send(cast.late_orders()) == 1
    assert "We have begun: Call list" in letters()[-1]
    assert Update.objects.get(change_step__change=change, corrects=None).overtaken_at is None


def test_another_day_is_corrected_where_a_day_was_told() -> None:
    change = plan(told())
    actions.approve_update(update=Update.objects.get(change_step__change=change), by=cast.lea())
    telling.send(cast.late_orders())
    edited(change, "Call list", due_on=date(2027, 6, 1))
    said, _, holds = correction(change).text_general.partition("Now this holds instead:")
    assert "5 March 2027" in said
    assert "1 June 2027" in holds


def test_another_day_needs_no_correction_where_none_was_told() -> None:
    edited(told_begun(), "Call list", due_on=date(2027, 4, 1))

    assert not Update.objects.filter(corrects__isnull=False).exists()


def test_a_plan_told_with_the_decision_is_corrected_and_newcomers_hear_the_decision_without_it() -> None:
    decision = decided()
    change = plan(decision)
    actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    telling.send(cast.late_orders())
    edited(change, "A letter")

    for update in Update.objects.filter(approved_at=None, discarded_at=None):
        actions.approve_update(update=update, by=cast.lea())
    cast.said(cast.cleo(), "Mine was late as well.")
    assert telling.send(cast.late_orders()) == 2
    bob, cleo = (Message.objects.filter(to=who.email).latest("pk").text for who in (cast.bob(), cast.cleo()))
    assert "We will: call" not in bob
    assert "We had said:" in bob
    assert "We will: call" in cleo
    assert "We plan this: Call list" not in cleo


def test_who_is_cited_later_is_not_told_what_was_written_about_other_words(as_lea: Client) -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="You said nobody told you.", text_general="", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    telling.send(cast.late_orders())
    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    cite(insight=other, verbatim=cast.said(cast.cleo(), "I do not mind."), start=0, end=13, side="for", by=cast.ana())
    actions.change_decision(decision=decision, by=cast.lea(), insights=[*decision.insights.all(), other])

    assert telling.untold(cast.late_orders()) == {}
    anew = waiting(decision)
    assert anew.instead_of == update
    page = as_lea.get(f"/decisions/updates/{anew.ref}/")
    assert (page.context["cited"], page.context["others"]) == (1, 0)
    actions.approve_update(update=anew, by=cast.lea())
    assert telling.untold(cast.late_orders()) == {cast.cleo().pk: {anew.pk}}
    assert telling.send(cast.late_orders()) == 1
    assert "“I do not mind”" in letters()[-1]
    assert telling.send(cast.late_orders()) == 0


def test_what_was_drafted_and_is_about_no_words_goes_on_to_who_is_cited_later() -> None:
    decision = told()
    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    actions.change_decision(decision=decision, by=cast.lea(), insights=[other])

    assert Update.objects.get(decision=decision).overtaken_at is None


def test_when_the_decision_turns_who_was_not_told_hears_it_from_the_correction() -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="You said so.", text_general="You took part.", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    telling.send(cast.late_orders())
    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    turned(actions.change_decision(decision=decision, by=cast.lea(), insights=[other]))

    assert waiting(decision).corrects == update
    assert Update.objects.get(instead_of=update).discarded_at


def test_who_was_told_of_an_insight_hears_that_it_does_not_hold_and_nobody_else_does() -> None:
    actions.approve_update(update=understood(), by=cast.lea())
    telling.send(cast.late_orders())
    cast.said(cast.cleo(), "Mine was late as well.")
    withdraw(insight=Insight.objects.get(), by=cast.ana(), because="It was the weather")
    actions.approve_update(update=Update.objects.get(corrects__isnull=False), by=cast.lea())

    assert telling.untold(cast.late_orders()).keys() == {cast.bob().pk}
    assert telling.send(cast.late_orders()) == 1
    assert letters()[-1].index("it does not hold") < letters()[-1].index("We had said:\n\nIt is not lateness")
    assert "weather" not in letters()[-1]
