"""What this room does on news from below."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext as _

from allears.core import mail
from allears.core.clock import now
from allears.core.models import Message
from allears.people.erasing import forget_mails
from allears.people.models import Person, Purpose
from allears.people.queries import all_of
from allears.people.signals import consent_changed, people_merged, person_erased
from allears.studies.models import Decline, InvitationLink, InvitationMail, Later, PoolMember, Referral
from allears.studies.naming import forget_erased
from allears.studies.recognising import recognise_anew
from allears.studies.selection.forgetting import forget_members


@receiver(person_erased, dispatch_uid="studies.forget_what_was_asked")
def forget_what_was_asked(sender: Any, person: Person, **kwargs: Any) -> None:
    """Why they declined, the letters we wrote (also to an address they had before), that others named them, what they wrote of
    others, and every way in go with the person.

    That somebody was invited and declined stays, because outcome rates count it. Salted ids in proofs lead to nobody then,
    not even for who has the database and knows what the person was called in it: the salt goes, too.
    """
    theirs = all_of(person)
    Decline.objects.filter(invitation__person__in=theirs).exclude(reason="").update(reason="")
    Referral.objects.filter(Q(invitation__person__in=theirs) | Q(agreed__person__in=theirs)).update(note="")
    Later.objects.filter(invitation__person__in=theirs, asked_at=None, over_at=None).update(over_at=now())
    Referral.objects.filter(about__person__in=theirs).update(about=None)
    named = Referral.objects.filter(agreed__person__in=theirs).values("message")
    forget_mails(Message.objects.filter(pk__in=named))
    forget_erased(theirs)
    InvitationLink.objects.filter(invitation__person__in=theirs, revoked_at=None).update(revoked_at=now())
    letters = InvitationMail.objects.filter(invitation__person__in=theirs)
    forget_mails(Message.objects.filter(pk__in=letters.values("message")))
    forget_members(PoolMember.objects.filter(person__in=theirs))


@receiver(consent_changed, dispatch_uid="studies.call_letters_back")
def call_letters_back(sender: Any, person: Person, purpose: str, given: bool, **kwargs: Any) -> None:
    """Who does not want to be asked any more gets no letter that was still waiting for a better hour."""
    if purpose == Purpose.CONTACT and not given:
        letters = InvitationMail.objects.filter(invitation__person__in=all_of(person))
        why = _("They said that they do not want to be asked.")
        mail.call_back(Message.objects.filter(pk__in=letters.values("message")), why=why)


@receiver(people_merged, dispatch_uid="studies.recognise_who_was_named")
def recognise_who_was_named(sender: Any, keep: Person, other: Person, **kwargs: Any) -> None:
    """An address of one row may have been named, and the other be invited."""
    recognise_anew([keep, other])
