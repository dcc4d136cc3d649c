"""Who has one of the values of each of several facets, looked up where that is soon done.

A row of somebody who was merged into somebody else has what either of the two rows has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from allears.people.models import Person, PersonFacet

MOST_TRIED = 20_000  # rows that have a value of one facet, for which those of the others are looked up


@dataclass(frozen=True)
class Having:
    """The rows of people who have one of these values (ids) of each facet."""

    facets: tuple[tuple[int, ...], ...]

    def condition(self, column: str) -> Q:
        """Whether a row's own facets say so, for a query in which `column` names the row; `twins` come besides."""
        return Q(*[Exists(held.filter(person=OuterRef(column))) for held in self._held])

    @cached_property
    def twins(self) -> list[int]:
        """The ids of merged rows of which it is true by the facets of either row."""
        # Above 0 says no more than that somebody was merged, but along the index of these, who are few.
        merged = Person.objects.filter(merged_into__gt=0)
        for held in self._held:
            own, stays = (Exists(held.filter(person=OuterRef(which))) for which in ("pk", "merged_into"))
            merged = merged.filter(stays | own)
        return list(merged.order_by().values_list("pk", flat=True))

    def few(self, most: int) -> list[int] | None:
        """Return the ids, each once; None where more than `most` have them, or finding out would take long."""
        sizes = [held[: MOST_TRIED + 1].count() for held in self._held]
        narrowest = min(range(len(sizes)), key=lambda at: sizes[at])
        if sizes[narrowest] > (min(most, MOST_TRIED) if len(sizes) == 1 else MOST_TRIED):
            return None
        ids = list(self.through(narrowest)[: most + 1])
        return None if len(ids) > most else list(dict.fromkeys([*ids, *self.twins]))

    def through(self, place: int) -> QuerySet[Any, int]:
        """Return the ids of the rows, found among those that have a value of the facet at this place, and looked up for the
        others: quick where these are few; without `twins`."""
        narrow, *others = [self._held[place], *self._held[:place], *self._held[place + 1 :]]
        for held in others:
            narrow = narrow.filter(Exists(held.filter(person=OuterRef("person"))))
        return narrow.values_list("person", flat=True)

    @property
    def _held(self) -> list[QuerySet[Any]]:
        return [PersonFacet.objects.filter(value__in=values).order_by() for values in self.facets]
