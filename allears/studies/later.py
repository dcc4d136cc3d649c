"""Later: an invited person says when they want to be asked, and is asked then, by one mail.

Nothing reminds them before. The mail passes the budget gate as every mail that asks for time; while no
minutes are left it waits, and the study's team sees that it does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from allears.core import audit, mail
from allears.core.clock import now
from allears.core.models import Message
from allears.core.queries import the_organisation
from allears.people import budget
from allears.studies import inviting, mails
from allears.studies.hearing import Outcome, with_outcome
from allears.studies.models import Invitation, InvitationMail, Later, State

OPEN = Q(asked_at=None, over_at=None)
TRY_AGAIN = timedelta(hours=1)
LONGEST = timedelta(days=366)
MOST_AT_ONCE = 500


class NotThen(Exception):
    """The moment is past, or after the day by which everybody is told what became of it."""


def open_later(invitation: Invitation) -> Later | None:
    """Return when this person wants to be asked, while that is still to come."""
    return invitation.laters.filter(OPEN).first()


@transaction.atomic
def ask_later(*, invitation: Invitation, at: datetime) -> Later:
    """Keep that the person wants to be asked at `at`, moved out of their quiet hours; said again, the last
    word counts, also after they had declined. A reminder that waits in the outbox stays there. Raises `NotThen`.
    """
    moment = budget.good_moment(invitation.person, at)
    _must_fit(invitation, at, moment.astimezone(at.tzinfo))
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    invitation.laters.filter(OPEN).update(over_at=now())
    row = Later.objects.create(invitation=invitation, ask_at=moment)
    reminders = invitation.mails.exclude(kind="invite").values("message")
    mail.call_back(Message.objects.filter(pk__in=reminders), why=_("They asked to be asked later."))
    inviting.take_back_decline(invitation=invitation)
    inviting.mark_opened(invitation=invitation)
    audit.record(by="a participant", verb="studies.later", target=invitation, at=row.ask_at.isoformat())
    return row


def _must_fit(invitation: Invitation, at: datetime, moment: datetime) -> None:
    promise = invitation.study.promise_to_come
    if not now() < at < now() + LONGEST or (promise and moment.date() > promise):
        raise NotThen


@transaction.atomic
def take_back_later(*, invitation: Invitation) -> None:
    """They need not be asked again after all."""
    if invitation.laters.filter(OPEN).update(over_at=now()):
        audit.record(by="a participant", verb="studies.later_taken_back", target=invitation)


def ask_those_due() -> int:
    """Ask everybody whose moment has come; return how many mails were put."""
    due = Later.objects.filter(OPEN, ask_at__lte=now(), invitation__study__state=State.OPEN)
    due = due.filter(Q(try_after=None) | Q(try_after__lte=now()))
    return sum(_ask(pk) for pk in due.order_by("ask_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def _ask(pk: int) -> int:
    row = Later.objects.select_for_update().filter(OPEN, pk=pk).first()
    if row is None:
        return 0
    invitation = _waiting(row).first()
    try:
        if invitation is None:
            return _over(row)
        inviting.pass_the_gate(invitation.study, invitation.person, by=None)
    except inviting.NotInvitable as refusal:
        return _not_now(row) if refusal.why == "no_budget" else _over(row)
    _put(row, invitation)
    return 1


def _waiting(row: Later) -> QuerySet[Invitation]:
    """The invitation, unless it was answered or declined meanwhile."""
    found = with_outcome(Invitation.objects.filter(pk=row.invitation_id)).exclude(
        outcome__in=[Outcome.ANSWERED, Outcome.DECLINED, Outcome.NOT_ME]  # type: ignore[misc]
    )
    return found.select_related("study__owner", "person")


def _over(row: Later) -> int:
    Later.objects.filter(pk=row.pk).update(over_at=now())
    return 0


def _not_now(row: Later) -> int:
    Later.objects.filter(pk=row.pk).update(try_after=now() + TRY_AGAIN)
    return 0


def _put(row: Later, invitation: Invitation) -> None:
    token = inviting.issue_link(invitation=invitation)
    letter = mails.Letters(invitation.study, the_organisation()).later(invitation, token)
    message = mail.put(**letter, key=f"later:{row.pk}", not_before=budget.good_moment(invitation.person))
    InvitationMail.objects.create(invitation=invitation, message=message, kind="later")
    Later.objects.filter(pk=row.pk).update(asked_at=now())
    audit.record(by=None, verb="studies.asked_later", target=invitation)
