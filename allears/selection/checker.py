#!/usr/bin/env python3
"""Checks the proof of a fair draw. Needs Python and nothing else: python3 checker.py PROOF.json

Part one, some hundred lines of code, is what every draw needs: everybody is in the pool once, every group that
can be drawn keeps the quotas, chances are as claimed, nobody could promise the least lucky more, all of it was
committed before the seed, and the seed gives these people. Part two is what some draws need besides: seats drawn
again, samples, people who can have no seat, panels that are to cover much. In a public copy people's facets are
sealed: quotas and bounds are left to whoever holds the full file, and the last line says so.
Each function stands above those that it calls.
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
NEAR = Fraction(1, 1_000_000)  # a lottery is called certified up to this share below its bounds
STEPS = "the steps of the sample are taken again by `allears selection verify` with the full proof, not here"
SEARCH = "that type {type} can be on no panel was found by search, and is not proven here"
PROVEN = "PROVEN: pool, quotas, chances, certificate, commitment and draw hold."
SEALED = "PROVEN of a sealed copy: pool, chances, commitment and draw hold."
SEALED += " Only the full file proves quotas and certificate."
COMPARE = "Now compare with what was published before each seed, because any file can be written anew:"


class Wrong(Exception):
    """The first thing that does not hold."""


def hold(fact: object, sentence: str) -> None:
    if not fact:
        raise Wrong(sentence)


# ---- Part one: every draw ----


def check(proof: Any) -> list[str]:
    """Raises Wrong at the first thing that does not hold. Returns what was not checked, in sentences."""
    hold(proof.get("format") == FORMAT, f"this is not a proof in the format {FORMAT}")
    hold(proof["rounds"], "nothing was committed")
    check_pool(proof["pool"])
    notes = []
    for at, round_ in enumerate(proof["rounds"]):
        try:
            notes += [f"draw {at + 1}: {note}" for note in check_round(proof, proof["rounds"][:at], round_)]
        except Wrong as wrong:
            raise Wrong(f"draw {at + 1}: {wrong}") from None
    return notes


def check_pool(pool: Any) -> None:
    """Everybody is in the pool once, in a type whose seal fits, and all of it has the committed fingerprint."""
    everybody = [token for type_ in pool["types"] for token in type_.get("tokens", ())]
    hold(pool_hash(pool["types"]) == pool["hash"], "the pool is not the one whose fingerprint was committed")
    hold(sum(type_["people"] for type_ in pool["types"]) == pool["people"], "the pool miscounts its people")
    hold(len(set(everybody)) == len(everybody), "somebody is in the pool twice")
    for type_ in pool["types"]:
        hold(len(type_.get("tokens", range(type_["people"]))) == type_["people"], "a type miscounts its people")
        if "values" in type_:
            seal = digest("type", type_["nonce"], type_["values"])
            hold(seal == type_["seal"], "a type does not match its seal")


def check_round(proof: Any, earlier: Any, round_: Any) -> list[str]:
    """One draw after the earlier ones. Returns what was not checked."""
    check_redraw(proof, earlier, round_)
    room, claim = Room(proof, earlier, round_), round_["certificate"]
    able = check_chances(room, claim)
    notes = check_bounds(room, claim, able) if is_open(proof) else []
    hold(commitment(proof, earlier, round_) == round_["commitment"], "the lottery is not the committed one")
    if "seed" not in round_:
        return [*notes, "committed, not drawn yet"]
    for name, found in drawn(round_, tokens_left(proof, earlier)).items():
        hold(found == round_[name], f"the seed gives another “{name}”")
    return [*notes, STEPS] if round_["targets"] else notes


class Room:
    """What a draw chooses from. people: of each type, how many are left. rows: of each type, the quotas that its
    people count for. bounds: of each quota, at least and at most how many seats are left. groups: each that can
    be drawn, as its tickets and its seats by type. expected: of each type, its seats on average."""

    def __init__(self, proof: Any, earlier: Any, round_: Any) -> None:
        types, quotas = proof["pool"]["types"], (round_["quotas"] or proof["quotas"]) if is_open(proof) else []
        left, stay = tokens_left(proof, earlier), set(accepted(earlier)).difference(round_["declined"])
        self.size, self.groups = round_["size"], groups_of(round_)
        self.expected = expected_seats(round_, self.groups, len(types))
        pairs = zip(types, left, strict=True)
        self.people = [len(tokens) if "tokens" in one else one["people"] for one, tokens in pairs]
        self.rows = [[*zip(proof["facets"], one["values"], strict=True)] if quotas else [] for one in types]
        had = self.count({at: len(stay.intersection(one.get("tokens", ()))) for at, one in enumerate(types)})
        self.bounds = {}
        for one in quotas:
            name = one["facet"], one["value"]
            self.bounds[name] = max(0, one["min"] - had[name]), min(self.size, one["max"] - had[name])

    def count(self, seats: Any) -> Any:
        """Seats by type to seats by quota."""
        counted = Counter[Any]()
        for at, number in seats.items():
            counted.update(dict.fromkeys(self.rows[at], number))
        return counted

    def by_quota(self, numbers: Any) -> dict[Any, Fraction]:
        return dict(zip(self.bounds, map(Fraction, numbers), strict=True))


def check_chances(room: Room, claim: Any) -> list[int]:
    """Every group that can be drawn is valid (on average, too; a sample but for rounding), and the least chance is
    the claimed one, called certified where it is near its bounds, only there. Returns who has a chance, by type."""
    average: Any = dict(enumerate(room.expected))
    for seats in (average, *(seats for _, seats in room.groups)):
        found = room.count(seats)
        hold(sum(seats.values()) == room.size, f"a panel does not have {room.size} seats")
        hold(all(0 <= seats[at] <= room.people[at] for at in seats), "a panel seats who is not there")
        for quota, (low, high) in room.bounds.items():
            hold(low - NEAR <= found[quota] <= high + NEAR, f"a panel breaks the quota of {': '.join(quota)}")
    hold(all(tickets > 0 for tickets, _ in room.groups), "a panel has no ticket")
    barred, cover = {entry["type"] for entry in claim["barred"]}, claim.get("coverage")
    hold(not any(room.expected[at] for at in barred), "a type that is said to be on no panel is on one")
    able = [0 if at in barred else people for at, people in enumerate(room.people)]
    least = min(seats / people for seats, people in zip(room.expected, able, strict=True) if people)
    hold(least == Fraction(claim["least"]), "the least chance is not the one that is claimed")
    near = least >= Fraction(claim["bound"]) * Fraction(cover["alpha"] if cover else 1) * (1 - NEAR)
    covers = not cover or Fraction(cover["expected"]) >= Fraction(cover["bound"]) * (1 - NEAR)
    hold(claim["certified"] == (near and covers), "it says “certified” wrongly: compare figures with bounds")
    return able


def check_bounds(room: Room, claim: Any, able: list[int]) -> list[str]:
    """No lottery promises the least lucky more than the bound. Returns what is trusted."""
    most, paid = priced(room, claim, able, [0] * len(able))
    hold(min(1, most / paid) == Fraction(claim["bound"]), "the prices prove another bound on the least chance")
    if "coverage" in claim:
        check_coverage(room, claim["coverage"], Fraction(claim["bound"]), able)
    return check_barred(room, claim["barred"])


def priced(room: Room, claim: Any, people: Any, wanted: Any) -> tuple[Any, Any]:
    """What any prices of quotas and seats prove (weak duality): the most that a panel can hold of what is wanted
    of each person, and how much it would pay beyond that if it held everybody."""
    prices, seat = room.by_quota(claim["prices"]), Fraction(claim["seat"])
    paid = [seat + sum(prices[quota] for quota in own) for own in room.rows]
    over = [number * (price - want) for number, price, want in zip(people, paid, wanted, strict=True)]
    ends = [max(prices[quota] * low, prices[quota] * high) for quota, (low, high) in room.bounds.items()]
    most = seat * room.size + sum(ends) + sum(max(0, -more) for more in over)
    return most, sum(max(0, more) for more in over)


def drawn(round_: Any, left: Any) -> dict[str, Any]:
    """From the seed to a ticket, from the ticket to seats by type, from these to people."""
    committed, seed, groups = round_["commitment"], round_["seed"], groups_of(round_)
    ends = list(itertools.accumulate(tickets for tickets, _ in groups))
    ticket = pick(ends[-1], committed, seed, "panel")
    seats = next(seats for (_, seats), end in zip(groups, ends, strict=True) if ticket < end)
    selected = [token for at, number in seats.items() for token in line(committed, seed, left[at])[:number]]
    return {"ticket": ticket, "seats": [[at, number] for at, number in seats.items()], "selected": selected}


def line(commitment: str, seed: str, tokens: Any) -> list[str]:
    """The order in which people of one type are called."""
    return sorted(tokens, key=lambda token: digest(commitment, seed, token))


def pick(total: int, *parts: Any) -> int:
    """A whole number below total, every one equally likely: digests too near the top are hashed again."""
    numbers = (int(digest(*parts, attempt), 16) for attempt in itertools.count())
    return next(number % total for number in numbers if number < 2**256 - 2**256 % total)


def commitment(proof: Any, earlier: Any, round_: Any) -> str:
    """The fingerprint of everything that was fixed before the seed, earlier draws included."""
    before = digest(earlier[-1]["commitment"], earlier[-1]["seed"]) if earlier else ""
    told = [round_.get(name) for name in ("quotas", "declined", "size", "lottery", "targets", "certificate")]
    return digest(FORMAT, proof["rule"], proof["facets"], proof["quotas"], proof["pool"]["hash"], before, told)


def pool_hash(types: Any) -> str:
    return digest("pool", [[type_["seal"], type_["people"], type_.get("tokens")] for type_ in types])


def digest(*parts: Any) -> str:
    """SHA-256 of one line of JSON, with sorted keys, no spaces, in UTF-8."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# ---- Part two: some draws ----


def check_redraw(proof: Any, earlier: Any, round_: Any) -> None:
    """Drawn again are only seats that were given back, all of them, under quotas of the same names."""
    gone, chosen = round_["declined"], accepted(earlier)
    told, names = (proof["quotas"], round_["quotas"] or ()), ("facet", "value")
    first, now = ([[quota[name] for name in names] for quota in quotas] for quotas in told)
    hold(all("seed" in one for one in earlier), "the draw before it was never drawn")
    hold(bool(gone) == bool(earlier), "it is drawn again though nobody declined")
    hold(len(set(gone)) == len(gone) and set(gone) <= set(chosen), "somebody declined who was not chosen")
    hold(len(chosen) - len(gone) + round_["size"] == proof["rounds"][0]["size"], "it leaves a seat empty")
    hold(now in ([], first), "its quotas have other names")


def accepted(rounds: Any) -> list[str]:
    """Everybody who was drawn in these rounds and has not declined."""
    gone = {person for round_ in rounds for person in round_["declined"]}
    return [person for round_ in rounds for person in round_.get("selected", ()) if person not in gone]


def tokens_left(proof: Any, rounds: Any) -> list[list[str]]:
    """By type, everybody who was not drawn in these rounds."""
    used = {person for round_ in rounds for person in round_.get("selected", ())}
    return [[one for one in type_.get("tokens", ()) if one not in used] for type_ in proof["pool"]["types"]]


def groups_of(round_: Any) -> list[tuple[int, dict[int, int]]]:
    """Each group that can be drawn: its tickets, its seats by type. Steps settle most seats of a sample."""
    landing = round_.get("landing") if round_["targets"] else {"base": [], "lottery": round_["lottery"]}
    base, lottery = (Counter(dict(landing["base"])), landing["lottery"]) if landing else (Counter(), [])
    return [(way["tickets"], dict(sorted((base + Counter(dict(way["seats"]))).items()))) for way in lottery]


def expected_seats(round_: Any, groups: Any, types: int) -> list[Fraction]:
    """By type: of a sample as it was published, otherwise as the tickets give them."""
    if round_["targets"]:
        return [Fraction(part, round_["targets"]["unit"]) for part in round_["targets"]["seats"]]
    total, seats = sum(tickets for tickets, _ in groups), Counter[int]()
    for tickets, group in groups:
        seats.update({at: tickets * number for at, number in group.items()})
    return [Fraction(seats[at], total) for at in range(types)]


def check_barred(room: Room, barred: Any) -> list[str]:
    """Who is said to be on no panel can be on none: fewer than one of them. Returns what is trusted."""
    shut = {quota for quota, (_, high) in room.bounds.items() if high <= 0}
    free = [0 if shut.intersection(row) else held for held, row in zip(room.people, room.rows, strict=True)]
    for entry in (entry for entry in barred if entry["bound"] is not None):
        most, _ = priced(room, entry, free, [int(at == entry["type"]) for at in range(len(free))])
        proven = most == Fraction(entry["bound"]) < 1
        hold(proven, f"it is not proven that type {entry['type']} can be on no panel")
    return [SEARCH.format_map(entry) for entry in barred if entry["bound"] is None]


def check_coverage(room: Room, cover: Any, bound: Fraction, able: list[int]) -> None:
    """The lottery covers what is claimed, and none that leaves everybody the floor covers more than the bound."""
    weights, parts = room.by_quota(cover["weights"]), room.by_quota(cover["parts"])
    floor, total = Fraction(cover["floor"]), sum(tickets for tickets, _ in room.groups)
    hold(all(weight >= 0 for weight in weights.values()), "coverage is malformed")
    hold(all(0 <= part <= 1 for part in parts.values()), "coverage is malformed")
    hold(0 <= floor <= Fraction(cover["alpha"]) * bound, "the floor of coverage is above what it should be")
    heard = sum(tickets * sum(weights[row] for row in +room.count(seats)) for tickets, seats in room.groups)
    hold(heard == Fraction(cover["expected"]) * total, "it covers another share")
    gains = {quota: weights[quota] * parts[quota] for quota in weights}
    most, paid = priced(room, cover, able, [sum(gains[quota] for quota in own) for own in room.rows])
    proven = most + sum(weights.values()) - sum(gains.values()) - floor * paid
    hold(proven == Fraction(cover["bound"]), "the prices prove another bound on coverage")


def is_open(proof: Any) -> bool:
    """Whether this copy shows the facets of the pool."""
    return all("values" in type_ for type_ in proof["pool"]["types"])


def verdict(proof: Any, notes: list[str]) -> str:
    """What is proven of a copy that was checked with these notes, what is not, and what is left to compare."""
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
        what = error if isinstance(error, Wrong) else f"this cannot be read as a proof ({error!r})"
        print(f"NOT PROVEN: {what}.")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
