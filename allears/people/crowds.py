"""How many people there are of which kind, answered at once however many there are: one bit a person.

A *crowd* is a set of people as a number in which the bit of each one's id is set. The crowds of all values of all
facets, kinds and so on are counted ahead by the heartbeat and kept; what a page asks for is then a few `and`s, exact as
of the moment when they were counted. A million people are 125 KB a crowd and a thousandth of a second an `and`.

Only for where there are many people (`core.ahead`): fewer are counted as they are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from allears.core import ahead
from allears.core.clock import now
from allears.people.models import LIVING, Crowd, Kind, Person, PersonFacet

ADDRESSED, CONTACTABLE, EVERYBODY = "addressed", "contactable", "everybody"


@dataclass(frozen=True)
class Crowds:
    """All that was counted, and when."""

    at: datetime
    bits: Mapping[str, int] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """Return a crowd; nobody's, where nobody is in it."""
        return self.bits.get(key, 0)

    def with_values(self, values: Iterable[int]) -> int:
        """Return who has any of these values (ids) of facets."""
        found = 0
        for value in values:
            found |= self.of(f"value:{value}")
        return found

    def limits(self) -> dict[int, int]:
        """Return who has a limit of their own, by its minutes."""
        return {int(key[6:]): bits for key, bits in self.bits.items() if key.startswith("limit:")}


def crowd_of(ids: Iterable[int]) -> int:
    """Return the people with these ids as a crowd; read little by little."""
    return int.from_bytes(_bits(ids), "little")


def _bits(ids: Iterable[int]) -> bytes:
    bits = bytearray()
    for pk in ids:
        if (at := pk >> 3) >= len(bits):
            bits.extend(bytes(at + 1 - len(bits)))
        bits[at] |= 1 << (pk & 7)
    return bytes(bits)


def bits_of(people: QuerySet[Person]) -> bytes:
    """Return these people as a crowd, as it is kept in the database; read little by little."""
    return bits_in(people.order_by())


def ids_of(crowd: int) -> Iterator[int]:
    """Return the ids of the people in a crowd."""
    for at, byte in enumerate(crowd.to_bytes(crowd.bit_length() // 8 + 1, "little")):
        if byte:
            yield from (8 * at + bit for bit in range(8) if byte >> bit & 1)


_read: dict[datetime, Crowds] = {}  # what was read last, once a process


def the_crowds() -> Crowds | None:
    """Return what was counted last; None where there are so few people that they are counted as they are now, or where
    nobody has counted them yet."""
    at = Crowd.objects.order_by("pk").values_list("at", flat=True).first()
    if at is None:
        return None
    if at not in _read:
        rows = Crowd.objects.filter(at=at).values_list("key", "bits")
        found = Crowds(at, {key: int.from_bytes(bytes(bits), "little") for key, bits in rows})
        _read.clear()
        _read[at] = found
    return _read.get(at)


def count_ahead() -> None:
    """Count all people anew, where they are many and were not counted just now; called by the heartbeat."""
    if not ahead.are_many(Person.objects.filter(LIVING)):
        if Crowd.objects.exists():
            Crowd.objects.all().delete()
        return
    last = Crowd.objects.values_list("at", flat=True).first()
    if last and now() - last < ahead.FRESH:
        return
    at = now()
    made = [Crowd(key=key, at=at, bits=bits) for key, bits in _counted()]
    with transaction.atomic():
        Crowd.objects.all().delete()
        Crowd.objects.bulk_create(made, batch_size=20)


def _counted() -> Iterator[tuple[str, bytes]]:
    living = Person.objects.filter(LIVING).order_by()
    yield EVERYBODY, bits_in(living)
    yield ADDRESSED, bits_in(living.exclude(email=""))
    yield CONTACTABLE, bits_in(living.filter(contactable__in=[True]))
    for kind in Kind.values:
        yield f"kind:{kind}", bits_in(living.filter(kind=kind))
    for minutes in living.filter(budget_minutes__isnull=False).values_list("budget_minutes", flat=True).distinct():
        yield f"limit:{minutes}", bits_in(living.filter(budget_minutes=minutes))
    held = PersonFacet.objects.filter(Q(person__merged_into=None, person__erased_at=None))
    for value in held.order_by().values_list("value", flat=True).distinct():
        yield f"value:{value}", bits_in(held.filter(value=value).order_by().annotate(who=F("person")), "who")


def bits_in(rows: Any, column: str = "pk") -> bytes:
    """Return the ids that stand in a column of these rows as a crowd; read little by little."""
    return _bits(rows.values_list(column, flat=True).iterator(chunk_size=20_000))
