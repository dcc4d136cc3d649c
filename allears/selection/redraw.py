"""Somebody declined: keep who accepted, and draw the empty seats by the same rule from what is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allears.selection.errors import SelectionError
from allears.selection.plan import prepare
from allears.selection.problem import describe
from allears.selection.proof import quota_lines, with_round
from allears.selection.quotas import Quotas
from allears.selection.rounds import Proof, accepted, after, drawn_round, pool_of, quotas_of
from allears.selection.solver import Budget, unlimited


def redraw(
    proof: Proof, declined: Iterable[str], *, quotas: Quotas | None = None, budget: Budget = unlimited
) -> Proof:
    """The proof with a further committed round for the seats that became empty: draw it with a new seed.

    declined: tokens of people who were chosen. They, and everybody chosen before, are out of the new lottery.
    The quotas are the first ones less the seats of those who stay; `quotas` loosens them, for the record. The
    rule is the same, except that a panel's few empty seats are filled by leximin, and those of a sample in which
    somebody who is left could have none.
    Raises `not_drawn`, `not_selected`, `double_decline`; Infeasible where nobody left can fill the seats.
    """
    gone = refusals(proof, declined)
    lines = changed_lines(proof, quotas)
    now = after(proof, gone, quotas_of(lines or proof["quotas"]))
    rule = "leximin" if proof["rule"] == "panel" else proof["rule"]
    plan = prepare(now.pool, now.quotas, now.size, rule=rule, budget=budget)
    return with_round(proof, plan, now.places, declined=gone, quotas=lines)


def refusals(proof: Proof, declined: Iterable[str]) -> list[str]:
    """Tokens of those who declined, sorted: each was chosen and none is named twice."""
    drawn_round(proof)
    chosen, gone = set(accepted(proof)), set[str]()
    for person in declined:
        if person in gone:
            raise SelectionError("double_decline", value=person)
        if person not in chosen:
            raise SelectionError("not_selected", value=person)
        gone.add(person)
    if not gone:
        raise SelectionError("nobody_declined")
    return sorted(gone)


def changed_lines(proof: Proof, quotas: Quotas | None) -> list[dict[str, Any]] | None:
    """Loosened quotas in the order of the proof's own lines; those of the last round where none are handed."""
    if quotas is None:
        lines: list[dict[str, Any]] | None = proof["rounds"][-1]["quotas"]
        return lines
    return quota_lines(describe(pool_of(proof), quotas, proof["rounds"][0]["size"]))
