"""The words that a reader may see, and how they are listed by age."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from allears.core.models import User
from allears.insights.few_rows import Ids
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from allears.verbatims.queries import current

Words = QuerySet[Verbatim]

# Lists some ids by age: (beyond this id, oldest first, how many); fewer only where there are no more.
Lister = Callable[[int | None, bool, int], list[int]]


@dataclass(frozen=True)
class Room:
    """The words that a reader may see here: one study's, or those of several."""

    user: User
    studies: tuple[Study, ...]
    all_there_is: bool = False  # no words are kept from this reader: nothing to look up

    def words(self) -> Words:
        """Return the standing words of these studies."""
        if self.all_there_is:
            return current()
        collections = [study.collection_id for study in self.studies]
        if len(collections) == 1:
            return current().filter(collection=collections[0])
        # The sum keeps the databases from walking each study's index and sorting everything found in them.
        return current().alias(of=F("collection_id") + 0).filter(of__in=collections)

    def rows(self) -> Ids:
        """Return the ids of all rows in these studies, the standing and the gone: quick to list."""
        return self._rows().values_list("pk", flat=True)

    def by_age(self, beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        """List some of these ids by age."""
        rows = self._rows()
        if not self.all_there_is and len(self.studies) > 1:
            rows = Verbatim.objects.alias(of=F("collection_id") + 0).filter(of__in=self._collections())  # see `words`
        return listed_by_age(rows, "pk", beyond, oldest_first, most)

    def among_all(self, words: Words) -> Words:
        """Narrow words, standing and gone, to those of these studies."""
        return words if self.all_there_is else words.filter(collection__in=self._collections())

    def _rows(self) -> Words:
        return self.among_all(Verbatim.objects.order_by())

    def _collections(self) -> list[int]:
        return [study.collection_id for study in self.studies]


def listed_by_age(rows: QuerySet[Any], column: str, beyond: int | None, oldest_first: bool, most: int) -> list[int]:
    """List some of a column's ids in the order of their age."""
    if beyond is not None:
        rows = rows.filter(**{f"{column}__{'gt' if oldest_first else 'lt'}": beyond})
    return list(rows.order_by(column if oldest_first else f"-{column}").values_list(column, flat=True)[:most])
