"""Themes that analysts gave to rows of answers elsewhere, as codings of the words that came in with those rows.

Their files say: in this row, these themes, because of these search words (regular expressions). They do not say
which search word stands for which theme, nor which of several boxes it was found in. Both are inferred, never
guessed: a search word stands for the themes that are there whenever it is; a theme is put on the boxes that
hold one of its search words, on the sentence around it if the words are long. Where that leaves nothing, the
row's whole answer is coded, which is what the analysts said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from allears.core.models import User
from allears.core.tables import read_table
from allears.core.typed import whole_number
from allears.insights.actions import Coded, NameTaken, add_theme, code_many
from allears.insights.models import CoderKind, Theme
from allears.questionnaires.models import Answer
from allears.studies.models import Study

SHORT = 120  # characters: words of this size are about one thing
SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+|\n+")
MOST_PATTERN = 200  # characters of a search word that is tried: they come from a file


@dataclass(frozen=True)
class RowThemes:
    """What analysts said of one row (counted from 0): its themes, and the search words that led there."""

    row: int
    themes: tuple[str, ...]
    keywords: tuple[str, ...] = ()


class _Words(NamedTuple):
    """Somebody's words, and nothing else that is known of them."""

    pk: int
    text: str


def read_row_themes(file: BinaryIO) -> list[RowThemes]:
    """A table of row number, themes and search words, the latter two joined by commas. Raises TableError."""
    with read_table(file) as table:
        cells = (row.cells for row in table.rows())
        found = [(row[0], row[1], row[2] if len(row) > 2 else "") for row in cells if len(row) > 1]
    numbered = ((whole_number(row), themes, words) for row, themes, words in found)
    return [RowThemes(row, _parts(themes), _parts(words)) for row, themes, words in numbered if row is not None]


def bring_codings(
    *, study: Study, sets: Mapping[str, Sequence[RowThemes]], keys: Sequence[str], by: User | None, label: str
) -> int:
    """Code the imported words of a study as its analysts did; returns how many codings are new.

    `sets` maps a question's code to what was said of its rows, `keys` gives each row's import key
    (`questionnaires.importing.keys_of`), `label` names who coded. Calling it again changes nothing.
    """
    themes = _codebook(study, sets, by)
    rows: list[Coded] = []
    for code, said in sets.items():
        words = _words_by_key(study, code)
        meanings = _meanings(said)
        for row in said:
            key = keys[row.row] if row.row < len(keys) else ""
            rows.extend(_codings(row, words.get(key, []), meanings, themes))
    return code_many(study=study, rows=rows, by=by, kind=CoderKind.IMPORT, label=label)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(",") if part.strip())


def _codebook(study: Study, sets: Mapping[str, Sequence[RowThemes]], by: User | None) -> dict[str, Theme]:
    """The study's theme for each name in the files, made if need be."""
    names = sorted({name for said in sets.values() for row in said for name in row.themes})
    return {name: _theme(study, _spoken(name), by) for name in names}


def _theme(study: Study, name: str, by: User | None) -> Theme:
    found = Theme.objects.filter(study=study, name__iexact=name, merged_into=None, retired_at=None).first()
    if found:
        return found
    try:
        return add_theme(study=study, name=name, by=by)
    except NameTaken:
        return Theme.objects.get(study=study, name__iexact=name, merged_into=None, retired_at=None)


def _spoken(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _words_by_key(study: Study, code: str) -> dict[str, list[_Words]]:
    """The words that answer a question, by their row's key, box by box."""
    answers = Answer.objects.filter(
        response__study=study,
        response__import_key__isnull=False,
        question__code=code,
        choice=None,
        verbatim__salt__isnull=False,
    )
    found: dict[str, list[_Words]] = defaultdict(list)
    said = answers.order_by("response", "box").values_list("response__import_key", "verbatim", "verbatim__text")
    for key, pk, text in said.iterator():
        if pk is not None:
            found[key or ""].append(_Words(pk, text))
    return found


def _meanings(said: Sequence[RowThemes]) -> dict[str, frozenset[str]]:
    """For each search word the themes that are there whenever it is."""
    found: dict[str, frozenset[str]] = {}
    for row in said:
        for keyword in row.keywords:
            found[keyword] = found.get(keyword, frozenset(row.themes)) & frozenset(row.themes)
    return found


def _codings(
    row: RowThemes, words: list[_Words], meanings: Mapping[str, frozenset[str]], themes: Mapping[str, Theme]
) -> Iterator[Coded]:
    for name in row.themes:
        keywords = [keyword for keyword in row.keywords if name in meanings[keyword]]
        places = list(_places(words, keywords)) or list(_places(words, row.keywords)) or list(_everything(words))
        for verbatim, start, end in dict.fromkeys(places):
            yield Coded(verbatim, themes[name].pk, start, end)


def _places(words: list[_Words], keywords: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    for verbatim in words:
        for keyword in keywords:
            if found := _search(keyword, verbatim.text):
                yield (verbatim.pk, *_around(verbatim.text, found.start(), found.end()))


def _search(keyword: str, text: str) -> re.Match[str] | None:
    try:
        return re.search(keyword[:MOST_PATTERN], text, re.IGNORECASE) if len(text) < 20_000 else None
    except re.error:
        return None


def _everything(words: list[_Words]) -> Iterator[tuple[int, int, int]]:
    return ((verbatim.pk, 0, len(verbatim.text)) for verbatim in words)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence in which [start, end) stands; all of the text if it is short."""
    if len(text) <= SHORT:
        return 0, len(text)
    cuts = list(SENTENCE_ENDS.finditer(text))
    first = max((cut.end() for cut in cuts if cut.end() <= start), default=0)
    last = min((cut.start() for cut in cuts if cut.start() >= end), default=len(text))
    return first, last
