"""A pool, its quotas and a number of seats as arrays of whole numbers: what the maths works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allears.selection.errors import SelectionError
from allears.selection.pool import Pool
from allears.selection.quotas import Quotas

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """Choose `size` people: c[t] of each type, 0 <= c[t] <= sizes[t], every row's count within its bounds.

    sizes: (T,) people per type. codes: (T, F) the row of each facet's value. rows: R pairs (facet, value).
    lower, upper: (R,) bounds on the seats of a row.
    """

    size: int
    sizes: Ints
    codes: Ints
    lower: Ints
    upper: Ints
    rows: tuple[tuple[str, str], ...]

    @property
    def types(self) -> int:
        return len(self.sizes)

    @property
    def facets(self) -> int:
        return self.codes.shape[1]

    @cached_property
    def facet_of_row(self) -> Ints:
        """(R,) which facet a row belongs to."""
        names = list(dict.fromkeys(facet for facet, _ in self.rows))
        return np.array([names.index(facet) for facet, _ in self.rows], dtype=np.int64)

    @cached_property
    def people_of_row(self) -> Ints:
        """(R,) how many people of the pool hold a row's value."""
        return self.count(self.sizes).astype(np.int64)

    def count(self, seats: Ints | Floats, types: Ints | None = None) -> Floats:
        """Seats per type, of all types or of those named, to (R,) seats per row. Whole numbers stay exact."""
        codes = self.codes if types is None else self.codes[types]
        counted = np.zeros(len(self.rows))
        for place in range(self.facets):
            counted += np.bincount(codes[:, place], weights=seats, minlength=len(self.rows))
        return counted

    def admits(self, seats: Ints) -> bool:
        """Is this a valid panel?"""
        counted = self.count(seats)
        return bool(
            seats.sum() == self.size
            and (seats >= 0).all()
            and (seats <= self.sizes).all()
            and (counted >= self.lower).all()
            and (counted <= self.upper).all()
        )


def describe(pool: Pool, quotas: Quotas, size: int) -> Problem:
    """Arrays for a pool and quotas. Raises `minimums_above_size`, `maximums_below_size` and what `as_arrays` raises."""
    problem = as_arrays(pool, quotas, size)
    check_sums(problem, quotas)
    return problem


def as_arrays(pool: Pool, quotas: Quotas, size: int) -> Problem:
    """The same for quotas that may contradict each other. Raises `bad_size`, `size_above_pool`, `unknown_facet`.

    A value of the quotas that nobody in the pool holds has a row too: its minimum may make the quotas
    infeasible, and the row says which. A value of the pool without a quota may take any number of seats.
    """
    check_size(size, pool.people)
    for facet in quotas.facets:
        if facet not in pool.facets:
            raise SelectionError("unknown_facet", facet=facet)
    held = [sorted({values[place] for values in pool.types} | set(quotas.bounds.get(facet, ())))
            for place, facet in enumerate(pool.facets)]
    rows = tuple((facet, value) for facet, values in zip(pool.facets, held, strict=True) for value in values)
    bounds = [quotas.bounds.get(facet, {}).get(value, (0, size)) for facet, value in rows]
    return Problem(
        size=size,
        sizes=np.array(pool.sizes, dtype=np.int64),
        codes=encode(pool, held),
        lower=np.array([low for low, _ in bounds], dtype=np.int64),
        upper=np.array([min(high, size) for _, high in bounds], dtype=np.int64),
        rows=rows,
    )


def check_size(size: int, people: int) -> None:
    if size < 1:
        raise SelectionError("bad_size", size=size)
    if size > people:
        raise SelectionError("size_above_pool", size=size, people=people)


def check_sums(problem: Problem, quotas: Quotas) -> None:
    """The bounds of each facet must be able to add up to the number of seats."""
    size = problem.size
    for number, facet in enumerate(dict.fromkeys(facet for facet, _ in problem.rows)):
        own = problem.facet_of_row == number
        least, most = int(problem.lower[own].sum()), int(problem.upper[own].sum())
        if least > size:
            raise SelectionError("minimums_above_size", facet=facet, total=least, size=size, **last_line(quotas, facet, "min"))
        if most < size:
            raise SelectionError("maximums_below_size", facet=facet, total=most, size=size, **last_line(quotas, facet, "max"))


def last_line(quotas: Quotas, facet: str, column: str) -> dict[str, object]:
    """Where the sum of a facet's bounds ends in the file that the quotas were read from; nowhere without one."""
    row = max((at for (name, _), at in quotas.lines.items() if name == facet), default=None)
    if row is None:
        return {"where": ""}
    return {"where": f"{quotas.source}, row {row}, column “{column}”: ", "row": row, "column": column}


def encode(pool: Pool, held: list[list[str]]) -> Ints:
    """(T, F) the number of the row of each type's value."""
    codes = np.zeros((len(pool.types), len(held)), dtype=np.int64)
    start = 0
    for place, values in enumerate(held):
        numbers = {value: start + at for at, value in enumerate(values)}
        codes[:, place] = [numbers[type_[place]] for type_ in pool.types]
        start += len(values)
    return codes
