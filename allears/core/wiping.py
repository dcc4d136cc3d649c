"""Erased words leave the bytes of SQLite's file, too.

An emptied column is zeroed at once (`secure_delete`, set on every connection). Two places keep the words longer: an FTS5
index, whose older segments hold deleted words until they are merged with the newer ones that say so, and the
write-ahead log, until it is emptied. Whoever erases says so with `remember`, in the same transaction; the heartbeat
calls `wipe` until nothing is left to do, so that a server that is killed in between goes on where it was.

FTS5's own `secure-delete` would do the first at once, but a file in which it was used is no longer read by SQLite before
3.42, and a copy of the file may be opened by one.

PostgreSQL has nothing like it: see docs/adr/0003.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import connection, transaction

from allears.core import progress
from allears.core.models import Unwiped

PAGES = 200  # of an index that one step writes anew: it holds the lock for some hundredths of a second
PATIENCE = 200  # milliseconds for which the log's emptying waits for readers; meanwhile nobody writes


def remember() -> None:
    """Say that the transaction erases something: its bytes are wiped once it has ended."""
    if connection.vendor == "sqlite":
        Unwiped.objects.create()


def wipe() -> bool:
    """Take what was erased until now out of the file and its log; return whether nothing is left to do.

    Not within a transaction. What could not be done, because somebody reads an old state or the server is to stop,
    stays remembered. Safe to run twice at the same time.
    """
    last = Unwiped.objects.order_by("pk").last()
    if last is None:
        return True
    if not all(_merge_whole(index) for index in _indexes()) or not _empty_the_log():
        return False
    Unwiped.objects.filter(pk__lte=last.pk).delete()
    return not Unwiped.objects.exists()


def _indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%%USING fts5%%'")
        return [name for (name,) in cursor.fetchall()]


def _merge_whole(index: str) -> bool:
    """Write an index's segments anew as one, in steps; return False when asked to stop before that.

    Source: https://sqlite.org/fts5.html#the_merge_command. A negative number of pages puts all segments on one level,
    from which positive ones go on. Where others write meanwhile there is always more to merge; it is enough when
    none of the segments of the beginning is left, or when there is nothing to merge at all. For that two segments
    must be worth a merge (`usermerge`), or a level of many new ones would hide the one of ours.
    """
    before, changed, to_the_top = _begin(index)
    if not to_the_top:
        _add_a_segment(index)
        before, changed, to_the_top = _begin(index)
    if not to_the_top:
        _write_anew(index)
        return True
    while changed and before & _segments(index):
        if progress.asked_to_stop():
            return False
        time.sleep(progress.BREATH)
        with transaction.atomic():
            changed = _tell(index, "merge", PAGES)
    return True


def _begin(index: str) -> tuple[set[int], bool, bool]:
    """Do the first step of a whole merge; return the segments before it, whether it did any work, and whether it goes
    to the topmost level: only there does FTS5 drop deleted words, rather than the note alone that they are deleted.
    """
    with transaction.atomic():
        before = _segments(index)
        _tell(index, "usermerge", 2)
        changed = _tell(index, "merge", -PAGES)
        return before, changed, _top_is_filled(_structure(index))


def _add_a_segment(index: str) -> None:
    """Give the lowest level a segment without any word of anybody: then a whole merge begins on a level above all.

    FTS5 begins it where all segments are if they are on one level, also below levels that have become empty. If that is
    the lowest, the segment comes to lie there too and does not help.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sql LIKE '%%content=%%' FROM sqlite_master WHERE name = %s", [index])
        elsewhere = cursor.fetchone()[0]
        column = connection.introspection.get_table_description(cursor, index)[0].name
        cursor.execute(f'INSERT INTO "{index}" (rowid, "{column}") VALUES (-1, \'x\')')  # noqa: S608
        if elsewhere:
            forget = f'INSERT INTO "{index}" ("{index}", rowid, "{column}") VALUES (\'delete\', -1, \'x\')'  # noqa: S608
        else:
            forget = f'DELETE FROM "{index}" WHERE rowid = -1'  # noqa: S608
        cursor.execute(forget)


def _write_anew(index: str) -> None:
    """Make an index again from what it is of, in one piece: for the rare one that nothing else helps."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{index}" ("{index}") VALUES (\'rebuild\')')  # noqa: S608


def _structure(index: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT block FROM "{index}_data" WHERE id = 10')  # noqa: S608
        return bytes(cursor.fetchone()[0])


def _top_is_filled(structure: bytes) -> bool:
    """Return whether the topmost level of an index holds a segment, or none does.

    Source: the structure record of ext/fts5/fts5_index.c. Four bytes, then numbers: levels, segments, writes; of each
    level how many segments are being merged and how many there are, and of each of these three numbers.
    """
    numbers = _numbers(structure[4:])
    levels, segments, _writes = next(numbers), next(numbers), next(numbers)
    held = 0
    for _level in range(levels):
        _merging, held = next(numbers), next(numbers)
        for _number in range(3 * held):
            next(numbers)
    return held > 0 or segments == 0


def _numbers(packed: bytes) -> Iterator[int]:
    """Unpack seven bits a byte, the highest bit saying that more follow (these numbers have eight bytes at most)."""
    number = 0
    for byte in packed:
        number = number << 7 | byte & 127
        if byte < 128:
            yield number
            number = 0


def _tell(index: str, command: str, value: int) -> bool:
    """Give an index a command; return whether it did any work (the command itself counts as one change)."""
    with connection.cursor() as cursor:
        before = connection.connection.total_changes
        cursor.execute(f'INSERT INTO "{index}" ("{index}", rank) VALUES (%s, %s)', [command, value])  # noqa: S608
        return bool(connection.connection.total_changes - before > 1)


def _segments(index: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT segid FROM "{index}_idx"')  # noqa: S608
        return {segment for (segment,) in cursor.fetchall()}


def _empty_the_log() -> bool:
    """Move the log's pages into the file and cut it to nothing; return False where a reader needs it still."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        cursor.execute("PRAGMA busy_timeout")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(cursor.fetchone()[0] == 0)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
