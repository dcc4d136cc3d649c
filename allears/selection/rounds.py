"""What a proof says about where a draw stands: who is left, who stays, and what is left of the quotas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allears.selection import checker
from allears.selection.errors import SelectionError
from allears.selection.pool import Pool
from allears.selection.quotas import Quotas

Proof = dict[str, Any]


@dataclass(frozen=True)
class Situation:
    """The pool, quotas and empty seats of one round; places: the number in the proof of each type of the pool."""

    pool: Pool
    quotas: Quotas
    size: int
    places: Sequence[int]


def situation(proof: Proof, number: int) -> Situation:
    """What a round chose from. Raises `no_members` for a redraw in a pool of counts."""
    round_ = proof["rounds"][number]
    quotas = quotas_of(round_["quotas"] or proof["quotas"])
    if number == 0:
        return Situation(pool_of(proof), quotas, round_["size"], range(len(proof["pool"]["types"])))
    before = {**proof, "rounds": proof["rounds"][:number]}
    return after(before, round_["declined"], quotas)


def after(proof: Proof, declined: Sequence[str], quotas: Quotas) -> Situation:
    """What is left to choose from when some of those chosen have declined."""
    whole, left = pool_of(proof), tokens_left(proof)
    if whole.members is None:
        raise SelectionError("no_members")
    people = {person: values for values, ids in zip(whole.types, left, strict=True) for person in ids}
    stay = [person for person in accepted(proof) if person not in set(declined)]
    pool = Pool.from_people(whole.facets, people)
    places = [whole.types.index(values) for values in pool.types]
    return Situation(pool, left_over(quotas, whole, stay, len(declined)), len(declined), places)


def left_over(quotas: Quotas, pool: Pool, stay: Iterable[str], size: int) -> Quotas:
    """What is left of the quotas when some seats are taken."""
    values = {person: held for held, ids in zip(pool.types, pool.members or (), strict=True) for person in ids}
    taken: dict[tuple[str, str], int] = {}
    for person in stay:
        for row in zip(pool.facets, values[person], strict=True):
            taken[row] = taken.get(row, 0) + 1
    return Quotas(
        {
            facet: {
                value: (max(0, low - taken.get((facet, value), 0)), min(size, high - taken.get((facet, value), 0)))
                for value, (low, high) in bounds.items()
            }
            for facet, bounds in quotas.bounds.items()
        }
    )


def drawn_round(proof: Proof) -> dict[str, Any]:
    round_: dict[str, Any] = proof["rounds"][-1]
    if "seed" not in round_:
        raise SelectionError("not_drawn")
    return round_


def accepted(proof: Proof) -> list[str]:
    """Tokens of everybody chosen who has not declined, in the order of the draws."""
    return checker.accepted(proof["rounds"])


def tokens_left(proof: Proof) -> list[list[str]]:
    """Per type, everybody who has not been chosen in an earlier round."""
    return checker.tokens_left(proof, proof["rounds"])


def pool_of(proof: Proof) -> Pool:
    """The pool as the proof knows it: tokens instead of ids."""
    types = proof["pool"]["types"]
    members = tuple(tuple(type_["tokens"]) for type_ in types) if all("tokens" in type_ for type_ in types) else None
    return Pool(
        tuple(proof["facets"]),
        tuple(tuple(type_["values"]) for type_ in types),
        tuple(type_["people"] for type_ in types),
        members,
    )


def quotas_of(lines: Iterable[Mapping[str, Any]]) -> Quotas:
    bounds: dict[str, dict[str, tuple[int, int]]] = {}
    for entry in lines:
        bounds.setdefault(entry["facet"], {})[entry["value"]] = (entry["min"], entry["max"])
    return Quotas(bounds)
