"""Words are sealed in blocks: a Merkle root over their digests and the hash of the block before.

Many people speak at once and none of them waits for a chain: the sealer comes by every few seconds and
links what it finds. It looks for rows that have no place yet, not for rows after the last one, because on
PostgreSQL a row with a lower number may become visible later than one with a higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from allears.core.clock import now
from allears.verbatims import ledger
from allears.verbatims.models import Block, Leaf, Verbatim
from allears.verbatims.queries import what_was_asked

BLOCK_SIZE = 10_000
# How far below the last sealed row the sealer looks for rows that came in late, unless it looks everywhere.
LATE = 20_000
LOCK = 0x616C6C65  # one sealer at a time on PostgreSQL


class Waiting(NamedTuple):
    """Words that have no place yet."""

    id: int
    digest: bytes
    source_id: int
    recorded_at: datetime
    undated: int | None  # their own id where they bear the mark


def seal_waiting(*, everywhere: bool = True) -> int:
    """Seal every verbatim that is in no block yet and return how many were.

    With `everywhere=False` only rows since shortly before the last sealed one are looked at, which is what
    a frequent beat needs. Safe with writers and with other sealers at work. What is spoken meanwhile waits for
    the next call: while many speak there is always more, and a block for every few words costs far more than one.
    """
    sealed, full = 0, True
    while full:
        count = _seal_one(0 if everywhere else _late_from())
        sealed, full = sealed + count, count == BLOCK_SIZE
    return sealed


def _seal_one(after: int) -> int:
    """Seal the next block of rows numbered above `after`; returns its size, 0 when nothing waits."""
    if not _any_wait(after):  # without taking the write lock for nothing
        return 0
    with transaction.atomic():
        rows = _waiting(after) if _may_seal() else []
        if rows:
            block = _link(rows, now())
            _place(block, [row.id for row in rows])
            transaction.on_commit(partial(_count_on, block.number))
    return len(rows)


def _late_from() -> int:
    last = Leaf.objects.aggregate(last=Max("verbatim_id"))["last"] or 0
    return last if connection.vendor == "sqlite" else max(0, last - LATE)


def _may_seal() -> bool:
    """Whether nobody else is sealing. SQLite has one writer at a time, and its transactions write from the
    start.
    """
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _any_wait(after: int) -> bool:
    """Whether a row has no place: mostly the newest tells, and the others need not be looked through."""
    newest = Verbatim.objects.order_by("-pk").values_list("pk", "leaf").first()
    return newest is not None and (newest[1] is None or _without_place(after).exists())


def _waiting(after: int) -> list[Waiting]:
    """Rows without a place, oldest first, as many as a block holds."""
    rows = _without_place(after).order_by("pk").values_list(*Waiting._fields)[:BLOCK_SIZE]
    return [Waiting(*row) for row in rows]


def _without_place(after: int) -> QuerySet[Verbatim]:
    placed = Leaf.objects.filter(verbatim=OuterRef("pk"), verbatim__gt=after)  # or PostgreSQL looks through all places
    return Verbatim.objects.filter(~Exists(placed), pk__gt=after)


def _link(rows: Sequence[Waiting], at: datetime) -> Block:
    """Add the block over `rows` to the end of the chain."""
    last = Block.objects.order_by("-number").first()
    number, previous = (last.number + 1, bytes(last.hash)) if last else (1, ledger.FIRST)
    size, root = len(rows), ledger.root([bytes(row.digest) for row in rows])
    asked = what_was_asked(row.source_id for row in rows)
    frame = ledger.frame(_around(row, asked) for row in rows)
    hashed = ledger.block_hash(
        block=number, size=size, root_=root, previous=previous, sealed_at=at, frame_=frame
    )
    return Block.objects.create(
        id=number,
        number=number,
        size=size,
        root=root,
        previous=previous,
        frame=frame,
        hash=hashed,
        sealed_at=at,
    )


def _around(row: Waiting, asked: dict[int, bytes]) -> ledger.Around:
    return ledger.Around(asked.get(row.source_id, ledger.GONE), row.recorded_at, row.undated is None)


def _count_on(number: int) -> None:
    """Let PostgreSQL count block `number`, too: SQLite remembers the highest id ever given by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('verbatims_block', 'id'), %s)", [number])


def _place(block: Block, verbatims: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which does as much around each statement as for many rows
            cursor.execute(_PLACES, [block.pk, list(verbatims)])
        else:
            places = [(pk, block.pk, position) for position, pk in enumerate(verbatims)]
            cursor.executemany(f"{_PLACE} VALUES (%s, %s, %s)", places)


_PLACE = "INSERT INTO verbatims_leaf (verbatim_id, block_id, position)"
_PLACES = f"{_PLACE} SELECT id, %s, place - 1 FROM unnest(%s::bigint[]) WITH ORDINALITY AS placed (id, place)"  # noqa: S608
