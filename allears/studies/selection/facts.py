"""What is known of a lottery before its draw, as JSON values: what pages show, without the solver at hand.

Also why there is no lottery: a code that words can be found for, and the smallest changes that help, each of which can
be applied by one button.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allears.selection import Infeasible, Plan, Pool, Quotas, SelectionError
from allears.selection.errors import UNMEETABLE
from allears.selection.explain import smallest_changes
from allears.selection.problem import as_arrays

Row = tuple[str, str]
GROUPS = 8


def facts_of(plan: Plan, seconds: float, late: bool, owed: Mapping[Row, Fraction] | None = None) -> dict[str, Any]:
    """Return what pages show of a plan: chances, expected seats, what is heard, what quotas cost.

    `late`: time ran out before the search had come to its end.
    """
    chances = plan.chances
    expected = plan.expected_seats()
    told: dict[str, Any] = {
        "rule": plan.rule,
        "size": plan.size,
        "people": plan.pool.people,
        "types": len(plan.pool.types),
        "least": str(plan.least),
        "bound": str(plan.certificate.bound),
        "gap": float(plan.gap),
        "certified": plan.certified,
        "seconds": round(seconds, 1),
        "late": late,
        "chances": _grouped(chances, plan.pool.sizes),
        "expected": [[facet, value, float(seats)] for (facet, value), seats in expected.items()],
        "heard": [[facet, value, share] for (facet, value), share in _heard(plan).items()],
        "prices": [[p.facet, p.value, p.side, p.bound, float(p.gain)] for p in plan.quota_prices()],
        "barred": [_barred(plan, number) for number in range(len(plan.barred))],
        "owed": [[facet, value, float(seats)] for (facet, value), seats in (owed or {}).items() if seats],
    }
    if plan.coverage is not None:
        told["coverage"] = {
            "expected": float(plan.coverage.expected),
            "bound": float(plan.coverage.bound.bound),
            "of_best": float(plan.coverage.share_of_best),
            "alpha": float(plan.coverage.alpha),
        }
    return told


def _grouped(chances: tuple[Fraction, ...], sizes: tuple[int, ...]) -> list[list[Any]]:
    """How many people have which chance, in a few groups of equal ratio: [from, to, people]."""
    able = [(float(chance), size) for chance, size in zip(chances, sizes, strict=True) if chance]
    low, high = min(chance for chance, _ in able), max(chance for chance, _ in able)
    none = sum(sizes) - sum(size for _, size in able)
    told: list[list[Any]] = [[0.0, 0.0, none]] if none else []
    if high / low < 1.01:
        return [*told, [low, high, sum(size for _, size in able)]]
    step = (high / low) ** (1 / GROUPS)
    held: Counter[int] = Counter()
    for chance, size in able:
        held[min(GROUPS - 1, int(math.log(chance / low, step)))] += size
    return told + [[low * step**at, low * step ** (at + 1), held[at]] for at in sorted(held)]


def _heard(plan: Plan) -> dict[Row, float]:
    """With which chance at least one person of each value is chosen; known where whole panels are published."""
    if plan.lottery is None:
        return {}
    heard = dict.fromkeys(plan.problem.rows, 0)
    for panel, tickets in zip(plan.lottery.panels, plan.lottery.tickets, strict=True):
        for row in {row for at, _ in panel for row in zip(plan.pool.facets, plan.pool.types[at], strict=True)}:
            heard[row] += tickets
    return {row: tickets / plan.lottery.total for row, tickets in heard.items()}


def _barred(plan: Plan, number: int) -> dict[str, Any]:
    """Who is on no valid panel: by facet values, never by name; and the quotas that keep them off."""
    entry = plan.barred[number]
    bounds = zip(plan.problem.lower.tolist(), plan.problem.upper.tolist(), strict=True)
    return {
        "values": [list(pair) for pair in zip(plan.pool.facets, plan.pool.types[entry.type], strict=True)],
        "people": plan.pool.sizes[entry.type],
        "quotas": [
            [facet, value, low, high]
            for (facet, value), price, (low, high) in zip(plan.problem.rows, entry.prices, bounds, strict=True)
            if price
        ],
    }


def facts_of_round(round_: Mapping[str, Any], seconds: float, late: bool) -> dict[str, Any]:
    """Return what pages show of a redraw: its certificate says what matters."""
    certificate = round_["certificate"]
    least, bound = Fraction(certificate["least"]), Fraction(certificate["bound"])
    return {
        "size": round_["size"],
        "least": certificate["least"],
        "bound": certificate["bound"],
        "gap": float(max(Fraction(0), 1 - least / bound)),
        "certified": certificate["certified"],
        "seconds": round(seconds, 1),
        "late": late,
    }


@dataclass(frozen=True)
class Situation:
    """What a lottery was asked from, to explain why there is none."""

    pool: Pool
    quotas: Quotas
    size: int


def trouble_of(error: SelectionError, asked: Situation) -> dict[str, Any]:
    """Return why there is no lottery, with the smallest changes of quotas that would let one be found."""
    details = {name: value for name, value in error.details.items() if isinstance(value, str | int | float)}
    told: dict[str, Any] = {"code": error.code, "details": details, "changes": []}
    if isinstance(error, Infeasible):
        told["details"] = {}
    if error.code in UNMEETABLE:
        problem = as_arrays(asked.pool.only(asked.quotas.facets), asked.quotas, asked.size)
        told["changes"] = [
            {
                "facet": change.facet, "value": change.value, "held": change.held,
                "before": [int(n) for n in change.before], "after": [int(n) for n in change.after],
            }
            for change in smallest_changes(problem) or ()
        ]  # fmt: skip
    return told
