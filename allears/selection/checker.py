#!/usr/bin/env python3
"""Checks the proof of a fair draw. Needs Python and nothing else: python3 checker.py PROOF.json

It recomputes, in whole numbers and fractions, what somebody who does not trust us would: that everybody is in the pool
once (`check_pool`), that whatever could be drawn keeps every quota and that everybody's chance is what is claimed
(`check_chances`), that nobody could have promised more (`check_bounds`, `check_coverage`), that all of this was committed
before the seed (`check_round`), and that the seed gives these people (`drawn`). Read it from the top: each function
stands above those that it calls. In a public copy the facets of people are sealed: quotas and bounds are then left to
whoever holds the full file, and the last line says so.
Exit 0: what the last line says holds. Exit 1: the first thing that does not.
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


class Room:
    """What one draw chooses from. people: of each type, who is left. rows: of each type, the quotas (by number) that its
    people count for. bounds: of each quota, what is left of it. lottery: each way to fill the seats, with its tickets."""

    def __init__(self, proof: Any, earlier: Any, round_: Any) -> None:
        types, quotas, shown = proof["pool"]["types"], round_["quotas"] or proof["quotas"], is_open(proof)
        left, stay = tokens_left(proof, earlier), set(accepted(earlier)) - set(round_["declined"])
        self.names = [(one["facet"], one["value"]) for one in quotas]
        hold(self.names == [(one["facet"], one["value"]) for one in proof["quotas"]], "its quotas have other names")
        numbers = {name: at for at, name in enumerate(self.names)}
        self.size, self.lottery, self.targets = round_["size"], ways(round_), round_["targets"]
        self.people = [len(who) if "tokens" in one else one["people"] for one, who in zip(types, left, strict=True)]
        pairs = [zip(proof["facets"], one["values"], strict=True) if shown else () for one in types]
        self.rows = [[numbers[pair] for pair in own] for own in pairs]
        had = self.count({at: len(stay.intersection(one.get("tokens", ()))) for at, one in enumerate(types)})
        lines = enumerate(quotas if shown else ())
        self.bounds = [(max(0, one["min"] - had[at]), min(self.size, one["max"] - had[at])) for at, one in lines]

    def count(self, seats: Any) -> Any:
        """Seats per type to seats per quota."""
        counted = Counter[int]()
        for at, number in seats.items():
            counted.update(dict.fromkeys(self.rows[at], number))
        return counted

    def expected(self) -> list[Fraction]:
        """Expected seats per type: of a sample as published, otherwise as the tickets give them."""
        if self.targets:
            return [Fraction(part, self.targets["unit"]) for part in self.targets["seats"]]
        total, types = sum(tickets for tickets, _ in self.lottery), range(len(self.people))
        return [Fraction(sum(tickets * seats.get(at, 0) for tickets, seats in self.lottery), total) for at in types]


def check_chances(room: Room, claim: Any) -> list[int]:
    """Every group that can be drawn is valid (expected seats but for rounding, whole ones exactly), and the least chance
    is the one that is claimed; it is called certified where it comes near its bounds, and only there. Returns the people
    of each type who have a chance."""
    expected, barred, cover = room.expected(), {entry["type"] for entry in claim["barred"]}, claim.get("coverage")
    groups: list[dict[int, Any]] = [dict(enumerate(expected)), *(seats for _, seats in room.lottery)]
    for seats in groups:
        found = room.count(seats)
        hold(sum(seats.values()) == room.size, f"a panel does not have {room.size} seats")
        hold(all(0 <= number <= room.people[at] for at, number in seats.items()), "a panel seats who is not there")
        for at, (low, high) in enumerate(room.bounds):
            hold(low - NEAR <= found[at] <= high + NEAR, f"a panel breaks the quota of {': '.join(room.names[at])}")
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
    most, paid = priced(room, claim, able, [0] * len(able))
    hold(min(1, most / paid) == Fraction(claim["bound"]), "the prices prove another bound on the least chance")
    if "coverage" in claim:
        check_coverage(room, claim["coverage"], Fraction(claim["bound"]), able)
    free = [held * all(room.bounds[at][1] > 0 for at in own) for held, own in zip(room.people, room.rows, strict=True)]
    for entry in (entry for entry in claim["barred"] if entry["bound"] is not None):
        most, _ = priced(room, entry, free, [int(at == entry["type"]) for at in range(len(free))])
        hold(most == Fraction(entry["bound"]) < 1, f"it is not proven that type {entry['type']} can be on no panel")
    found = "that type {type} can be on no panel was found by search, and is not proven here"
    return [found.format_map(entry) for entry in claim["barred"] if entry["bound"] is None]


def check_coverage(room: Room, cover: Any, bound: Fraction, able: list[int]) -> None:
    """The lottery covers what is claimed, and none that leaves everybody the floor covers more than the bound."""
    weights, parts, floor = [*map(Fraction, cover["weights"])], [*map(Fraction, cover["parts"])], Fraction(cover["floor"])
    gains = [weight * part for weight, part, _ in zip(weights, parts, room.bounds, strict=True)]
    hold(min(weights) >= 0 and all(0 <= part <= 1 for part in parts), "coverage is malformed")
    hold(0 <= floor <= Fraction(cover["alpha"]) * bound, "the floor of coverage is above what it should be")
    heard = sum(tickets * sum(weights[at] for at in +room.count(seats)) for tickets, seats in room.lottery)
    hold(heard == Fraction(cover["expected"]) * sum(tickets for tickets, _ in room.lottery), "it covers another share")
    most, paid = priced(room, cover, able, [sum(gains[at] for at in own) for own in room.rows])
    proven = most + sum(weights) - sum(gains) - floor * paid
    hold(proven == Fraction(cover["bound"]), "the prices prove another bound on coverage")


def priced(room: Room, claim: Any, people: Any, wanted: Any) -> tuple[Any, Any]:
    """What any prices of quotas and seats prove (weak duality): the most that a panel can hold of what is wanted of each
    person, and how much it would pay beyond that if it held everybody."""
    prices, seat = [*map(Fraction, claim["prices"])], Fraction(claim["seat"])
    paid = [seat + sum(prices[at] for at in own) for own in room.rows]
    over = [held * (price - want) for held, price, want in zip(people, paid, wanted, strict=True)]
    ends = sum(max(price * low, price * high) for price, (low, high) in zip(prices, room.bounds, strict=True))
    return seat * room.size + ends + sum(max(0, -more) for more in over), sum(max(0, more) for more in over)


def drawn(round_: Any, left: Any) -> dict[str, Any]:
    """From the seed to a ticket, from the ticket to seats per type, from these to people."""
    committed, seed, lottery = round_["commitment"], round_["seed"], ways(round_)
    ends = list(itertools.accumulate(tickets for tickets, _ in lottery))
    ticket = pick(ends[-1], committed, seed, "panel")
    seats = next(seats for (_, seats), end in zip(lottery, ends, strict=True) if ticket < end)
    selected = [token for at, count in seats.items() for token in line(committed, seed, left[at])[:count]]
    return {"ticket": ticket, "seats": [[at, count] for at, count in seats.items()], "selected": selected}


def ways(round_: Any) -> list[tuple[int, dict[int, int]]]:
    """Every way to fill the seats that can be drawn: its tickets, and its seats per type."""
    landing = round_.get("landing") if round_["targets"] else {"base": [], "lottery": round_["lottery"]}
    base, lottery = (Counter(dict(landing["base"])), landing["lottery"]) if landing else (Counter(), [])
    return [(way["tickets"], dict(sorted((base + Counter(dict(way["seats"]))).items()))) for way in lottery]


def line(commitment: str, seed: str, tokens: Any) -> list[str]:
    """The order in which people of one type are called."""
    return sorted(tokens, key=lambda token: digest(commitment, seed, token))


def pick(total: int, *parts: Any) -> int:
    """A whole number below total, every one equally likely: digests too near the top are hashed again."""
    numbers = (int(digest(*parts, attempt), 16) for attempt in itertools.count())
    return next(number % total for number in numbers if number < 2**256 - 2**256 % total)


def commitment(proof: Any, earlier: Any, round_: Any) -> str:
    before = digest(earlier[-1]["commitment"], earlier[-1]["seed"]) if earlier else ""
    told = [round_.get(name) for name in ("quotas", "declined", "size", "lottery", "targets", "certificate")]
    return digest(FORMAT, proof["rule"], proof["facets"], proof["quotas"], proof["pool"]["hash"], before, told)


def pool_hash(types: Any) -> str:
    return digest("pool", [[type_["seal"], type_["people"], type_.get("tokens")] for type_ in types])


def digest(*parts: Any) -> str:
    """SHA-256 of one line of JSON, with sorted keys, no spaces, in UTF-8."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_open(proof: Any) -> bool:
    """Whether this copy shows the facets of the pool."""
    return all("values" in type_ for type_ in proof["pool"]["types"])


def accepted(rounds: Any) -> list[str]:
    """Everybody who was drawn in these rounds and has not declined."""
    gone = {person for round_ in rounds for person in round_["declined"]}
    return [person for round_ in rounds for person in round_.get("selected", ()) if person not in gone]


def tokens_left(proof: Any, rounds: Any) -> list[list[str]]:
    """Per type, everybody who was not drawn in these rounds."""
    used = {person for round_ in rounds for person in round_.get("selected", ())}
    return [[person for person in type_.get("tokens", ()) if person not in used] for type_ in proof["pool"]["types"]]


def verdict(proof: Any, notes: list[str]) -> str:
    """What is proven of a copy that was checked with these notes, what is not, and what the reader is left to compare."""
    fingerprints = " ".join(round_["commitment"] for round_ in proof["rounds"])
    but = f" NOT CHECKED: {'; '.join(notes)}." if notes else ""
    return f"{PROVEN if is_open(proof) else SEALED}{but}\n{COMPARE} {fingerprints}"


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        print(verdict(proof, check(proof)))
        return 0
    except Exception as error:  # whatever goes wrong, the file proves nothing
        print(f"NOT PROVEN: {error if isinstance(error, Wrong) else f'this cannot be read as a proof ({error!r})'}.")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
