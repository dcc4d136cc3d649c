"""Updates whose decision or change moved on before they were sent: nobody is told what does not hold any more.

An approval holds for what was read. When that changes, it is taken back, and the texts are written anew unless a
person wrote them. What was told stays as it was told, but nobody else is told it. The rows are locked, as a sending
locks them: what it is about to tell is either told before the change, or not at all.
"""

from __future__ import annotations

from django.db.models import Q

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.decisions import drafting
from allears.decisions.models import Change, ChangeStep, Decision, Update


def by_decision(decision: Decision, by: User) -> None:
    """What `decision` says has changed. Call it inside a transaction, when the decision is saved."""
    for update in _locked(Q(decision=decision) | Q(change_step__change__decision=decision)):
        if not update.tellings.exists():
            _read_anew(update, by)
        elif update.decision_id:
            update.overtaken_at = now()
            update.save(update_fields=["overtaken_at"])


def by_grounds(decision: Decision, by: User) -> None:
    """`decision` rests on other words: what was approved would reach other people, beside other words."""
    for update in _locked(Q(decision=decision) | Q(change_step__change__decision=decision)):
        if not update.tellings.exists():
            _read_anew(update, by)


def by_edit(change: Change, by: User) -> None:
    """What is to be done, or by when, has changed."""
    for update in _locked(Q(change_step__change=change)):
        if not update.tellings.exists():
            _read_anew(update, by)


def by_step(step: ChangeStep, by: User | None) -> None:
    """A change moved on: earlier steps that were approved are read anew, drafts of them are not needed any more."""
    for update in _locked(Q(change_step__change=step.change) & ~Q(change_step=step)):
        if update.tellings.exists():
            continue
        if update.approved_at or update.edited_by_id:
            _read_anew(update, by)
        elif not update.discarded_at:
            update.discarded_at = now()
            update.save(update_fields=["discarded_at"])


def _locked(about: Q) -> list[Update]:
    wanted = Update.objects.filter(about).values("pk")
    ids = list(Update.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    found = Update.objects.filter(pk__in=ids).order_by("pk")
    return list(found.select_related("decision__study", "change_step__change__decision__study", "insight__study"))


def _read_anew(update: Update, by: User | None) -> None:
    if update.approved_at:
        audit.record(by=by, verb="decisions.approval_taken_back", target=update)
    if update.approved_at or update.edited_by_id:
        update.overtaken_at = now()
    update.approved_at = update.approved_by = None
    if not update.edited_by_id:
        update.text_cited, update.text_general = drafting.about(update)
    update.save()
