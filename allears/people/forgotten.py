"""Addresses of people who asked to be erased: known again when a list brings them, and told to nobody.

Of an address only a keyed digest is kept (HMAC-SHA-256 with the installation's secret): whoever has the database
alone cannot try out addresses. It serves one thing, that somebody who was forgotten does not come back by an old list.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.people import folding
from allears.people.details import Problem
from allears.people.errors import NoReason
from allears.people.models import ErasedAddress


def digest_of(email: str) -> str:
    """Return by what an address is known again once it was erased; the empty string for none."""
    key = folding.email_key(email)
    return salted_hmac("allears.people.forgotten", key, algorithm="sha256").hexdigest() if key else ""


def remember(emails: Iterable[str]) -> None:
    """Keep the digests of addresses whose people were erased just now."""
    for digest in {digest_of(email) for email in emails} - {""}:
        row, _made = ErasedAddress.objects.get_or_create(digest=digest)
        if row.let_in_at:
            ErasedAddress.objects.filter(pk=row.pk).update(at=now(), let_in_at=None, let_in_by=None)


def among(emails: Iterable[str]) -> set[str]:
    """Return those of `emails` that belong to somebody who asked to be erased."""
    digests = {digest_of(email): email for email in emails if email}
    found = ErasedAddress.objects.filter(digest__in=list(digests), let_in_at=None).values_list("digest", flat=True)
    return {digests[digest] for digest in found}


def problem() -> Problem:
    """What a form or a report says about such an address."""
    return Problem(
        "email", "asked-to-be-erased",
        _("Whoever has this address asked to be erased, so it was not taken. If they want to come back, an"
          " administrator can let the address in again, under People, More, “Erased addresses”."),
    )  # fmt: skip


@transaction.atomic
def let_in(*, email: str, by: User | str, reason: str) -> bool:
    """Let an erased address be brought again; return whether it was one. Raises `NoReason`."""
    if not reason.strip():
        raise NoReason(_("Say why: it stays on record."))
    user = by if isinstance(by, User) else None
    rows = ErasedAddress.objects.filter(digest=digest_of(email), let_in_at=None)
    if not rows.update(let_in_at=now(), let_in_by=user):
        return False
    row = ErasedAddress.objects.get(digest=digest_of(email))
    audit.record(by=by, verb="people.erased-address-let-in", target=row, reason=reason.strip()[:500])
    return True
