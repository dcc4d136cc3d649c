"""Columns as a person finds them: by letter and by heading."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `index` counts from 0, `heading` is as it stands, `name` is never blank and never twice."""

    index: int
    letter: str
    heading: str
    name: str


def letter_of(index: int) -> str:
    """0 is A, 25 is Z, 26 is AA: as spreadsheet programs letter their columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def columns_of(header: Iterable[str]) -> tuple[Column, ...]:
    """The columns under a header row; blank headings are called by letter, repeated ones are counted."""
    taken: set[str] = set()
    found = []
    for index, heading in enumerate(header):
        name = _free_name(" ".join(heading.split()) or f"Column {letter_of(index)}", taken)
        taken.add(name)
        found.append(Column(index, letter_of(index), heading, name))
    return tuple(found)


def _free_name(name: str, taken: set[str]) -> str:
    count, free = 2, name
    while free in taken:
        free, count = f"{name} ({count})", count + 1
    return free
