"""Commit, draw, prove: a lottery becomes a file that anybody can check.

A proof is a plain JSON object (schema: proof.schema.json beside this file). It never holds an id: everybody is
a token, SHA-256 of a secret salt and the id. It grows by rounds: the first draw, then one redraw each time that
people decline. A round is committed (its lottery and everything before it are fixed by a digest) before its
seed is known, and drawn once.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from allears.selection.certificate import Barred
from allears.selection.checker import (
    FORMAT,
    STEPS,
    Wrong,
    check,
    commitment,
    digest,
    drawn,
    is_open,
    line,
    pool_hash,
)
from allears.selection.errors import SelectionError
from allears.selection.landing import Landing, seat_sample
from allears.selection.lottery import Lottery
from allears.selection.plan import Plan
from allears.selection.pool import Pool
from allears.selection.problem import Problem, describe
from allears.selection.rounds import Proof, accepted, drawn_round, situation, tokens_left
from allears.selection.targets import Targets


def token(salt: str, person: str) -> str:
    """What stands for a person in everything that is published. Keep the salt secret: it protects guessable ids."""
    return digest("person", salt, person)[:32]


def commit(plan: Plan, *, salt: str) -> Proof:
    """The proof of a first round that has not been drawn. Publish its commitment before the seed exists.

    salt: a secret text that the caller keeps; the same salt gives people the same tokens in another draw. Without one
    (an empty salt) anybody can try which ids and facets the tokens stand for. Raises `bad_text`.
    """
    check_text("salt", salt)
    types = [type_entry(plan.pool, at, salt) for at in range(len(plan.pool.types))]
    proof: Proof = {
        "format": FORMAT,
        "rule": plan.rule,
        "facets": list(plan.pool.facets),
        "quotas": quota_lines(plan.problem),
        "pool": {"people": plan.pool.people, "hash": pool_hash(types), "types": types},
        "rounds": [],
    }
    return with_round(proof, plan, list(range(len(types))), declined=[], quotas=None)


def with_round(
    proof: Proof, plan: Plan, places: Sequence[int], *, declined: Sequence[str], quotas: object
) -> Proof:
    """The proof with one more committed round. places: the number in the proof of each type of the plan."""
    grown = copy.copy(proof)
    round_: dict[str, Any] = {
        "declined": list(declined),
        "size": plan.size,
        "quotas": quotas,
        "lottery": lottery_entry(plan.lottery, places),
        "targets": targets_entry(plan.targets, places, len(proof["pool"]["types"])),
        "certificate": certificate_entry(plan, places),
    }
    round_["commitment"] = commitment(grown, proof["rounds"], round_)
    grown["rounds"] = [*proof["rounds"], round_]
    return grown


def draw(proof: Proof, seed: str) -> Proof:
    """Draw the last round. The same proof and seed always give the same people.

    Raises `empty_seed`, `bad_text`, `already_drawn`. For a pool of counts only, the seats per type are drawn, nobody
    by name.
    """
    if not seed.strip():
        raise SelectionError("empty_seed")
    check_text("seed", seed)
    round_ = dict(proof["rounds"][-1])
    if "seed" in round_:
        raise SelectionError("already_drawn")
    round_["seed"] = seed
    if round_["targets"]:
        round_["landing"] = landing_of(proof, len(proof["rounds"]) - 1, seed)
    round_ |= drawn(round_, tokens_left(proof))
    return {**proof, "rounds": [*proof["rounds"][:-1], round_]}


def check_text(what: str, text: str) -> None:
    """Half of a character, as a command line may hand on, has no digest. Raises `bad_text`."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SelectionError("bad_text", what=what) from error


def landing_of(proof: Proof, number: int, seed: str) -> dict[str, Any]:
    """The steps of a sample, taken from the proof alone."""
    round_, now = proof["rounds"][number], situation(proof, number)
    targets = Targets(tuple(round_["targets"]["seats"][place] for place in now.places), round_["targets"]["unit"])
    problem = describe(now.pool, now.quotas, now.size)
    return landing_entry(seat_sample(problem, targets, digest(round_["commitment"], seed, "steps")), now.places)


def alternates(proof: Proof) -> dict[str, list[str]]:
    """For everybody who was drawn and has not declined, who is next in line among people of exactly the same type.

    The line is that of the round in which they were drawn, without those who were drawn since. An alternate of the same
    type keeps every quota; where there is none, redraw (allears.selection.redraw). Raises `not_drawn`.
    """
    drawn_round(proof)
    stay, left = set(accepted(proof)), tokens_left(proof)
    found: dict[str, list[str]] = {}
    for round_ in proof["rounds"]:
        chosen = iter(round_["selected"])
        for at, count in round_["seats"]:
            held = stay.intersection(itertools.islice(chosen, count))
            queue = line(round_["commitment"], round_["seed"], left[at]) if held else []
            found |= dict.fromkeys(held, queue)
    return found


def chosen(proof: Proof, people: Iterable[str], *, salt: str) -> list[str]:
    """Who the accepted tokens are, in order: only somebody with the salt and the ids can say."""
    names = {token(salt, person): person for person in people}
    missing = [held for held in accepted(proof) if held not in names]
    if missing:
        raise SelectionError("mismatch", detail=f"{len(missing)} of those chosen are not in the pool that was handed")
    return [names[held] for held in accepted(proof)]


def public(proof: Proof) -> Proof:
    """A copy for everybody: facet values are replaced by their seals, so that a type of one cannot be recognised.

    Pool, chances, commitment and draw can still be checked; quotas and certificate in the full file only.
    """
    types = [{name: part for name, part in type_.items() if name not in ("values", "nonce")}
             for type_ in proof["pool"]["types"]]
    return {**copy.deepcopy(proof), "pool": {**proof["pool"], "types": types}}


def dumps(proof: Proof) -> str:
    """The file: the same proof always gives the same bytes."""
    return json.dumps(proof, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def loads(text: str) -> Proof:
    """Raises `bad_proof` where the text is not JSON of the right format."""
    try:
        proof = json.loads(text)
    except ValueError as error:
        raise SelectionError("bad_proof", detail=error) from error
    if not isinstance(proof, dict) or proof.get("format") != FORMAT:
        raise SelectionError("bad_proof", detail=f"it is not in the format {FORMAT}")
    return proof


def verify(proof: Proof) -> list[str]:
    """Everything that the checker recomputes and, for a sample, its steps too. Returns notes; raises checker.Wrong."""
    notes = check(proof)
    for number, round_ in enumerate(proof["rounds"]):
        if round_.get("landing") and is_open(proof):
            replay(proof, number)
            notes = [note for note in notes if STEPS not in note]
    return notes


def replay(proof: Proof, number: int) -> None:
    """Take the steps of a sample again."""
    round_ = proof["rounds"][number]
    if landing_of(proof, number, round_["seed"]) != round_["landing"]:
        raise Wrong(f"draw {number + 1}: the steps of the sample give another result")


def quota_lines(problem: Problem) -> list[dict[str, Any]]:
    return [
        {"facet": facet, "value": value, "min": low, "max": high}
        for (facet, value), low, high in zip(
            problem.rows, problem.lower.tolist(), problem.upper.tolist(), strict=True
        )
    ]


def type_entry(pool: Pool, at: int, salt: str, tokens: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A type as it stands in the proof. tokens: everybody's, by id, where they are known already."""
    values = list(pool.types[at])
    nonce = digest("nonce", salt, values)[:32]
    entry: dict[str, Any] = {
        "values": values, "nonce": nonce, "seal": digest("type", nonce, values), "people": pool.sizes[at]
    }
    if pool.members is not None:
        entry["tokens"] = sorted(tokens[person] if tokens else token(salt, person) for person in pool.members[at])
    return entry


def lottery_entry(lottery: Lottery | None, places: Sequence[int]) -> list[dict[str, Any]] | None:
    if lottery is None:
        return None
    return [
        {"tickets": tickets, "seats": [[places[at], seats] for at, seats in panel]}
        for panel, tickets in zip(lottery.panels, lottery.tickets, strict=True)
    ]


def targets_entry(targets: Targets | None, places: Sequence[int], types: int) -> dict[str, Any] | None:
    if targets is None:
        return None
    seats = [0] * types
    for place, part in zip(places, targets.seats, strict=True):
        seats[place] = part
    return {"unit": targets.unit, "seats": seats}


def landing_entry(landing: Landing, places: Sequence[int]) -> dict[str, Any]:
    base = [[places[at], seats] for at, seats in enumerate(landing.base.tolist()) if seats]
    return {"base": base, "lottery": lottery_entry(landing.lottery, places)}


def certificate_entry(plan: Plan, places: Sequence[int]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "bound": str(plan.certificate.bound),
        "least": str(plan.least),
        "certified": plan.certified,
        "seat": str(plan.certificate.seat),
        "prices": fractions(plan.certificate.prices),
        "barred": [barred_entry(entry, places) for entry in plan.barred],
    }
    if plan.coverage is not None:
        bound = plan.coverage.bound
        entry["coverage"] = {
            "alpha": str(plan.coverage.alpha),
            "weights": fractions(plan.coverage.weights),
            "expected": str(plan.coverage.expected),
            "bound": str(bound.bound),
            "floor": str(bound.floor),
            "parts": fractions(bound.parts),
            "prices": fractions(bound.prices),
            "seat": str(bound.seat),
        }
    return entry


def barred_entry(entry: Barred, places: Sequence[int]) -> dict[str, Any]:
    return {
        "type": places[entry.type],
        "bound": None if entry.bound is None else str(entry.bound),
        "prices": fractions(entry.prices),
        "seat": str(entry.seat),
    }


def fractions(values: Iterable[Fraction]) -> list[str]:
    return [str(value) for value in values]
