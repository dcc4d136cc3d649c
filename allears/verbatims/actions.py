"""What can be done with words: they are kept, redacted by the person or by law, and sealed. Nothing else.

Keeping leaves no audit event, because a row of the ledger is its own record; redaction does.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from allears.core import audit, wiping
from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import User
from allears.people.models import Person
from allears.verbatims import ledger
from allears.verbatims.ledger import Words
from allears.verbatims.models import Collection, Source, Stone, Undated, Verbatim
from allears.verbatims.sealing import seal_waiting
from allears.verbatims.signals import words_redacted

__all__ = ["NothingSaid", "TooLong", "Words", "keep", "keep_many", "mark_undated", "redact", "seal_waiting"]

BATCH = 5_000


class NothingSaid(ValueError):
    """There are no words to keep."""


class TooLong(ValueError):
    """More than `ledger.LONGEST` bytes in one verbatim."""


def keep(
    *,
    collection: Collection,
    source: Source,
    person: Person | None = None,
    text: str,
    language: str = "",
    spoken_at: datetime,
    supersedes: Verbatim | None = None,
) -> Verbatim:
    """Keep somebody's words and return their row. Raises `NothingSaid` and `TooLong`."""
    words = Words(
        collection_id=collection.pk,
        source_id=source.pk,
        person_id=person.pk if person else None,
        text=text,
        language=language,
        spoken_at=spoken_at,
        supersedes_id=supersedes.pk if supersedes else None,
    )
    return keep_many([words])[0]


def keep_many(rows: Sequence[Words]) -> list[Verbatim]:
    """Keep many people's words, all of them or none; returns their rows in the same order.

    Raises `NothingSaid` and `TooLong`; nothing is kept then.
    """
    verbatims = [_row(words) for words in rows]
    with transaction.atomic():
        return Verbatim.objects.bulk_create(verbatims, batch_size=BATCH)


def mark_undated(verbatims: Iterable[Verbatim]) -> None:
    """Note that nobody knows when these words were spoken: their `spoken_at` is when they were brought here."""
    Undated.objects.bulk_create([Undated(verbatim=verbatim) for verbatim in verbatims], batch_size=BATCH)


def _row(words: Words) -> Verbatim:
    """Return the unsaved row that holds `words`, with its salt and digest."""
    text = ledger.faithful(words.text)
    if not text:
        raise NothingSaid
    if len(text) * 4 > ledger.LONGEST and len(text.encode()) > ledger.LONGEST:
        raise TooLong
    words = Words(
        words.collection_id,
        words.source_id,
        words.person_id,
        text,
        words.language,
        words.spoken_at,
        words.supersedes_id,
    )
    ref, salt = new_ref(), secrets.token_bytes(ledger.SALT_BYTES)
    return Verbatim(
        ref=ref,
        collection_id=words.collection_id,
        source_id=words.source_id,
        person_id=words.person_id,
        text=text,
        language=words.language,
        spoken_at=words.spoken_at,
        supersedes_id=words.supersedes_id,
        salt=salt,
        digest=ledger.digest(salt, ref, words),
    )


def redact(
    *, verbatims: Iterable[int], reason: str, note: str = "", by: User | None = None, by_label: str
) -> list[int]:
    """Take the words of these rows away and put a stone; returns the ids of rows that had words until now.

    `reason` is "person" (they asked) or "law". The digests stay, so the blocks still verify; the salts go,
    so nobody can guess the words back. What was redacted before keeps its first stone.
    """
    with transaction.atomic():
        standing = _still_standing(verbatims)
        stones = [
            Stone(verbatim_id=pk, at=now(), reason=reason, note=note, by=by, by_label=by_label)
            for pk in standing
        ]
        Stone.objects.bulk_create(stones, batch_size=BATCH)
        for start in range(0, len(standing), 500):
            Verbatim.objects.filter(pk__in=standing[start : start + 500]).update(text="", salt=None)
        if standing:
            wiping.remember()
            audit.record(by=by or by_label, verb="verbatims.redacted", count=len(standing), reason=reason)
            words_redacted.send(sender=Verbatim, verbatim_ids=standing)
    return standing


def _still_standing(verbatims: Iterable[int]) -> list[int]:
    """Which of these rows have their words; on PostgreSQL they are held until the transaction ends."""
    wanted = sorted(set(verbatims))
    found: list[int] = []
    for start in range(0, len(wanted), 500):
        rows = Verbatim.objects.filter(pk__in=wanted[start : start + 500], salt__isnull=False).order_by("pk")
        found += rows.select_for_update().values_list("pk", flat=True)
    return found
