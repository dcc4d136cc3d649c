#!/usr/bin/env python3
"""Checks the proof of a fair draw. Needs Python and nothing else: python checker.py PROOF.json

In whole numbers and fractions it recomputes the pool's fingerprint, that whatever could be drawn keeps every quota,
the least chance, the certificate that nobody could have promised more, the commitment, and the draw itself.
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
STEPS = "are taken again by `allears selection verify` with the full proof, not here"
CLOSE = Fraction(1, 1_000_000)  # how near (relatively) a lottery must be to its bounds to be called certified


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


def ways(round_: Any) -> list[tuple[int, Any]]:
    """Every way to fill the seats that can be drawn: its tickets, and its seats per type in order."""
    sample = round_["targets"] and "seed" in round_
    landing = round_["landing"] if sample else {"base": [], "lottery": round_["lottery"] or []}
    return [(way["tickets"], merged(landing["base"] + way["seats"])) for way in landing["lottery"]]


def merged(pairs: Any) -> list[tuple[int, int]]:
    """Seats per type, each type once."""
    sums: Any = Counter()
    for at, count in pairs:
        sums[at] += count
    return sorted(sums.items())


def check(proof: Any, note: Any = print) -> None:
    """Raises Wrong at the first thing that does not hold; notes what cannot be checked here."""
    hold(proof.get("format") == FORMAT, f"this is not a proof in the format {FORMAT}")
    types = proof["pool"]["types"]
    left = [type_.get("tokens", range(type_["people"])) for type_ in types]
    everybody = [token for type_ in types for token in type_.get("tokens", ())]
    hold(pool_hash(types) == proof["pool"]["hash"], "the pool is not the one whose fingerprint was committed")
    hold([len(who) for who in left] == [type_["people"] for type_ in types], "a type miscounts its people")
    hold(sum(map(len, left)) == proof["pool"]["people"], "the pool miscounts its people")
    hold(len(set(everybody)) == len(everybody), "somebody is in the pool twice")
    for type_ in types if is_open(proof) else ():
        hold(digest("type", type_["nonce"], type_["values"]) == type_["seal"], "a type does not match its seal")
    if not is_open(proof):
        note("Facets are sealed in this copy: quotas, chances and certificate can be checked in the full proof only.")
    seated: list[Any] = []  # pairs (type, token) of everybody who was chosen and has not declined
    before, where = "", ""
    try:
        for number, round_ in enumerate(proof["rounds"], start=1):
            where, gone = f"draw {number}: ", round_["declined"]
            hold(bool(gone) == (number > 1), "it is drawn again though nobody declined")
            hold(set(gone) <= {token for _, token in seated}, "somebody declined who was not chosen")
            seated = [pair for pair in seated if pair[1] not in gone]
            hold(len(seated) + round_["size"] == proof["rounds"][0]["size"], "it does not fill the empty seats")
            if is_open(proof):
                for text in Fairness(proof, round_, [len(who) for who in left], seated).check():
                    note(where + text)
            if round_["targets"] and "seed" in round_:
                note(f"{where}the steps of the sample {STEPS}")
            hold(commitment(proof, round_, before) == round_["commitment"], "the lottery is not the committed one")
            if "seed" not in round_:
                hold(round_ is proof["rounds"][-1], "it was never drawn, and another follows")
                note(where + "committed, not drawn yet")
                break
            chosen = check_draw(round_, left)
            taken, before = set(chosen), digest(round_["commitment"], round_["seed"])
            left = [[one for one in who if (at, one) not in taken] if taken else who for at, who in enumerate(left)]
            seated += chosen
    except Wrong as wrong:
        raise Wrong(f"{where}{wrong}") from None


def check_draw(round_: Any, left: Any) -> list[tuple[int, str]]:
    """From the seed to a ticket, from the ticket to seats per type, from these to people as (type, token)."""
    committed, seed, drawable = round_["commitment"], round_["seed"], ways(round_)
    ends = list(itertools.accumulate(tickets for tickets, _ in drawable))
    ticket = pick(ends[-1], committed, seed, "panel")
    hold(ticket == round_["ticket"], "the seed gives another ticket")
    seats = next(seats for (_, seats), end in zip(drawable, ends, strict=True) if ticket < end)
    hold(seats == [tuple(pair) for pair in round_["seats"]], "the ticket gives other seats")
    named = [(at, count) for at, count in seats if isinstance(left[at], list)]
    chosen = [(at, token) for at, count in named for token in line(committed, seed, left[at])[:count]]
    hold([token for _, token in chosen] == round_["selected"], "the draw gives other people")
    return chosen


class Fairness:
    """One draw: what it could choose from, what a valid panel is, and what no lottery can do better."""

    def __init__(self, proof: Any, round_: Any, people: Any, seated: Any) -> None:
        self.round, self.people, self.size = round_, people, round_["size"]
        self.rows = [list(zip(proof["facets"], type_["values"], strict=True)) for type_ in proof["pool"]["types"]]
        had = self.count((at, 1) for at, _ in seated)
        self.bounds = {
            (quota["facet"], quota["value"]): (max(0, quota["min"] - taken), min(self.size, quota["max"] - taken))
            for quota in round_["quotas"] or proof["quotas"]
            for taken in [had[quota["facet"], quota["value"]]]
        }
        names = [(quota["facet"], quota["value"]) for quota in proof["quotas"]]
        hold(list(self.bounds) == names, "its quotas have other names")

    def count(self, seats: Any) -> Any:
        """Seats per quota."""
        counted: Any = Counter()
        for at, count in seats:
            for row in self.rows[at]:
                counted[row] += count
        return counted

    def check_panel(self, seats: Any) -> None:
        """Whole seats keep their quotas exactly; the expected seats of a sample keep them but for rounding."""
        found = self.count(seats)
        hold(sum(count for _, count in seats) == self.size, f"a panel does not have {self.size} seats")
        hold(all(0 <= count <= self.people[at] for at, count in seats), "a panel seats people who are not there")
        for row, (low, high) in self.bounds.items():
            hold(low - CLOSE <= found[row] <= high + CLOSE, f"a panel breaks the quota of {': '.join(row)}")

    def expected(self) -> list[Fraction]:
        """Expected seats per type; every way to fill the seats is checked on the way."""
        lottery, targets, held = ways(self.round), self.round["targets"], Counter[int]()
        for tickets, seats in lottery:
            hold(tickets > 0, "a panel has no ticket")
            self.check_panel(seats)
            held.update({at: tickets * count for at, count in seats})
        if not targets:
            return [Fraction(held[at], sum(tickets for tickets, _ in lottery)) for at in range(len(self.people))]
        expected = [Fraction(part, targets["unit"]) for part in targets["seats"]]
        self.check_panel(list(enumerate(expected)))
        return expected

    def per_quota(self, numbers: Any) -> dict[Any, Fraction]:
        return dict(zip(self.bounds, map(Fraction, numbers), strict=True))

    def priced(self, claim: Any) -> tuple[Fraction, list[Fraction]]:
        """At a claim's prices of quotas and of a seat: (the most that a panel can be worth, a seat of each type)."""
        prices, seat = self.per_quota(claim["prices"]), Fraction(claim["seat"])
        most = sum(max(prices[row] * low, prices[row] * high) for row, (low, high) in self.bounds.items())
        return seat * self.size + most, [seat + sum(prices[row] for row in rows) for rows in self.rows]

    def check(self) -> list[str]:
        """Quotas, chances, the bound on the least chance, and coverage. Returns what was taken on trust."""
        expected, claim = self.expected(), self.round["certificate"]
        trusted = self.check_barred(claim["barred"], expected)
        barred = {entry["type"] for entry in claim["barred"]}
        able = [0 if at in barred else held for at, held in enumerate(self.people)]
        most, worth = self.priced(claim)
        bound = min(1, (most + above(able, [-own for own in worth])) / above(able, worth))
        hold(bound == Fraction(claim["bound"]), "the prices prove another bound on the least chance")
        least = min(expected[at] / held for at, held in enumerate(able) if held)
        hold(least == Fraction(claim["least"]), "the least chance is not the one that is claimed")
        cover = claim.get("coverage")
        near = least >= bound * (Fraction(cover["alpha"]) if cover else 1) * (1 - CLOSE)
        if cover:
            near = self.check_coverage(cover, bound, able) and near
        hold(claim["certified"] == near, "it says “certified” wrongly: compare its least chance with its bound")
        return trusted

    def check_barred(self, barred: Any, expected: Any) -> list[str]:
        """Types on no valid panel: a quota of no seats shuts them out, or prices prove less than one seat."""
        shut, trusted = [any(self.bounds[row][1] <= 0 for row in rows) for rows in self.rows], []
        able = [0 if closed else held for held, closed in zip(self.people, shut, strict=True)]
        for entry in barred:
            at = entry["type"]
            hold(expected[at] == 0, f"type {at} is said to be on no panel, and is on one")
            if entry["bound"] is None and not shut[at]:
                trusted.append(f"that type {at} can be on no panel was found by search, and is not proven here")
            elif not shut[at]:
                most, worth = self.priced(entry)
                most += above(able, [(other == at) - own for other, own in enumerate(worth)])
                hold(most == Fraction(entry["bound"]) < 1, f"it is not proven that type {at} can be on no panel")
        return trusted

    def check_coverage(self, cover: Any, bound: Fraction, able: Any) -> bool:
        """The lottery covers what is claimed; is that the most that any covers that leaves everybody the floor?"""
        weights, parts = self.per_quota(cover["weights"]), self.per_quota(cover["parts"])
        floor, lottery = Fraction(cover["floor"]), ways(self.round)
        hold(min(weights.values()) >= 0 and all(0 <= part <= 1 for part in parts.values()), "coverage is malformed")
        hold(0 <= floor <= Fraction(cover["alpha"]) * bound, "the floor of coverage is above what it should be")
        heard = sum(tickets * sum(weights[row] for row in +self.count(seats)) for tickets, seats in lottery)
        expected = heard / sum(tickets for tickets, _ in lottery)
        hold(expected == Fraction(cover["expected"]), "the lottery does not cover what is claimed")
        most, worth = self.priced(cover)
        over = [own - sum(weights[row] * parts[row] for row in rows) for own, rows in zip(worth, self.rows, strict=True)]
        most += sum(weights[row] * (1 - parts[row]) for row in weights)
        most += above(able, [-more for more in over]) - floor * above(able, over)
        hold(most == Fraction(cover["bound"]), "the prices prove another bound on coverage")
        return bool(expected >= most * (1 - CLOSE))


def above(people: Any, values: Any) -> Any:
    """Everybody's value, summed where it is above zero."""
    return sum(held * max(0, value) for held, value in zip(people, values, strict=True))


def is_open(proof: Any) -> bool:
    """Whether this copy shows the facets of the pool; where they are sealed, much cannot be recomputed."""
    return all("values" in type_ for type_ in proof["pool"]["types"])


def verdict(proof: Any, notes: Any) -> str:
    """What is proven of a copy that was checked with these notes, and what is not."""
    steps = " NOT CHECKED: the steps of the sample." if any(STEPS in text for text in notes) else ""
    if is_open(proof):
        return f"PROVEN: pool, quotas, chances, certificate, commitment and draw {'' if steps else 'all '}hold.{steps}"
    return f"PROVEN: pool, commitment and draw hold. NOT CHECKED: quotas, chances and certificate.{steps}"


def main(arguments: list[str]) -> int:
    notes: list[str] = []
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        check(proof, notes.append)
    except Exception as error:  # whatever goes wrong, the file proves nothing
        print(f"NOT PROVEN: {error if isinstance(error, Wrong) else f'this cannot be read as a proof ({error!r})'}.")
        return 1
    print("\n".join([*notes, verdict(proof, notes)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
