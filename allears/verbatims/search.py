"""Full-text search over words: FTS5 on SQLite, a tsvector on PostgreSQL, the same query language on both.

A query is what people type: words (all of them), "a phrase", a beginning*, -without. Case and diacritics do
not matter. Nothing that is typed is an error; what holds no word finds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

from allears.verbatims.models import Verbatim

MOST_TERMS = 20
# Letters, figures and the marks that belong to them: what FTS5 is told to take for parts of words.
_MARKS = "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
_TOKEN = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_PART = re.compile(r"""(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?(?P<after>\*)?|(?P<word>[^\s"]+))""")


@dataclass(frozen=True)
class Term:
    """Words in a row, as folded tokens; the last one may be a beginning; `wanted` is False behind a minus."""

    tokens: tuple[str, ...]
    prefix: bool
    wanted: bool


def folded(text: str) -> str:
    """Return `text` without case and diacritics, as both indexes hold it."""
    apart = unicodedata.normalize("NFD", text.lower())
    return re.sub("[\u0300-\u036f]", "", apart)


def parsed(query: str) -> list[Term]:
    """Return the terms of what somebody typed, at most twenty; whatever it is."""
    return list(_terms(query.replace("\0", " ")[:1000]))[:MOST_TERMS]


def _terms(query: str) -> Iterator[Term]:
    for part in _PART.finditer(query.replace("“", '"').replace("”", '"').replace("„", '"')):
        words = part["word"] if part["word"] is not None else part["phrase"]
        tokens = tuple(folded(found[0]) for found in _TOKEN.finditer(words))
        starred = words.endswith("*") or bool(part["after"])
        if any(tokens):
            yield Term(tuple(t for t in tokens if t), starred and _is_beginning(tokens[-1]), wanted=not part["minus"])


def _is_beginning(token: str) -> bool:
    """One letter of an alphabet begins too many words to be of use: it is looked for as a word."""
    return len(token) > 1 or not token.isascii()


def matching(qs: QuerySet[Verbatim], query: str) -> QuerySet[Verbatim]:
    """Narrow `qs` to the words that the query finds. An empty query narrows nothing; one without a word
    finds nothing.
    """
    if not query.strip():
        return qs
    terms = parsed(query)
    if not terms:
        return qs.none()
    return _on_postgresql(qs, terms) if connection.vendor == "postgresql" else _on_sqlite(qs, terms)


def trying(qs: QuerySet[Verbatim], query: str) -> QuerySet[Verbatim]:
    """Narrow `qs` as `matching` does, by trying the query on each row: for few rows, however much there is to be found."""
    if not query.strip():
        return qs
    terms = parsed(query)
    if not terms:
        return qs.none()
    if connection.vendor == "postgresql":
        return qs.filter(_Holds(tsquery(terms), each_row=True))
    if any(term.wanted for term in terms):
        return qs.filter(_Found(fts5(terms)))
    return qs.exclude(_Found(_any(terms)))


def listed(query: str, most: int, *, beyond: int | None = None, oldest_first: bool = False) -> list[int]:
    """Return the ids of at most `most` rows that the query finds, newest first (or oldest), from `beyond` on.

    On SQLite it costs what it returns, however much there is to be found; on PostgreSQL as much as is found. Rows that no
    longer stand are for the caller to leave out. A query that only says what it does not want lists nothing.
    """
    terms = parsed(query)
    if not any(term.wanted for term in terms):
        return []
    if connection.vendor == "postgresql":
        return _listed_by_postgresql(terms, most, beyond, oldest_first)
    order, side = ("ASC", ">") if oldest_first else ("DESC", "<")
    limit, values = ("", []) if beyond is None else (f" AND rowid {side} %s", [beyond])
    sql = f"SELECT rowid FROM verbatims_words WHERE verbatims_words MATCH %s{limit} ORDER BY rowid {order} LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [fts5(terms), *values, most])
        return [row[0] for row in cursor.fetchall()]


def _listed_by_postgresql(terms: list[Term], most: int, beyond: int | None, oldest_first: bool) -> list[int]:
    rows = _on_postgresql(Verbatim.objects.all(), terms)
    rows = rows if beyond is None else rows.filter(**{"pk__gt" if oldest_first else "pk__lt": beyond})
    # The sum keeps PostgreSQL, which takes a phrase for as common as its words, from walking all rows in their order.
    age = (F("pk") + 0).asc() if oldest_first else (F("pk") + 0).desc()
    return list(rows.order_by(age).values_list("pk", flat=True)[:most])


def fts5(terms: list[Term]) -> str:
    """Return the terms, of which at least one is wanted, as SQLite's FTS5 takes them."""
    wanted = " ".join(_fts5(term) for term in terms if term.wanted)
    unwanted = _any([term for term in terms if not term.wanted])
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _any(terms: Iterable[Term]) -> str:
    return " OR ".join(_fts5(term) for term in terms)


def _on_sqlite(qs: QuerySet[Verbatim], terms: list[Term]) -> QuerySet[Verbatim]:
    if any(term.wanted for term in terms):
        return qs.filter(pk__in=_rows_with(fts5(terms)))
    return qs.exclude(pk__in=_rows_with(_any(terms)))


def _rows_with(expression: str) -> RawSQL:
    return RawSQL("SELECT rowid FROM verbatims_words WHERE verbatims_words MATCH %s", [expression])


def _fts5(term: Term) -> str:
    return '"' + " ".join(term.tokens) + '"' + ("*" if term.prefix else "")


def _on_postgresql(qs: QuerySet[Verbatim], terms: list[Term]) -> QuerySet[Verbatim]:
    return qs.filter(_Holds(tsquery(terms)))


def tsquery(terms: Iterable[Term]) -> str:
    """Return the terms as PostgreSQL's `to_tsquery` takes them."""
    return " & ".join(_lexemes(term) for term in terms)


class _Found(Func):
    """Whether the index finds this very row: one look for its id, not a list of all that is found."""

    output_field = BooleanField()

    def __init__(self, expression: str) -> None:
        super().__init__(F("pk"))
        self.expression = expression

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, _params = compiler.compile(self.get_source_expressions()[0])
        here = "SELECT 1 FROM verbatims_words WHERE verbatims_words MATCH %s AND verbatims_words.rowid ="
        return f"EXISTS ({here} {column})", [self.expression]


class _Holds(Func):
    """`words @@ to_tsquery(...)`, on whatever alias the table has where it is used: in a subquery it has another.

    `each_row`: as a function, for which PostgreSQL does not think of looking all that it finds up in the index.
    """

    output_field = BooleanField()

    def __init__(self, query: str, *, each_row: bool = False) -> None:
        super().__init__(F("pk"))
        self.query, self.each_row = query, each_row

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, _params = compiler.compile(self.get_source_expressions()[0])
        words = f"{column.rpartition('.')[0]}.words"
        holds = "ts_match_vq({}, {})" if self.each_row else "{} @@ {}"
        return holds.format(words, "to_tsquery('simple', %s)"), [self.query]


def _lexemes(term: Term) -> str:
    """The term for `to_tsquery`; tokens are letters and figures only, so there is nothing to escape."""
    quoted = [f"'{token}'" for token in term.tokens]
    quoted[-1] += ":*" if term.prefix else ""
    return ("" if term.wanted else "!") + "(" + " <-> ".join(quoted) + ")"


def highlights(text: str, query: str) -> list[tuple[int, int]]:
    """Return where in `text` the query's words stand: (start, end) in characters, in order, not
    overlapping.
    """
    terms = [term for term in parsed(query) if term.wanted]
    places = (
        [(found.start(), found.end(), folded(found[0])) for found in _TOKEN.finditer(text)] if terms else []
    )
    return _joined(sorted(span for term in terms for span in _spans(places, term)))


def _spans(places: list[tuple[int, int, str]], term: Term) -> Iterator[tuple[int, int]]:
    length = len(term.tokens)
    for at in range(len(places) - length + 1):
        row = places[at : at + length]
        if all(_fits(place[2], term, i) for i, place in enumerate(row)):
            yield row[0][0], row[-1][1]


def _fits(token: str, term: Term, i: int) -> bool:
    if term.prefix and i == len(term.tokens) - 1:
        return token.startswith(term.tokens[i])
    return token == term.tokens[i]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
