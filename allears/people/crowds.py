"""How many people there are of which kind, answered at once however many there are: one bit a person.

A *crowd* is a set of people as a number in which the bit of each one's id is set. The crowds of all values of all
facets, kinds and so on are counted ahead by the heartbeat and kept; what a page asks for is then a few `and`s, exact as
of the moment when they were counted. A million people are 125 KB a crowd and a thousandth of a second an `and`. Who
stands in rows that are only ever added (whom a study invited, whom an update told) is `Growing`: exact as of now.

Only for where there are many people (`core.ahead`): fewer are counted as they are now.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, Q, QuerySet

from allears.core import ahead
from allears.core.clock import now
from allears.core.models import Counted
from allears.people import by_name, search, spending
from allears.people.models import LIVING, Consent, ContactBudget, Crowd, Kind, Person, PersonFacet, Purpose

ADDRESSED, CONTACTABLE, EVERYBODY, NO_MAIL = "addressed", "contactable", "everybody", "no mail"
OPEN_MEANWHILE = 1000
A_PIECE = 20_000  # ids that are read at once
MOST_FOUND = 50  # searches whose crowds a process keeps
SPENT = "spent:"  # its days, and the newest contact; no crowd, but the tenths of minutes of each


@dataclass(frozen=True)
class Crowds:
    """All that was counted, and when."""

    at: datetime
    bits: Mapping[str, int] = field(default_factory=dict)
    spending: spending.Spending | None = None
    _found: dict[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def order(self) -> by_name.Ids:
        """Everybody in the order of their names; nobody, where people were counted anew since."""
        return by_name.kept(self.at)

    def of(self, key: str) -> int:
        """Return a crowd; nobody's, where nobody is in it."""
        return self.bits.get(key, 0)

    def with_values(self, values: Iterable[int]) -> int:
        """Return who has any of these values (ids) of facets."""
        found = 0
        for value in values:
            found |= self.of(f"value:{value}")
        return found

    def having(self, kind: str, facets: Iterable[Iterable[int]]) -> int:
        """Return who is of this kind ("": of any) and has one of the values (ids) of each of these facets."""
        found = self.of(f"kind:{kind}" if kind else EVERYBODY)
        for values in facets:
            found &= self.with_values(values)
        return found

    def with_words(self, text: str) -> int:
        """Return whom a search for `text` finds, as somebody found them first since all were counted."""
        key = " ".join(search.terms(text))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MOST_FOUND:
                self._found.clear()
            found = self._found[key] = crowd_of(search.all_ids(text))
        return found

    def counts_of_values(self, crowd: int) -> dict[int, int]:
        """Return how many of a crowd, of people who were counted, have each value (by its id); without values of nobody."""
        values, words = self._values
        wanted = np.frombuffer(crowd.to_bytes(8 * self._words, "little"), np.uint64)
        return {value: int(np.bitwise_count(row & wanted).sum()) for value, row in zip(values, words, strict=True)}

    @cached_property
    def _words(self) -> int:
        """How many words of 64 bits a crowd has at most."""
        return max((bits.bit_length() for bits in self.bits.values()), default=0) // 64 + 1

    @cached_property
    def _values(self) -> tuple[list[int], np.ndarray[tuple[int, int], np.dtype[np.uint64]]]:
        """All values that somebody has, and who: a row each."""
        held = {int(key[6:]): bits for key, bits in self.bits.items() if key.startswith("value:")}
        rows = b"".join(bits.to_bytes(8 * self._words, "little") for bits in held.values())
        return list(held), np.frombuffer(rows, np.uint64).reshape(len(held), self._words)

    def limits(self) -> dict[int, int]:
        """Return who has a limit of their own, by its minutes."""
        return {int(key[6:]): bits for key, bits in self.bits.items() if key.startswith("limit:")}


def crowd_of(ids: Iterable[int]) -> int:
    """Return the people with these ids as a crowd; read little by little, unless they are an array."""
    return int.from_bytes(_bits(ids), "little")


def _bits(ids: Iterable[int]) -> bytes:
    flags = np.zeros(0, np.bool_)
    for some in _pieces(ids):
        if (end := int(some.max()) + 1) > len(flags):
            flags = np.concatenate([flags, np.zeros(end - len(flags), np.bool_)])
        flags[some] = True
    return np.packbits(flags, bitorder="little").tobytes()


def _pieces(ids: Iterable[int]) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    if isinstance(ids, np.ndarray):
        yield from [ids] if len(ids) else []
        return
    rest = iter(ids)
    while len(some := np.fromiter(islice(rest, A_PIECE), np.int64)):
        yield some


def bits_of(people: QuerySet[Person]) -> bytes:
    """Return these people as a crowd, as it is kept in the database; read little by little."""
    return bits_in(people.order_by())


def as_bits(crowd: int) -> bytes:
    """Return a crowd as it is kept in the database."""
    return crowd.to_bytes(crowd.bit_length() // 8 + 1, "little")


def ids_of(crowd: int) -> Iterator[int]:
    """Return the ids of the people in a crowd."""
    for at, byte in enumerate(as_bits(crowd)):
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
        rows = dict(Crowd.objects.filter(at=at).exclude(key=by_name.KEY).values_list("key", "bits"))
        asked = next((_spending(at, key, bytes(rows.pop(key))) for key in list(rows) if key.startswith(SPENT)), None)
        found = Crowds(at, {key: int.from_bytes(bytes(bits), "little") for key, bits in rows.items()}, asked)
        _read.clear()
        _read[at] = found
    return _read.get(at)


def _spending(at: datetime, key: str, tenths: bytes) -> spending.Spending:
    days, last = (int(number) for number in key.removeprefix(SPENT).split(":"))
    return spending.Spending(at, days, last, np.frombuffer(tenths, np.int32))


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
    made = [Crowd(key=key, at=at, bits=bits) for key, bits in _counted(at)]
    with transaction.atomic():
        Crowd.objects.all().delete()
        Crowd.objects.bulk_create(made, batch_size=20)


def _counted(at: datetime) -> Iterator[tuple[str, bytes]]:
    asked = spending.count(at, (ContactBudget.objects.first() or ContactBudget()).days)
    yield f"{SPENT}{asked.days}:{asked.last}", asked.tenths.tobytes()
    yield by_name.KEY, by_name.count()
    living = Person.objects.filter(LIVING).order_by()
    yield EVERYBODY, bits_in(living)
    yield ADDRESSED, bits_in(living.exclude(email=""))
    yield CONTACTABLE, bits_in(living.filter(contactable__in=[True]))
    yield NO_MAIL, _bits(_who_wants_no_mail())
    for kind in Kind.values:
        yield f"kind:{kind}", bits_in(living.filter(kind=kind))
    for minutes in living.filter(budget_minutes__isnull=False).values_list("budget_minutes", flat=True).distinct():
        yield f"limit:{minutes}", bits_in(living.filter(budget_minutes=minutes))
    held = PersonFacet.objects.filter(Q(person__merged_into=None, person__erased_at=None))
    for value in held.order_by().values_list("value", flat=True).distinct():
        yield f"value:{value}", bits_in(held.filter(value=value).order_by().annotate(who=F("person")), "who")


def _who_wants_no_mail() -> Iterable[int]:
    """Who wants no mail about what became of their words: so they said last."""
    refused = Consent.objects.filter(purpose=Purpose.HEAR, given=False).values("person")
    said = Consent.objects.filter(purpose=Purpose.HEAR, person__in=refused).order_by("at", "pk")
    newest = dict(said.values_list("person", "given").iterator(chunk_size=20_000))
    return (person for person, given in newest.items() if not given)


def bits_in(rows: Any, column: str = "pk") -> bytes:
    """Return the ids that stand in a column of these rows as a crowd; read little by little."""
    return _bits(rows.values_list(column, flat=True).iterator(chunk_size=20_000))


@dataclass(frozen=True)
class Growing:
    """The people who stand in `columns` of `rows` that are only ever added, for each of what stands in the column `of` (a
    study, an update): kept under `kind` as of some minutes ago (see `core.ahead`), brought up to now by the rows since then.
    """

    kind: str
    rows: QuerySet[Any]
    of: str
    columns: tuple[str, ...]

    def now(self, of: int) -> int:
        """Return those of one study or update, as a crowd."""
        return self.of_each([of])[of]

    def of_each(self, wanted: Iterable[int]) -> dict[int, int]:
        """Return those of each, as crowds; no more questions for many than for two."""
        found = dict.fromkeys(wanted, 0)
        kept = {
            int(row.of): row.value for row in Counted.objects.filter(kind=self.kind, of__in=[str(of) for of in found])
        }
        for of, value in kept.items():
            found[of] = int.from_bytes(base64.b64decode(value["bits"]), "little")
        # Rows of a transaction that was open while they were counted may have lower ids than the last one.
        since = min((value["last"] for value in kept.values()), default=0) - OPEN_MEANWHILE
        for some, rows in ((kept.keys(), self.rows.filter(pk__gt=since)), (found.keys() - kept.keys(), self.rows)):
            for of, ids in self._ids(rows, some).items():
                found[of] |= crowd_of(ids)
        return found

    def keep(self, of: int, *, anew: bool = False) -> None:
        """Count them ahead, for one study or update."""
        ahead.keep(self.kind, of, lambda: self._count(of), anew=anew)

    def _ids(self, rows: QuerySet[Any], of: Iterable[int]) -> dict[int, list[int]]:
        ids: dict[int, list[int]] = {pk: [] for pk in of}
        if ids:
            for key, *row in (
                rows.filter(**{f"{self.of}__in": list(ids)}).order_by().values_list(self.of, *self.columns)
            ):
                ids[key].extend(pk for pk in row if pk)
        return ids

    def _count(self, of: int) -> dict[str, Any]:
        # The newest of all rows, not of these alone: few are newer, and the databases find them at once.
        last = self.rows.model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
        rows = self.rows.filter(**{self.of: of})
        found = rows.order_by().values_list(*self.columns).iterator(chunk_size=20_000)
        return {"last": last, "bits": base64.b64encode(_bits(pk for row in found for pk in row if pk)).decode()}
