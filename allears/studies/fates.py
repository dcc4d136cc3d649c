"""What became of each letter of an invitation, in words that say no more than is known.

A letter *came back* when its address was refused for good, at the door of the mail server or later by a report. One that the
server put off for days, or would not take for another reason, could not be delivered: the address may work.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from allears.people.erasing import NOBODY
from allears.studies.anew import CAME_BACK
from allears.studies.models import InvitationMail


class Fate(TextChoices):
    """What became of a letter."""

    WAITING = "waiting", _("in the outbox")
    SENT = "sent", _("sent")
    IN_DOUBT = "in_doubt", _("may have arrived")
    CAME_BACK = "came_back", _("came back")
    UNDELIVERED = "undelivered", _("could not be delivered")
    CALLED_BACK = "called_back", _("called back before it left")

    @property
    def is_trouble(self) -> bool:
        """Whether somebody had better look into it."""
        return self in (Fate.CAME_BACK, Fate.UNDELIVERED)


def letters() -> QuerySet[InvitationMail]:
    """Return letters as `fate_of` wants them: with their mail, and whether it came back."""
    came_back = Exists(CAME_BACK.filter(message=OuterRef("message")))
    return InvitationMail.objects.select_related("message").annotate(came_back=came_back).order_by("pk")


def fate_of(letter: InvitationMail) -> Fate:
    """Return what became of a letter that `letters` has found."""
    mail = letter.message
    if not mail.failed_at:
        return Fate.SENT if mail.sent_at else Fate.WAITING
    if mail.claimed_at and not mail.sent_at and (mail.text or mail.to == NOBODY):  # emptied, as somebody was erased
        return Fate.IN_DOUBT
    if mail.sent_at or letter.came_back:  # type: ignore[attr-defined]
        return Fate.CAME_BACK
    return Fate.UNDELIVERED if mail.text else Fate.CALLED_BACK
