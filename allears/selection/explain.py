"""Quotas that no panel can meet, as sentences with the smallest change that helps; and what each quota costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from allears.selection.certificate import Certificate
from allears.selection.exact import panel_programme
from allears.selection.ideal import unusable
from allears.selection.problem import Problem

SECONDS = 10.0


@dataclass(frozen=True)
class Change:
    """A quota line and the bounds that would let a panel be found. `held`: people in the pool with the value."""

    facet: str
    value: str
    before: tuple[int, int]
    after: tuple[int, int]
    held: int

    def sentence(self) -> str:
        """In plain words: what to ask for instead, and why where the pool says why."""
        (low, high), (new_low, new_high) = self.before, self.after
        name = f"{self.facet} “{self.value}”" if self.value else f"{self.facet} (not given)"
        if new_low < low:
            why = f": the pool has {people(self.held)} like that" if self.held < low else ""
            return f"{name}: ask for at least {new_low} instead of {low}{why}."
        return f"{name}: allow up to {new_high} instead of {high}."


def people(count: int) -> str:
    return {0: "nobody", 1: "only 1 person"}.get(count, f"only {count} people")


def smallest_changes(problem: Problem, *, seconds: float = SECONDS) -> tuple[Change, ...] | None:
    """The fewest seats by which bounds must give way so that a panel exists; () if one does already.

    None where the search found nothing in time. Every row may give way at a cost of 1 per seat, so the answer
    is the smallest total, not merely a small one.
    """
    shut = unusable(problem)
    programme = panel_programme(problem, whole=True)
    types, rows = problem.types, len(problem.rows)
    programme.bounds(np.arange(types), np.zeros(types), problem.sizes.astype(float))
    for sign in (1.0, -1.0):
        programme.add_columns(
            np.full(rows, -1.0), np.zeros(rows), np.full(rows, float(problem.size)),
            np.arange(rows), np.arange(rows), np.full(rows, sign), whole=True,
        )
    answer = programme.solve(seconds)
    if len(answer.columns) != types + 2 * rows or not np.isfinite(answer.columns).all():
        return None
    more, fewer = np.round(answer.columns[types:]).astype(int).reshape(2, rows)
    if not (shut.any() or more.any() or fewer.any()):
        return ()
    held = problem.people_of_row
    return tuple(
        Change(*problem.rows[row], before=(low, high), after=(low - more[row], high + fewer[row]), held=int(held[row]))
        for row, (low, high) in enumerate(zip(problem.lower.tolist(), problem.upper.tolist(), strict=True))
        if more[row] or fewer[row]
    )


def explain_infeasible(problem: Problem, *, seconds: float = SECONDS) -> tuple[str, ...]:
    """Why no panel exists: first what the pool lacks by itself, then the smallest change that helps."""
    changes = smallest_changes(problem, seconds=seconds)
    if changes is None:
        return (*lacking(problem), *crowded(problem)) or (
            "No smallest change was found in the time allowed. Loosen the quotas one seat at a time.",
        )
    opening = "The smallest change that helps:" if len(changes) == 1 else "The smallest changes that help, together:"
    return (opening, *(change.sentence() for change in changes)) if changes else ()


def lacking(problem: Problem) -> Iterator[str]:
    for (facet, value), low, held in zip(
        problem.rows, problem.lower.tolist(), problem.people_of_row.tolist(), strict=True
    ):
        if held < low:
            yield f"{facet} “{value}”: at least {low} are asked for, and the pool has {people(held)} like that."


def crowded(problem: Problem) -> Iterator[str]:
    """Facets whose values, as the pool holds them, cannot fill the seats."""
    room = np.minimum(problem.upper, problem.people_of_row)
    for facet in range(problem.facets):
        rows = np.flatnonzero(problem.facet_of_row == facet)
        if room[rows].sum() < problem.size:
            name = problem.rows[int(rows[0])][0]
            yield f"{name}: the maximums leave room for {int(room[rows].sum())} of the {problem.size} seats."


@dataclass(frozen=True)
class Price:
    """What one seat of slack in a quota would give the least lucky person, to first order."""

    facet: str
    value: str
    side: str
    bound: int
    gain: Fraction

    def sentence(self, least: Fraction) -> str:
        """In plain words: what one more seat of room would do for the least lucky person."""
        verb = "at most" if self.side == "max" else "at least"
        other = self.bound + 1 if self.side == "max" else self.bound - 1
        return (
            f"{self.facet} “{self.value}”, {verb} {self.bound}: with {other} instead, the least lucky person’s chance"
            f" of {percent(least)} could rise to {percent(least + self.gain)} at most."
        )


def prices(problem: Problem, certificate: Certificate, weight: Fraction) -> tuple[Price, ...]:
    """What each quota costs the least lucky person, dearest first. weight: the sum that normalises the prices.

    Nothing is gained by allowing more than all seats, or asking for fewer than none: such a bound costs nothing.
    """
    found = []
    for (facet, value), price, low, high in zip(
        problem.rows, certificate.prices, problem.lower.tolist(), problem.upper.tolist(), strict=True
    ):
        if price and weight:
            side, bound, end = ("max", high, problem.size) if price > 0 else ("min", low, 0)
            if bound != end:
                found.append(Price(facet, value, side, bound, abs(price) / weight))
    return tuple(sorted(found, key=lambda price: (-price.gain, price.facet, price.value)))


def percent(share: Fraction) -> str:
    """A share in percent with three figures that mean something: 5.14 %, 0.0171 %, 0.0000204 %."""
    figure = f"{float(share) * 100:.3g}"
    if "e" in figure:
        figure = f"{float(figure):.12f}".rstrip("0").rstrip(".")
    return f"{figure} %"


