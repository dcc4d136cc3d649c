"""Where mail reaches somebody, and what follows when staff change it.

Whoever may change an address could set their own, and have a stranger's words sent to it. So the address before is
told, and for two days nothing leaves for the new one that leads to what a person said: no link to their own page, no
fresh link, no update with their words. An administrator may let it through earlier, with a reason that stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from allears.core import audit, mail
from allears.core.clock import now
from allears.core.languages import best, spoken
from allears.core.models import Message, User
from allears.core.queries import the_organisation
from allears.core.short_mails import both_ways
from allears.people import folding
from allears.people.errors import NoReason
from allears.people.models import AddressChange, Person
from allears.people.queries import all_of, stands_for

HOLD = timedelta(days=2)


@transaction.atomic
def changed(*, person: Person, before: Iterable[str], by: User | str | None) -> AddressChange | None:
    """Write down that mail reaches `person` at another address from now on, and tell those `before`.

    Call it after the new address stands. Where none stands now, nothing can leave and nothing is held.
    """
    told = [address for address in before if address and folding.email_key(address) != person.email_key]
    if not person.email and not told:
        return None
    change = AddressChange.objects.create(person=person, by=by if isinstance(by, User) else None)
    change.told.set([_tell(person, address, f"address:{change.pk}:{n}", change) for n, address in enumerate(told)])
    return change


def _tell(person: Person, address: str, key: str, change: AddressChange) -> Message:
    with translation.override(best((person.language,), spoken()) or translation.get_language()):
        text = _(
            "On %(day)s somebody at %(house)s wrote down another address for you, or joined your entry with another"
            " one. Our mails do not come here any more.\n\nIf that is right, you need do nothing. If it is not, please"
            " answer this mail within two days: until then nothing that you told us goes to the new address."
        ) % {"day": date_format(localtime(change.at), "DATE_FORMAT"), "house": the_organisation().name}
        return mail.put(
            to=address, to_name=person.name, subject=_("Your address with us was changed"), kind="address", key=key,
            **both_ways(text),
        )  # fmt: skip


def held_until(person: Person) -> datetime | None:
    """Return until when nothing personal leaves for the address of `person`; None where nothing is held."""
    newest = _holding().filter(person__in=all_of(person)).order_by("-at").first()
    return newest.at + HOLD if newest else None


def held() -> set[int]:
    """Return the ids of everybody whose address is held now."""
    return set(holds())


def holds() -> dict[int, datetime]:
    """Return until when the address of whom is held, by id; also of the person that stayed after a merge."""
    rows = list(_holding().order_by("at").values_list("person", "at"))
    stays = (
        stands_for(person for person, _at in rows) if rows else {}
    )  # apart: joined, SQLite may walk through all people
    return {pk: at + HOLD for person, at in rows for pk in (person, stays[person])}


def _holding() -> QuerySet[AddressChange]:
    return AddressChange.objects.filter(at__gt=now() - HOLD, trusted_at=None)


@transaction.atomic
def trust(*, person: Person, by: User, reason: str) -> int:
    """Let mails go to a new address before its two days are over; return how many changes that was about.

    Raises `NoReason`.
    """
    if not reason.strip():
        raise NoReason(_("Say why: it stays on record."))
    count = _holding().filter(person__in=all_of(person)).update(trusted_at=now(), trusted_by=by)
    audit.record(by=by, verb="people.address-trusted", target=person, reason=reason.strip()[:500], changes=count)
    return count
