"""Pools that the selection tests draw from: small ones to reason about, and made-up customers of any number."""

from __future__ import annotations

import random

from allears.selection import Pool, Quotas, propose

FACETS = {
    "segment": ("home", "family", "office", "shop"),
    "region": ("north", "east", "south", "west", "coast"),
    "tenure": ("new", "settled", "old"),
    "feeling": ("glad", "mixed", "cross"),
}


def customers(count: int, *, seed: int = 1, facets: int = 4) -> Pool:
    """Made-up customers whose facets hang together: three kinds of customer, each with habits of its own."""
    chance = random.Random(seed)
    habits = [
        {name: [chance.random() ** 2 + 0.05 for _ in values] for name, values in FACETS.items()} for _ in range(3)
    ]
    people = {}
    for number in range(count):
        habit = habits[chance.choices((0, 1, 2), (5, 3, 2))[0]]
        people[f"c{number:05}"] = tuple(
            chance.choices(values, habit[name])[0] for name, values in list(FACETS.items())[:facets]
        )
    return Pool.from_people(tuple(FACETS)[:facets], people)


def in_proportion(pool: Pool, size: int, *, slack: int = 1) -> Quotas:
    return propose(pool.counts(), size, slack=slack)


def two_by_two(**people: tuple[str, str]) -> Pool:
    return Pool.from_people(("age", "town"), people)


LEANING = Pool.from_counts(
    ("gender", "leaning"),
    [(("woman", "liberal"), 60), (("man", "liberal"), 60), (("woman", "conservative"), 80)],
)
HALVES = Quotas(
    {"gender": {"woman": (5, 20), "man": (5, 20)}, "leaning": {"liberal": (5, 20), "conservative": (5, 20)}}
)


def self_selected(count: int, size: int, *, seed: int = 1) -> tuple[Pool, Quotas]:
    """A pool in which the glad and the settled came forward, and quotas that ask for everybody."""
    pool = customers(count, seed=seed)
    everybody = {
        facet: {value: held * (1 + 2 * place) for place, (value, held) in enumerate(values.items())}
        for facet, values in pool.counts().items()
    }
    return pool, propose(everybody, size, slack=1)
