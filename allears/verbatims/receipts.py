"""Receipts: the digest of somebody's words, and the proof that it stands in a sealed block.

With the words, their salt and this, anybody can recompute everything (see `ledger`), without asking us.
Without the words a receipt says nothing about them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from allears.verbatims import ledger
from allears.verbatims.models import Block, Leaf, Stone, Verbatim
from allears.verbatims.verify import still_holds

SHORTEST = 16  # hexadecimal figures of a digest on a receipt


@dataclass(frozen=True)
class Place:
    """Where in the chain words were sealed, and the proof that they were."""

    block: int
    position: int
    size: int
    root: str
    sealed_at: datetime
    proof: list[str]
    holds: bool


@dataclass(frozen=True)
class Receipt:
    """What is known about words without showing them."""

    ref: str
    name: str
    digest: str
    spoken_at: datetime
    dated: bool
    place: Place | None
    redacted_at: datetime | None
    holds: bool
    superseded: bool


@dataclass(frozen=True)
class Found:
    """The words that a receipt names, and whether its digest is the one that is kept."""

    verbatim: Verbatim
    fits: bool


def written(ref: str, digest: bytes) -> str:
    """Return a receipt as people get it: where to look, and the first 16 figures of the digest."""
    return f"{ref}-{digest.hex()[:SHORTEST]}"


def find(name: str) -> Found | None:
    """Return what a receipt names, written with 16 figures of the digest or more; a ref alone will do,
    too.
    """
    shape = re.fullmatch(rf"([0-9a-z]{{10}})(?:-([0-9a-f]{{{SHORTEST},64}}))?", name.lower())
    verbatim = Verbatim.objects.filter(ref=shape[1]).first() if shape else None
    if shape is None or verbatim is None:
        return None
    return Found(verbatim, bytes(verbatim.digest).hex().startswith(shape[2] or ""))


def receipt(verbatim: Verbatim, fits: bool = True) -> Receipt:
    """Return the receipt of these words as things stand now, recomputed from the database.

    `fits`: whether the digest that somebody wrote down is the one that is kept.
    """
    leaf = Leaf.objects.select_related("block").filter(verbatim=verbatim).first()
    stone = Stone.objects.filter(verbatim=verbatim).first()
    place = _place(leaf, bytes(verbatim.digest)) if leaf else None
    return Receipt(
        ref=verbatim.ref,
        name=written(verbatim.ref, bytes(verbatim.digest)),
        digest=bytes(verbatim.digest).hex(),
        spoken_at=verbatim.spoken_at,
        dated=verbatim.is_dated,
        place=place,
        redacted_at=stone.at if stone else None,
        holds=fits and still_holds(verbatim, stone is not None) and (place is None or place.holds),
        superseded=Verbatim.objects.filter(supersedes=verbatim).exists(),
    )


def _place(leaf: Leaf, digest: bytes) -> Place:
    block: Block = leaf.block
    digests = [
        bytes(d)
        for d in Leaf.objects.filter(block=block).order_by("position").values_list("verbatim__digest", flat=True)
    ]
    path = ledger.proof(digests, leaf.position)
    led_to = ledger.root_by_proof(digest, leaf.position, block.size, path)
    return Place(
        block=block.number,
        position=leaf.position + 1,
        size=block.size,
        root=bytes(block.root).hex(),
        sealed_at=block.sealed_at,
        proof=[step.hex() for step in path],
        holds=led_to == bytes(block.root),
    )
