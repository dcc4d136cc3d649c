"""Reminders by themselves: one for each invitation, so many days after its letter left, and only to who has
said nothing.

Nobody is reminded who answered, declined, asked to be asked later, or paused on purpose. A reminder looks
once more when it is about to leave the outbox, because it may have waited there for the end of quiet hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from allears.core import ahead, mail
from allears.core.clock import now, today
from allears.core.models import Message
from allears.people import budget
from allears.people.bounces import STOPS
from allears.people.models import Person
from allears.studies import inviting
from allears.studies.hearing import Outcome, outcome_of, with_outcome
from allears.studies.models import Invitation, InvitationMail, Later, State, Study

SAID_NOTHING = (Outcome.SILENT, Outcome.OPENED, Outcome.BEGUN)
MOST_AT_ONCE = 500
PLAN_AHEAD = "reminders"


@dataclass(frozen=True)
class Plan:
    """What will be sent when: how many on which day, and why others who have not answered get none."""

    days: list[tuple[date, int]] = field(default_factory=list)
    unsent: int = 0  # their invitation is still in the outbox
    spared: Counter[str] = field(default_factory=Counter)  # by "later", "paused", "reminded", "link", "unreachable"

    @property
    def coming(self) -> int:
        """How many reminders are still to be sent."""
        return sum(count for _day, count in self.days) + self.unsent


def quiet_ones(study: Study) -> QuerySet[Invitation]:
    """Return the invitations to which nothing was said, and that nothing else speaks against reminding."""
    said = Invitation.objects.filter(study=study, paused_at=None)
    said = said.filter(~Exists(Later.objects.filter(invitation=OuterRef("pk"))))
    said = said.filter(~Exists(InvitationMail.objects.filter(invitation=OuterRef("pk"), kind="remind")))
    willing = Q(person__merged_into=None, person__contactable=True) | Q(person__merged_into__contactable=True)
    said = said.filter(willing, person__erased_at=None).exclude(person__email="")
    dead = STOPS.filter(address_key=OuterRef("person__email_key"))
    said = said.filter(~Exists(dead))
    return with_outcome(said).filter(outcome__in=SAID_NOTHING)  # type: ignore[misc]


def due(study: Study) -> QuerySet[Invitation]:
    """Return whom to remind now: the letter left long enough ago, and they have minutes left."""
    if study.remind_after is None:
        return Invitation.objects.none()
    since = now() - timedelta(days=study.remind_after)
    letter = InvitationMail.objects.filter(
        invitation=OuterRef("pk"), kind__in=InvitationMail.ASKING, message__sent_at__lte=since, message__failed_at=None
    )
    free = budget.free_for(Person.objects.living(), inviting.REMINDER_MINUTES).values("pk")
    found = quiet_ones(study).filter(Exists(letter))
    return found.filter(Q(person__in=free) | Q(person__merged_into__in=free)).order_by("pk")


def remind_those_due() -> int:
    """Put the reminders that are due in all open studies; return how many."""
    return sum(_remind(invitation) for invitation in _due_anywhere())


def _due_anywhere() -> Iterator[Invitation]:
    for study in Study.objects.filter(state=State.OPEN, remind_after__isnull=False).select_related("owner"):
        for invitation in due(study).select_related("person")[:MOST_AT_ONCE]:
            invitation.study = study
            yield invitation


def _remind(invitation: Invitation) -> int:
    try:
        inviting.remind(invitation=invitation, by=None)
    except (inviting.NotInvitable, inviting.AlreadyReminded, inviting.NotOpen, inviting.SaidLater, inviting.HasPaused):
        return 0  # something changed since they were looked for
    return 1


def plan(study: Study) -> Plan:
    """Return what will be sent when, if nobody answers before; days where the reader is."""
    if study.remind_after is None:
        return Plan()
    sent, unsent, spared = ahead.value_of(PLAN_AHEAD, study.pk, lambda: count_plan(study))
    by_day: Counter[date] = Counter()
    for day, count in sent:
        by_day[max(date.fromisoformat(day) + timedelta(days=study.remind_after), today())] += count
    return Plan(sorted(by_day.items()), unsent, Counter(spared))


def count_plan(study: Study) -> list[Any]:
    """Count to how many who said nothing a letter left on which day and how many have not left, and who is spared why."""
    quiet = quiet_ones(study)
    letters = InvitationMail.objects.filter(
        kind__in=InvitationMail.ASKING, message__failed_at=None, invitation__in=quiet.values("pk")
    )
    days = letters.annotate(day=TruncDate("message__sent_at")).values_list("day").annotate(n=Count("pk"))
    counted = dict(days.order_by("day"))
    unsent = counted.pop(None, 0)
    return [[[day.isoformat(), count] for day, count in counted.items()], unsent, _spared(study)]


def _spared(study: Study) -> Counter[str]:
    """Who has not answered and is not reminded, by the first reason that holds."""
    rows = with_outcome(Invitation.objects.filter(study=study)).filter(
        outcome__in=[*SAID_NOTHING, Outcome.LATER]  # type: ignore[misc]
    )
    rows = rows.annotate(
        later=Exists(Later.objects.filter(invitation=OuterRef("pk"))),
        reminded=Exists(InvitationMail.objects.filter(invitation=OuterRef("pk"), kind="remind")),
        lettered=Exists(InvitationMail.objects.filter(invitation=OuterRef("pk"), kind__in=InvitationMail.ASKING)),
        paused=ExpressionWrapper(Q(paused_at__isnull=False), output_field=BooleanField()),
        willing=F("person__contactable"),
    )
    found: Counter[str] = Counter()
    groups = rows.values_list("later", "paused", "reminded", "lettered", "willing").annotate(n=Count("pk"))
    for later, paused, reminded, lettered, willing, count in groups.order_by():
        reasons = {"later": later, "paused": paused, "reminded": reminded, "link": not lettered}
        why = next((name for name, holds in reasons.items() if holds), "" if willing else "unreachable")
        if why:
            found[why] += count
    return found


@mail.last_look("study-reminder", "study-later", "study-anew")
def still_worth_asking(messages: Sequence[Message]) -> dict[int, str]:
    """A letter that asks again does not leave when they have answered, declined, or the study is closed; a reminder
    does not either when they paused since it was put. What they asked for after their pause leaves.
    """
    carried = dict(InvitationMail.objects.filter(message__in=messages).values_list("message", "invitation"))
    found = with_outcome(Invitation.objects.filter(pk__in=set(carried.values()))).select_related("study").in_bulk()
    return {message.pk: _why_no_more(message, found.get(carried.get(message.pk, 0))) for message in messages}


def _why_no_more(message: Message, invitation: Invitation | None) -> str:
    if invitation is None or not invitation.study.is_open:
        return _("The study takes no more answers.")
    if outcome_of(invitation) in (Outcome.ANSWERED, Outcome.DECLINED, Outcome.NOT_ME):
        return _("They have answered or declined meanwhile.")
    paused = invitation.paused_at
    if message.kind == "study-reminder" and paused is not None and paused >= message.put_at:
        return _("They have paused meanwhile and come back by themselves.")
    return ""
