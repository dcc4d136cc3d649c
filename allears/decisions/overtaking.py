"""Updates whose decision or change moved on before they were sent: nobody is told what does not hold any more.

An approval holds for what was read. When that changes, it is taken back, and the texts are written anew unless a
person wrote them. What was told stays as it was told, but nobody else is told it. The rows are locked, as a sending
locks them: what it is about to tell is either told before the change, or not at all.
"""

from __future__ import annotations

from django.db.models import Count, Q

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.decisions import drafting
from allears.decisions.models import Change, ChangeState, ChangeStep, Decision, Ground, Update
from allears.insights.models import Insight


def by_decision(decision: Decision, said: str, by: User) -> None:
    """What `decision` says has changed; before, it was `said`. Whoever was told that is told what holds instead.

    Call it inside a transaction, when the decision is saved.
    """
    for update in _locked(_about(decision)):
        if not update.tellings.exists():
            _read_anew(update, by)
        elif update.decision_id and not (update.overtaken_at and update.said):
            update.overtaken_at, update.said = now(), said
            update.save(update_fields=["overtaken_at", "said"])
    _correct(decision, by)


def _about(decision: Decision) -> Q:
    return Q(decision=decision) | Q(change_step__change__decision=decision)


def _correct(decision: Decision, by: User) -> None:
    """Draft what those are told who heard of the decision as it was; nothing, when they heard what holds again."""
    of_it = Update.objects.filter(decision=decision, discarded_at=None).annotate(told=Count("tellings"))
    told = of_it.filter(told__gt=0, instead_of=None).order_by("-pk").first()
    waiting = of_it.filter(told=0, instead_of=None).first()
    if told is None:
        return
    if told.said == drafting.decided(decision):
        if not Update.objects.filter(instead_of=told, discarded_at=None).exists():
            Update.objects.filter(pk=told.pk).update(overtaken_at=None)
        if waiting:
            _put_aside(waiting, by)
        return
    for others in of_it.filter(told=0, instead_of__isnull=False):
        _put_aside(others, by)  # they hear it from the correction
    if waiting is None:
        _draft(Update(decision=decision, corrects=told), told, by)


def _draft(update: Update, after: Update, by: User | None) -> None:
    """Draft an update that became needed because of one that went out."""
    update.study, update.example = after.study, after.example
    update.text_cited, update.text_general = drafting.about(update)
    update.save()
    audit.record(by=by, verb="decisions.update_drafted", target=update)


def _put_aside(update: Update, by: User | None) -> None:
    update.discarded_at, update.approved_at, update.approved_by = now(), None, None
    update.save(update_fields=["discarded_at", "approved_at", "approved_by"])
    audit.record(by=by, verb="decisions.update_discarded", target=update)


def by_grounds(decision: Decision, by: User | None) -> None:
    """`decision` rests on other words: what was approved would reach other people, beside other words.

    Whoever was told keeps that. Where a person wrote it, it is about the words before: others are drafted their own.
    """
    for update in _locked(_about(decision)):
        if not update.tellings.exists():
            _read_anew(update, by)
        elif not update.overtaken_at and (update.text_cited, update.text_general) != drafting.about(update):
            _tell_nobody_else(update)
            _draft_for_others(update, by)


def _tell_nobody_else(update: Update) -> None:
    if not update.overtaken_at:
        update.overtaken_at = now()
        update.save(update_fields=["overtaken_at"])


def _draft_for_others(told: Update, by: User | None) -> None:
    """Draft the same step for whoever has not been told of it."""
    _draft(Update(decision=told.decision, change_step=told.change_step, instead_of=told), told, by)


def by_withdrawal(insight: Insight, by: User | None) -> None:
    """`insight` is held no longer: who was told of it is told so, nobody else is, and what rests on it is read anew."""
    told: Update | None = None
    for update in _locked(Q(insight=insight, discarded_at=None, corrects=None)):
        if update.tellings.exists():
            _tell_nobody_else(update)
            told = update
        else:
            _put_aside(update, by)
    if told:
        _draft(Update(insight=insight, corrects=told, said=insight.claim), told, by)
    _resting_on(insight, by)


def by_restoring(insight: Insight, by: User | None) -> None:
    """`insight` is held again: who has not been told of it may be, and what rests on it is read anew."""
    for update in _locked(Q(insight=insight, discarded_at=None)):
        if not update.tellings.exists():
            if update.corrects_id:
                _put_aside(update, by)
        elif update.corrects_id:
            _tell_nobody_else(update)
        else:
            update.overtaken_at = None
            update.save(update_fields=["overtaken_at"])
    _resting_on(insight, by)


def _resting_on(insight: Insight, by: User | None) -> None:
    for ground in Ground.objects.filter(insight=insight).select_related("decision__study").order_by("decision"):
        by_grounds(ground.decision, by)


def by_edit(change: Change, stood: Change, by: User) -> None:
    """What is to be done, or by when, has changed; before, it was as in `stood`. Who was told that is told what holds
    instead.
    """
    told: list[Update] = []
    for update in _locked(Q(change_step__change=change) | _with_plan(change, stood.what)):
        if update.tellings.exists():
            told.append(update)
        else:
            _read_anew(update, by)
    _correct_what_is_done(change, stood, told, by)


def _correct_what_is_done(change: Change, stood: Change, told: list[Update], by: User) -> None:
    waiting = Update.objects.filter(
        change_step__change=change, corrects__isnull=False, discarded_at=None, tellings=None
    ).select_related("corrects__change_step")  # fmt: skip
    for correction in waiting:
        if correction.corrects and correction.said == drafting.said_of_change(correction.corrects, change):
            _put_aside(correction, by)
            _holds_again(change, by)
    wrong = [u for u in told if drafting.said_of_change(u, stood) != drafting.said_of_change(u, change)]
    if waiting or not wrong or (change.what == stood.what and change.state in (ChangeState.DONE, ChangeState.DROPPED)):
        return
    for update in wrong:
        if update.decision_id and not update.overtaken_at:
            _draft_for_others(update, by)
        _tell_nobody_else(update)
    newest, said = change.steps.order_by("-pk")[0], drafting.said_of_change(wrong[-1], stood)
    _draft(Update(change_step=newest, corrects=wrong[-1], said=said), wrong[-1], by)


def _holds_again(change: Change, by: User) -> None:
    """What was told of `change` holds again; a decision that was told says something else still where it `said` so."""
    for update in _locked(Q(change_step__change=change) | _with_plan(change, change.what)):
        if update.tellings.exists() and (update.change_step_id or not update.said):
            Update.objects.filter(pk=update.pk).update(overtaken_at=None)
            for others in Update.objects.filter(instead_of=update, discarded_at=None, tellings=None):
                _put_aside(others, by)


def by_step(step: ChangeStep, by: User | None) -> None:
    """A change moved on: earlier steps that were approved are read anew, drafts of them are not needed any more."""
    earlier = Q(change_step__change=step.change) & ~Q(change_step=step)
    for update in _locked(earlier | _with_plan(step.change, step.change.what)):
        if update.tellings.exists():
            continue
        if update.corrects_id and update.change_step_id and not update.discarded_at:
            update.change_step = step
            _read_anew(update, by)
        elif update.approved_at or update.edited_by_id or update.decision_id:
            _read_anew(update, by)
        elif not update.discarded_at:
            _put_aside(update, by)


def says_what_is_planned(decision: Decision) -> bool:
    """Write what is planned into the decision's own draft. Return whether there was one that nobody has touched."""
    drafts = [update for update in _locked(Q(decision=decision, corrects=None, instead_of=None)) if _untouched(update)]
    for update in drafts:
        update.text_cited, update.text_general = drafting.about(update)
        update.save(update_fields=["text_cited", "text_general"])
    return bool(drafts)


def _untouched(update: Update) -> bool:
    touched = update.approved_at or update.discarded_at or update.edited_by_id
    return not touched and not update.tellings.exists()


def _with_plan(change: Change, what: str) -> Q:
    """The decision's own updates that tell of `change` as it is planned."""
    return Q(decision=change.decision_id, text_cited__contains=what)


def _locked(about: Q) -> list[Update]:
    wanted = Update.objects.filter(about).values("pk")
    ids = list(Update.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    found = Update.objects.filter(pk__in=ids).order_by("pk")
    return list(found.select_related("decision__study", "corrects", "change_step__change__decision__study", "insight__study"))


def _read_anew(update: Update, by: User | None) -> None:
    if update.approved_at:
        audit.record(by=by, verb="decisions.approval_taken_back", target=update)
    if update.approved_at or update.edited_by_id:
        update.overtaken_at = now()
    update.approved_at = update.approved_by = None
    if not update.edited_by_id:
        update.text_cited, update.text_general = drafting.about(update)
    update.save()
