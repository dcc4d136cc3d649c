"""Long lists by key: each page is as fast as the first, and rows that come meanwhile shift nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from allears.core.typed import whole_number

Row = TypeVar("Row", bound=Model)
ROWS = 50


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Some rows, newest first, and the key after which older ones begin (empty: there are none)."""

    rows: list[Row]
    after: str
    first: bool


def keyset_page(rows: QuerySet[Row], before: str | None, size: int = ROWS) -> KeysetPage[Row]:
    """Return the page of `rows` (ordered by descending id) that are older than the id `before`."""
    key = whole_number(before)
    some = list((rows.filter(pk__lt=key) if key else rows)[: size + 1])
    after = str(some[size - 1].pk) if len(some) > size else ""
    return KeysetPage(some[:size], after, key is None)
