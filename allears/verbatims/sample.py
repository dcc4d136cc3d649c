"""Some rows from all over the table of words, to tell from them about how many there are of a kind.

PostgreSQL goes through as many rows as are to be skipped, one by one, with what keeps them apart from each other's work;
SQLite does that along an index in a fraction of the time, and takes no sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from allears.core.one_of import IsOneOf
from allears.verbatims.models import Verbatim

SIZE = 500  # rows that are tried
BETWEEN = 10  # times as many rows there must be, for some to be chosen


@dataclass(frozen=True)
class Sample:
    """The ids of some pages' rows, and how many rows each of them stands for."""

    ids: list[int]
    each: float

    def about(self, narrowed: Callable[[QuerySet[Verbatim]], QuerySet[Verbatim]]) -> float:
        """Return about how many of all words are left when they are `narrowed`; a fifth or so more or less."""
        rows = Verbatim.objects.filter(IsOneOf("pk", self.ids))
        return self.each * narrowed(rows).order_by().count()


def take() -> Sample | None:
    """Choose the same rows each time; None where there are too few to choose from, or they are soon counted."""
    if connection.vendor != "postgresql":
        return None
    newest = Verbatim.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if newest < BETWEEN * SIZE:
        return None
    share = min(1.0, SIZE / newest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM verbatims_verbatim TABLESAMPLE SYSTEM (%s) REPEATABLE (1)", [100 * share])
        return Sample([row[0] for row in cursor.fetchall()], 1 / share)
