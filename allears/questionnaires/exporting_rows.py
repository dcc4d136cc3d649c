"""Rows of an export, read in pieces of one size however many there are: no open cursor, no sorting, no joins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from allears.people.models import Person
from allears.verbatims.models import Verbatim

CHUNK = 4000


def chunks(rows: Any) -> Iterator[list[tuple[Any, ...]]]:
    """Rows by their id, which comes first in each."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1][0]


def same(rows: QuerySet[Any], chunk: list[tuple[Any, ...]]) -> QuerySet[Any]:
    """The rows of which this chunk was read, for the database to find again: sooner than by a thousand ids."""
    return rows.filter(pk__gte=chunk[0][0], pk__lte=chunk[-1][0])


def refs_of(model: type[Person] | type[Verbatim], wanted: QuerySet[Any, Any]) -> dict[int | None, str]:
    """The public name of each row that is named."""
    return dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "ref"))
