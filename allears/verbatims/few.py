"""Whether a query finds few words among very many, and which; and which of some rows it finds. The databases differ.

SQLite lists what a query finds in the order of its rows, and stops where it is told to; but it puts together all words
with a beginning before it says anything. PostgreSQL looks everything up before it puts it in order, and takes a phrase
for as common as its words: for what is common it goes along the rows instead, as a sample of them tells.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db import connection

from allears.verbatims import search
from allears.verbatims.models import Verbatim
from allears.verbatims.search import Term

SAMPLE = 1_000  # rows that are tried for how common a query is
COMMON = 15  # of these, from which on PostgreSQL's index has too much to look up
VERY_COMMON = 250  # of these, from which on some thousands are soon counted along the rows
AT_ONCE = 2_000  # rows among which SQLite looks together: what it holds meanwhile is small
TOKENS = "unicode61 remove_diacritics 2 categories ''L* N* Co Mn Mc''"  # as the index of words has them


class Few(NamedTuple):
    """The ids that were found, newest first; None where they are more than asked for: surely so, or nobody knows. `some`:
    all that are named, newest first, where they are in hand, but too many to be counted out.
    """

    ids: list[int] | None
    surely_more: bool = False
    some: list[int] | None = None


def few(query: str, most: int, *, counted: bool = True) -> Few:
    """Return what the query finds, if that is at most `most` rows, standing or not; `counted`: it is to be said whether
    they are surely more."""
    terms = search.parsed(query)
    if terms and not any(term.wanted for term in terms):
        return Few(None)
    common = _how_common(terms) if terms and connection.vendor == "postgresql" else None
    if common and common.found >= VERY_COMMON:
        return Few(None, surely_more=counted and _are_more(query, most))
    if common and common.to_look_up >= COMMON:
        return Few(None)
    ids = search.listed(query, most + 1)
    return Few(None, surely_more=True) if len(ids) > most else Few(ids)


def _are_more(query: str, most: int) -> bool:
    rows = search.trying(Verbatim.objects.order_by("-pk"), query).values_list("pk", flat=True)
    return len(rows[most : most + 1]) > 0


class _Common(NamedTuple):
    """Of `SAMPLE` rows: how many a query finds, and how many hold its words anywhere, which is what an index knows."""

    found: float
    to_look_up: float


def _how_common(terms: list[Term]) -> _Common | None:
    """Try the query on some pages' rows from all over the table; None where there are too few rows to choose from."""
    newest = Verbatim.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if newest < 10 * SAMPLE:
        return None
    sql = """SELECT count(*), count(*) FILTER (WHERE words @@ to_tsquery('simple', %s)),
        count(*) FILTER (WHERE words @@ to_tsquery('simple', %s))
        FROM verbatims_verbatim TABLESAMPLE SYSTEM (%s) REPEATABLE (1)"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [search.tsquery(terms), search.tsquery(_apart(terms)), 100 * SAMPLE / newest])
        tried, found, to_look_up = cursor.fetchone()
    return _Common(found * SAMPLE / tried, to_look_up * SAMPLE / tried) if tried else None


def _apart(terms: list[Term]) -> list[Term]:
    """The words that are wanted, each by itself."""
    return [
        Term((token,), term.prefix and at == len(term.tokens) - 1, wanted=True)
        for term in terms
        if term.wanted
        for at, token in enumerate(term.tokens)
    ]


def among(ids: Sequence[int], query: str) -> set[int]:
    """Return those of some rows that the query finds, on SQLite: an index of just these is made, which takes a fraction of
    the time that looking for each in the index of all takes, and a phrase or a beginning no longer than a word.
    """
    terms = search.parsed(query)
    wants = any(term.wanted for term in terms)
    expression = search.fts5(terms if wants else [replace(term, wanted=True) for term in terms])
    found = {pk for at in range(0, len(ids), AT_ONCE) for pk in _among(ids[at : at + AT_ONCE], expression)}
    return found if wants else set(ids) - found


def _among(ids: Sequence[int], expression: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.verbatims_some USING fts5(text, content='', tokenize='{TOKENS}')")
        try:
            cursor.execute(_FILL, [json.dumps(list(ids))])
            cursor.execute("SELECT rowid FROM temp.verbatims_some WHERE verbatims_some MATCH %s", [expression])
            return [row[0] for row in cursor.fetchall()]
        finally:
            cursor.execute("INSERT INTO temp.verbatims_some (verbatims_some) VALUES ('delete-all')")


_FILL = (
    "INSERT INTO temp.verbatims_some (rowid, text)"
    " SELECT id, text FROM main.verbatims_verbatim WHERE id IN (SELECT value FROM json_each(%s))"
)
