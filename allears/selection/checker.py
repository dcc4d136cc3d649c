#!/usr/bin/env python3
"""Checks the proof of a fair draw. Needs Python and nothing else: python checker.py PROOF.json

It recomputes, with whole numbers and fractions only: the fingerprint of the pool, that every panel that could
have been drawn keeps every quota, everybody's chance, the certificate that nobody could have promised the least
lucky more, the commitment, and the draw itself. Exit 0: all of it holds. Exit 1: the first thing that does not.
"""

import hashlib
import itertools
import json
import sys
from fractions import Fraction
from typing import Any

FORMAT = "allears.selection/1"
CLOSE = Fraction(1, 1_000_000)  # how near (relatively) the least chance must be to its bound to be called certified


class Wrong(Exception):
    """The first thing that does not hold."""


def hold(fact: object, sentence: str) -> None:
    if not fact:
        raise Wrong(sentence)


def digest(*parts: Any) -> str:
    """SHA-256 of the parts as one line of JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def pick(total: int, *parts: Any) -> int:
    """A whole number below total, every one equally likely: digests too near the top are hashed again."""
    numbers = (int(digest(*parts, attempt), 16) for attempt in itertools.count())
    return next(number % total for number in numbers if number < 2**256 - 2**256 % total)


def line(commitment: str, seed: str, tokens: Any) -> list[str]:
    """The order in which people of one type are called."""
    return sorted(tokens, key=lambda token: digest(commitment, seed, token))


def seal(type_: Any) -> Any:
    return digest("type", type_["nonce"], type_["values"]) if "values" in type_ else type_["seal"]


def pool_hash(types: Any) -> str:
    return digest("pool", [[seal(type_), type_["people"], type_.get("tokens")] for type_ in types])


def commitment(proof: Any, round_: Any, before: str) -> str:
    told = [round_.get(name) for name in ("quotas", "declined", "size", "lottery", "targets", "certificate")]
    return digest(FORMAT, proof["rule"], proof["facets"], proof["quotas"], proof["pool"]["hash"], before, told)


def check(proof: Any, note: Any = print) -> None:
    """Raises Wrong at the first thing that does not hold; notes what a public copy leaves out."""
    hold(proof.get("format") == FORMAT, f"this is not a proof in the format {FORMAT}")
    types = proof["pool"]["types"]
    hold(pool_hash(types) == proof["pool"]["hash"], "the pool is not the one whose fingerprint was committed")
    for at, type_ in enumerate(types):
        hold(seal(type_) == type_.get("seal", seal(type_)), f"type {at} does not match its seal")
        hold("tokens" not in type_ or len(set(type_["tokens"])) == type_["people"], f"type {at} miscounts its people")
    open_ = all("values" in type_ for type_ in types)
    if not open_:
        note("Facets are sealed in this copy: quotas and certificate can be checked in the full proof only.")
    left: list[Any] = [set(type_["tokens"]) if "tokens" in type_ else type_["people"] for type_ in types]
    seated: list[Any] = []
    before = ""
    for number, round_ in enumerate(proof["rounds"], start=1):
        where, gone = f"draw {number}: ", round_["declined"]
        known = {token for _, token in seated}
        hold(len(set(gone)) == len(gone) and set(gone) <= known, where + "somebody declined who was not chosen")
        seated = [pair for pair in seated if pair[1] not in gone]
        hold(len(seated) + round_["size"] == proof["rounds"][0]["size"], where + "it does not fill the empty seats")
        people = [len(who) if isinstance(who, set) else who for who in left]
        if open_:
            check_lottery(proof, round_, people, [at for at, _ in seated], where, note)
        before = commitment(proof, round_, before)
        hold(before == round_["commitment"], where + "the lottery is not the one that was committed")
        if "seed" not in round_:
            note(f"{where}committed, not drawn yet")
            continue
        seats = check_ticket(round_, before, where)
        chosen: list[Any] = [[at, token] for at, count in sorted(seats.items()) if isinstance(left[at], set)
                  for token in line(before, round_["seed"], left[at])[:count]]
        hold([token for _, token in chosen] == round_.get("selected", []), where + "the draw gives other people")
        for at, token in chosen:
            left[at].discard(token)
        seated += chosen
        before = digest(before, round_["seed"])


def check_ticket(round_: Any, committed: str, where: str) -> dict[int, int]:
    """The seats per type that the seed gives."""
    lottery = round_.get("lottery") or round_["landing"]["lottery"]
    seats: dict[int, int] = {}
    ticket = pick(sum(panel["tickets"] for panel in lottery), committed, round_["seed"], "panel")
    hold(ticket == round_["ticket"], where + "the seed gives another ticket")
    for panel in lottery:
        if ticket < panel["tickets"]:
            break
        ticket -= panel["tickets"]
    for at, count in panel["seats"] + (round_["landing"]["base"] if "landing" in round_ else []):
        seats[at] = seats.get(at, 0) + count
    hold(sorted(seats.items()) == [tuple(pair) for pair in round_["seats"]], where + "the ticket gives other seats")
    return seats


def check_lottery(proof: Any, round_: Any, people: Any, accepted: Any, where: str, note: Any) -> None:
    """Quotas on every panel, everybody's chance, and the certificate."""
    types, size = proof["pool"]["types"], round_["size"]
    rows = {(line_["facet"], line_["value"]): number for number, line_ in enumerate(proof["quotas"])}
    codes = [[rows[pair] for pair in zip(proof["facets"], type_["values"], strict=True)] for type_ in types]
    bounds = [(line_["min"], line_["max"]) for line_ in round_.get("quotas") or proof["quotas"]]
    taken = counts(((at, 1) for at in accepted), codes, bounds)
    bounds = [(max(0, low - held), min(size, high - held)) for (low, high), held in zip(bounds, taken, strict=True)]

    def valid(seats: Any, name: str, loose: Fraction = Fraction(0)) -> None:
        held = counts(seats, codes, bounds)
        hold(sum(count for _, count in seats) == size, f"{where}{name} does not have {size} seats")
        hold(all(0 <= count <= people[at] for at, count in seats), f"{where}{name} uses people who are not there")
        for line_, (low, high), found in zip(proof["quotas"], bounds, held, strict=True):
            quota = f"the quota of {line_['facet']}: {line_['value']}"
            hold(low - loose <= found <= high + loose, f"{where}{name} breaks {quota}")

    expected = [Fraction(0)] * len(types)
    if round_.get("targets"):
        expected = [Fraction(part, round_["targets"]["unit"]) for part in round_["targets"]["seats"]]
        valid(list(enumerate(expected)), "the expected sample", CLOSE)
        if "landing" in round_:
            check_landing(round_, valid, where, note)
    total = sum(panel["tickets"] for panel in round_.get("lottery") or [])
    for number, panel in enumerate(round_.get("lottery") or [], start=1):
        hold(panel["tickets"] > 0 and len({at for at, _ in panel["seats"]}) == len(panel["seats"]), where + "bad panel")
        valid(panel["seats"], f"panel {number}")
        for at, count in panel["seats"]:
            expected[at] += Fraction(count * panel["tickets"], total)
    able = check_certificate(round_["certificate"], codes, bounds, size, people, expected, where, note)
    if "coverage" in round_["certificate"]:
        check_coverage(round_, codes, bounds, size, able, where)


def counts(seats: Any, codes: Any, bounds: Any) -> Any:
    held: list[Any] = [0] * len(bounds)
    for at, count in seats:
        for code in codes[at]:
            held[code] += count
    return held


def check_landing(round_: Any, valid: Any, where: str, note: Any) -> None:
    """A sample's last fractions: every way they could land is valid. (How they came about: the full verifier.)"""
    landing = round_["landing"]
    for panel in landing["lottery"]:
        valid([list(pair) for pair in merged(landing["base"] + panel["seats"])], "a way to land")
    note(where + "the steps before the last ticket are replayed by `allears selection verify`, not by this checker")


def merged(pairs: Any) -> list[tuple[int, int]]:
    sums: dict[int, int] = {}
    for at, count in pairs:
        sums[at] = sums.get(at, 0) + count
    return sorted(sums.items())


def ceiling(prices: Any, seat: Any, codes: Any, bounds: Any, size: int, people: Any, weights: Any) -> Any:
    """The most of sum(weights * seats) on any valid panel, as the prices prove it."""
    worth = [seat + sum(prices[code] for code in row) for row in codes]
    rows = sum(max(price * low, price * high) for price, (low, high) in zip(prices, bounds, strict=True))
    spill = sum(held * max(0, weight - own) for held, weight, own in zip(people, weights(worth), worth, strict=True))
    return seat * size + rows + spill, worth


def check_certificate(
    certificate: Any, codes: Any, bounds: Any, size: int, people: Any, expected: Any, where: str, note: Any
) -> Any:
    barred = {entry["type"] for entry in certificate["barred"]}
    shut = [any(bounds[code][1] <= 0 for code in row) for row in codes]
    able = [count if not closed else 0 for count, closed in zip(people, shut, strict=True)]
    for entry in certificate["barred"]:
        at = entry["type"]
        hold(expected[at] == 0, f"{where}type {at} is said to be on no panel, and is on one")
        if shut[at]:
            continue
        if entry["bound"] is None:
            note(f"{where}that type {at} can be on no panel was found by search, and is not proven here")
            continue
        prices, seat = list(map(Fraction, entry["prices"])), Fraction(entry["seat"])
        most, _ = ceiling(prices, seat, codes, bounds, size, able, lambda worth, at=at: one(at, len(worth)))
        hold(most < 1, f"{where}it is not proven that type {at} can be on no panel")
    eligible = [at for at, count in enumerate(people) if count and at not in barred]
    able = [count if at in set(eligible) else 0 for at, count in enumerate(people)] if barred else able
    prices, seat = list(map(Fraction, certificate["prices"])), Fraction(certificate["seat"])
    most, worth = ceiling(prices, seat, codes, bounds, size, able, lambda worth: [max(0, own) for own in worth])
    weight = sum(able[at] * max(0, worth[at]) for at in eligible)
    hold(weight > 0 and min(Fraction(1), most / weight) == Fraction(certificate["bound"]), where + "another bound")
    least = min(expected[at] / people[at] for at in eligible)
    hold(least == Fraction(certificate["least"]), where + "the least chance is not the one that is claimed")
    share = least / Fraction(certificate["bound"])
    aim = Fraction(certificate["coverage"]["alpha"]) if "coverage" in certificate else 1
    hold(share >= aim * (1 - CLOSE) or not certificate["certified"], where + "the least chance misses its bound")
    return able


def one(at: int, length: int) -> list[int]:
    return [int(other == at) for other in range(length)]


def check_coverage(round_: Any, codes: Any, bounds: Any, size: int, people: Any, where: str) -> None:
    """The lottery represents as much as is claimed, and no lottery that leaves everybody the floor does more."""
    cover, lottery = round_["certificate"]["coverage"], round_["lottery"]
    weights, parts = list(map(Fraction, cover["weights"])), list(map(Fraction, cover["parts"]))
    hold(all(0 <= part <= 1 for part in parts), where + "the proof of coverage is malformed")
    voices = [{code for at, _ in panel["seats"] for code in codes[at]} for panel in lottery]
    heard = sum(panel["tickets"] * sum(weights[code] for code in rows)
                for panel, rows in zip(lottery, voices, strict=True))
    expected = Fraction(heard, sum(panel["tickets"] for panel in lottery))
    hold(expected == Fraction(cover["expected"]), where + "the lottery represents less than is claimed")
    gains = [sum(weights[code] * parts[code] for code in row) for row in codes]
    prices, seat, floor = list(map(Fraction, cover["prices"])), Fraction(cover["seat"]), Fraction(cover["floor"])
    most, worth = ceiling(prices, seat, codes, bounds, size, people, lambda worth: gains)
    most += sum(weight * (1 - part) for weight, part in zip(weights, parts, strict=True))
    most -= sum(floor * held * max(0, own - gain) for held, own, gain in zip(people, worth, gains, strict=True))
    hold(most == Fraction(cover["bound"]), where + "another bound on coverage")
    hold(expected >= most * (1 - CLOSE) or not round_["certificate"]["certified"], where + "coverage misses its bound")


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0], encoding="utf-8") as file:
            check(json.load(file))
    except Wrong as wrong:
        print(f"NOT PROVEN: {wrong}.")
        return 1
    except (OSError, ValueError, KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        print(f"NOT PROVEN: the file cannot be read as a proof ({type(error).__name__}: {error}).")
        return 1
    print("PROVEN: pool, quotas, chances, certificate, commitment and draw all hold.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
