"""Forgetting a person: everything that says who they are goes, and the rooms above are told to do the
same.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from allears.core import audit, wiping
from allears.core.clock import now
from allears.core.models import Message, User
from allears.people import forgotten
from allears.people.errors import NoReason
from allears.people.folding import email_key
from allears.people.models import (
    AddressChange,
    Consent,
    Contact,
    LivedThrough,
    Lookalike,
    MailBounce,
    Person,
    PersonalLink,
    PersonFacet,
)
from allears.people.queries import all_of, in_hand
from allears.people.signals import person_erased

NOBODY = "erased@erased.invalid"  # RFC 2606: this address can belong to nobody
EMPTY = {
    "name": "", "label": "", "email": "", "email_key": None, "phone": "", "phone_key": "",
    "external_id": None, "account": None, "user": None, "language": "", "time_zone": "",
    "quiet_from": None, "quiet_to": None,
    "budget_minutes": None, "joined_on": None, "contactable": False,
}  # fmt: skip


@transaction.atomic
def erase(*, person: Person, by: User | None, reason: str) -> Person:
    """Forget `person` and every row merged into them; return the row that stays, empty.

    Goes: name, address, telephone, ids, account, facets, touchpoints, time zone and limits, mails to them, links (none
    opens any more), the wording of consents. Stays: a keyed digest of the address, by which a list that is brought
    again knows that they asked for this; that there was a person, which consents were given when,
    the minutes asked. The listeners of `person_erased` redact their words in the same transaction. `by` is
    None when the person did it. Raises `NoReason`, `AlreadyErased`.
    """
    if not reason.strip():
        raise NoReason(_("Say why: it stays on record after the person is forgotten."))
    stays = in_hand(person)
    rows = all_of(stays)  # known once nobody merges them with anybody
    list(Person.objects.select_for_update().filter(pk__in=rows).order_by("pk"))  # nor speaks as any of them
    wiping.remember()
    _forget_mails_to(rows)
    _forget_history(rows)
    Person.objects.filter(pk__in=rows).update(**EMPTY, erased_at=now())
    stays.refresh_from_db()
    # The reason was typed by whoever erased: it says which law or request, and must not name the person.
    audit.record(by=by or "the person", verb="people.erased", target=stays, reason=reason.strip()[:500], rows=len(rows))
    person_erased.send(sender=Person, person=stays, by=by, reason=reason)
    return stays


def _forget_history(rows: list[int]) -> None:
    PersonFacet.objects.filter(person__in=rows).delete()
    LivedThrough.objects.filter(person__in=rows).delete()
    PersonalLink.objects.filter(person__in=rows).delete()
    Lookalike.objects.filter(first__in=rows).delete()
    Lookalike.objects.filter(second__in=rows).delete()
    Consent.objects.filter(person__in=rows).update(source="", wording="", by=None)
    Contact.objects.filter(person__in=rows).update(override_reason="")


def _forget_mails_to(rows: list[int]) -> None:
    """Empty the mails to the addresses they have and had; rooms above know which others they wrote to."""
    before = Message.objects.filter(pk__in=AddressChange.objects.filter(person__in=rows).values("told"))
    addresses = {*Person.objects.filter(pk__in=rows).values_list("email", flat=True), *before.values_list("to", flat=True)}
    addresses -= {"", NOBODY}
    forget_mails(before)
    forget_mails(Message.objects.filter(to__in=addresses))
    MailBounce.objects.filter(address_key__in=filter(None, map(email_key, addresses))).delete()
    forgotten.remember(addresses)


def forget_mails(mails: QuerySet[Message]) -> None:
    """Empty these mails; one that still waits in the outbox will not leave."""
    ids = list(mails.values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        some = Message.objects.filter(pk__in=ids[start : start + 500])
        some.filter(sent_at=None, failed_at=None).update(failed_at=now(), error=_("the person was erased"))
        some.update(to=NOBODY, to_name="", subject="", text="", html="", headers={})
