"""Finds whole panels quickly, many side by side, with arithmetic on whole numbers only.

Each panel is filled seat by seat with the type that is wanted most among those that no quota forbids; a panel
that ends outside its quotas is repaired by swapping one seat at a time. Scores are whole numbers small enough
for a product of single-precision matrices to be exact: the same panels on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allears.selection.problem import Floats, Ints, Problem

Scores = NDArray[np.float32]
FORBIDDEN = np.float32(1 << 14)
SHUT = np.float32(1 << 16)
MOST = 6000.0
EDGE = 1e-7
TRIES = 3
ONE_THREAD = 250_000  # multiplications


class Finder:
    """Panels near a target of expected seats: a type gets the whole number just below or above its target.

    Where the target leaves a row no room (its expected seats are a bound), every panel meets that bound.
    wish: the same problem with narrower bounds, which panels keep where a few repairs get them there.
    steps: how many rounds of repairs there were so far, a measure of work that is the same on every machine.
    """

    def __init__(self, problem: Problem, target: Floats, *, wish: Problem | None = None, seed: int = 0) -> None:
        self.problem, self.target = problem, target
        self.low, self.high = implied_bounds(problem, None if wish else problem.count(target))
        self.wish = implied_bounds(wish, problem.count(target)) if wish else None
        self.base = np.floor(target + EDGE)
        self.most = np.minimum(np.ceil(target - EDGE), problem.sizes)
        self.member = np.zeros((len(problem.rows), problem.types), dtype=np.float32)
        for place in range(problem.facets):
            self.member[problem.codes[:, place], np.arange(problem.types)] = 1
        self.facet = np.zeros((len(problem.rows), max(1, problem.facets)), dtype=np.float32)
        self.facet[np.arange(len(problem.rows)), problem.facet_of_row] = 1
        self.shut = np.where(self.most > self.base, 0, -SHUT).astype(np.float32)
        self.steps = 0
        self.noise = np.random.Generator(np.random.PCG64(seed))

    def loosen(self) -> None:
        """Forget the target and the wish: any valid panel may be found."""
        self.wish = None
        self.low, self.high = implied_bounds(self.problem, None)
        self.base = np.zeros(self.problem.types)
        self.most = np.minimum(self.problem.sizes, self.problem.size).astype(np.float64)
        self.shut = np.where((self.problem.upper[self.problem.codes] > 0).all(axis=1), 0, -SHUT).astype(np.float32)

    def find(self, scores: Floats, repairs: int = 60) -> tuple[Ints, NDArray[np.bool_]]:
        """(B, T) wishes to (B, T) panels and (B,) which of them are valid. Wishes lie within ±6000."""
        wishes = np.round(np.clip(scores, -MOST, MOST)).astype(np.float32)
        panels = np.repeat(self.base[None].astype(np.float32), len(wishes), axis=0)
        counts = product(panels, self.member.T)
        if self.wish:
            self.near_wish(wishes, panels, counts, self.wish)
        else:
            self.fill(wishes, panels, counts)
        self.repair(wishes, panels, counts, repairs)
        return panels.astype(np.int64), self.misses(counts) == 0

    def near_wish(self, wishes: Scores, panels: Scores, counts: Scores, wish: tuple[Scores, Scores]) -> None:
        """Panels that keep the narrower bounds, or come near them: the few rows missed then cost little."""
        needed = self.low, self.high
        self.low, self.high = wish
        self.fill(wishes, panels, counts)
        self.repair(wishes, panels, counts, TRIES)
        self.low, self.high = needed

    def fill(self, wishes: Scores, panels: Scores, counts: Scores) -> None:
        """Give every empty seat to the type wanted most; a full row, or one whose facet owes others, forbids."""
        every, worth = np.arange(len(wishes)), wishes + self.shut
        left = np.full(len(wishes), self.problem.size - self.base.sum(), dtype=np.float32)
        for _ in range(int(left[0])):
            chosen = (worth + product(self.forbidden(counts, left), self.member)).argmax(axis=1)
            panels[every, chosen] += 1
            counts += self.member.T[chosen]
            worth[every, chosen] -= np.where(panels[every, chosen] >= self.most[chosen], SHUT, 0)
            left -= 1

    def forbidden(self, counts: Scores, left: Scores) -> Scores:
        need = np.maximum(self.low - counts, 0)
        owed = (product(need, self.facet) >= left[:, None])[:, self.problem.facet_of_row]
        return np.where((counts >= self.high) | (owed & (need == 0)), -FORBIDDEN, np.float32(0))

    def misses(self, counts: Scores) -> Floats:
        return np.asarray(np.maximum(counts - self.high, 0).sum(1) + np.maximum(self.low - counts, 0).sum(1))

    def repair(self, wishes: Scores, panels: Scores, counts: Scores, repairs: int) -> None:
        """Swap one seat at a time, guided by the rows that are missed, with a little chance against circles."""
        for _ in range(repairs):
            open_ = np.flatnonzero(self.misses(counts) > 0)
            if not len(open_):
                return
            self.steps += 1
            gone = self.to_remove(wishes[open_], panels[open_], counts[open_])
            panels[open_, gone] -= 1
            counts[open_] -= self.member.T[gone]
            come = self.to_add(wishes[open_], panels[open_], counts[open_], gone)
            panels[open_, come] += 1
            counts[open_] += self.member.T[come]

    def to_remove(self, wishes: Scores, panels: Scores, counts: Scores) -> Ints:
        blame = 512 * (counts > self.high) - 512 * (counts < self.low) - 256 * (counts <= self.low)
        worth = product(blame.astype(np.float32), self.member) + self.random(300, wishes.shape) - np.round(wishes / 4)
        return np.asarray(np.where(panels > self.base, worth, np.float32(-1e9)).argmax(axis=1))

    def to_add(self, wishes: Scores, panels: Scores, counts: Scores, gone: Ints) -> Ints:
        need = (512 * (counts < self.low) - 512 * (counts >= self.high)).astype(np.float32)
        worth = np.round(wishes / 2) + product(need, self.member) + self.random(128, wishes.shape)
        worth[np.arange(len(gone)), gone] -= 400
        return np.asarray(np.where(panels < self.most, worth, np.float32(-1e9)).argmax(axis=1))

    def random(self, below: int, shape: tuple[int, ...]) -> Scores:
        return self.noise.integers(0, below, shape).astype(np.float32)


def product(left: Scores, right: Scores) -> Scores:
    """The product of two matrices of whole numbers, a few lines at a time, so small that one thread is enough.

    For more the array library takes several, and on a busy machine they wait for each other far longer than they work.
    """
    lines = max(2, ONE_THREAD // max(1, right.size))
    if len(left) <= lines:
        return left @ right
    return np.concatenate([left[at : at + lines] @ right for at in range(0, len(left), lines)])


def implied_bounds(problem: Problem, expected: Floats | None) -> tuple[Scores, Scores]:
    """Bounds of each row, tightened by what the other rows of its facet and the target leave."""
    low, high = problem.lower.astype(np.float64), problem.upper.astype(np.float64)
    if expected is not None:
        low, high = np.where(expected > high - EDGE, high, low), np.where(expected < low + EDGE, low, high)
    for facet in range(problem.facets):
        rows = problem.facet_of_row == facet
        least, most = low[rows].sum(), high[rows].sum()
        room, owed = problem.size - (least - low[rows]), problem.size - (most - high[rows])
        high[rows], low[rows] = np.minimum(high[rows], room), np.maximum(low[rows], owed)
    return low.astype(np.float32), high.astype(np.float32)
