"""Quotas: how many seats each value of each facet has at least and at most."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from allears.selection.errors import SelectionError
from allears.selection.tables import Table, parse_table, read_table

MOST_FACETS = 60
Bounds = tuple[int, int]


@dataclass(frozen=True)
class Quotas:
    """Bounds per facet and value: {"age": {"16-29": (2, 4), "30+": (6, 8)}}. Order is kept for reading.

    source, lines: the file that they were read from, and the row of each (facet, value) in it; empty where there is none.
    """

    bounds: Mapping[str, Mapping[str, Bounds]]
    source: str = field(default="", compare=False)
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, path: str | Path) -> Quotas:
        """Read a file with the columns category, feature, min, max (or facet, value, min, max)."""
        return cls.from_table(read_table(path))

    @classmethod
    def parse(cls, text: str, source: str = "quotas") -> Quotas:
        """The same from text."""
        return cls.from_table(parse_table(text, source))

    @classmethod
    def from_table(cls, table: Table) -> Quotas:
        """Raises SelectionError naming the row and column of the first thing that is wrong."""
        if not table.rows:
            raise SelectionError("no_quotas", source=table.source, row=2, column=table.header[0])
        facet, value = facet_and_value(table)
        bounds: dict[str, dict[str, Bounds]] = {}
        seen: dict[tuple[str, str], int] = {}
        for row, cells in table.rows:
            key = (cells[table.index(facet)], cells[table.index(value)])
            check_line(table.source, row, facet, value, key, seen, bounds)
            seen[key] = row
            bounds.setdefault(key[0], {})[key[1]] = read_bounds(table, row, cells)
        return cls(bounds, table.source, seen)

    @property
    def facets(self) -> tuple[str, ...]:
        return tuple(self.bounds)

    def __iter__(self) -> Iterator[tuple[str, str, int, int]]:
        """Lines (facet, value, min, max) in the order in which they were given."""
        for facet, values in self.bounds.items():
            for value, (low, high) in values.items():
                yield facet, value, low, high

    def with_bounds(self, facet: str, value: str, low: int, high: int) -> Quotas:
        """The same quotas with one line changed (or added)."""
        bounds = {name: dict(values) for name, values in self.bounds.items()}
        bounds.setdefault(facet, {})[value] = (low, high)
        return Quotas(bounds)


def propose(
    base: Mapping[str, Mapping[str, float | int | Fraction]],
    size: int,
    *,
    slack: int = 1,
    carried: Mapping[tuple[str, str], Fraction] | None = None,
) -> Quotas:
    """Quotas in proportion to a base such as all customers: floor and ceiling, widened by `slack` seats.

    `base` holds, per facet, a count (or share) per value. `carried` adds seats owed from earlier draws
    (see allears.selection.carry), in each facet as much of them as leaves every value half of its share: what
    somebody had before must not shut others like them out. Exact quotas are harmful: they leave few or no
    replacements when somebody declines, hence one seat of slack unless told otherwise.
    """
    if size < 1:
        raise SelectionError("bad_size", size=size)
    wanted = {
        facet: repaid({(facet, value): share * size for value, share in shares(facet, values).items()}, carried or {})
        for facet, values in base.items()
    }
    return Quotas(
        {
            facet: {value: around(seats, size, slack) for (_, value), seats in rows.items()}
            for facet, rows in wanted.items()
        }
    )


def repaid(
    seats: Mapping[tuple[str, str], Fraction], owed: Mapping[tuple[str, str], Fraction]
) -> dict[tuple[str, str], Fraction]:
    """Expected seats of a facet's values with as much of what is owed as leaves each value half of its seats."""
    given = [held / 2 / -owed[row] for row, held in seats.items() if owed.get(row, 0) < 0 < held]
    part = min([Fraction(1), *given])
    return {row: held + part * owed.get(row, Fraction(0)) for row, held in seats.items()}


def shares(facet: str, values: Mapping[str, float | int | Fraction]) -> dict[str, Fraction]:
    """Counts to exact shares of 1. Raises `bad_share`."""
    exact: dict[str, Fraction] = {}
    for value, count in values.items():
        if (not isinstance(count, (int, Fraction)) and not math.isfinite(count)) or count < 0:
            raise SelectionError("bad_share", facet=facet, value=value, share=count)
        exact[value] = Fraction(count)
    total = sum(exact.values())
    if not total:
        raise SelectionError("bad_share", facet=facet, value="", share=0)
    return {value: count / total for value, count in exact.items()}


def around(seats: Fraction, size: int, slack: int) -> Bounds:
    """Floor and ceiling of an expected number of seats, one seat looser on each side per unit of slack."""
    low = max(0, min(size, math.floor(seats) - slack))
    high = max(0, min(size, math.ceil(seats) + slack))
    return low, high


def facet_and_value(table: Table) -> tuple[str, str]:
    """Which two columns name the facet and its value: three pairs of names are in use."""
    for pair in (("category", "feature"), ("facet", "value"), ("feature", "value")):
        if set(pair) <= set(table.header):
            return pair
    return table.header[table.index("category")], table.header[table.index("feature")]


def read_bounds(table: Table, row: int, cells: tuple[str, ...]) -> Bounds:
    low, high = (whole(table, row, cells, column) for column in ("min", "max"))
    if low > high:
        raise SelectionError(
            "min_above_max", source=table.source, row=row, column="min", min=low, max=high
        )
    return low, high


def whole(table: Table, row: int, cells: tuple[str, ...], column: str) -> int:
    """A whole number in plain ASCII digits: “1,000” could be one or a thousand, so it is refused."""
    text = cells[table.index(column)]
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise SelectionError("not_a_number", source=table.source, row=row, column=column, value=text)
    return int(text)


def check_line(
    source: str,
    row: int,
    facet_column: str,
    value_column: str,
    key: tuple[str, str],
    seen: Mapping[tuple[str, str], int],
    bounds: Mapping[str, object],
) -> None:
    facet, value = key
    if not facet:
        raise SelectionError("empty_facet", source=source, row=row, column=facet_column)
    if key in seen:
        raise SelectionError(
            "double_quota", source=source, row=row, column=value_column, value=value, facet=facet, first=seen[key]
        )
    if facet not in bounds and len(bounds) == MOST_FACETS:
        raise SelectionError(
            "too_many_facets",
            source=source,
            row=row,
            column=facet_column,
            value=facet,
            count=MOST_FACETS + 1,
            most=MOST_FACETS,
        )
