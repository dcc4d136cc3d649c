"""The last few dozen types of a sample: a small lottery over whole ways to seat them, fair to the last fraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allears.selection.cube import Flight, fly
from allears.selection.errors import SelectionError
from allears.selection.lottery import Lottery, publish
from allears.selection.mixing import REACHED, mix
from allears.selection.problem import Ints, Problem
from allears.selection.targets import Targets

ATTEMPTS = 8


class NoLanding(ArithmeticError):
    """No mix of valid samples has the open fractions as its expectation."""


@dataclass(frozen=True)
class Landing:
    """base: (T,) seats that are settled. lottery: ways to fill the others (type numbers are the problem's)."""

    base: Ints
    lottery: Lottery


def land(problem: Problem, flight: Flight, *, exact: bool = True) -> Landing:
    """Mix whole ways to fill the open seats so that every type's expected seats stay exact. Raises NoLanding."""
    open_ = np.flatnonzero(flight.part)
    if not len(open_):
        return Landing(flight.whole, Lottery(((),), (1,)))
    held = problem.count(flight.whole).astype(np.int64)
    small = Problem(
        size=problem.size - int(flight.whole.sum()),
        sizes=np.ones(len(open_), dtype=np.int64),
        codes=problem.codes[open_],
        lower=np.maximum(0, problem.lower - held),
        upper=np.maximum(0, problem.upper - held),
        rows=problem.rows,
    )
    part = flight.part[open_] * (small.size / flight.part[open_].sum())
    mixed = mix(small, part, part, exact=exact)
    if mixed.reach < 1 - REACHED:
        raise NoLanding(f"only {mixed.reach} of the open seats can be mixed")
    found = publish(mixed)
    panels = tuple(tuple((int(open_[at]), seats) for at, seats in panel) for panel in found.panels)
    return Landing(flight.whole, Lottery(panels, found.tickets))


def seat_sample(problem: Problem, targets: Targets, key: str) -> Landing:
    """From targets and a key (made of the commitment and the seed) to a landing: always the same one.

    Where the steps end in a place that no whole samples surround, they are taken again from the start with the
    next key. Raises `no_landing` after eight times: the quotas leave too little room for a sample.
    """
    for attempt in range(ATTEMPTS):
        try:
            flight = fly(problem, targets.floats(), f"{key}|{attempt}")
            return land(problem, flight, exact=attempt >= ATTEMPTS // 2)
        except NoLanding:
            continue
    raise SelectionError("no_landing", attempts=ATTEMPTS)
