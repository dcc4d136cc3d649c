"""The letter anew: to who was invited and whose letters provably never arrived, once they can be reached.

A letter never arrived when it came back for good, or was called back before it left. Whoever's letters all did, and who has
said nothing by any other way, may get the first letter once more, with a link of its own. Nothing sends it by itself:
somebody who mended the address, or the study's team, presses a button. It passes the gate of `people` as every letter; the
minutes that were taken for the one that never arrived are taken for this one.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from allears.core import ahead, audit, mail, progress
from allears.core.models import Job, Message, User
from allears.core.queries import the_organisation
from allears.people import bounces, budget
from allears.people.erasing import NOBODY
from allears.people.listing import among
from allears.people.models import MailBounce
from allears.people.queries import survivor
from allears.studies import inviting, mails
from allears.studies.hearing import Outcome, with_outcome
from allears.studies.models import Commitment, Invitation, InvitationMail, State, Study
from allears.studies.selection.queries import without_their_seat

KIND = "studies.anew"
LOST_AHEAD = "lost"
CALLED_BACK = {"sent_at": None, "failed_at__isnull": False, "text": ""}
# It had been in a worker's hands, and was emptied because whoever has its address now was erased: nobody knows.
IN_DOUBT = {"to": NOBODY, "claimed_at__isnull": False}
DRAWN_AGAIN = Commitment.objects.filter(number__gt=0).values("selection__study")
# It came back, was sent again from the outbox, and was taken then, is in a worker's hands, or nobody knows.
SENT_AGAIN = Q(message__sent_at__isnull=False, message__failed_at=None)
SENT_AGAIN |= Q(message__sent_at=None, message__claimed_at__isnull=False)
CAME_BACK = MailBounce.objects.filter(hard=True, message__isnull=False)


class HasArrived(Exception):
    """A letter has reached them or is on its way, or they have said something."""

    def __init__(self) -> None:
        super().__init__(_("A letter has reached them or is on its way, or they have said something."))


def lost(study: Study) -> QuerySet[Invitation]:
    """Return the study's invitations of which no letter arrived, and to which nothing was said."""
    theirs = InvitationMail.objects.filter(invitation__study=study)
    # Found by the few letters that did not arrive, not by looking at everybody's.
    came_back = theirs.filter(message__in=CAME_BACK.values("message"))
    called_back = theirs.filter(message__in=Message.objects.filter(_called_back()).values("pk"))
    ids = {*came_back.values_list("invitation", flat=True), *called_back.values_list("invitation", flat=True)}
    return lost_among(Invitation.objects.filter(pk__in=among(sorted(ids))))


def lost_among(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return those of `invitations` of which there are letters, and none arrived or may yet, and to which nothing was said."""
    never = Q(Exists(CAME_BACK.filter(message=OuterRef("message")))) & ~SENT_AGAIN
    never |= _called_back("message__")
    letters = InvitationMail.objects.filter(invitation=OuterRef("pk"))
    found = invitations.filter(Exists(letters), ~Exists(letters.exclude(never)), paused_at=None, person__erased_at=None)
    for study in Study.objects.filter(pk__in=DRAWN_AGAIN).filter(pk__in=invitations.order_by().values("study")):  # whose seat was drawn again is asked no longer
        found = found.exclude(study=study, person__in=without_their_seat(study))
    return with_outcome(found).filter(outcome=Outcome.SILENT)  # type: ignore[misc]


def _called_back(row: str = "") -> Q:
    called, doubted = (Q(**{row + name: value for name, value in said.items()}) for said in (CALLED_BACK, IN_DOUBT))
    return called & ~doubted


def reachable(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return those whose person, as they stand today, has an address that works, and may be asked."""
    as_invited = Q(person__merged_into=None) & _can_be_reached("person")
    as_merged = Q(person__merged_into__isnull=False) & _can_be_reached("person__merged_into")
    return invitations.filter(as_invited | as_merged)


def _can_be_reached(row: str) -> Q:
    dead = bounces.STOPS.filter(address_key=OuterRef(f"{row}__email_key"))
    there = Q(**{f"{row}__erased_at": None, f"{row}__contactable": True})
    return there & ~Q(**{f"{row}__email": ""}) & ~Q(Exists(dead))


def counts(study: Study) -> tuple[int, int]:
    """Return of how many invitations no letter arrived, and how many of these can be sent anew. Among very many they are
    counted ahead (`studies.counting`)."""
    found = ahead.value_of(LOST_AHEAD, study.pk, lambda: count(study))
    return found[0], found[1]


def count(study: Study) -> list[int]:
    """Count both now."""
    found = lost(study)
    return [found.count(), reachable(found).count()]


def count_again(study: Study) -> None:
    """Count both anew, where they are counted ahead: many were written to just now."""
    if ahead.kept(LOST_AHEAD, study.pk):
        ahead.keep(LOST_AHEAD, study.pk, lambda: count(study), anew=True)


@transaction.atomic
def send(*, invitation: Invitation, by: User | None, letters: mails.Letters | None = None) -> Message:
    """Put the letter once more, to the address that the person has today, and return its mail. `letters`: of the study,
    where many are written.

    Raises `NotOpen`, `HasArrived` and `NotInvitable`.
    """
    study = invitation.study
    # The lock makes two who press at once wait for each other, so that nobody gets two letters.
    if Study.objects.select_for_update().values_list("state", flat=True).get(pk=study.pk) != State.OPEN:
        raise inviting.NotOpen
    if not lost_among(Invitation.objects.filter(pk=invitation.pk)).exists():
        raise HasArrived
    _pass_the_gate(invitation, by)
    earlier = Message.objects.filter(pk__in=invitation.mails.values("message")).exclude(text="")
    mail.call_back(earlier, why=_("The letter goes to their mended address instead."))
    message = _put(invitation, letters or mails.Letters(study, the_organisation()), by)
    audit.record(by=by, verb="studies.asked_anew", target=invitation)
    return message


def _pass_the_gate(invitation: Invitation, by: User | None) -> None:
    person, study = survivor(invitation.person), invitation.study
    if not mails.is_address(person.email) or bounces.marks(person).exists():
        raise inviting.NotInvitable("no_address")
    try:
        budget.ask_anew(
            person=person, minutes=invitation.minutes, subject=study.title, topic=f"study:{study.ref}", by=by
        )
    except (budget.BudgetSpent, budget.NotContactable) as refusal:
        raise inviting.NotInvitable(inviting.why(refusal)) from refusal
    invitation.person = person  # who was merged is written to where they stand today


def _put(invitation: Invitation, letters: mails.Letters, by: User | None) -> Message:
    token = inviting.issue_link(invitation=invitation, by=by)
    written = {**letters.invitation(invitation, token), "kind": "study-anew"}
    number = invitation.mails.filter(kind="anew").count() + 1
    message = mail.put(
        **written, key=f"anew:{invitation.ref}:{number}", not_before=budget.good_moment(invitation.person)
    )
    InvitationMail.objects.create(invitation=invitation, message=message, kind="anew")
    return message


@transaction.atomic
def ask_to_send(*, study: Study, by: User, **onward: Any) -> Job:
    """Put, in the background, all letters of the study that can be sent anew now; return the job. While one is under way,
    that is the one. `onward` is `next_url` and `next_words` of the job. Raises `NotOpen`.
    """
    from allears.studies.tasks import send_anew

    if Study.objects.select_for_update().values_list("state", flat=True).get(pk=study.pk) != State.OPEN:
        raise inviting.NotOpen
    running = Job.objects.filter(kind=KIND, parameters__study=study.pk, ended_at=None).first()
    if running:
        return running
    ids = list(reachable(lost(study)).order_by("pk").values_list("pk", flat=True))
    audit.record(by=by, verb="studies.anew_asked", target=study, people=len(ids))
    return progress.ask_for(
        send_anew, kind=KIND, title=_("Letters to mended addresses: “%(title)s”") % {"title": study.title}, by=by,
        unit=_("people"), total=len(ids), study=study.pk, invitations=ids, letters=True, **onward,
    )  # fmt: skip
