"""Coming back after having left our mails: by a link that is mailed afresh to one's own address and works for an hour."""

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
from allears.core.queries import the_organisation
from allears.people import addresses
from allears.people.links import FRESH
from allears.people.models import Person
from allears.people.queries import survivor

ONCE_IN = 600  # seconds: however often it is asked for, one mail
MOST_A_DAY = 8  # whoever else holds one of their mails may ask for it, too
DAY = 24 * 60 * 60
_returning = TimestampSigner(salt="people.return", sep=".")


def send_link(person: Person) -> None:
    """Mail the way back to the address we hold, so many times a day; none while a new address waits for its two days."""
    today = [f"back:{person.ref}:{int(now().timestamp()) // ONCE_IN - ago}" for ago in range(DAY // ONCE_IN)]
    if not person.email or addresses.held_until(person) or Message.objects.filter(key__in=today).count() >= MOST_A_DAY:
        return
    with translation.override(best((person.language,), spoken()) or translation.get_language()):
        house = the_organisation().name
        link = settings.BASE_URL + reverse("people:back", args=[_returning.sign(person.ref)])
        text = _(
            "Somebody, most likely you, pressed “you may ask me again”. If that was you, open this link within an hour"
            " and say so once more. If it was not, do nothing: we will not ask you."
        )
        mail.put(
            to=person.email, to_name=person.name, subject=_("May we ask you again?"), kind="own",
            text=f"{text}\n\n{link}\n\n{house}\n", key=today[0],
        )  # fmt: skip


def whose(token: str) -> Person | None:
    """Return who comes back by `token`; None when it is not ours, too old, or they are no longer known."""
    try:
        ref = _returning.unsign(token, max_age=FRESH)
    except BadSignature:
        return None
    person = Person.objects.filter(ref=ref, erased_at=None).first()
    return survivor(person) if person else None
