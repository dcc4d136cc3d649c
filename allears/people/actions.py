"""What can be done with people. Each verb is one transaction and leaves an audit event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django.db import IntegrityError, transaction

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.people import addresses, folding, forgotten
from allears.people.details import Details, Problem, checked
from allears.people.erasing import erase
from allears.people.errors import AddressTaken, UnfitDetails, UnknownPurpose
from allears.people.merging import dismiss, merge, unmerge
from allears.people.models import Account, Consent, Facet, FacetValue, Person, PersonFacet, Purpose
from allears.people.queries import consents, in_hand
from allears.people.signals import consent_changed

__all__ = [
    "account_named",
    "add_person",
    "change_person",
    "dismiss",
    "erase",
    "known_person",
    "merge",
    "record_consent",
    "set_facet",
    "set_limits",
    "unmerge",
    "value_of",
]


@transaction.atomic
def add_person(
    *,
    by: User | str | None,
    kind: str,
    name: str = "",
    email: str = "",
    account_name: str = "",
    facets: Mapping[str, str] | None = None,
    language: str = "",
    time_zone: str = "",
    label: str = "",
    external_id: str | None = None,
    phone: str = "",
    joined_on: date | str | None = None,
) -> Person:
    """Return the person with this external id or address, with what was empty filled in; else a new one.

    `facets` maps a facet's key or label to a value's label; new facets and values are made. Raises
    `UnfitDetails` with every problem, in which case nothing is kept.
    """
    details = _fit(
        {
            "kind": kind,
            "name": name,
            "email": email,
            "account_name": account_name,
            "facets": facets or {},
            "language": language,
            "time_zone": time_zone,
            "label": label,
            "external_id": external_id or "",
            "phone": phone,
            "joined_on": joined_on or "",
        }
    )
    person = known_person(details)
    return _fill(person, details, by) if person else _add(details, by)


def _fit(raw: Mapping[str, object]) -> Details:
    details, problems = checked(raw)
    if not details.says_who and not problems:
        problems = [Problem("name", "nobody", "Give at least a name, an address, a label or an external id.")]
    if not problems and forgotten.among([details.email]):
        problems = [forgotten.problem()]
    if problems:
        raise UnfitDetails(problems)
    return details


def known_person(details: Details) -> Person | None:
    """Return who has this external id, else this address; the row that stays if it was merged."""
    return _known_by("external_id", details.external_id or None) or _known_by(
        "email_key", folding.email_key(details.email)
    )


def _known_by(field: str, value: str | None) -> Person | None:
    if value is None:
        return None
    living = Person.objects.filter(merged_into=None, **{field: value}).first()
    if living:
        return living
    merged = Person.objects.filter(merged_into__isnull=False, **{field: value}).select_related("merged_into").first()
    return merged.merged_into if merged else None


def _add(details: Details, by: User | str | None) -> Person:
    """A new row; when somebody else added the same person a moment ago, theirs."""
    try:
        with transaction.atomic():
            person = Person.objects.create(
                kind=details.kind, account=account_named(details.account_name), **own_fields(details)
            )
    except IntegrityError:
        person_there = known_person(details)
        if person_there is None:
            raise
        return _fill(person_there, details, by)
    for facet, value in details.facets.items():
        set_facet(person, value_of(facet, value))
    audit.record(by=by, verb="people.added", target=person)
    return person


def own_fields(details: Details) -> dict[str, Any]:
    """Return what a person's own columns hold of `details`, with the folded keys that searching and matching use."""
    return {
        "name": details.name,
        "label": details.label,
        "email": details.email,
        "email_key": folding.email_key(details.email),
        "phone": details.phone,
        "phone_key": folding.phone_key(details.phone),
        "external_id": details.external_id or None,
        "language": details.language,
        "time_zone": details.time_zone,
        "joined_on": details.joined_on,
    }


def _fill(person: Person, details: Details, by: User | str | None) -> Person:
    """Take over what is not known of `person` yet; what is known stays."""
    offered = {**own_fields(details), "account": account_named(details.account_name)}
    news = {field: value for field, value in offered.items() if value and not getattr(person, field)}
    news = _without_what_is_taken(person, news)
    for field, value in news.items():
        setattr(person, field, value)
    person.save(update_fields=list(news)) if news else None
    if "email" in news:
        addresses.changed(person=person, before=[], by=by)
    had = set(person.facets.values_list("facet__key", flat=True))
    values = [value_of(facet, value) for facet, value in details.facets.items()]
    new_values = [value for value in values if value.facet.key not in had]
    for value in new_values:
        set_facet(person, value)
    if news or new_values:
        facets = sorted(value.facet.key for value in new_values)
        audit.record(by=by, verb="people.completed", target=person, fields=sorted(news), facets=facets)
    return person


def _without_what_is_taken(person: Person, news: dict[str, Any]) -> dict[str, Any]:
    """Leave out an address or id that is another person's: the external id said who this is."""
    for field, also in (("email_key", "email"), ("external_id", None)):
        taken = field in news and _known_by(field, news[field])
        if taken and taken.pk != person.pk:
            news = {key: value for key, value in news.items() if key not in (field, also)}
    return news


@transaction.atomic
def change_person(*, person: Person, by: User | str | None, **fields: Any) -> Person:
    """Change what is known of `person`: any field of `Details` but consents; an empty value clears it.

    `facets` maps keys or labels to a value's label, or to "" for none; facets not named stay as they are.
    Raises `UnfitDetails`, and `AddressTaken` when the address or external id is another person's.
    """
    person = in_hand(person)
    details, problems = checked({"kind": person.kind, **fields})
    if not problems and forgotten.among([details.email]):
        problems = [forgotten.problem()]
    if problems:
        raise UnfitDetails(problems)
    news = {"kind": details.kind, **own_fields(details), "account": account_named(details.account_name)}
    before = person.email
    changed = _apply(person, {key: value for key, value in news.items() if _column(key) in fields})
    _refuse_taken(person, changed)
    if changed:
        person.save(update_fields=changed)
    if "email_key" in changed:
        addresses.changed(person=person, before=[before], by=by)
    facets = _apply_facets(person, fields.get("facets") or {})
    if changed or facets:
        audit.record(by=by, verb="people.changed", target=person, fields=sorted(changed), facets=sorted(facets))
    return person


def _column(field: str) -> str:
    return {"email_key": "email", "phone_key": "phone", "account": "account_name"}.get(field, field)


def _apply(person: Person, news: Mapping[str, Any]) -> list[str]:
    changed = [field for field, value in news.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, news[field])
    return changed


def _refuse_taken(person: Person, changed: Sequence[str]) -> None:
    for field in ("email_key", "external_id"):
        other = _known_by(field, getattr(person, field)) if field in changed else None
        if other and other.pk != person.pk:
            raise AddressTaken(_column(field), other)


def _apply_facets(person: Person, facets: Mapping[str, str]) -> list[str]:
    """Set, or for an empty value take away; return the keys of the facets that changed."""
    changed = []
    for key, label in facets.items():
        if label.strip():
            value = value_of(key, folding.plain(label))
            changed += [value.facet.key] if set_facet(person, value) else []
        elif person.facets.filter(facet__key=key).delete()[0]:
            changed.append(key)
    return changed


def set_facet(person: Person, value: FacetValue) -> bool:
    """Give `person` this value of its facet; return whether that is news."""
    if PersonFacet.objects.filter(person=person, value=value).exists():
        return False
    PersonFacet.objects.update_or_create(person=person, facet_id=value.facet_id, defaults={"value": value})
    return True


def value_of(facet: str, label: str) -> FacetValue:
    """Return the value called `label` of the facet whose key or label is `facet`; both are made when they are
    new.
    """
    found = Facet.objects.filter(key=facet).first() or Facet.objects.filter(label__iexact=facet).first()
    if found is None:
        found, _ = Facet.objects.get_or_create(
            key=folding.facet_key(facet), defaults={"label": facet, "position": Facet.objects.count()}
        )
    values = FacetValue.objects.select_related("facet")
    key = folding.value_key(label)
    place = found.values.count()
    return values.get_or_create(facet=found, key=key, defaults={"label": label, "position": place})[0]


def account_named(name: str) -> Account | None:
    """Return the account of this name, however it is spelled; made when it is new; None for no name."""
    key = folding.account_key(name)
    return Account.objects.get_or_create(key=key, defaults={"name": name})[0] if key else None


@transaction.atomic
def record_consent(
    *, person: Person, purpose: str, given: bool, source: str, wording: str = "", by: User | None = None
) -> Consent:
    """Write down that `person` allowed or withdrew something; the newest word counts, the older ones stay.

    `source` says where it was said (a form, a call), `wording` what they were shown. Sends `consent_changed`
    when it is news. Raises `UnknownPurpose`.
    """
    if purpose not in Purpose.values:
        raise UnknownPurpose(purpose)
    stays = in_hand(person)
    before = consents([stays.pk])[stays.pk].get(purpose)
    entry = Consent.objects.create(
        person=stays, purpose=purpose, given=given, at=now(), source=source[:200], wording=wording, by=by
    )
    if purpose == Purpose.CONTACT:
        Person.objects.filter(pk=stays.pk).update(contactable=given)
        person.contactable = given
    audit.record(by=by or "the person", verb="people.consent-recorded", target=stays, purpose=purpose, given=given)
    if before is not given:
        consent_changed.send(sender=Consent, person=stays, purpose=purpose, given=given)
    return entry


@transaction.atomic
def set_limits(
    *,
    person: Person,
    by: User | None,
    budget_minutes: int | None,
    quiet_from: time | None = None,
    quiet_to: time | None = None,
    time_zone: str | None = None,
) -> Person:
    """Set how many minutes may be asked of `person` in the house's period, and when not to write; None: the
    house's.

    `by` is None when it is the person who says so. `time_zone` None: as it is. Raises `UnfitDetails` for a
    zone that nobody knows.
    """
    if time_zone is not None:
        set_time_zone(person=person, time_zone=time_zone, by=by)
    stays = in_hand(person)
    stays.budget_minutes, stays.quiet_from, stays.quiet_to = budget_minutes, quiet_from, quiet_to
    stays.save(update_fields=["budget_minutes", "quiet_from", "quiet_to"])
    audit.record(by=by or "the person", verb="people.limits-set", target=stays, minutes=budget_minutes)
    return stays


@transaction.atomic
def set_language(*, person: Person, language: str, by: User | None = None) -> Person:
    """Set the language that `person` reads. `by` is None when they say so themselves. Raises `UnfitDetails`."""
    _details, problems = checked({"language": language})
    if problems:
        raise UnfitDetails(problems)
    stays = in_hand(person)
    stays.language = language
    stays.save(update_fields=["language"])
    audit.record(by=by or "the person", verb="people.language-set", target=stays, language=language)
    return stays


@transaction.atomic
def set_time_zone(*, person: Person, time_zone: str, by: User | None = None) -> Person:
    """Set where `person` is; empty: where the organisation is. `by` is None when they say so themselves.

    Raises `UnfitDetails` for a zone that nobody knows.
    """
    _details, problems = checked({"time_zone": time_zone})
    if problems:
        raise UnfitDetails(problems)
    stays = in_hand(person)
    stays.time_zone = time_zone
    stays.save(update_fields=["time_zone"])
    audit.record(by=by or "the person", verb="people.time-zone-set", target=stays, time_zone=time_zone)
    return stays
