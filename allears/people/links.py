"""A person's own ways in: to their page, to what is personal beyond it, and out of our mails.

Only hashes of tokens are kept. Opening a link changes nothing; see core.links.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.urls import reverse

from allears.core import audit
from allears.core.clock import now
from allears.core.links import hash_token, new_token
from allears.core.models import User
from allears.people.models import Person, PersonalLink, Purpose
from allears.people.queries import all_of, survivor

FRESH = timedelta(hours=1)
LONGEST_TOKEN = 80
_leaving = Signer(salt="people.leave", sep=".")


def page_link(person: Person) -> str:
    """Issue a link to the person's own page and return its absolute address; it holds until it is revoked."""
    return f"{settings.BASE_URL}/me/{issue(person)}/"


def issue(person: Person, scope: str = "page") -> str:
    """Return a new token for `person`: "page" without end, "fresh" for an hour, to be mailed to their own
    address.
    """
    token = new_token()
    PersonalLink.objects.create(
        person=survivor(person),
        token_hash=hash_token(token),
        scope=scope,
        made_at=now(),
        expires_at=now() + FRESH if scope == "fresh" else None,
    )
    return token


def person_for(token: str, scope: str = "page") -> Person | None:
    """Return whom `token` stands for today; None when it is unknown, expired, revoked, or of another
    scope.
    """
    if not token or len(token) > LONGEST_TOKEN:
        return None
    link = (
        PersonalLink.objects.filter(token_hash=hash_token(token), scope=scope, revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now()))
        .select_related("person__merged_into")
        .first()
    )
    person = link and (link.person.merged_into or link.person)
    return person if person and not person.erased_at else None


def revoke(*, person: Person, by: User | None) -> int:
    """Make every link of `person` that is out there useless; return how many there were."""
    count = PersonalLink.objects.filter(person__in=all_of(person), revoked_at=None).update(revoked_at=now())
    audit.record(by=by or "the person", verb="people.links-revoked", target=person, links=count)
    return count


def leaving_link(person: Person, purpose: str = Purpose.CONTACT) -> str:
    """Return the address where one click ends our mails to `person`: those that ask (`Purpose.CONTACT`), or those that
    tell what became of their words (`Purpose.HEAR`). It never expires and opens nothing else.
    """
    return settings.BASE_URL + reverse("people:leave", args=[_leaving.sign(said_of(person, purpose))])


def leaving_headers(link: str) -> dict[str, str]:
    """Return the headers of `leaving_link` by which a mail program offers to unsubscribe with one click (RFC 8058, RFC
    2369).
    """
    return {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def leaver(token: str) -> tuple[Person, Purpose] | None:
    """Return who leaves by `token`, and which of our mails; None when we did not make it or they are no longer known."""
    try:
        return of_whom(_leaving.unsign(token))
    except BadSignature:
        return None


def said_of(person: Person, purpose: str) -> str:
    """Return what a signed link says of `person` and one kind of our mails; `of_whom` reads it."""
    return person.ref if purpose == Purpose.CONTACT else f"{person.ref}-{purpose}"


def of_whom(said: str) -> tuple[Person, Purpose] | None:
    """Return whom `said_of` spoke of, and which mails; None when they are no longer known."""
    ref, _dash, purpose = said.partition("-")
    person = Person.objects.filter(ref=ref, erased_at=None).first()
    return (survivor(person), Purpose(purpose or Purpose.CONTACT)) if person else None
