"""Who of the invited was named by others: noted when it comes about, so that nobody's address is looked through later.

What stays of a named address is a keyed hash, which leads back to nobody. Whoever is invited has an address: when they are
invited, or two rows turn out to be one person, theirs are hashed and held against the few that were named in the study.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef
from django.utils.crypto import salted_hmac

from allears.people.folding import email_key
from allears.people.models import Person
from allears.people.queries import rows_of, stands_for
from allears.studies.models import Invitation, Referral


def address_hash(email: str) -> str:
    """Return the keyed hash of an address: without the installation's secret key nobody can try addresses out."""
    return _hash_of(email_key(email) or "", _keyed())


def recognise(study_id: int, invitations: Sequence[Invitation]) -> None:
    """Note which of these invitations of one study are of people who were named in it."""
    # Looked for among those who were named, who are few, and not among all who are invited.
    here = Invitation.objects.filter(pk=OuterRef("invitation"), study=study_id)
    named = Referral.objects.filter(Exists(here), about=None, agreed=None)
    if not named.exists():
        return
    invited = _hashed(invitations)
    for row in named.filter(address_hash__in=invited):
        row.about = invited[row.address_hash]
        row.save(update_fields=["about"])


def recognise_anew(people: Iterable[Person]) -> None:
    """Do so for the invitations of rows that have become one person."""
    by_study: dict[int, list[Invitation]] = {}
    for invitation in Invitation.objects.filter(person__in=people):
        by_study.setdefault(invitation.study_id, []).append(invitation)
    for study_id, invitations in by_study.items():
        recognise(study_id, invitations)


def _hashed(invitations: Sequence[Invitation]) -> dict[str, Invitation]:
    """The invitations by the hashes of all addresses of whom they are to, also those of rows that were merged."""
    stays = stands_for([one.person_id for one in invitations])
    by_person = {stays[one.person_id]: one for one in invitations}
    rows = rows_of(by_person).filter(email_key__isnull=False)
    keyed = _keyed()
    return {
        _hash_of(key, keyed): by_person[merged or pk]
        for pk, merged, key in rows.values_list("pk", "merged_into_id", "email_key")
        if key
    }


def _keyed() -> hmac.HMAC:
    return salted_hmac("allears.studies.referral", "", algorithm="sha256")


def _hash_of(key: str, keyed: hmac.HMAC) -> str:
    hashed = keyed.copy()
    hashed.update(key.encode())
    return hashed.hexdigest()
