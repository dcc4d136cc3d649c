"""Two rows that are one person. Nothing is thrown away: the other row stays, points to the one kept, and can
part again.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.people import addresses
from allears.people.errors import NotMergeable
from allears.people.models import Consent, Lookalike, Merge, Person, PersonFacet, Purpose
from allears.people.queries import consents
from allears.people.signals import consent_changed, people_merged

# What the kept row takes over where it has nothing of its own.
COPIED = (
    "name", "label", "email", "email_key", "phone", "phone_key", "external_id", "account_id", "user_id",
    "language", "time_zone", "quiet_from", "quiet_to", "budget_minutes", "joined_on",
)  # fmt: skip


@transaction.atomic
def merge(*, keep: Person, other: Person, by: User | None) -> Merge:
    """Make `other` part of `keep`: their words, answers and contacts stay where they are and are found
    through `keep`.

    `keep` takes over what it lacks; where both spoke of a consent the stricter word counts; both budgets are
    one from now on. Raises `NotMergeable`. Sends `people_merged`. `unmerge` undoes it.
    """
    keep, other = _both_living(keep, other)
    before_merge = [keep.email, other.email]
    pointed = list(Person.objects.filter(merged_into=other).values_list("pk", flat=True))
    before = consents([keep.pk, other.pk])
    Person.objects.filter(pk__in=[other.pk, *pointed]).update(merged_into=keep)
    copied = {
        "contactable": keep.contactable,
        "pointed": pointed,
        "fields": _copy_fields(keep, other),
        "facets": _copy_facets(keep, other),
        "consents": _copy_consents(keep, before[keep.pk], before[other.pk], by),
    }
    done = Merge.objects.create(keep=keep, other=other, by=by, copied=copied)
    Lookalike.objects.filter(first__in=[keep, other], second__in=[keep, other]).delete()
    audit.record(by=by, verb="people.merged", target=keep, other=audit.name_of(other), fields=copied["fields"])
    addresses.changed(person=keep, before=before_merge, by=by)
    people_merged.send(sender=Person, keep=keep, other=other)
    return done


def _both_living(keep: Person, other: Person) -> tuple[Person, Person]:
    """Both rows, locked in the order of their ids so that two merges at once cannot wait for each other."""
    if keep.pk == other.pk:
        raise NotMergeable(_("This is the same person twice. Choose another one."))
    locked = {p.pk: p for p in Person.objects.select_for_update().filter(pk__in=[keep.pk, other.pk]).order_by("pk")}
    for person in (keep, other):
        row = locked.get(person.pk)
        if row is None or row.merged_into_id or row.erased_at:
            raise NotMergeable(_("One of the two has been merged or erased meanwhile. Look again."))
    if locked[keep.pk].user_id and locked[other.pk].user_id:
        raise NotMergeable(_("Both of them sign in here, with different accounts. They stay two."))
    return locked[keep.pk], locked[other.pk]


def _copy_fields(keep: Person, other: Person) -> list[str]:
    fields = [f for f in COPIED if getattr(keep, f) in (None, "") and getattr(other, f) not in (None, "")]
    values = {field: getattr(other, field) for field in fields}
    if "user_id" in fields:
        Person.objects.filter(pk=other.pk).update(user=None)
    for field, value in values.items():
        setattr(keep, field, value)
    if fields:
        keep.save(update_fields=fields)
    return fields


def _copy_facets(keep: Person, other: Person) -> list[int]:
    had = set(keep.facets.values_list("facet", flat=True))
    news = [
        PersonFacet(person=keep, facet_id=row.facet_id, value_id=row.value_id)
        for row in other.facets.all()
        if row.facet_id not in had
    ]
    return [row.pk for row in PersonFacet.objects.bulk_create(news)]


def _copy_consents(keep: Person, kept: dict[str, bool], others: dict[str, bool], by: User | None) -> list[int]:
    """Whoever said no under one name said no."""
    made = []
    for purpose in Purpose.values:
        said = [words[purpose] for words in (kept, others) if purpose in words]
        if said and kept.get(purpose) is not all(said):
            entry = Consent.objects.create(
                person=keep,
                purpose=purpose,
                given=all(said),
                at=now(),
                by=by,
                source=_("taken over by a merge"),
            )
            made.append(entry.pk)
            consent_changed.send(sender=Person, person=keep, purpose=purpose, given=all(said))
    if Person.objects.filter(merged_into=keep, contactable=False).exists():
        Person.objects.filter(pk=keep.pk).update(contactable=False)
    return made


@transaction.atomic
def unmerge(*, merge: Merge, by: User | None) -> Person:
    """Part again what `merge` joined, take back what was copied and is still as copied; return the row set
    free.

    Raises `NotMergeable` when a later merge, an erasure or a change stands in the way.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    keep, other = _still_joined(merge)
    _take_back_fields(keep, other, merge.copied["fields"])
    PersonFacet.objects.filter(pk__in=merge.copied["facets"], person=keep).delete()
    Consent.objects.filter(pk__in=merge.copied["consents"], person=keep).delete()
    _set_free(keep, other, merge.copied)
    _contactable_as_before(keep, merge.copied["contactable"])
    _carry_refusals(merge, keep, other, by)
    Merge.objects.filter(pk=merge.pk).update(undone_at=now(), undone_by=by)
    audit.record(by=by, verb="people.unmerged", target=keep, other=audit.name_of(other))
    return other


def _still_joined(merge: Merge) -> tuple[Person, Person]:
    if merge.undone_at:
        raise NotMergeable(_("This merge has been undone already."))
    rows = {p.pk: p for p in Person.objects.select_for_update().filter(pk__in=[merge.keep_id, merge.other_id])}
    keep, other = rows[merge.keep_id], rows[merge.other_id]
    if keep.erased_at or other.erased_at:
        raise NotMergeable(_("This person was erased; nothing is left to be parted."))
    if other.merged_into_id != keep.pk:
        raise NotMergeable(_("They have been merged into somebody else since. Undo that first."))
    return keep, other


def _take_back_fields(keep: Person, other: Person, fields: list[str]) -> None:
    """Empty what was copied, unless somebody has changed it since."""
    if "user_id" in fields:
        other.user_id, keep.user_id = keep.user_id, None
    for name in fields:
        if name != "user_id" and getattr(keep, name) == getattr(other, name):
            setattr(keep, name, None if Person._meta.get_field(name).null else "")
    keep.save(update_fields=fields)


def _set_free(keep: Person, other: Person, copied: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            Person.objects.filter(pk=other.pk).update(merged_into=None, user=other.user_id)
            Person.objects.filter(pk__in=copied["pointed"], merged_into=keep).update(merged_into=other)
    except IntegrityError:
        raise NotMergeable(_("Somebody else has this address or external id by now. Change it there first.")) from None


def _contactable_as_before(person: Person, before: bool) -> None:
    """As it was, unless they have spoken of it since; their word counts."""
    said = consents([person.pk])[person.pk].get(Purpose.CONTACT, before)
    Person.objects.filter(pk=person.pk).update(contactable=said)


def _carry_refusals(merge: Merge, keep: Person, other: Person, by: User | None) -> None:
    """What they said no to while they were one holds for both: nobody knows which of the two it was."""
    spoken = Consent.objects.filter(person=keep, at__gte=merge.at).exclude(pk__in=merge.copied["consents"])
    newest = {entry.purpose: entry for entry in spoken.order_by("at", "pk")}
    refused = [entry for entry in newest.values() if not entry.given]
    for entry in refused:
        Consent.objects.create(
            person=other, purpose=entry.purpose, given=False, at=now(), by=by, wording=entry.wording,
            source=_("said while they were one person"),
        )  # fmt: skip
    if any(entry.purpose == Purpose.CONTACT for entry in refused):
        Person.objects.filter(pk=other.pk).update(contactable=False)


@transaction.atomic
def dismiss(*, lookalike: Lookalike, by: User) -> None:
    """Write down that these two are two people, so that nobody is asked again."""
    Lookalike.objects.filter(pk=lookalike.pk).update(dismissed_at=now(), dismissed_by=by)
    audit.record(by=by, verb="people.told-apart", target=lookalike)
