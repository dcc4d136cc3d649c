"""A chunk of rows becomes people: found again in four queries, written in a handful more.

Who somebody is: the external id says it; where the file gives none, the address; where it gives neither, the
name within the account. The same rules for the thousandth row as for the first, so that bringing a file twice
adds nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q
from django.db.models.functions import Lower

from allears.core.clock import now
from allears.core.models import User
from allears.people import addresses, folding, living
from allears.people.actions import own_fields
from allears.people.details import Details
from allears.people.models import (
    Account,
    Consent,
    Facet,
    FacetValue,
    Person,
    PersonFacet,
    Purpose,
)
from allears.people.queries import consents
from allears.people.signals import consent_changed

FIELDS = (
    "name", "label", "email", "email_key", "phone", "phone_key", "external_id", "language", "time_zone", "joined_on",
    "account_id",
)  # fmt: skip


@dataclass
class Outcome:
    """What became of a chunk: how many were added, changed, left; and the places in the chunk of addresses that another
    person has (`taken`), and of rows that only their address makes somebody's who is called otherwise (`misnamed`).
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    taken: list[int] = field(default_factory=list)
    misnamed: list[int] = field(default_factory=list)


@dataclass
class Book:
    """The rows of the database that a chunk may be about, by what they are known by."""

    by_id: dict[str, Person] = field(default_factory=dict)
    by_email: dict[str, Person] = field(default_factory=dict)
    by_name: dict[tuple[str, int | None], Person] = field(default_factory=dict)

    def add(self, person: Person) -> None:
        """Know this person from now on."""
        if person.external_id:
            self.by_id[person.external_id] = person
        if person.email_key:
            self.by_email[person.email_key] = person
        if person.name:
            self.by_name.setdefault((folding.folded(person.name), person.account_id), person)

    def find(self, details: Details, account: int | None) -> Person | None:
        """Return whom these details are about."""
        if details.external_id and details.external_id in self.by_id:
            return self.by_id[details.external_id]
        email = folding.email_key(details.email)
        if email and email in self.by_email:
            found = self.by_email[email]
            same = not (details.external_id and found.external_id)
            return found if same else None
        if details.external_id or email or not details.name:
            return None
        return self.by_name.get((folding.folded(details.name), account))


def take(rows: Sequence[Details], book: Book, *, known: str, source: str, by: User | None) -> Outcome:
    """Add or complete the people of `rows`, known by `book`; `known` is what to do with who is there ("fill", "replace",
    "skip").

    Runs inside the caller's transaction. Nobody loses their erasure: who was erased has nothing to be found
    by.
    """
    accounts, values = _accounts(rows), _values(rows)
    outcome = Outcome()
    new: list[Person] = []
    changed: dict[int, Person] = {}
    who: list[tuple[Person, Details, bool]] = []
    reached: dict[int, str] = {}  # at which address, before this chunk
    for place, details in enumerate(rows):
        account = accounts.get(folding.account_key(details.account_name))
        person = book.find(details, account)
        if person is not None and person.pk:
            reached.setdefault(person.pk, person.email)
        if known == "fill" and person is not None and _is_called_otherwise(person, details, book):
            outcome.misnamed.append(place)
        is_new = person is None
        if person is None:
            person = _new(details, account, book, outcome, place)
            new.append(person)
        elif known != "skip" and _complete(person, details, account, book, outcome, place, known) and person.pk:
            changed[person.pk] = person
        book.add(person)
        who.append((person, details, is_new))
    Person.objects.bulk_create(new, batch_size=200)
    _update(Person, changed.values(), FIELDS)
    for person in changed.values():
        if folding.email_key(reached[person.pk]) != person.email_key:
            addresses.changed(person=person, before=[reached[person.pk]], by=by)
    touched = _write_facets(who, values, known) | _write_consents(who, known, source, by)
    lived = [(person, label, day) for person, details, _new in who for label, day in details.lived.items()]
    touched |= living.write_down(lived, source=source, by=by)
    outcome.added = len(new)
    fresh = {person.pk for person in new}
    outcome.changed = len({pk for pk in {*changed, *touched} if pk not in fresh})
    outcome.unchanged = len(rows) - outcome.added - outcome.changed
    return outcome


def _is_called_otherwise(person: Person, details: Details, book: Book) -> bool:
    """Whether nothing but an address of their own says that these details are about this person, and the names differ."""
    by_address = details.external_id not in book.by_id and person.email_key == folding.email_key(details.email)
    both = bool(details.name and person.name)
    return by_address and both and folding.folded(details.name) != folding.folded(person.name)


def _update(model: type[Model], rows: Iterable[Any], fields: Sequence[str]) -> None:
    """Write these fields of rows that are there. An insert that meets its own row and turns into an update is several
    times as fast as Django's `bulk_update`, which writes a condition for each row and field."""
    model._default_manager.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["pk"], update_fields=fields
    )


def _accounts(rows: Iterable[Details]) -> dict[str, int]:
    names = {folding.account_key(d.account_name): d.account_name for d in rows if d.account_name}
    there = dict(Account.objects.filter(key__in=names).values_list("key", "pk"))
    missing = [Account(name=name, key=key) for key, name in names.items() if key not in there]
    Account.objects.bulk_create(missing, ignore_conflicts=True)
    return dict(Account.objects.filter(key__in=names).values_list("key", "pk")) if missing else there


def _values(rows: Iterable[Details]) -> dict[tuple[str, str], FacetValue]:
    """(facet's key or label as the file's mapping names it, value's key) -> the value; made where it is
    new.
    """
    wanted = {(name, folding.value_key(label)): label for d in rows for name, label in d.facets.items()}
    facets = {name: _facet(name) for name in {name for name, _key in wanted}}
    there = {
        (value.facet_id, value.key): value
        for value in FacetValue.objects.filter(facet__in=facets.values(), key__in={key for _name, key in wanted})
    }
    found = {}
    for (name, key), label in wanted.items():
        facet = facets[name]
        if (facet.pk, key) not in there:
            there[facet.pk, key] = FacetValue.objects.get_or_create(
                facet=facet, key=key, defaults={"label": label, "position": facet.values.count()}
            )[0]
        found[name, key] = there[facet.pk, key]
    return found


def _facet(name: str) -> Facet:
    found = Facet.objects.filter(key=name).first() or Facet.objects.filter(label__iexact=name).first()
    return found or Facet.objects.create(key=folding.facet_key(name), label=name, position=Facet.objects.count())


def book_of(rows: Sequence[Details]) -> Book:
    """Return whom these rows may be about, whom nobody else merges or erases until the caller's transaction is through."""
    ids = {d.external_id for d in rows if d.external_id}
    emails = {key for d in rows if (key := folding.email_key(d.email))}
    nameless = {d.name for d in rows if d.name and not d.external_id and not d.email}
    book = Book()
    living = Person.objects.filter(merged_into=None, erased_at=None).select_for_update().order_by("pk")
    merged = Person.objects.filter(merged_into__isnull=False)
    merged_here = list(merged.filter(Q(external_id__in=ids) | Q(email_key__in=emails)))
    stay = living.in_bulk({old.merged_into_id for old in merged_here}) if merged_here else {}
    for old in merged_here:
        stays = stay.get(old.merged_into_id)
        if stays is not None and old.external_id:
            book.by_id[old.external_id] = stays
        if stays is not None and old.email_key:
            book.by_email[old.email_key] = stays
    same: dict[int, Person] = {}
    for found in (
        living.filter(external_id__in=ids),
        living.filter(email_key__in=emails),
        living.annotate(sort_name=Lower("name")).filter(sort_name__in={n.lower() for n in nameless}),
    ):
        for person in found:
            book.add(same.setdefault(person.pk, person))
    return book


def _new(details: Details, account: int | None, book: Book, outcome: Outcome, place: int) -> Person:
    fields = own_fields(details)
    if fields["email_key"] and fields["email_key"] in book.by_email:
        outcome.taken.append(place)
        fields["email_key"] = None
    if not fields["email_key"]:
        fields["email"] = ""
    return Person(kind=details.kind, account_id=account, **fields)


def _complete(
    person: Person, details: Details, account: int | None, book: Book, outcome: Outcome, place: int, known: str
) -> bool:
    """Take over what the file says; return whether anything is news."""
    offered = {**own_fields(details), "account_id": account}
    holder = book.by_email.get(offered["email_key"] or "")
    if holder is not None and holder is not person and holder.pk != person.pk:
        outcome.taken.append(place)
        offered["email"] = offered["email_key"] = None
    news = {
        name: value
        for name, value in offered.items()
        if value and value != getattr(person, name) and (known == "replace" or not getattr(person, name))
    }
    for name, value in news.items():
        setattr(person, name, value)
    return bool(news)


def _write_facets(
    who: list[tuple[Person, Details, bool]], values: dict[tuple[str, str], FacetValue], known: str
) -> set[int]:
    """Give everybody their values; return the ids of those for whom that is news."""
    people = {person.pk for person, details, _new in who if details.facets}
    held = {(row.person_id, row.facet_id): row for row in PersonFacet.objects.filter(person__in=people)}
    made: dict[tuple[int, int], PersonFacet] = {}
    changed: dict[int, PersonFacet] = {}
    touched = set()
    for person, details, is_new in who:
        if known == "skip" and not is_new:
            continue
        for name, label in details.facets.items():
            value = values[name, folding.value_key(label)]
            place = (person.pk, value.facet_id)
            row = held.get(place)
            if row is None:
                row = held[place] = made[place] = PersonFacet(person=person, facet_id=value.facet_id, value_id=value.pk)
                touched.add(person.pk)
            elif row.value_id != value.pk and known == "replace":
                row.value_id = value.pk
                touched.add(person.pk)
                if row.pk:
                    changed[row.pk] = row
    PersonFacet.objects.bulk_create(made.values(), batch_size=500)
    _update(PersonFacet, changed.values(), ["value"])
    return touched


def _write_consents(who: list[tuple[Person, Details, bool]], known: str, source: str, by: User | None) -> set[int]:
    """Write down what the file says they said, where it is news; return for whom.

    A yes in a file never outweighs a no that somebody has said to us.
    """
    said = consents({person.pk for person, details, _new in who if details.consents})
    made = []
    for person, details, is_new in who:
        if known == "skip" and not is_new:
            continue
        for purpose, given in details.consents.items():
            before = said[person.pk].get(purpose)
            if before is given or (before is False and given):
                continue
            said[person.pk][purpose] = given
            made.append(Consent(person=person, purpose=purpose, given=given, at=now(), source=source, by=by))
    Consent.objects.bulk_create(made, batch_size=500)
    contact = [c for c in made if c.purpose == Purpose.CONTACT]
    for given in (True, False):
        ids = [c.person_id for c in contact if c.given is given]
        Person.objects.filter(pk__in=ids).update(contactable=given)
    for entry in made:
        consent_changed.send(sender=Consent, person=entry.person, purpose=entry.purpose, given=entry.given)
    return {entry.person_id for entry in made}
