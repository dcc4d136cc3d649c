#!/usr/bin/env python3
"""Checks the proof of a fair draw. Needs Python and nothing else: python3 checker.py PROOF.json

It recomputes, in whole numbers and fractions, what somebody who does not trust us would: that everybody is in the pool
once (`check_pool`), that whatever could be drawn keeps every quota and that everybody's chance is what is claimed
(`check_chances`), that nobody could have promised more (`check_bounds`), that all of this was committed before the seed
(`check_round`), and that the seed gives these people (`check_draw`). In a public copy the facets of people are sealed:
quotas and bounds are then left to whoever holds the full file, and the last line says so.
Exit 0: what the last line says holds. Exit 1: the first thing that does not.

It is longer than the hundred lines that would be enough for a plain lottery: panels of a few, samples, redraws, sealed
copies and people who can be on no panel each bring a claim of their own, and none is taken on trust unless it is said.
"""

import hashlib
import itertools
import json
import sys
from collections import Counter
from fractions import Fraction
from typing import Any

FORMAT = "allears.selection/1"
STEPS = "the steps of the sample are taken again by `allears selection verify` with the full proof, not here"
PROVEN = "PROVEN: pool, quotas, chances, certificate, commitment and draw hold."
SEALED = "PROVEN of a sealed copy: pool, chances, commitment and draw hold. Only the full file proves quotas and certificate."
COMPARE = "Now compare with what was published before each seed, because any file can be written anew:"
NEAR = Fraction(1, 1_000_000)  # how far (relatively) a lottery may stay below its bounds and be called certified


class Wrong(Exception):
    """The first thing that does not hold."""


def hold(fact: object, sentence: str) -> None:
    if not fact:
        raise Wrong(sentence)


def digest(*parts: Any) -> str:
    """SHA-256 of one line of JSON, with sorted keys, no spaces, in UTF-8."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def pool_hash(types: Any) -> str:
    return digest("pool", [[type_["seal"], type_["people"], type_.get("tokens")] for type_ in types])


def commitment(proof: Any, earlier: Any, round_: Any) -> str:
    before = digest(earlier[-1]["commitment"], earlier[-1]["seed"]) if earlier else ""
    told = [round_.get(name) for name in ("quotas", "declined", "size", "lottery", "targets", "certificate")]
    return digest(FORMAT, proof["rule"], proof["facets"], proof["quotas"], proof["pool"]["hash"], before, told)


def pick(total: int, *parts: Any) -> int:
    """A whole number below total, every one equally likely: digests too near the top are hashed again."""
    numbers = (int(digest(*parts, attempt), 16) for attempt in itertools.count())
    return next(number % total for number in numbers if number < 2**256 - 2**256 % total)


def line(commitment: str, seed: str, tokens: Any) -> list[str]:
    """The order in which people of one type are called."""
    return sorted(tokens, key=lambda token: digest(commitment, seed, token))


def accepted(rounds: Any) -> list[str]:
    """Everybody who was drawn in these rounds and has not declined."""
    gone = {person for round_ in rounds for person in round_["declined"]}
    return [person for round_ in rounds for person in round_.get("selected", ()) if person not in gone]


def tokens_left(proof: Any, rounds: Any) -> list[list[str]]:
    """Per type, everybody who was not drawn in these rounds."""
    used = {person for round_ in rounds for person in round_.get("selected", ())}
    return [[person for person in type_.get("tokens", ()) if person not in used] for type_ in proof["pool"]["types"]]


def ways(round_: Any) -> list[tuple[int, dict[int, int]]]:
    """Every way to fill the seats that can be drawn: its tickets, and its seats per type."""
    landing = round_.get("landing") if round_["targets"] else {"base": [], "lottery": round_["lottery"]}
    base, lottery = (Counter(dict(landing["base"])), landing["lottery"]) if landing else (Counter(), [])
    return [(way["tickets"], dict(sorted((base + Counter(dict(way["seats"]))).items()))) for way in lottery]


def drawn(round_: Any, left: Any) -> dict[str, Any]:
    """From the seed to a ticket, from the ticket to seats per type, from these to people."""
    committed, seed, lottery = round_["commitment"], round_["seed"], ways(round_)
    ends = list(itertools.accumulate(tickets for tickets, _ in lottery))
    ticket = pick(ends[-1], committed, seed, "panel")
    seats = next(seats for (_, seats), end in zip(lottery, ends, strict=True) if ticket < end)
    selected = [token for at, count in seats.items() for token in line(committed, seed, left[at])[:count]]
    return {"ticket": ticket, "seats": [[at, count] for at, count in seats.items()], "selected": selected}


def is_open(proof: Any) -> bool:
    """Whether this copy shows the facets of the pool."""
    return all("values" in type_ for type_ in proof["pool"]["types"])


def names(quotas: Any) -> list[tuple[str, str]]:
    return [(one["facet"], one["value"]) for one in quotas]


class Room:
    """What one draw can choose from: people per type, the quotas a type counts for, what is left of each (sealed: none)."""

    def __init__(self, proof: Any, earlier: Any, round_: Any) -> None:
        types, quotas, shown = proof["pool"]["types"], round_["quotas"] or proof["quotas"], is_open(proof)
        hold(names(quotas) == names(proof["quotas"]), "its quotas have other names")
        self.size, self.lottery, self.targets = round_["size"], ways(round_), round_["targets"]
        left = zip(types, tokens_left(proof, earlier), strict=True)
        self.people = [len(who) if "tokens" in type_ else type_["people"] for type_, who in left]
        self.rows = [list(zip(proof["facets"], type_["values"], strict=True)) if shown else [] for type_ in types]
        stay = set(accepted(earlier)) - set(round_["declined"])
        had = self.count({at: len(stay.intersection(type_.get("tokens", ()))) for at, type_ in enumerate(types)})
        self.bounds = {
            row: (max(0, one["min"] - had[row]), min(self.size, one["max"] - had[row]))
            for row, one in zip(names(quotas), quotas, strict=True)
            if shown
        }

    def count(self, seats: Any) -> Any:
        """Seats per quota."""
        counted = Counter[Any]()
        for at, number in seats.items():
            counted.update(dict.fromkeys(self.rows[at], number))
        return counted

    def check_panel(self, seats: Any) -> None:
        """Whole seats keep their quotas exactly; the expected seats of a sample keep them but for rounding."""
        found = self.count(seats)
        hold(sum(seats.values()) == self.size, f"a panel does not have {self.size} seats")
        hold(all(0 <= number <= self.people[at] for at, number in seats.items()), "a panel seats who is not there")
        for row, (low, high) in self.bounds.items():
            hold(low - NEAR <= found[row] <= high + NEAR, f"a panel breaks the quota of {': '.join(row)}")

    def expected(self) -> list[Fraction]:
        """Expected seats per type."""
        if self.targets:
            return [Fraction(part, self.targets["unit"]) for part in self.targets["seats"]]
        held, total = Counter[int](), sum(tickets for tickets, _ in self.lottery)
        for tickets, seats in self.lottery:
            held.update({at: tickets * number for at, number in seats.items()})
        return [Fraction(held[at], total) for at in range(len(self.people))]

    def per_quota(self, numbers: Any) -> dict[Any, Fraction]:
        return dict(zip(self.bounds, map(Fraction, numbers), strict=True))

    def priced(self, claim: Any, people: Any, wanted: Any) -> tuple[Any, Any]:
        """What any prices of quotas and seats prove (weak duality): the most that a panel can hold of what is wanted of
        each person, and how much it would pay beyond that if it held everybody."""
        prices, seat = self.per_quota(claim["prices"]), Fraction(claim["seat"])
        paid = [seat + sum(prices[row] for row in rows) for rows in self.rows]
        over = [held * (price - want) for held, price, want in zip(people, paid, wanted, strict=True)]
        most = seat * self.size + sum(max(prices[row] * end for end in ends) for row, ends in self.bounds.items())
        return most + sum(max(0, -more) for more in over), sum(max(0, more) for more in over)


def check_chances(room: Room, claim: Any) -> list[int]:
    """Every group that can be drawn is valid, and the least chance is the one that is claimed; it is called certified
    where it comes near its bounds, and only there. Returns the people of each type who have a chance."""
    expected, barred, cover = room.expected(), {entry["type"] for entry in claim["barred"]}, claim.get("coverage")
    for seats in [dict(enumerate(expected)), *(seats for _, seats in room.lottery)]:
        room.check_panel(seats)
    hold(all(tickets > 0 for tickets, _ in room.lottery), "a panel has no ticket")
    hold(not any(expected[at] for at in barred), "a type that is said to be on no panel is on one")
    able = [0 if at in barred else held for at, held in enumerate(room.people)]
    least = min(expected[at] / held for at, held in enumerate(able) if held)
    hold(least == Fraction(claim["least"]), "the least chance is not the one that is claimed")
    near = least >= Fraction(claim["bound"]) * Fraction(cover["alpha"] if cover else 1) * (1 - NEAR)
    covers = not cover or Fraction(cover["expected"]) >= Fraction(cover["bound"]) * (1 - NEAR)
    hold(claim["certified"] == (near and covers), "it says “certified” wrongly: compare its figures with their bounds")
    return able


def check_bounds(room: Room, claim: Any, able: list[int]) -> list[str]:
    """No lottery does better than the bounds; who is said to be on no panel can be on none. Returns what is trusted."""
    most, paid = room.priced(claim, able, [0] * len(able))
    hold(min(1, most / paid) == Fraction(claim["bound"]), "the prices prove another bound on the least chance")
    if "coverage" in claim:
        check_coverage(room, claim["coverage"], Fraction(claim["bound"]), able)
    shut = [any(room.bounds[row][1] <= 0 for row in rows) for rows in room.rows]
    free = [0 if closed else held for held, closed in zip(room.people, shut, strict=True)]
    barred = {entry["type"]: entry for entry in claim["barred"] if not shut[entry["type"]]}
    for at in (at for at, entry in barred.items() if entry["bound"] is not None):
        most, _ = room.priced(barred[at], free, [Fraction(other == at) for other in range(len(free))])
        hold(most == Fraction(barred[at]["bound"]) < 1, f"it is not proven that type {at} can be on no panel")
    trusted = [at for at, entry in barred.items() if entry["bound"] is None]
    return [f"that type {at} can be on no panel was found by search, and is not proven here" for at in trusted]


def check_coverage(room: Room, cover: Any, bound: Fraction, able: list[int]) -> None:
    """The lottery covers what is claimed, and none that leaves everybody the floor covers more than the bound."""
    weights, parts, floor = room.per_quota(cover["weights"]), room.per_quota(cover["parts"]), Fraction(cover["floor"])
    hold(min(weights.values()) >= 0 and all(0 <= part <= 1 for part in parts.values()), "coverage is malformed")
    hold(0 <= floor <= Fraction(cover["alpha"]) * bound, "the floor of coverage is above what it should be")
    heard = sum(tickets * sum(weights[row] for row in +room.count(seats)) for tickets, seats in room.lottery)
    hold(heard == Fraction(cover["expected"]) * sum(tickets for tickets, _ in room.lottery), "it covers another share")
    most, paid = room.priced(cover, able, [sum(weights[row] * parts[row] for row in rows) for rows in room.rows])
    most += sum(weights[row] * (1 - parts[row]) for row in weights) - floor * paid
    hold(most == Fraction(cover["bound"]), "the prices prove another bound on coverage")


def check_round(proof: Any, earlier: Any, round_: Any) -> list[str]:
    """One draw after the earlier ones. Returns what was not checked."""
    chosen, gone, room = accepted(earlier), round_["declined"], Room(proof, earlier, round_)
    hold(all("seed" in one for one in earlier), "the draw before it was never drawn")
    hold(bool(gone) == bool(earlier), "it is drawn again though nobody declined")
    hold(len(set(gone)) == len(gone) and set(gone) <= set(chosen), "somebody declined who was not chosen")
    hold(len(chosen) - len(gone) + room.size == proof["rounds"][0]["size"], "it does not fill the empty seats")
    able = check_chances(room, round_["certificate"])
    notes = check_bounds(room, round_["certificate"], able) if is_open(proof) else []
    hold(commitment(proof, earlier, round_) == round_["commitment"], "the lottery is not the committed one")
    if "seed" not in round_:
        return [*notes, "committed, not drawn yet"]
    for name, found in drawn(round_, tokens_left(proof, earlier)).items():
        hold(found == round_[name], f"the seed gives another “{name}”")
    return [*notes, STEPS] if round_["targets"] else notes


def check_pool(proof: Any) -> None:
    """Everybody is in the pool once, in a type whose seal fits, and all of it has the committed fingerprint."""
    types = proof["pool"]["types"]
    everybody = [token for type_ in types for token in type_.get("tokens", ())]
    hold(pool_hash(types) == proof["pool"]["hash"], "the pool is not the one whose fingerprint was committed")
    hold(sum(type_["people"] for type_ in types) == proof["pool"]["people"], "the pool miscounts its people")
    hold(len(set(everybody)) == len(everybody), "somebody is in the pool twice")
    for type_ in types:
        hold(len(type_.get("tokens", range(type_["people"]))) == type_["people"], "a type miscounts its people")
        if "values" in type_:
            hold(digest("type", type_["nonce"], type_["values"]) == type_["seal"], "a type does not match its seal")


def check(proof: Any) -> list[str]:
    """Raises Wrong at the first thing that does not hold. Returns what was not checked, in sentences."""
    hold(proof.get("format") == FORMAT, f"this is not a proof in the format {FORMAT}")
    check_pool(proof)
    hold(proof["rounds"], "nothing was committed")
    notes = []
    for at, round_ in enumerate(proof["rounds"]):
        try:
            notes += [f"draw {at + 1}: {note}" for note in check_round(proof, proof["rounds"][:at], round_)]
        except Wrong as wrong:
            raise Wrong(f"draw {at + 1}: {wrong}") from None
    return notes


def verdict(proof: Any, notes: list[str]) -> str:
    """What is proven of a copy that was checked with these notes, what is not, and what the reader is left to compare."""
    steps = " NOT CHECKED: the steps of the sample." if any(STEPS in note for note in notes) else ""
    waits = "" if "seed" in proof["rounds"][-1] else " The last draw is yet to come."
    fingerprints = " ".join(round_["commitment"] for round_ in proof["rounds"])
    return f"{PROVEN if is_open(proof) else SEALED}{waits}{steps}\n{COMPARE} {fingerprints}"


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        notes = check(proof)
        print("\n".join([*notes, verdict(proof, notes)]))
        return 0
    except Exception as error:  # whatever goes wrong, the file proves nothing
        print(f"NOT PROVEN: {error if isinstance(error, Wrong) else f'this cannot be read as a proof ({error!r})'}.")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
