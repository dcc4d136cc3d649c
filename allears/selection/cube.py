"""The cube method: one whole sample whose expected seats are exactly the targets, from any number of types.

Deville and Tillé, "Efficient balanced sampling: the cube method", Biometrika 2004. A point of expected seats
takes random steps along which every row's count stays what it is and whose mean is zero, until whole numbers
are reached. Here types that share their leading facets step first among themselves, in many blocks at a time:
inside such a block only the remaining facets can be disturbed, so that little is left over for larger blocks.
Only element-wise arithmetic is used, and every random number is a SHA-256 digest of the seed: the same sample
on every machine. What is left in the end, a few dozen types, lands by a small published lottery.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from allears.selection.problem import Floats, Ints, Problem

EDGE = 1e-11
PIVOT = 1e-7
KEPT = 4


class Chance:
    """Numbers evenly spread over [0, 1) from SHA-256 of a key and a counter."""

    def __init__(self, key: str) -> None:
        self.key, self.counter, self.spare = key.encode(), 0, np.zeros(0)

    def take(self, count: int) -> Floats:
        while len(self.spare) < count:
            blocks = max(64, (count - len(self.spare)) // 4 + 1)
            raw = b"".join(
                hashlib.sha256(self.key + b"|%d" % at).digest() for at in range(self.counter, self.counter + blocks)
            )
            self.counter += blocks
            fresh = (np.frombuffer(raw, dtype=">u8") >> np.uint64(11)).astype(np.float64) / float(1 << 53)
            self.spare = np.concatenate([self.spare, fresh])
        taken, self.spare = self.spare[:count], self.spare[count:]
        return taken


@dataclass
class Flight:
    """whole: (T,) seats that are settled. part: (T,) fractions that are still open, 0 where settled."""

    whole: Ints
    part: Floats


def fly(problem: Problem, targets: Floats, key: str) -> Flight:
    """Step until only a few dozen fractions are open. Every row's expected count stays what it was."""
    whole = np.floor(targets + EDGE)
    part = np.clip(targets - whole, 0.0, 1.0)
    part[part < EDGE] = 0.0
    order = np.argsort(values_per_facet(problem), kind="stable")
    codes, chance = problem.codes[:, order], Chance(key)
    keep = KEPT * len(problem.rows)
    for shared in range(problem.facets - 2, -1, -1):
        open_ = np.flatnonzero(part)
        if len(open_) <= keep:
            break
        part[open_] = step_level(codes[open_], part[open_], shared, chance, keep)
    whole += part == 1.0
    part[part == 1.0] = 0.0
    return Flight(whole.astype(np.int64), part)


def values_per_facet(problem: Problem) -> Ints:
    """Facets with few values lead, so that blocks are few and large."""
    return np.bincount(problem.facet_of_row, minlength=problem.facets)


def step_level(codes: Ints, part: Floats, shared: int, chance: Chance, keep: int) -> Floats:
    """All blocks of types that share their first facets, side by side; `keep` types spread over all stay open."""
    rest, rows = renumber(codes[:, shared:])
    blocks = block_numbers(codes[:, :shared])
    order = np.argsort(blocks, kind="stable")
    order = np.delete(order, np.linspace(0, len(order) - 1, keep).astype(np.int64))
    starts = np.flatnonzero(np.append(True, np.diff(blocks[order]) != 0))
    lengths = np.diff(np.append(starts, len(order)))
    by_length = np.argsort(-lengths, kind="stable")
    settled = part.copy()
    at = 0
    while at < len(by_length):
        chunk = by_length[at : at + max(1, 200_000 // (rows * rows))]
        walk(rest, settled, order, starts[chunk], lengths[chunk], rows, chance)
        at += len(chunk)
    return settled


def renumber(codes: Ints) -> tuple[Ints, int]:
    """Row numbers from 0 without holes."""
    used, dense = np.unique(codes, return_inverse=True)
    return dense.reshape(codes.shape), len(used)


def block_numbers(leading: Ints) -> Ints:
    numbers = np.zeros(len(leading), dtype=np.int64)
    for place in range(leading.shape[1]):
        used, dense = np.unique(leading[:, place], return_inverse=True)
        numbers = numbers * len(used) + dense
    return numbers


def walk(rest: Ints, part: Floats, order: Ints, starts: Ints, lengths: Ints, rows: int, chance: Chance) -> None:
    """Bring the types of each block in one by one; blocks are sorted by length, longest first.

    basis: per block and row, the open type that stands for the row (-1: none). to_basis: (blocks, rows, rows)
    turns a type's rows into the mix of standing types that has the same rows.
    """
    count = len(starts)
    to_basis = np.zeros((count, rows, rows))
    to_basis[:, np.arange(rows), np.arange(rows)] = 1.0
    basis, held = np.full((count, rows), -1), np.zeros((count, rows))
    for turn in range(int(lengths[0])):
        live = int(np.searchsorted(-lengths, -turn, side="left"))
        types = order[starts[:live] + turn]
        each = np.arange(live)
        mixed = np.zeros((live, rows))
        for place in range(rest.shape[1]):
            mixed += to_basis[each, :, rest[types, place]]
        mixed[np.abs(mixed) < PIVOT] = 0.0
        free = np.where(basis[:live] < 0, np.abs(mixed), 0.0)
        pivot, new = free.argmax(axis=1), free.max(axis=1) > 0
        value = part[types].copy()
        old = np.flatnonzero(~new)
        if len(old):
            pivot[old], leaves = take_step(mixed, held, basis, value, part, types, old, chance)
            new[old] = leaves
        enter(to_basis, mixed, basis, held, types, value, pivot, np.flatnonzero(new))
    standing = basis >= 0
    part[basis[standing]] = held[standing]


def take_step(
    mixed: Floats, held: Floats, basis: Ints, value: Floats, part: Floats, types: Ints, old: Ints, chance: Chance
) -> tuple[Ints, Ints]:
    """A step up or down with mean zero for the blocks `old`. Returns (row that was freed, whether one was).

    The newcomer gains what the standing types lose in the proportion `mixed`; whoever reaches 0 or 1 is settled.
    """
    change, now, own = mixed[old], held[old], value[old]
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(change > 0, now / change, np.where(change < 0, (now - 1) / change, np.inf))
        down = np.where(change > 0, (1 - now) / change, np.where(change < 0, -now / change, np.inf))
    up_most, down_most = np.minimum(up.min(axis=1), 1 - own), np.minimum(down.min(axis=1), own)
    up_most, down_most = np.maximum(up_most, 0), np.maximum(down_most, 0)
    rises = chance.take(len(old)) * (up_most + down_most) < down_most
    length = np.where(rises, up_most, -down_most)
    tightest = np.where(rises[:, None], up, down)
    row = tightest.argmin(axis=1)
    own_room = np.where(rises, 1 - own, own)
    frees = tightest.min(axis=1) < own_room
    moved = np.clip(now - length[:, None] * change, 0.0, 1.0)
    own = np.clip(own + length, 0.0, 1.0)
    each = np.arange(len(old))
    gains = (change[each, row] < 0) == rises
    moved[each[frees], row[frees]] = gains[frees].astype(np.float64)
    own[~frees] = rises[~frees].astype(np.float64)
    held[old], value[old] = moved, own
    part[basis[old[frees], row[frees]]] = moved[frees, row[frees]]
    part[types[old[~frees]]] = own[~frees]
    return row, frees


def enter(
    to_basis: Floats, mixed: Floats, basis: Ints, held: Floats, types: Ints, value: Floats, pivot: Ints, new: Ints
) -> None:
    """The newcomers take the place of a row: one pivot of the table in every block that has one."""
    if not len(new):
        return
    row = pivot[new]
    line = to_basis[new, row] / mixed[new, row][:, None]
    change = mixed[new].copy()
    change[np.arange(len(new)), row] = 0.0
    to_basis[new] -= change[:, :, None] * line[:, None, :]
    to_basis[new, row] = line
    basis[new, row], held[new, row] = types[new], value[new]
