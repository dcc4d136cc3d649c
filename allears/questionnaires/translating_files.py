"""A study's texts as a table for translators, out and back again: any spreadsheet program reads and writes it.

A row is found again by its first column, which stands for exact words; a file that is older than the questions loses
nothing but the rows whose words have changed since. An empty translation leaves what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from allears.core.models import User
from allears.core.tables import read_table, restore_cell
from allears.questionnaires.translatable import texts_of
from allears.studies import translating
from allears.studies.models import Study
from allears.studies.translating import NotTranslated

COLUMNS = ("id", "where", "source", "translation")


@dataclass(frozen=True)
class Taken:
    """What came of a file: how many translations changed, and how many of its rows are not asked any more."""

    changed: int
    unknown: int


def rows_for(study: Study, language: str) -> Iterator[tuple[str, ...]]:
    """Return the headings, then a row for each text."""
    yield COLUMNS
    for line in translating.beside(study, language, texts_of(study)):
        words = line.translation.text if line.translation else ""
        yield line.text.sign, line.text.where, line.text.source, words


def take(*, study: Study, language: str, file: Any, by: User) -> Taken:
    """Keep what a file (opened, or uploaded) brings. Raises `NotTranslated`, and `TableError` for what is no table."""
    texts = texts_of(study)
    known = {text.sign for text in texts}
    said, unknown = {}, 0
    for sign, words in _read(file):
        if sign in known:
            said[sign] = words
        else:
            unknown += 1
    changed = translating.translate(study=study, language=language, texts=texts, said=said, by=by).changed
    return Taken(changed, unknown)


def _read(file: Any) -> list[tuple[str, str]]:
    with read_table(file) as table:
        names = [column.name.strip().lower() for column in table.columns]
        if not {"id", "translation"} <= set(names):
            raise NotTranslated(_("The file needs the columns “id” and “translation”, as they were when it left."))
        at, to = names.index("id"), names.index("translation")
        rows = [row.cells for row in table.rows()]
    found = [(cells[at].strip(), restore_cell(cells[to])) for cells in rows if len(cells) > max(at, to)]
    return [(sign, words) for sign, words in found if sign and words.strip()]
