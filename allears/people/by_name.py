"""Very many people in the order of their names, counted ahead with the crowds (see `people.crowds`): whoever of them is
chosen is listed by name without being sorted, however many they are.

As of when the crowds were counted: who was added since stands nowhere, who was renamed since where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from allears.people.models import Crowd, Person

KEY = "order"  # no crowd, but the ids of all living people as their names follow each other
A_PIECE = 50_000  # places that are looked through at once

Ids = np.ndarray[tuple[int], np.dtype[np.int32]]  # a crowd is a bit for each id: it has no room for larger ones, either


def count() -> bytes:
    """Return everybody in order, as it is kept in the database."""
    rows = Person.objects.living().by_name().values_list("pk", flat=True)
    return np.fromiter(rows.iterator(chunk_size=20_000), np.int32).tobytes()


def kept(at: datetime) -> Ids:
    """Return everybody in order, as counted at this moment; nobody, where that is not kept any more."""
    found = Crowd.objects.filter(key=KEY, at=at).values_list("bits", flat=True).first()
    return np.frombuffer(bytes(found or b""), np.int32)


def flags_of(crowd: int, length: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each id below `8 * length`, which is no less than there are in the crowd, whether it is in it."""
    packed = np.frombuffer(crowd.to_bytes(length, "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little").astype(np.bool_)


def in_order(crowd: int, order: Ids, after: int | None = None) -> Iterator[int]:
    """Return the ids of a crowd in this order, beginning behind `after`; from the start, where that stands nowhere."""
    flags = flags_of(crowd, max(int(order.max(initial=0)), crowd.bit_length()) // 8 + 1)
    for begin in range(_place_behind(after, order), len(order), A_PIECE):
        some = order[begin : begin + A_PIECE]
        yield from some[flags[some]].tolist()


def _place_behind(person: int | None, order: Ids) -> int:
    places = np.flatnonzero(order == (person or 0))  # nobody's id is 0
    return int(places[0]) + 1 if places.size else 0
