"""Finds a lottery over whole panels whose expected seats are the ideal ones: exactly as fair as the bound.

Panels are made one batch after another, each repaying what earlier ones owe every type; a linear programme
then mixes them. Where the mix falls short, its prices say which panels are missing, and more are made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allears.selection.exact import best_panel
from allears.selection.finder import MOST, Finder
from allears.selection.ideal import Mask
from allears.selection.problem import Floats, Ints, Problem
from allears.selection.solver import INFINITY, Budget, Programme, unlimited

BATCH = 8
SEEDS = 2.0
REACHED = 2e-8
LOOSE_AFTER, EXACT_AFTER = 3, 6
EXACT_SECONDS = 10.0


@dataclass(frozen=True)
class Mix:
    """panels: (P, T) whole panels. shares: (P,) how often each. reach: part of the goal reached (1: all).

    proven: no mix of valid panels reaches more (as the solver found; the certificate is separate).
    known: (K, T) every panel that was found on the way. worth: (T,) what a seat of each type is worth to it.
    """

    panels: Ints
    shares: Floats
    reach: float
    proven: bool
    known: Ints
    worth: Floats


class Master:
    """Mix panels so that every type gets at least slope * reach + fixed, for the greatest reach."""

    def __init__(self, slopes: Floats, *, most: float = 1.0, budget: Budget = unlimited) -> None:
        self.rows = np.flatnonzero(slopes > 0)
        self.place = np.full(len(slopes), -1)
        self.place[self.rows] = np.arange(len(self.rows))
        self.slopes, count = slopes.copy(), len(self.rows)
        self.programme = Programme(maximise=True, budget=budget)
        self.programme.add_rows(
            np.append(np.zeros(count), 1.0), np.append(np.full(count, INFINITY), 1.0)
        )
        self.programme.add_columns(
            np.ones(1), np.zeros(1), np.array([most]), np.zeros(1, np.int64), np.arange(count), -slopes[self.rows]
        )
        self.panels: list[Ints] = []
        self.seen: set[bytes] = set()
        self.stood: tuple[float, Floats, Floats, float] | None = None

    def add(self, panels: Ints) -> int:
        """Panels not seen before enter; returns how many."""
        fresh = [panel for panel in panels if self.is_new(panel)]
        starts, rows, values = [], [], []
        size = 0
        for panel in fresh:
            held = np.flatnonzero((panel > 0) & (self.place >= 0))
            starts.append(size)
            rows.append(np.append(self.place[held], len(self.rows)))
            values.append(np.append(panel[held], 1))
            size += len(held) + 1
        if fresh:
            none = np.zeros(len(fresh))
            self.programme.add_columns(
                none, none, np.full(len(fresh), INFINITY), np.array(starts),
                np.concatenate(rows), np.concatenate(values).astype(np.float64),
            )
            self.panels += fresh
        return len(fresh)

    def is_new(self, panel: Ints) -> bool:
        key = panel.tobytes()
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def solve(self) -> tuple[float, Floats, Floats, float]:
        """(reach, shares, (T,) what a seat of each type is worth, what a panel must be worth to help).

        Where time runs out meanwhile: what the last solve gave, or the same share for every panel if it is the first.
        """
        answer = self.programme.solve()
        if not answer.optimal:
            return self.as_it_stood()
        worth = np.zeros(len(self.slopes))
        worth[self.rows] = np.maximum(-answer.prices[: len(self.rows)], 0)
        self.stood = float(answer.objective), answer.columns[1:], worth, float(answer.prices[len(self.rows)])
        return self.stood

    def as_it_stood(self) -> tuple[float, Floats, Floats, float]:
        """Panels that came since have no share yet."""
        if self.stood is None:
            panels = np.array(self.panels)
            reach = float((panels.mean(axis=0)[self.rows] / self.slopes[self.rows]).min(initial=1.0))
            return reach, np.full(len(panels), 1 / len(panels)), np.zeros(len(self.slopes)), 0.0
        reach, shares, worth, price = self.stood
        return reach, np.append(shares, np.zeros(len(self.panels) - len(shares))), worth, price

    def fix(self, types: Mask, level: Floats) -> None:
        """These types must keep at least `level` seats; the reach no longer counts for them."""
        for type_ in np.flatnonzero(types & (self.place >= 0)):
            row = int(self.place[type_])
            self.programme.entry(row, 0, 0.0)
            self.programme.row_bounds([row], np.array([level[type_] - 1e-10]), np.array([INFINITY]))


class Maker:
    """Makes panels near a target: by what is owed so far, or by what a master programme would pay for.

    wish: narrower bounds that panels keep or come near (see Finder).
    repairs: how often a panel outside its quotas is changed by one seat before it is given up.
    cap: the strongest wish for a type that is owed (60 a seat), so that one that can hardly be seated spoils no others.
    """

    def __init__(
        self, problem: Problem, target: Floats, *, wish: Problem | None = None, repairs: int = 60, cap: float = MOST
    ) -> None:
        self.finder, self.target = Finder(problem, target, wish=wish), target
        self.repairs, self.cap = repairs, cap
        self.made = np.zeros(problem.types)
        self.count = 0

    def owed(self, wanted: int, budget: Budget = unlimited) -> Ints:
        """About `wanted` panels, each batch made of the types that the earlier ones owe most; at least one batch."""
        found: list[Ints] = []
        batches = 0
        until = self.count + wanted
        while self.count < until and batches < 3 * wanted // BATCH + 4:
            debts = (self.count + BATCH / 2) * self.target - self.made
            scale = min(60.0, 6000.0 / max(1e-9, float(np.abs(debts).max())))
            found.append(self.valid(np.repeat(np.minimum(scale * debts, self.cap)[None], BATCH, axis=0), 60))
            self.made += found[-1].sum(axis=0)
            self.count += len(found[-1])
            batches += 1
            if budget() <= 0:
                break
        return np.concatenate(found)

    def paid(self, worth: Floats, budget: Budget = unlimited) -> Ints:
        """Panels rich in types of high worth, best first, at three strengths of shaking; fewer where time is up."""
        if not worth.any():
            return np.zeros((0, len(worth)), dtype=np.int64)
        unit = float(np.quantile(worth[worth > 0], 0.9))
        wishes = np.repeat((1000 * np.minimum(worth / unit, 3))[None], 32, axis=0)
        shakes = (shake for shake in (60, 250, 700) if budget() > 0)
        found = np.concatenate([np.zeros((0, len(worth)), dtype=np.int64), *(self.valid(wishes, shake) for shake in shakes)])
        return found[np.argsort(-(found * worth).sum(axis=1), kind="stable")]

    def valid(self, wishes: Floats, shake: int) -> Ints:
        panels, good = self.finder.find(wishes + self.finder.random(shake, wishes.shape), self.repairs)
        return panels[good]

    def loosen(self) -> None:
        """From now on panels need not lie near the target: any valid panel will do."""
        self.finder.loosen()


def mix(
    problem: Problem,
    target: Floats,
    goal: Floats,
    budget: Budget = unlimited,
    seeds: Ints | None = None,
    *,
    exact: bool = True,
) -> Mix:
    """A mix of panels near `target` whose expected seats are at least `goal`, or as near to it as can be.

    exact: where quick panels no longer help, search for the panel that would, until none does.
    """
    master, maker = Master(goal, budget=budget), Maker(problem, target)
    if seeds is not None:
        master.add(seeds)
    master.add(maker.owed(max(2 * BATCH, int(SEEDS * len(master.rows))), budget))
    return grow(problem, master, maker, budget, exact=exact)


def grow(problem: Problem, master: Master, maker: Maker, budget: Budget, *, exact: bool = True) -> Mix:
    """Add panels until the master programme reaches 1, no panel helps, or the time is up."""
    best, still = -1.0, 0
    while True:
        reach, shares, worth, price = master.solve() if master.panels else empty(master)
        if reach > 1 - REACHED or budget() <= 0:
            return result(master, shares, reach, worth, proven=reach > 1 - REACHED)
        still = 0 if reach > best + 1e-7 else still + 1
        best = max(best, reach)
        if still == LOOSE_AFTER:
            maker.loosen()
        if still < EXACT_AFTER and refill(master, maker, worth, price, budget):
            continue
        if not exact:
            return result(master, shares, reach, worth, proven=False)
        panel, value, proven = best_panel(problem, worth, seconds=min(EXACT_SECONDS, budget()))
        if panel is None or value <= price + max(abs(price), 1e-6) * 1e-7 or not master.add(panel[None]):
            return result(master, shares, reach, worth, proven=proven)


def empty(master: Master) -> tuple[float, Floats, Floats, float]:
    """Before the first panel anybody is worth having."""
    return 0.0, np.zeros(0), (master.slopes > 0).astype(np.float64), 0.0


def refill(master: Master, maker: Maker, worth: Floats, price: float, budget: Budget) -> int:
    """Panels that the prices pay for, and some more that are owed; returns how many are new."""
    paid = maker.paid(worth, budget)
    good = paid[(paid * worth).sum(axis=1) > price * (1 + 1e-9)]
    return master.add(good) + master.add(maker.owed(max(2, len(master.rows) // 4), budget))


def result(master: Master, shares: Floats, reach: float, worth: Floats, *, proven: bool) -> Mix:
    used = np.flatnonzero(shares > 1e-13)
    types = len(master.slopes)
    everything = np.array(master.panels, dtype=np.int64).reshape(len(master.panels), types)
    return Mix(everything[used], shares[used], reach, proven, everything, worth)
