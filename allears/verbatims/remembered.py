"""What else the database knows of words and blocks that were there: its counters, and rows that stand on words.

Whoever cuts rows off seldom takes these along. SQLite keeps the highest id that a table ever gave, and takes it
back with a transaction that fails. PostgreSQL's counters go on whatever becomes of a transaction; there only that
of the blocks is asked, which is moved on once a block stands (see `sealing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Exists, Max, OuterRef
from django.db.models.fields.reverse_related import ForeignObjectRel

from allears.verbatims.models import Block, Leaf, Source, Verbatim

# After so long words are in a block, even those of a transaction that was open for hours on PostgreSQL.
LATEST = timedelta(days=1)


class Missing(Exception):
    """Something is not there though the database remembers it; the message says what."""


@dataclass(frozen=True)
class Sealed:
    """How far the ledger was sealed at a moment: the last block's time and the highest row in a block."""

    highest: int
    at: datetime | None

    @classmethod
    def now(cls) -> Sealed:
        """Return how far the ledger is sealed now."""
        highest = Leaf.objects.aggregate(highest=Max("verbatim_id"))["highest"] or 0
        return cls(highest, Block.objects.order_by("-number").values_list("sealed_at", flat=True).first())

    def passed_by(self, verbatim: int, recorded_at: datetime) -> bool:
        """Return whether a row without a place must have had one.

        SQLite has one writer at a time, so rows come to light in the order of their ids and are sealed in it.
        """
        if verbatim >= self.highest or self.at is None:
            return False
        return connection.vendor == "sqlite" or recorded_at < self.at - LATEST


def check_nothing_is_missing() -> None:
    """Raise `Missing` for the first block or row that was there and is gone."""
    _check_the_counters()
    for model in (Verbatim, Source):
        for relation in _rows_on(model):
            _check_what_stands_on(model, relation)


def _check_the_counters() -> None:
    for model, name in ((Block, "block"), (Verbatim, "verbatim")):
        ever = _highest_ever(model)
        there = model._default_manager.aggregate(highest=Max("pk"))["highest"] or 0
        if there < ever:
            raise Missing(f"{name} {there + 1} is gone: the database counted on to {ever}")


def _highest_ever(model: type[models.Model]) -> int:
    """The highest id that `model` ever had as far as the database knows, 0 where it cannot tell."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        if model is not Block:
            return 0
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        cursor.execute(f"SELECT last_value, is_called FROM {cursor.fetchone()[0]}")  # noqa: S608
        last, was_given = cursor.fetchone()
        return int(last) if was_given else 0


def _rows_on(model: type[models.Model]) -> Iterator[ForeignObjectRel]:
    """What points to `model`, in this room and in those above, which Django knows of."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one):
            yield relation


def _check_what_stands_on(model: type[models.Model], relation: ForeignObjectRel) -> None:
    above, key = relation.related_model, relation.field.name
    assert not isinstance(above, str)
    there = Exists(model._default_manager.filter(pk=OuterRef(f"{key}_id")))
    rows = above._default_manager.filter(~there, **{f"{key}__isnull": False}).order_by("pk")
    lost = rows.values_list("pk", f"{key}_id").first()
    if lost:
        name = f"{above._meta.label_lower}:{lost[0]}"
        raise Missing(f"{model._meta.model_name} {lost[1]} is gone: {name} stands on it")
