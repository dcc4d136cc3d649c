"""Proof in exact fractions that no lottery treats the least lucky better: weak duality, no solver needed.

Give every quota row a price p[r] and every seat a price s. A type is then worth v[t] = s + the prices of its
values. On any valid panel the worth of all seats is at most s * size + the sum over rows of max(p * most, p * least).
Whatever we weigh a type with, w[t], a panel carries at most that plus sizes[t] * max(0, w[t] - v[t]) for each type.
So any prices at all give a bound that is true; good prices give one that is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allears.selection.ideal import Mask
from allears.selection.problem import Floats, Problem

DENOMINATORS = (12, 60, 1_000, 10_000, 1_000_000, 1_000_000_000)
SAFE = 1 << 61


@dataclass(frozen=True)
class Certificate:
    """bound: the most that the least lucky can get. prices: per row, exact; seat: the price of any seat."""

    bound: Fraction
    prices: tuple[Fraction, ...]
    seat: Fraction


@dataclass(frozen=True)
class Barred:
    """Somebody on no valid panel. prices and seat prove that fewer than one seat of the type can be filled.

    bound is None where only a search over whole panels showed it, without a proof in prices.
    """

    type: int
    bound: Fraction | None
    prices: tuple[Fraction, ...]
    seat: Fraction


def certify_least(problem: Problem, eligible: Mask, prices: Floats, least: float = 0.0) -> Certificate:
    """Turn a solver's prices (rows, then the seat) into the tightest exact bound on the least chance.

    least: what the solver says the bound is; roundings that come as near to it as floats go end the search.
    """
    best: Certificate | None = None
    for exact in roundings(prices):
        bound = least_bound(problem, eligible, exact)
        if bound is not None and (best is None or bound < best.bound):
            best = Certificate(bound, tuple(exact[:-1]), exact[-1])
            if bound <= least * (1 + 1e-12):
                break
    return best or trivial(problem, eligible)


def trivial(problem: Problem, eligible: Mask) -> Certificate:
    """Even without quotas nobody can promise everybody more than seats divided by people."""
    exact = [Fraction(0)] * len(problem.rows) + [Fraction(1)]
    bound = least_bound(problem, eligible, exact)
    return Certificate(bound if bound is not None else Fraction(1), tuple(exact[:-1]), exact[-1])


def least_bound(problem: Problem, eligible: Mask, prices: Sequence[Fraction]) -> Fraction | None:
    """The bound that these prices prove, or None where they weigh nobody."""
    whole, _ = integers(prices)
    worth = worths(problem, whole)
    people = problem.sizes.astype(worth.dtype)
    weight = (people * np.maximum(worth, 0))[eligible].sum()
    if weight <= 0:
        return None
    spill = (people * np.maximum(-worth, 0))[eligible].sum()
    return min(Fraction(1), Fraction(ceiling(problem, whole) + int(spill), int(weight)))


def seats_bound(problem: Problem, type_: int, prices: Sequence[Fraction]) -> Fraction:
    """The most seats that a panel can give to one type, as these prices prove it."""
    whole, unit = integers(prices)
    worth = worths(problem, whole)
    wanted = np.zeros(problem.types, dtype=worth.dtype)
    wanted[type_] = unit
    usable = np.array((problem.upper[problem.codes] > 0).all(axis=1), dtype=bool)
    usable[type_] = True
    spill = (problem.sizes.astype(worth.dtype) * np.maximum(wanted - worth, 0))[usable].sum()
    return Fraction(ceiling(problem, whole) + int(spill), unit)


def ceiling(problem: Problem, prices: Sequence[int]) -> int:
    """The most that all seats of a valid panel can be worth at these prices."""
    rows = zip(prices, problem.lower.tolist(), problem.upper.tolist(), strict=False)
    return prices[-1] * problem.size + sum(max(price * low, price * high) for price, low, high in rows)


def worths(problem: Problem, prices: Sequence[int]) -> NDArray[Any]:
    """(T,) v[t], in machine integers where they cannot overflow and in Python's otherwise."""
    largest = sum(map(abs, prices)) * max(1, int(problem.sizes.sum()))
    kind: Any = np.int64 if largest < SAFE else object
    table = np.array(prices[:-1], dtype=kind)
    worth = np.full(problem.types, prices[-1], dtype=kind)
    for place in range(problem.facets):
        worth = worth + table[problem.codes[:, place]]
    return worth


def integers(prices: Sequence[Fraction]) -> tuple[list[int], int]:
    """Fractions over their common denominator: (numerators, denominator)."""
    unit = lcm(*(price.denominator for price in prices))
    return [price.numerator * (unit // price.denominator) for price in prices], unit


def roundings(prices: Floats, *, scaled: bool = True) -> Iterator[list[Fraction]]:
    """Fractions near the solver's prices. Where only their ratios matter, they are divided by one of them first."""
    values = [float(price) for price in prices]
    sizes = sorted({abs(value) for value in values if abs(value) > 1e-9})
    units = (sizes[0], sizes[-1]) if sizes and scaled else (1.0,)
    for unit in units:
        for denominator in DENOMINATORS:
            yield [Fraction(value / unit).limit_denominator(denominator) for value in values]
