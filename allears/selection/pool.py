"""The pool: people grouped by type. A type is one combination of facet values; names never enter the maths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from allears.selection.errors import SelectionError
from allears.selection.quotas import Quotas
from allears.selection.tables import Table, parse_table, read_table, tidy

Values = tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """Types in canonical order (sorted by their values), how many people each has, and, if known, who.

    facets: names, F of them. types: T tuples of F values. sizes: T counts.
    members: T tuples of ids in sorted order, or None where only counts are known.
    A missing value is the empty text: a value of its own.
    """

    facets: tuple[str, ...]
    types: tuple[Values, ...]
    sizes: tuple[int, ...]
    members: tuple[tuple[str, ...], ...] | None = None

    @classmethod
    def read(cls, path: str | Path, quotas: Quotas, *, id_column: str | None = None) -> Pool:
        """Read a file with an id column (the first, unless named) and one column per facet of the quotas."""
        return cls.from_table(read_table(path), quotas, id_column=id_column)

    @classmethod
    def parse(cls, text: str, quotas: Quotas, *, id_column: str | None = None, source: str = "pool") -> Pool:
        """The same from text."""
        return cls.from_table(parse_table(text, source), quotas, id_column=id_column)

    @classmethod
    def from_table(cls, table: Table, quotas: Quotas, *, id_column: str | None = None) -> Pool:
        """Raises SelectionError for a double or empty id, or a value without a quota: row and column named."""
        if not table.rows:
            raise SelectionError("no_people", source=table.source, row=2, column=id_column or table.header[0])
        id_column = id_column or table.header[0]
        place = table.index(id_column)
        places = [table.index(facet) for facet in quotas.facets]
        first: dict[str, int] = {}
        people: dict[str, Values] = {}
        for row, cells in table.rows:
            check_id(table.source, row, id_column, cells[place], first)
            for facet, at in zip(quotas.facets, places, strict=True):
                check_value(table.source, row, facet, cells[at], quotas)
            first[cells[place]] = row
            people[cells[place]] = tuple(cells[at] for at in places)
        return cls.from_people(quotas.facets, people)

    @classmethod
    def from_people(cls, facets: Sequence[str], people: Mapping[str, Sequence[str]]) -> Pool:
        """From {id: values}, in any order: the pool is the same."""
        grouped: dict[Values, list[str]] = {}
        for person, values in people.items():
            grouped.setdefault(tuple(tidy(value) for value in values), []).append(person)
        types = tuple(sorted(grouped))
        members = tuple(tuple(sorted(grouped[values])) for values in types)
        return cls(tuple(facets), types, tuple(len(ids) for ids in members), members)

    @classmethod
    def from_counts(cls, facets: Sequence[str], counts: Iterable[tuple[Sequence[str], int]]) -> Pool:
        """From a GROUP BY: (values, how many). All that is needed for chances, and for millions of people."""
        summed: dict[Values, int] = {}
        for values, count in counts:
            if not isinstance(count, int) or count < 1:
                raise SelectionError("bad_count", values=tuple(values), count=count)
            summed[tuple(values)] = summed.get(tuple(values), 0) + count
        types = tuple(sorted(summed))
        return cls(tuple(facets), types, tuple(summed[values] for values in types))

    @property
    def people(self) -> int:
        return sum(self.sizes)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many people hold each value: {"age": {"16-29": 40, ...}}, values sorted."""
        found: dict[str, dict[str, int]] = {}
        for place, facet in enumerate(self.facets):
            held: dict[str, int] = {}
            for values, size in zip(self.types, self.sizes, strict=True):
                held[values[place]] = held.get(values[place], 0) + size
            found[facet] = dict(sorted(held.items()))
        return found

    def only(self, facets: Sequence[str]) -> Pool:
        """The pool described by some of its facets only. Raises `unknown_facet`."""
        for facet in facets:
            if facet not in self.facets:
                raise SelectionError("unknown_facet", facet=facet)
        places = [self.facets.index(facet) for facet in facets]
        kept = [tuple(values[place] for place in places) for values in self.types]
        if self.members is None:
            return Pool.from_counts(facets, zip(kept, self.sizes, strict=True))
        people = {
            person: values for values, ids in zip(kept, self.members, strict=True) for person in ids
        }
        return Pool.from_people(facets, people)

    def ids(self, at: int) -> tuple[str, ...]:
        """The ids of one type. Raises `no_members` where the pool holds counts only."""
        if self.members is None:
            raise SelectionError("no_members")
        return self.members[at]

    def without(self, people: Iterable[str]) -> Pool:
        """The pool that is left when some people are taken out; types that become empty go."""
        if self.members is None:
            raise SelectionError("no_members")
        gone = set(people)
        left = {
            person: values
            for values, ids in zip(self.types, self.members, strict=True)
            for person in ids
            if person not in gone
        }
        return Pool.from_people(self.facets, left)


def check_id(source: str, row: int, column: str, value: str, first: Mapping[str, int]) -> None:
    if not value:
        raise SelectionError("empty_id", source=source, row=row, column=column)
    if value in first:
        raise SelectionError(
            "double_id", source=source, row=row, column=column, value=value, first=first[value]
        )


def check_value(source: str, row: int, facet: str, value: str, quotas: Quotas) -> None:
    """A value must have a quota; only a missing value may go without one."""
    known = quotas.bounds[facet]
    if value and value not in known:
        raise SelectionError(
            "unknown_value", source=source, row=row, column=facet, value=value, known=", ".join(known)
        )
