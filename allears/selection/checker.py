#!/usr/bin/env python3
"""Checks the proof of a fair draw. Needs Python and nothing else: python checker.py PROOF.json

With whole numbers and fractions only, it recomputes the fingerprint of the pool, that every panel that could have
been drawn keeps every quota, everybody's chance, the certificate that nobody could have promised the least lucky
more, the commitment, and the draw itself. Exit 0: what it says holds. Exit 1: the first thing that does not.
"""

import hashlib
import itertools
import json
import sys
from fractions import Fraction
from typing import Any

FORMAT = "allears.selection/1"
CLOSE = Fraction(1, 1_000_000)  # how near (relatively) a lottery must be to its bounds to be called certified


class Wrong(Exception):
    """The first thing that does not hold."""


def hold(fact: object, sentence: str) -> None:
    if not fact:
        raise Wrong(sentence)


# Digests: every one is SHA-256 of one line of JSON, with sorted keys, no spaces, in UTF-8.


def digest(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(type_: Any) -> Any:
    return digest("type", type_["nonce"], type_["values"]) if "values" in type_ else type_["seal"]


def pool_hash(types: Any) -> str:
    return digest("pool", [[seal(type_), type_["people"], type_.get("tokens")] for type_ in types])


def commitment(proof: Any, round_: Any, before: str) -> str:
    told = [round_.get(name) for name in ("quotas", "declined", "size", "lottery", "targets", "certificate")]
    return digest(FORMAT, proof["rule"], proof["facets"], proof["quotas"], proof["pool"]["hash"], before, told)


def pick(total: int, *parts: Any) -> int:
    """A whole number below total, every one equally likely: digests too near the top are hashed again."""
    numbers = (int(digest(*parts, attempt), 16) for attempt in itertools.count())
    return next(number % total for number in numbers if number < 2**256 - 2**256 % total)


def line(commitment: str, seed: str, tokens: Any) -> list[str]:
    """The order in which people of one type are called."""
    return sorted(tokens, key=lambda token: digest(commitment, seed, token))


def merged(pairs: Any) -> list[tuple[int, int]]:
    """Seats per type, each type once."""
    sums: dict[int, int] = {}
    for at, count in pairs:
        sums[at] = sums.get(at, 0) + count
    return sorted(sums.items())


def is_open(proof: Any) -> bool:
    """Whether this copy shows the facets of the pool; where they are sealed, much cannot be recomputed."""
    return all("values" in type_ for type_ in proof["pool"]["types"])


def verdict(proof: Any) -> str:
    """What is proven of a copy that was checked."""
    if is_open(proof):
        return "PROVEN: pool, quotas, chances, certificate, commitment and draw all hold."
    return "PROVEN: pool, commitment and draw hold. NOT CHECKED: quotas, chances and certificate."


def check(proof: Any, note: Any = print) -> None:
    """Raises Wrong at the first thing that does not hold; notes what this copy leaves out."""
    hold(proof.get("format") == FORMAT, f"this is not a proof in the format {FORMAT}")
    types, facts = proof["pool"]["types"], proof["pool"]
    everybody = [token for type_ in types for token in type_.get("tokens", ())]
    hold(pool_hash(types) == facts["hash"], "the pool is not the one whose fingerprint was committed")
    hold(facts["people"] == sum(type_["people"] for type_ in types), "the pool miscounts its people")
    hold(len(set(everybody)) == len(everybody), "somebody is in the pool twice")
    for at, type_ in enumerate(types):
        hold(seal(type_) == type_.get("seal", seal(type_)), f"type {at} does not match its seal")
        hold(len(type_.get("tokens", range(type_["people"]))) == type_["people"], f"type {at} miscounts its people")
    if not (open_ := is_open(proof)):
        note("Facets are sealed in this copy: quotas, chances and certificate can be checked in the full proof only.")
    left = [list(type_["tokens"]) if "tokens" in type_ else range(type_["people"]) for type_ in types]
    seated: list[Any] = []  # pairs (type, token) of everybody who was chosen and has not declined
    before = ""
    for number, round_ in enumerate(proof["rounds"]):
        where, gone = f"draw {number + 1}: ", round_["declined"]
        hold(bool(gone) == (number > 0), where + "it is drawn again though nobody declined")
        hold(set(gone) <= {token for _, token in seated}, where + "somebody declined who was not chosen")
        seated = [pair for pair in seated if pair[1] not in gone]
        hold(len(seated) + round_["size"] == proof["rounds"][0]["size"], where + "it does not fill the empty seats")
        if open_:
            Fairness(proof, round_, [len(who) for who in left], seated, where).check(note)
        before = commitment(proof, round_, before)
        hold(before == round_["commitment"], where + "the lottery is not the one that was committed")
        if "seed" not in round_:
            hold(round_ is proof["rounds"][-1], where + "it was never drawn, and another follows")
            note(where + "committed, not drawn yet")
            continue
        chosen = check_draw(round_, left, where)
        left = [[token for token in who if (at, token) not in chosen] if chosen else who for at, who in enumerate(left)]
        seated += chosen
        before = digest(before, round_["seed"])


def check_draw(round_: Any, left: Any, where: str) -> list[tuple[int, str]]:
    """From the seed to a ticket, from the ticket to seats per type, from these to people."""
    committed, seed, landing = round_["commitment"], round_["seed"], round_.get("landing")
    lottery = landing["lottery"] if landing else round_["lottery"]
    ends = list(itertools.accumulate(panel["tickets"] for panel in lottery))
    ticket = pick(ends[-1], committed, seed, "panel")
    hold(ticket == round_["ticket"], where + "the seed gives another ticket")
    panel = next(panel for panel, end in zip(lottery, ends, strict=True) if ticket < end)
    seats = merged(panel["seats"] + (landing["base"] if landing else []))
    hold(seats == [tuple(pair) for pair in round_["seats"]], where + "the ticket gives other seats")
    named = [(at, count) for at, count in seats if isinstance(left[at], list)]
    chosen = [(at, token) for at, count in named for token in line(committed, seed, left[at])[:count]]
    hold([token for _, token in chosen] == round_["selected"], where + "the draw gives other people")
    return chosen


class Fairness:
    """One draw: what it could choose from, what a valid panel is, and what no lottery can do better."""

    def __init__(self, proof: Any, round_: Any, people: Any, seated: Any, where: str) -> None:
        self.round, self.people, self.where, self.size = round_, people, where, round_["size"]
        self.rows = [(quota["facet"], quota["value"]) for quota in proof["quotas"]]
        held = [list(zip(proof["facets"], type_["values"], strict=True)) for type_ in proof["pool"]["types"]]
        places = {row: place for place, row in enumerate(self.rows)}
        self.codes = [[places[pair] for pair in pairs] for pairs in held]
        quotas = round_["quotas"] or proof["quotas"]
        self.hold([(quota["facet"], quota["value"]) for quota in quotas] == self.rows, "its quotas have other names")
        taken = zip(quotas, self.count((at, 1) for at, _ in seated), strict=True)
        self.bounds = [(max(0, quota["min"] - had), min(self.size, quota["max"] - had)) for quota, had in taken]
        self.shut = [any(self.bounds[code][1] <= 0 for code in row) for row in self.codes]

    def hold(self, fact: object, sentence: str) -> None:
        hold(fact, self.where + sentence)

    def count(self, seats: Any) -> list[Any]:
        """Seats per quota."""
        counted: list[Any] = [0] * len(self.rows)
        for at, seats_ in seats:
            for code in self.codes[at]:
                counted[code] += seats_
        return counted

    def valid(self, seats: Any, name: str, loose: Fraction = Fraction(0)) -> None:
        self.hold(sum(count for _, count in seats) == self.size, f"{name} does not have {self.size} seats")
        self.hold(all(0 <= count <= self.people[at] for at, count in seats), f"{name} seats people who are not there")
        for row, (low, high), found in zip(self.rows, self.bounds, self.count(seats), strict=True):
            self.hold(low - loose <= found <= high + loose, f"{name} breaks the quota of {': '.join(row)}")

    def expected(self, note: Any) -> list[Fraction]:
        """Expected seats per type; every way to fill the seats is checked on the way."""
        seats, targets, landing = [Fraction(0)] * len(self.people), self.round["targets"], self.round.get("landing")
        if targets:
            seats = [Fraction(part, targets["unit"]) for part in targets["seats"]]
            self.valid(list(enumerate(seats)), "the expected sample", CLOSE)
        for panel in landing["lottery"] if landing else []:
            self.valid(merged(landing["base"] + panel["seats"]), "a way to land")
        if landing:
            note(self.where + "the steps of the sample are replayed by `allears selection verify`, not by this checker")
        lottery = self.round["lottery"] or []
        total = sum(panel["tickets"] for panel in lottery)
        for number, panel in enumerate(lottery, start=1):
            self.hold(panel["tickets"] > 0, f"panel {number} has no ticket")
            self.hold(len(dict(panel["seats"])) == len(panel["seats"]), f"panel {number} names a type twice")
            self.valid(panel["seats"], f"panel {number}")
            for at, count in panel["seats"]:
                seats[at] += Fraction(count * panel["tickets"], total)
        return seats

    def most(self, claim: Any, people: Any, wanted: Any) -> tuple[Fraction, list[Fraction]]:
        """(the most of sum(wanted * seats) on any valid panel, as prices prove it, each type's worth at them).

        All seats of a panel together are worth at most `rows`; what a type is wanted above its worth comes on top.
        """
        prices, seat = [Fraction(price) for price in claim["prices"]], Fraction(claim["seat"])
        worth = [seat + sum(prices[code] for code in row) for row in self.codes]
        wish: list[Any] = wanted(worth)
        rows = sum(max(price * low, price * high) for price, (low, high) in zip(prices, self.bounds, strict=True))
        above = sum(held * max(0, want - own) for held, want, own in zip(people, wish, worth, strict=True))
        return seat * self.size + rows + above, worth

    def check(self, note: Any) -> None:
        """Quotas and chances, then the bound on the least chance, then coverage."""
        expected, claim = self.expected(note), self.round["certificate"]
        barred = self.check_barred(expected, note)
        able: list[Any] = [0 if at in barred else held for at, held in enumerate(self.people)]
        most, worth = self.most(claim, able, lambda worth: [max(0, own) for own in worth])
        weight: Any = sum(held * max(0, own) for held, own in zip(able, worth, strict=True))
        bound = min(Fraction(1), most / weight)
        self.hold(bound == Fraction(claim["bound"]), "the prices prove another bound on the least chance")
        least = min(expected[at] / held for at, held in enumerate(able) if held)
        self.hold(least == Fraction(claim["least"]), "the least chance is not the one that is claimed")
        cover = claim.get("coverage")
        near = least >= bound * (Fraction(cover["alpha"]) if cover else 1) * (1 - CLOSE)
        if cover:
            near = self.check_coverage(cover, bound, able) and near
        self.hold(claim["certified"] == near, "it says “certified” wrongly: compare its least chance with its bound")

    def check_barred(self, expected: Any, note: Any) -> set[int]:
        """Types on no valid panel: a quota of no seats shuts them out, or prices prove less than one seat."""
        barred = {entry["type"]: entry for entry in self.round["certificate"]["barred"]}
        able = [0 if shut else held for held, shut in zip(self.people, self.shut, strict=True)]
        for at, entry in barred.items():
            self.hold(expected[at] == 0, f"type {at} is said to be on no panel, and is on one")
            if entry["bound"] is None and not self.shut[at]:
                note(f"{self.where}that type {at} can be on no panel was found by search, and is not proven here")
            elif not self.shut[at]:
                one = [Fraction(other == at) for other in range(len(able))]
                most, _ = self.most(entry, able, lambda worth, one=one: one)
                self.hold(most == Fraction(entry["bound"]) < 1, f"it is not proven that type {at} can be on no panel")
        return set(barred)

    def check_coverage(self, cover: Any, bound: Fraction, able: Any) -> bool:
        """The lottery covers what is claimed; is that the most that any covers that leaves everybody the floor?"""
        weights, parts = ([Fraction(each) for each in cover[name]] for name in ("weights", "parts"))
        floor, lottery, each = Fraction(cover["floor"]), self.round["lottery"], range(len(weights))
        self.hold(min(weights) >= 0 and all(0 <= part <= 1 for part in parts), "the proof of coverage is malformed")
        self.hold(0 <= floor <= Fraction(cover["alpha"]) * bound, "the floor of coverage is above what it should be")
        heard = [{code for at, _ in panel["seats"] for code in self.codes[at]} for panel in lottery]
        tickets = [panel["tickets"] for panel in lottery]
        voices = sum(count * sum(weights[row] for row in rows) for count, rows in zip(tickets, heard, strict=True))
        expected = voices / sum(tickets)
        self.hold(expected == Fraction(cover["expected"]), "the lottery does not cover what is claimed")
        gains = [sum(weights[row] * parts[row] for row in rows) for rows in self.codes]
        most, worth = self.most(cover, able, lambda worth: gains)
        most += sum(weights[row] * (1 - parts[row]) for row in each)
        most -= floor * sum(held * max(0, own - gain) for held, own, gain in zip(able, worth, gains, strict=True))
        self.hold(most == Fraction(cover["bound"]), "the prices prove another bound on coverage")
        return expected >= most * (1 - CLOSE)


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        check(proof)
    except Exception as error:  # whatever goes wrong, the file proves nothing
        print(f"NOT PROVEN: {error if isinstance(error, Wrong) else f'this cannot be read as a proof ({error!r})'}.")
        return 1
    print(verdict(proof))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
