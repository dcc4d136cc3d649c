"""The ledger is recomputed from its rows: `verify` names the first one that does not hold.

Streamed, so that a million rows need no more memory than ten thousand. What is not in a block yet (the last
seconds) is checked against its own digest and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from allears.core.clock import now
from allears.verbatims import guards, ledger, remembered
from allears.verbatims.ledger import Words
from allears.verbatims.models import Block, Leaf, Verbatim
from allears.verbatims.queries import what_was_asked

CHUNK = 1_000


@dataclass
class Report:
    """What `verify` found: words checked, blocks, words not sealed yet, and the first thing that is broken.

    `head` is the hash of the last block: who wrote it down earlier can tell that nothing before it was cut
    off. `known` is the number of the block whose hash somebody had written down, 0 when nobody asked. `overdue`
    names the first words that have waited for their block so long that no worker ran, or blocks were taken away.
    """

    checked: int = 0
    blocks: int = 0
    broken: str | None = None
    unsealed: int = 0
    head: str = ""
    known: int = 0
    overdue: str = ""


class Broken(Exception):
    """A row does not hold; the message says which and why."""


class Row(NamedTuple):
    """Words, and whether they stand in a block."""

    id: int
    ref: str
    collection_id: int
    source_id: int
    person_id: int | None
    text: str
    language: str
    spoken_at: datetime
    supersedes_id: int | None
    salt: bytes | None
    digest: bytes
    stone: int | None
    recorded_at: datetime
    undated: int | None
    block: int = 0
    position: int = 0


FIELDS = (
    *(
        "id",
        "ref",
        "collection_id",
        "source_id",
        "person_id",
        "text",
        "language",
        "spoken_at",
        "supersedes_id",
    ),
    *("salt", "digest", "stone__verbatim_id", "recorded_at", "undated__verbatim_id"),
)


def verify(head: str | None = None) -> Report:
    """Recompute everything and return what was found; `broken` is None when every word stands as it was
    spoken.

    `head` is the hash of a block in hexadecimal figures, written down earlier: it must be one of the chain's.
    Takes no lock: blocks never change, and words that are redacted meanwhile are read together with their
    stone.
    """
    report = Report()
    try:
        _check_guards()
        _check_blocks(report)
        if head is not None:
            report.known = _block_of(head)
        _check_unsealed(report)
        remembered.check_nothing_is_missing()
    except remembered.Missing as missing:
        report.broken = str(missing)
    except Broken as broken:
        report.broken = str(broken)
    return report


def _check_guards() -> None:
    gone = guards.missing(connection)
    if gone:
        raise Broken(f"the database does not guard the ledger: {gone[0]} is missing or was altered")


def _check_blocks(report: Report) -> None:
    """Check every block against its rows and the one before, from the first to the last that was there at
    the start.
    """
    last = Block.objects.order_by("-number").values_list("number", flat=True).first() or 0
    groups, previous, asked = _by_block(last), ledger.FIRST, what_was_asked()
    for block in _blocks(last):
        if block.number != report.blocks + 1 or block.pk != block.number:
            raise Broken(f"block {report.blocks + 1} is gone")
        _check_link(block, previous)
        _check_rows(block, next(groups, (0, iter(()))), asked, report)
        previous = bytes(block.hash)
        report.blocks += 1
    report.head = previous.hex() if report.blocks else ""
    astray = Leaf.objects.exclude(block_id__in=Block.objects.values("pk")).order_by("verbatim_id").first()
    if astray:
        raise Broken(f"block {astray.block_id} is gone: verbatim {astray.verbatim_id} was sealed in it")


def _block_of(head: str) -> int:
    """Return the number of the block with this hash."""
    try:
        found = Block.objects.filter(hash=bytes.fromhex(head)).values_list("number", flat=True).first()
    except ValueError:
        found = None
    if found is None:
        raise Broken(f"no block has the hash {head}: blocks were cut off or written anew since it was written down")
    return found


def _blocks(last: int) -> Iterator[Block]:
    """Blocks in order; few at a time."""
    at = 0
    while some := list(Block.objects.filter(number__gt=at, number__lte=last).order_by("number")[:CHUNK]):
        yield from some
        at = some[-1].number


def _by_block(last: int) -> Iterator[tuple[int, Iterator[Row]]]:
    return groupby(_sealed_rows(last), key=lambda row: row.block)


def _sealed_rows(last: int) -> Iterator[Row]:
    """Rows that have a place, in the order of their places."""
    fields = [*(f"verbatim__{name}" for name in FIELDS), "block_id", "position"]
    at = (0, -1)
    while True:
        leaves = Leaf.objects.filter(block_id__lte=last).order_by("block_id", "position")
        leaves = leaves.extra(where=["(verbatims_leaf.block_id, verbatims_leaf.position) > (%s, %s)"], params=at)
        rows = [Row(*values) for values in leaves.values_list(*fields)[:CHUNK]]
        if not rows:
            return
        yield from rows
        at = (rows[-1].block, rows[-1].position)


def _check_link(block: Block, previous: bytes) -> None:
    if bytes(block.previous) != previous:
        raise Broken(f"block {block.number} does not follow the block before it")
    hashed = ledger.block_hash(
        block=block.number,
        size=block.size,
        root_=bytes(block.root),
        previous=previous,
        sealed_at=block.sealed_at,
        frame_=None if block.frame is None else bytes(block.frame),
    )
    if hashed != bytes(block.hash):
        raise Broken(f"block {block.number} was edited: its hash does not fit")


def _check_rows(
    block: Block, group: tuple[int, Iterator[Row]], asked: dict[int, bytes], report: Report
) -> None:
    digests: list[bytes] = []
    around: list[ledger.Around] = []
    for row in group[1] if group[0] == block.pk else ():
        if row.position != len(digests):
            raise Broken(_nobody_at(block, len(digests)))
        _check_words(row)
        if row.source_id not in asked:
            raise Broken(f"verbatim {row.id} ({row.ref}): what was asked (source {row.source_id}) is gone")
        digests.append(bytes(row.digest))
        around.append(ledger.Around(asked[row.source_id], row.recorded_at, row.undated is None))
        report.checked += 1
    if len(digests) != block.size:
        raise Broken(_nobody_at(block, len(digests)))
    if ledger.root(digests) != bytes(block.root):
        raise Broken(f"block {block.number}: its words, or their order, are not those that were sealed")
    if block.frame is not None and bytes(block.frame) not in (ledger.frame(around), ledger.first_frame(around)):
        raise Broken(f"block {block.number}: what was asked, or when words were spoken or recorded, is not what was sealed")


def _nobody_at(block: Block, position: int) -> str:
    leaf = Leaf.objects.filter(block=block, position=position).values_list("verbatim_id", flat=True).first()
    if leaf is None:
        return f"block {block.number}: the row at place {position + 1} of {block.size} is gone"
    return f"verbatim {leaf} is gone (block {block.number}, place {position + 1} of {block.size})"


def _check_unsealed(report: Report) -> None:
    """Check what has no place yet, oldest first, and whether it should have one."""
    at, sealed = 0, remembered.Sealed.now()
    while True:
        rows = Verbatim.objects.filter(leaf=None, pk__gt=at).order_by("pk").values_list(*FIELDS)[:CHUNK]
        found = [Row(*values) for values in rows]
        for row in found:
            _check_words(row)
            if sealed.passed_by(row.id, row.recorded_at):
                raise Broken(f"verbatim {row.id} ({row.ref}) is not sealed though it should be: later words are")
        if not found:
            return
        report.checked += len(found)
        report.unsealed += len(found)
        report.overdue = report.overdue or _overdue(found)
        at = found[-1].id


def _overdue(rows: list[Row]) -> str:
    """Which of these words should have been in a block long ago; empty when none should."""
    for row in rows:
        if row.recorded_at < now() - remembered.LATEST:
            return f"verbatim {row.id} ({row.ref}) was recorded on {row.recorded_at:%Y-%m-%d} and is not sealed"
    return ""


def _check_words(row: Row) -> None:
    """Check one row by itself: its words give its digest, or they are redacted and a stone says so."""
    name = f"verbatim {row.id} ({row.ref})"
    if row.salt is None:
        if row.text:
            raise Broken(f"{name}: its salt is gone but there are words")
        if row.stone is None:
            raise Broken(f"{name}: its words are gone and no stone says why")
        return
    if row.stone is not None:
        raise Broken(f"{name}: there is a stone but the words were not taken away")
    if not _gives_its_digest(row):
        raise Broken(f"{name}: its words are not those that were spoken")


def still_holds(verbatim: Verbatim, has_stone: bool) -> bool:
    """Return whether one row gives its digest, or was redacted as it should be."""
    if verbatim.salt is None or has_stone:
        return verbatim.salt is None and has_stone and not verbatim.text
    return _gives_its_digest(verbatim)


def _gives_its_digest(row: Row | Verbatim) -> bool:
    words = Words(
        row.collection_id,
        row.source_id,
        row.person_id,
        row.text,
        row.language,
        row.spoken_at,
        row.supersedes_id,
    )
    assert row.salt is not None
    return ledger.digest(bytes(row.salt), row.ref, words) == bytes(row.digest)
