"""Lists that stand in another order for each person, and in the same one whenever that person comes back.

The order is that of a hash of the person's seed and the choice's key: nothing is stored, nothing is drawn, and the
same seed gives the same order on every page, device, version and machine. Anchored choices stay where they were
written, at the end.

A compiled page is text, slot, text, ..., text. Each entry of a shuffled list begins with a mark, which is a slot that
is never filled, so that an entry is a run of pieces which begins with a slot and ends with text; the list ends with a
mark of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from django.utils.safestring import SafeString

from allears.questionnaires.answering_slots import slot

Item = TypeVar("Item")
_END = "end"


def mark(question: str, key: str, anchored: bool) -> SafeString:
    """Return what stands before an entry of a shuffled list; `question` is its field's name."""
    return slot(f"~{question}~{'last' if anchored else 'any'}~{key}")


def end_mark(question: str) -> SafeString:
    """Return what stands after the last entry of a shuffled list."""
    return slot(f"~{question}~{_END}~")


class Entry(NamedTuple):
    """A run of pieces that moves as one."""

    key: str
    anchored: bool
    pieces: tuple[str, ...]


def place_of(seed: str, key: str) -> bytes:
    """Return what entries are sorted by."""
    return blake2b(f"{seed}/{key}".encode(), digest_size=16).digest()


def in_order(seed: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return entries as `seed` has them, the anchored ones last and as they were written."""
    listed = list(entries)
    moving = sorted((each for each in listed if not each.anchored), key=lambda each: place_of(seed, each.key))
    return [*moving, *(each for each in listed if each.anchored)]


def reordered(pieces: Sequence[str], seed: str) -> tuple[str, ...]:
    """Return the pieces of a page with every shuffled list in the order that `seed` gives it."""
    done: list[str] = []
    entries: list[Entry] = []
    start = 0
    for at in range(1, len(pieces), 2):
        if not pieces[at].startswith("~"):
            continue
        if entries:
            entries[-1] = entries[-1]._replace(pieces=tuple(pieces[start:at]))
        else:
            done += pieces[start:at]
        start = at
        _question, where, key = pieces[at][1:].split("~")
        if where == _END:
            done += [piece for entry in in_order(seed, entries) for piece in entry.pieces]
            entries = []
        else:
            entries.append(Entry(key, where == "last", ()))
    return (*done, *pieces[start:])
