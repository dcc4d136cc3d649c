"""Files that no row names: whoever was killed between putting a file away and writing its row, or the other way round,
left one behind. It may hold what people said, so it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from allears.core.clock import now

ABANDONED = timedelta(days=1)  # what is younger may belong to a transaction that is still under way


def by_path(folder: str, rows: QuerySet[Any]) -> Callable[[set[str]], set[str]]:
    """Return what `sweep` asks where `rows` name their files by the whole path in a column `file`."""

    def named(names: set[str]) -> set[str]:
        found = rows.filter(file__in=[f"{folder}/{name}" for name in names])
        return {path.removeprefix(f"{folder}/") for path in found.values_list("file", flat=True)}

    return named


def sweep(folder: str, named: Callable[[set[str]], set[str]]) -> int:
    """Delete the files right in `folder` that have lain there for a day and that no row names; return how many.

    `named` gets their names (without the folder) and returns those that a row names.
    """
    if not default_storage.exists(folder):
        return 0
    names = set(default_storage.listdir(folder)[1])
    strays = names - named(names)
    old = [name for name in strays if default_storage.get_modified_time(f"{folder}/{name}") < now() - ABANDONED]
    for name in old:
        default_storage.delete(f"{folder}/{name}")
    return len(old)
