"""Coming back after having left our mails: by a link that is mailed afresh to one's own address and works for an hour.

One link for being asked, another for hearing what became of one's words: each lets us do what it names, no more.
"""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from allears.core import mail
from allears.core.clock import now
from allears.core.languages import best, spoken
from allears.core.models import Message
from allears.core.short_mails import both_ways
from allears.people import addresses
from allears.people.links import FRESH, of_whom, said_of
from allears.people.models import Person, Purpose

ONCE_IN = 600  # seconds: however often it is asked for, one mail
MOST_A_DAY = 8  # whoever else holds one of their mails may ask for it, too
DAY = 24 * 60 * 60
_returning = TimestampSigner(salt="people.return", sep=".")


def send_link(person: Person, purpose: str = Purpose.CONTACT) -> None:
    """Mail the way back to the address we hold, so many times a day; none while a new address waits for its two days."""
    said = said_of(person, purpose)
    today = [f"back:{said}:{int(now().timestamp()) // ONCE_IN - ago}" for ago in range(DAY // ONCE_IN)]
    if not person.email or addresses.held_until(person) or Message.objects.filter(key__in=today).count() >= MOST_A_DAY:
        return
    with translation.override(best((person.language,), spoken()) or translation.get_language()):
        link = settings.BASE_URL + reverse("people:back", args=[_returning.sign(said)])
        subject, text = _letter(purpose)
        mail.put(
            to=person.email, to_name=person.name, subject=subject, kind="own", key=today[0],
            **both_ways(text, link=link, button=_("Say so once more")),
        )  # fmt: skip


def _letter(purpose: str) -> tuple[str, str]:
    if purpose == Purpose.HEAR:
        return _("May we write to you again?"), _(
            "Somebody, most likely you, pressed “write me what becomes of my words”. If that was you, open this link"
            " within an hour and say so once more. If it was not, do nothing: we will not write about it."
        )
    return _("May we ask you again?"), _(
        "Somebody, most likely you, pressed “you may ask me again”. If that was you, open this link within an hour"
        " and say so once more. If it was not, do nothing: we will not ask you."
    )


def whose(token: str) -> tuple[Person, Purpose] | None:
    """Return who comes back by `token`, and to which of our mails; None when it is not ours, too old, or they are no
    longer known.
    """
    try:
        return of_whom(_returning.unsign(token, max_age=FRESH))
    except BadSignature:
        return None
