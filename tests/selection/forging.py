"""Proofs that somebody has tampered with: a field changed, or a claim changed and everything after it made to fit."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from allears.selection import Pool, Quotas, SelectionError, accepted, commit, draw, prepare, redraw
from allears.selection.checker import commitment
from tests.selection.pools import in_proportion

Proof = dict[str, Any]
Path = tuple[Any, ...]
SALT = "kept in a drawer"


def proofs(pool: Pool) -> dict[str, Proof]:
    """A drawn proof of each kind, each with a redraw; the last bars somebody."""
    made = {}
    for rule, seats in (("maximin", 12), ("panel", 4), ("sample", 20)):
        first = draw(commit(prepare(pool, in_proportion(pool, seats), seats, rule=rule), salt=SALT), "one")
        made[rule] = draw(redraw(first, accepted(first)[:2]), "two")
    people = {f"p{at}": ("old" if at < 5 else "young", "town" if at % 5 else "farm") for at in range(20)}
    quotas = Quotas({"age": {"old": (2, 2), "young": (0, 8)}, "home": {"town": (0, 10), "farm": (0, 0)}})
    barring = prepare(Pool.from_people(("age", "home"), people), quotas, 6)
    assert barring.barred
    made["barred"] = draw(commit(barring, salt=SALT), "one")
    return made


def leaves(part: Any, path: Path = ()) -> list[Path]:
    if isinstance(part, dict):
        return [leaf for key in part for leaf in leaves(part[key], (*path, key))]
    if isinstance(part, list) and part:
        return [leaf for at in range(len(part)) for leaf in leaves(part[at], (*path, at))]
    return [path]


def fields(proof: Proof) -> dict[Path, list[Path]]:
    """Every field that the file has, and all the places where it stands."""
    found: dict[Path, list[Path]] = {}
    for path in leaves(proof):
        found.setdefault(tuple(step if isinstance(step, str) else "#" for step in path), []).append(path)
    return found


def changed(proof: Proof, path: Path) -> Proof:
    """The proof with one leaf made into something else of its kind."""
    other: Any = copy.copy(proof)
    part = other
    for step in path[:-1]:
        part[step] = copy.copy(part[step])
        part = part[step]
    old = part[path[-1]]
    if isinstance(old, bool):
        part[path[-1]] = not old
    elif isinstance(old, int):
        part[path[-1]] = old + 1
    elif isinstance(old, str):
        part[path[-1]] = "7" if old != "7" else "8"
    else:
        part[path[-1]] = [["9"]]
    return dict(other)


def lower_least(proof: Proof) -> None:
    proof["rounds"][0]["certificate"]["least"] = "1/1000"


def call_it_uncertified(proof: Proof) -> None:
    claim = proof["rounds"][0]["certificate"]
    claim["certified"] = not claim["certified"]


def leave_one_group(proof: Proof) -> None:
    proof["rounds"][0]["lottery"] = proof["rounds"][0]["lottery"][:1]


def add_a_seat(proof: Proof) -> None:
    proof["rounds"][0]["lottery"][0]["seats"][0][1] += 1


def seat_one_seat_fewer(proof: Proof) -> None:
    proof["rounds"][0]["size"] -= 1


def seat_who_is_not_there(proof: Proof) -> None:
    round_ = proof["rounds"][0]
    at, people = next((at, one["people"]) for at, one in enumerate(proof["pool"]["types"]) if one["people"] < round_["size"])
    round_["lottery"][0]["seats"] = [[at, people + 1], [(at + 1) % len(proof["pool"]["types"]), round_["size"] - people - 1]]


def bar_who_has_a_chance(proof: Proof) -> None:
    round_ = proof["rounds"][0]
    at = round_["lottery"][0]["seats"][0][0]
    claim = round_["certificate"]
    claim["barred"] = [*claim["barred"], {"type": at, "bound": None, "prices": claim["prices"], "seat": "0"}]


def tell_other_quotas(proof: Proof) -> None:
    proof["quotas"][0] |= {"min": 0, "max": 0}


def tell_a_lower_bound(proof: Proof) -> None:
    claim = proof["rounds"][0]["certificate"]
    claim["bound"] = claim["least"]
    claim["certified"] = claim["certified"] or "coverage" not in claim


def tell_other_prices(proof: Proof) -> None:
    claim = proof["rounds"][0]["certificate"]
    claim["prices"][0] = "1000"


# What is forged, and whether a sealed copy gives it away; the full file gives away all of it.
FORGERIES: tuple[tuple[Callable[[Proof], None], bool], ...] = (
    (lower_least, True),
    (call_it_uncertified, True),
    (leave_one_group, True),
    (add_a_seat, True),
    (seat_one_seat_fewer, True),
    (seat_who_is_not_there, True),
    (bar_who_has_a_chance, True),
    (tell_other_quotas, False),
    (tell_a_lower_bound, False),
    (tell_other_prices, False),
)


def forged(proof: Proof, seed: str = "one") -> Iterator[tuple[str, Proof, bool]]:
    """The first round of a proof with each of FORGERIES, committed and drawn anew: (what, file, seen in a sealed copy)."""
    told = ("commitment", "seed", "ticket", "seats", "selected")
    for forge, seen in FORGERIES:
        first = {name: part for name, part in proof["rounds"][0].items() if name not in told}
        other = copy.deepcopy({**proof, "rounds": [first]})
        forge(other)
        round_ = other["rounds"][0]
        round_["commitment"] = commitment(other, [], round_)
        try:
            yield forge.__name__, draw(other, seed), seen
        except (SelectionError, LookupError):
            yield forge.__name__, {**other, "rounds": [{**round_, "seed": seed}]}, seen
