"""Who said it: the person with this address or id, else somebody new whom nobody can name."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from allears.people.folding import email_key, plain
from allears.people.models import Kind, Person
from allears.questionnaires.dialects import Problem, Reply
from allears.studies.models import Study

NAME = 200


def persons_of(study: Study, numbered: Iterable[tuple[int, Reply]], *, own: bool = False) -> list[Person]:
    """A person for each reply, in order; the number is what somebody without a name is called by.

    Two replies of one address or one id (in the study) are one person. Someone known already keeps what is
    known of them. `own`: the file is an export of ours, and names people as we do.
    """
    numbered = list(numbered)
    for _number, reply in numbered:
        _check_address(reply)
    known = _known(study, [reply for _, reply in numbered])
    if own:
        known |= _by_ref(study, [reply for _, reply in numbered])
    found, new = [], []
    for number, reply in numbered:
        person = next((known[key] for key in _keys(study, reply) if key in known), None)
        if person is None:
            person = _new(study, number, reply)
            new.append(person)
        for key in _keys(study, reply):
            known.setdefault(key, person)
        found.append(person)
    Person.objects.bulk_create(new, batch_size=500)
    return found


def _known(study: Study, replies: list[Reply]) -> dict[str, Person]:
    keys = {key for reply in replies for key in _keys(study, reply)}
    addresses = [key for key in keys if "@" in key]
    ids = [key for key in keys if "@" not in key]
    rows = [
        *Person.objects.filter(email_key__in=addresses).select_related("merged_into"),
        *Person.objects.filter(external_id__in=ids).select_related("merged_into"),
    ]
    # A living row goes before one that was merged into another.
    known: dict[str, Person] = {}
    for row in sorted(rows, key=lambda row: row.merged_into_id is not None):
        for key in (row.email_key, row.external_id):
            if key:
                known.setdefault(key, _survivor(row))
    return known


def _by_ref(study: Study, replies: list[Reply]) -> dict[str, Person]:
    """People of this house by the key under which their own export names them; who was erased is nobody any more."""
    refs = {reply.person_id for reply in replies if reply.person_id}
    rows = Person.objects.filter(ref__in=refs, erased_at=None).select_related("merged_into")
    return {f"{study.ref}:{row.ref}": _survivor(row) for row in rows}


def _survivor(person: Person) -> Person:
    while person.merged_into is not None:
        person = person.merged_into
    return person


def _keys(study: Study, reply: Reply) -> list[str]:
    """What would make this person known again: their address, their id among the study's respondents."""
    address = email_key(reply.email)
    named = f"{study.ref}:{reply.person_id}"[:120] if reply.person_id and "@" not in reply.person_id else None
    return [key for key in (address, named) if key]


def _new(study: Study, number: int, reply: Reply) -> Person:
    ids = [key for key in _keys(study, reply) if "@" not in key]
    return Person(
        kind=Kind.CUSTOMER,
        name=plain(reply.name)[:NAME],
        label=_("Participant %(number)04d") % {"number": number},
        email=reply.email,
        email_key=email_key(reply.email),
        external_id=ids[0] if ids else None,
        language=reply.language,
    )


def _check_address(reply: Reply) -> None:
    """An address that no mail could reach is reported and left out; the row is taken all the same."""
    if not reply.email:
        return
    try:
        validate_email(reply.email)
    except ValidationError:
        words = _("“%(address)s” is not an e-mail address.") % {"address": reply.email[:80]}
        reply.problems.append(Problem(reply.row, "e-mail", words))
        reply.email = ""
