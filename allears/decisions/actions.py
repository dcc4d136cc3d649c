"""Deciding, carrying out, and drafting what people are told.

Every verb is one transaction and leaves an audit event. Sending is in `telling`, the public page in `publishing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date
from typing import Any

from django.db import transaction

from allears.core import audit
from allears.core.clock import now
from allears.core.meanwhile import print_of
from allears.core.models import User
from allears.decisions import drafting, overtaking
from allears.decisions.errors import AlreadySent, NoInsight, OtherStudy, SameState, WordingChanged
from allears.decisions.history import standing
from allears.decisions.models import TOLD, Change, ChangeState, ChangeStep, Decision, Ground, Option, Update
from allears.insights.models import Insight
from allears.studies.models import Study


@transaction.atomic
def decide(
    *,
    study: Study,
    kind: str,
    statement: str,
    by: User | None,
    insights: Iterable[Insight],
    because: str = "",
    until: str = "",
    options: Sequence[tuple[str, bool, str]] = (),
    against: str = "",
    impact_customers: str = "",
    impact_teams: str = "",
    example: bool = False,
) -> Decision:
    """Record a decision on its insights, and draft what contributors are told.

    `options` are (text, chosen, why). Raises `NoInsight` without an insight, `OtherStudy` for one of another study.
    """
    grounds = _fitting(study, insights)
    decision = Decision.objects.create(
        study=study, kind=kind, statement=statement, because=because, until=until, against=against,
        impact_customers=impact_customers, impact_teams=impact_teams, decided_by=by, example=example,
    )  # fmt: skip
    Ground.objects.bulk_create(Ground(decision=decision, insight=insight) for insight in grounds)
    _set_options(decision, options)
    audit.record(by=by, verb="decisions.decided", target=decision, kind=kind)
    _leave_out_what_is_overtaken(grounds)
    draft_update(decision=decision, by=by)
    return decision


def _leave_out_what_is_overtaken(grounds: list[Insight]) -> None:
    """A draft that only says what was understood is not needed once it can say what was decided."""
    overtaken = Update.objects.filter(insight__in=grounds, approved_at=None, discarded_at=None, edited_by=None)
    overtaken.update(discarded_at=now())


def _fitting(study: Study, insights: Iterable[Insight]) -> list[Insight]:
    grounds = list(insights)
    if not grounds:
        raise NoInsight
    if any(insight.study_id != study.pk for insight in grounds):
        raise OtherStudy
    return grounds


def _set_options(decision: Decision, options: Sequence[tuple[str, bool, str]]) -> None:
    decision.options.all().delete()
    Option.objects.bulk_create(
        Option(decision=decision, text=text, chosen=chosen, why=why, position=place)
        for place, (text, chosen, why) in enumerate(options)
    )


@transaction.atomic
def change_decision(
    *,
    decision: Decision,
    by: User,
    insights: Iterable[Insight],
    options: Sequence[tuple[str, bool, str]] = (),
    **fields: Any,
) -> Decision:
    """Change a decision's words or grounds.

    What people were told stays, and they are drafted what holds instead. What waits to be told is written anew unless a
    person wrote it, and read anew before it goes out. Raises `NoInsight`, `OtherStudy`.
    """
    decision = Decision.objects.select_for_update().get(pk=decision.pk)
    grounds = _fitting(decision.study, insights)
    stood = standing(decision)
    before, said = {name: getattr(decision, name) for name in fields}, drafting.decided(decision)
    for name, value in fields.items():
        setattr(decision, name, value)
    if any(before[name] != fields[name] for name in TOLD if name in fields):
        decision.changed_at = now()
    decision.save()
    # A withdrawn insight is not offered any more; that the decision rested on it stays on record.
    decision.grounds.filter(insight__withdrawn_at=None).exclude(insight__in=grounds).delete()
    for insight in grounds:
        Ground.objects.get_or_create(decision=decision, insight=insight)
    _set_options(decision, options)
    changed = {name: old for name, old in before.items() if old != getattr(decision, name)}
    stands = standing(decision)
    changed |= {name: old for name, old in stood.items() if old != stands[name]}
    audit.record(by=by, verb="decisions.decision_changed", target=decision, before=changed)
    if changed.keys() & set(TOLD):
        overtaking.by_decision(decision, said, by)
    elif "grounds" in changed:
        overtaking.by_grounds(decision, by)
    return decision


@transaction.atomic
def add_change(
    *,
    decision: Decision,
    what: str,
    owner: User,
    by: User | None,
    due_on: date | None = None,
    example: bool = False,
) -> Change:
    """Say what is done about a decision, by whom and by when. It starts as planned.

    Contributors are told what is planned with the decision itself, while that waits to be told; otherwise by an update.
    """
    change = Change.objects.create(decision=decision, what=what, owner=owner, due_on=due_on, example=example)
    step = change.steps.create(state=ChangeState.PLANNED, by=by)
    audit.record(by=by, verb="decisions.change_added", target=change)
    if not overtaking.says_what_is_planned(decision):
        draft_update(change_step=step, by=by)
    return change


@transaction.atomic
def edit_change(*, change: Change, what: str, owner: User, by: User, due_on: date | None) -> Change:
    """Change what is to be done, who does it or by when; what waits to be told of it is read anew, and who was told of it
    is drafted what holds instead.
    """
    change = Change.objects.select_for_update().get(pk=change.pk)
    stood = copy(change)
    before = {"what": change.what, "owner": change.owner_id, "due_on": str(change.due_on or "")}
    change.what, change.owner, change.due_on = what, owner, due_on
    change.save()
    audit.record(by=by, verb="decisions.change_edited", target=change, before=before)
    if (before["what"], before["due_on"]) != (what, str(due_on or "")):
        overtaking.by_edit(change, stood, by)
    return change


@transaction.atomic
def move_change(*, change: Change, state: str, by: User | None, note: str = "") -> ChangeStep:
    """Move a change to a state, and draft what contributors are told of it instead of what waits about earlier states.

    Raises `SameState`.
    """
    change = Change.objects.select_for_update().get(pk=change.pk)
    if change.state == state:
        raise SameState
    step = change.steps.create(state=state, by=by, note=note)
    change.state = state
    change.save(update_fields=["state"])
    audit.record(by=by, verb="decisions.change_moved", target=change, state=state)
    overtaking.by_step(step, by)
    draft_update(change_step=step, by=by)
    return step


@transaction.atomic
def draft_update(
    *,
    by: User | None,
    decision: Decision | None = None,
    change_step: ChangeStep | None = None,
    insight: Insight | None = None,
) -> Update:
    """Draft the update about one step, once: a draft of it that is still open is returned as it is."""
    open_draft = Update.objects.filter(
        decision=decision, change_step=change_step, insight=insight, approved_at=None, discarded_at=None
    ).first()
    return open_draft or _draft(by, decision, change_step, insight)


def _draft(by: User | None, decision: Decision | None, step: ChangeStep | None, insight: Insight | None) -> Update:
    update = Update(decision=decision, change_step=step, insight=insight)
    step_of = decision or (step.change if step else insight)
    assert step_of is not None, "an update is about a decision, a step of a change or an insight"
    update.study = step_of.decision.study if isinstance(step_of, Change) else step_of.study
    update.example = step_of.example
    update.text_cited, update.text_general = drafting.about(update)
    update.save()
    audit.record(by=by, verb="decisions.update_drafted", target=update)
    return update


@transaction.atomic
def edit_update(*, update: Update, text_cited: str, text_general: str, by: User) -> Update:
    """Change an update's wording. Editing an approved one takes the approval back. Raises `AlreadySent`.

    Texts that are just as they would be drafted are nobody's own: they follow what they are about, as a draft does.
    """
    update = _unsent(update)
    given = (text_cited.replace("\r\n", "\n"), text_general.replace("\r\n", "\n"))
    update.edited_by = None if given == drafting.about(update) else by
    update.text_cited, update.text_general = given
    update.approved_at = update.approved_by = None
    update.save()
    audit.record(by=by, verb="decisions.update_edited", target=update)
    return update


@transaction.atomic
def approve_update(*, update: Update, by: User) -> Update:
    """Say that an update may go out as it stands; it goes with the next sending. Raises `AlreadySent`."""
    update = _unsent(update)
    update.approved_at, update.approved_by, update.overtaken_at = now(), by, None
    update.save(update_fields=["approved_at", "approved_by", "overtaken_at"])
    audit.record(by=by, verb="decisions.update_approved", target=update)
    return update


@transaction.atomic
def approve_as_typed(*, update: Update, text_cited: str, text_general: str, by: User, seen: str) -> Update:
    """Approve an update with the texts as its reader leaves them: what they have changed is saved first.

    `seen` is the `wording` that stood there when they opened the page. Raises `AlreadySent`, `WordingChanged`.
    """
    update = _unsent(update)
    if seen != update.wording:
        raise WordingChanged
    if print_of(text_cited, text_general) != print_of(update.text_cited, update.text_general):
        update = edit_update(update=update, text_cited=text_cited, text_general=text_general, by=by)
    return approve_update(update=update, by=by)


@transaction.atomic
def discard_update(*, update: Update, by: User) -> Update:
    """Put a draft aside: nobody is told about this step by it. Raises `AlreadySent`."""
    update = _unsent(update)
    update.discarded_at, update.approved_at, update.approved_by = now(), None, None
    update.save(update_fields=["discarded_at", "approved_at", "approved_by"])
    audit.record(by=by, verb="decisions.update_discarded", target=update)
    return update


@transaction.atomic
def restore_update(*, update: Update, by: User) -> Update:
    """Take a discarded draft back."""
    update.discarded_at = None
    update.save(update_fields=["discarded_at"])
    audit.record(by=by, verb="decisions.update_restored", target=update)
    return update


def _unsent(update: Update) -> Update:
    locked = Update.objects.select_for_update().get(pk=update.pk)
    if locked.tellings.exists():
        raise AlreadySent
    return locked
