"""What counts as few words here, and whether some rows are few."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from allears.verbatims.few import Few

FEW = 10_000

Ids = QuerySet[Any, int]


def are_many(rows: QuerySet[Any, Any]) -> bool:
    """Whether there are more than `FEW` rows: the database skips that many and shows us at most one."""
    return len(rows[FEW : FEW + 1]) > 0


def few(ids: Ids) -> Few:
    """Return these ids, each once, if they are at most `FEW`."""
    return Few(None, surely_more=True) if are_many(ids) else Few(list(dict.fromkeys(ids[:FEW])))
