"""Thousands of seeds: everybody is drawn as often as was promised, in all three regimes; and always the same way."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from allears.selection import Plan, Pool, Quotas, accepted, commit, draw, dumps, prepare, token
from allears.selection.checker import pick
from allears.selection.cube import fly
from allears.selection.landing import land
from tests.selection.pools import customers, in_proportion, self_selected

ROOT = Path(__file__).parents[2]


def deviations(plan: Plan, seats: np.ndarray, draws: int) -> np.ndarray:  # type: ignore[type-arg]
    """Per type, how many standard errors the seats found lie from those promised (variance at most x per draw)."""
    expected = np.array([float(chance) * size for chance, size in zip(plan.chances, plan.pool.sizes, strict=True)])
    spread = np.sqrt(np.maximum(expected, 1e-9) * draws)
    return np.abs(seats - expected * draws) / spread


@pytest.mark.parametrize("rule", ["leximin", "maximin", "panel"])
def test_a_lottery_keeps_its_promise_to_every_type(rule: str) -> None:
    size = 4 if rule == "panel" else 12
    pool, quotas = self_selected(150, size)
    plan = prepare(pool, quotas, size, rule=rule)
    assert plan.lottery is not None
    seats, draws = np.zeros(len(pool.types)), 5000
    ends = np.cumsum(np.array(plan.lottery.tickets, dtype=object))
    for number in range(draws):
        ticket = pick(plan.lottery.total, "commitment", f"seed {number}", "panel")
        for at, count in plan.lottery.panels[int(np.searchsorted(ends, ticket, side="right"))]:
            seats[at] += count
    assert deviations(plan, seats, draws).max() < 4.5


def test_a_sample_keeps_its_promise_to_every_type() -> None:
    """The steps alone, for many seeds; that the landing keeps every fraction is checked in each proof.

    Of 97 types: each has more seats to expect than of more types, and all levels of blocks are stepped through.
    """
    pool = customers(300)
    plan = prepare(pool, in_proportion(pool, 12), 12, rule="sample")
    assert plan.targets is not None
    targets = plan.targets.floats()
    seats, draws = np.zeros(len(targets)), 1500
    for number in range(draws):
        flight = fly(plan.problem, targets, f"seed {number}")
        seats += flight.whole + flight.part
    assert deviations(plan, seats, draws).max() < 4.5


def test_a_landing_keeps_every_fraction() -> None:
    pool = customers(600)
    plan = prepare(pool, in_proportion(pool, 12), 12, rule="sample")
    assert plan.targets is not None
    for number in range(5):
        flight = fly(plan.problem, plan.targets.floats(), f"seed {number}")
        landing = land(plan.problem, flight)
        held, total = landing.lottery.seats(), landing.lottery.total
        for at in np.flatnonzero(flight.part):
            assert held.get(int(at), 0) / total == pytest.approx(float(flight.part[at]), abs=1e-7)


def test_within_a_type_everybody_is_drawn_alike() -> None:
    pool = Pool.from_people(("age",), {f"p{at}": ("old",) for at in range(10)})
    committed = commit(prepare(pool, Quotas({"age": {"old": (0, 3)}}), 3), salt="s")
    drawn = dict.fromkeys((token("s", f"p{at}") for at in range(10)), 0)
    for number in range(3000):
        for person in accepted(draw(committed, f"seed {number}")):
            drawn[person] += 1
    assert all(abs(times - 900) < 4.5 * 900**0.5 for times in drawn.values())


SCRIPT = """
import sys, hashlib
from allears.selection import commit, draw, dumps, prepare
from tests.selection.pools import self_selected
pool, quotas = self_selected(150, 12)
few, bounds = self_selected(150, 4)
for rule, pool, quotas, size in [(rule, pool, quotas, 12) for rule in ("leximin", "maximin", "sample")] + [("panel", few, bounds, 4)]:
    print(hashlib.sha256(dumps(draw(commit(prepare(pool, quotas, size, rule=rule), salt="s"), "x")).encode()).hexdigest())
"""


def fingerprints(**environment: str) -> str:
    told = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_the_proof_is_the_same_bytes_whatever_the_hash_seed_and_the_number_of_cores() -> None:
    first = fingerprints(PYTHONHASHSEED="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    assert first.count("\n") == 4
    assert fingerprints(PYTHONHASHSEED="12345", OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2") == first


def test_the_proof_is_the_same_bytes_whatever_the_order_of_the_rows() -> None:
    pool = customers(120)
    quotas = in_proportion(pool, 10)
    people = [(person, values) for values, ids in zip(pool.types, pool.members or (), strict=True) for person in ids]
    told = set()
    for seed in range(3):
        random.Random(seed).shuffle(people)
        again = Pool.from_people(pool.facets, dict(people))
        told.add(dumps(draw(commit(prepare(again, quotas, 10), salt="s"), "x")))
    assert len(told) == 1
