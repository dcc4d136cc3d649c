"""From a reader's question to the words that answer it, fast over a million verbatims.

Two ways, chosen by how much is asked for. **Few** (`FEW` at most): one of the filters names so few verbatims that
their ids are taken first; the other filters are tried on those alone, and every count is exact. **Many**: what one filter
names is listed along an index in the order of the page, some at a time, and all filters are tried on these, until a page
is full; that is soon, because much is found, or it is given up for this page (see `core/walking.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from heapq import merge
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Q, QuerySet
from django.utils import timezone

from allears.core.models import User
from allears.insights import filters as asked
from allears.insights.filters import Filters
from allears.insights.models import Citation, Coding, Read, Theme
from allears.insights.queries import with_those_under
from allears.people.having import Having
from allears.people.models import FacetValue
from allears.questionnaires.models import Answer, Choice, Question
from allears.studies.models import Study
from allears.verbatims import few as few_words
from allears.verbatims import sample, search
from allears.verbatims.few import Few
from allears.verbatims.models import Source, Undated, Verbatim
from allears.verbatims.queries import current
from allears.verbatims.sample import Sample

FEW = 10_000
SOON_SEARCHED = 2_000  # ids up to which all are searched for words
MOST_SORTED = 200_000  # ids that are sorted while somebody waits: a fiftieth of a second

Words = QuerySet[Verbatim]
Ids = QuerySet[Any, int]


# Lists some ids by age: (beyond this id, oldest first, how many); fewer only where there are no more.
Lister = Callable[[int | None, bool, int], list[int]]


@dataclass(frozen=True)
class Filter:
    """One thing asked for: how to try it on words, and how to list its verbatims where they are few."""

    on: Callable[[Words], Words]
    few: Callable[[], Few] = lambda: Few(None)
    by_age: Lister | None = None  # lists its verbatims, where an index can
    on_each: Callable[[Words], Words] | None = None  # how it is tried on some words in hand, where that is not as on all
    # Which of some ids it names, where trying takes long: done last, on what is left.
    sieve: Callable[[Sequence[int]], set[int]] | None = None
    held: frozenset[int] | None = None  # all that it names, where these are in hand: others need not be tried
    slow: bool = False  # that they are many is told sooner by a look at some rows than by `few`


@dataclass(frozen=True)
class Found:
    """The words that are wanted. Few: `ids` are theirs, newest first. Many: `listers` list them and others by age, and
    `tried` tells which of the ids that one of them has listed (or none) are wanted; `surely_many`: more than `FEW` were
    seen."""

    words: Words
    ids: list[int] | None = None
    surely_many: bool = False
    listers: tuple[Lister, ...] = ()
    tried: Callable[[Sequence[int], Lister | None], set[int]] = lambda ids, _lister: set(ids)


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
        return _by_age(rows, "pk", beyond, oldest_first, most)

    def among_all(self, words: Words) -> Words:
        """Narrow words, standing and gone, to those of these studies."""
        return words if self.all_there_is else words.filter(collection__in=self._collections())

    def _rows(self) -> Words:
        return self.among_all(Verbatim.objects.order_by())

    def _collections(self) -> list[int]:
        return [study.collection_id for study in self.studies]


def _by_age(rows: QuerySet[Any], column: str, beyond: int | None, oldest_first: bool, most: int) -> list[int]:
    if beyond is not None:
        rows = rows.filter(**{f"{column}__{'gt' if oldest_first else 'lt'}": beyond})
    return list(rows.order_by(column if oldest_first else f"-{column}").values_list(column, flat=True)[:most])


def _together(listers: Sequence[Lister]) -> Lister:
    """List what several list, each id once."""

    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        lists = [lister(beyond, oldest_first, most) for lister in listers]
        return list(dict.fromkeys(merge(*lists, reverse=not oldest_first)))[:most]

    return listers[0] if len(listers) == 1 else by_age


def matching(room: Room, wanted: Filters, *, counted: bool = True) -> Found:
    """Return the words that are wanted; `counted`: it is to be said whether they are surely many."""
    some = sample.take()
    parts = _parts(room, wanted, counted, some)
    alone = len(parts) < 2  # what is asked for is as much as this one part
    surely_many = []
    for at, part in enumerate([*parts, Filter(room.among_all, lambda: _few(room.rows()), slow=True)]):
        few = Few(None) if (at or not alone) and _seems_many(part, some) else part.few()
        if few.ids is not None:
            return _among(room, few.ids, [*parts[:at], *parts[at + 1 :]])
        if few.some is not None:
            parts[at] = _in_hand(part, few.some)
        surely_many.append(few.surely_more)
    listers = (*(part.by_age for part in parts if part.by_age), room.by_age)
    return Found(
        _on(room.words(), parts), surely_many=alone and surely_many[0], listers=listers,
        tried=lambda ids, lister: _tried(room, ids, [part for part in parts if lister is None or part.by_age is not lister]),
    )  # fmt: skip


def _seems_many(part: Filter, some: Sample | None) -> bool:
    """Whether a look at some rows says that a part names so many words that looking all up would be in vain."""
    return part.slow and some is not None and some.about(part.on_each or part.on) > 2 * FEW


def _in_hand(part: Filter, ids: list[int]) -> Filter:
    """The filter with all that it names (newest first) in hand."""

    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        if oldest_first:
            at = 0 if beyond is None else bisect_right(rising, beyond)
            return rising[at : at + most]
        at = 0 if beyond is None else bisect_right(ids, -beyond, key=lambda pk: -pk)
        return ids[at : at + most]

    rising = ids[::-1]
    return replace(part, by_age=by_age, held=frozenset(ids))


def _on(words: Words, parts: Iterable[Filter]) -> Words:
    for part in parts:
        words = part.on(words)
    return words


def _tried(room: Room, ids: Sequence[int], parts: Sequence[Filter]) -> set[int]:
    """Which of these ids are wanted: what takes long is tried last, on what is left."""
    for held in [part.held for part in parts if part.held is not None]:
        ids = [pk for pk in ids if pk in held]
    if not ids:
        return set()
    rows = among(room.words(), ids)
    for part in [part for part in parts if not part.sieve]:
        rows = (part.on_each or part.on)(rows)
    found = set(rows.order_by().values_list("pk", flat=True))
    for sieve in [part.sieve for part in parts if part.sieve]:
        found = sieve(list(found)) if found else found
    return found


def among(words: Words, ids: Iterable[int]) -> Words:
    """Narrow `words` to those with `ids`: one parameter, however many there are."""
    return words.filter(IsOneOf("pk", ids))


def _among(room: Room, ids: list[int], parts: list[Filter]) -> Found:
    found = sorted(_tried(room, ids, parts), reverse=True)
    return Found(among(current(), found), found)


class IsOneOf(Func):
    """Whether a column holds one of many ids: one parameter, however many there are."""

    output_field = BooleanField()

    def __init__(self, column: str, ids: Iterable[int]) -> None:
        super().__init__(F(column))
        self.ids = ",".join(map(str, ids))

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, _params = compiler.compile(self.get_source_expressions()[0])
        if connection.vendor == "postgresql":  # as an array it goes along the index, from one to the next
            return f"{column} = ANY(%s::bigint[])", [f"{{{self.ids}}}"]
        return f"{column} IN (SELECT value FROM json_each(%s))", [f"[{self.ids}]"]  # noqa: S608


def are_many(rows: QuerySet[Any, Any]) -> bool:
    """Whether there are more than `FEW` rows: the database skips that many and shows us at most one."""
    return len(rows[FEW : FEW + 1]) > 0


def _few(ids: Ids) -> Few:
    return Few(None, surely_more=True) if are_many(ids) else Few(list(dict.fromkeys(ids[:FEW])))


def _parts(room: Room, wanted: Filters, counted: bool, some: Sample | None) -> list[Filter]:
    nothing_else = replace(wanted.whatever_the_order(), q="") == Filters()
    parts = [
        _cited(room, wanted.insight) if wanted.insight else None,
        _searched(wanted.q, counted and nothing_else) if wanted.q else None,
        _themed(room, wanted.theme) if wanted.theme else None,
        _asked(room, wanted.questions) if wanted.questions else None,
        *[_answered(room, each) for each in asked.answers(wanted.answered)],
        _faceted(wanted.values_by_facet(), counted=not wanted.q) if wanted.facets else None,
        _in_language(wanted.language) if wanted.language else None,
        _spoken(wanted, some) if wanted.since or wanted.until else None,
        _unread(room.user) if wanted.unread else None,
    ]
    return [part for part in parts if part]


def _cited(room: Room, ref: str) -> Filter:
    studies = [study.pk for study in room.studies]
    citations = Citation.objects.filter(insight__ref=ref, insight__study__in=studies).order_by()
    ids = citations.values_list("verbatim", flat=True)
    return Filter(lambda words: words.filter(pk__in=ids), lambda: _few(ids))


def _searched(q: str, counted: bool) -> Filter:
    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        return search.listed(q, most, beyond=beyond, oldest_first=oldest_first)

    on_sqlite = connection.vendor == "sqlite"
    return Filter(
        lambda words: search.matching(words, q),
        lambda: few_words.few(q, FEW, counted=counted),
        by_age if on_sqlite and any(term.wanted for term in search.parsed(q)) else None,
        on_each=lambda words: search.trying(words, q),
        sieve=partial(few_words.among, query=q) if on_sqlite else None,
    )


def _themed(room: Room, ref: str) -> Filter:
    if ref == asked.NOT_THEMED:
        any_theme = Coding.objects.filter(verbatim=OuterRef("pk"), theme__merged_into=None)
        return Filter(lambda words: words.filter(~Exists(any_theme)))
    theme = Theme.objects.select_related("study").filter(ref=ref, study__in=[s.pk for s in room.studies]).first()
    if theme is None:
        return _nothing()
    themes = with_those_under(theme)
    carries = Coding.objects.filter(verbatim=OuterRef("pk"), theme__in=themes)
    ids = Coding.objects.filter(theme__in=themes).order_by().values_list("verbatim", flat=True)
    by_age = _together([_codings_by_age(pk) for pk in themes])
    return Filter(lambda words: words.filter(Exists(carries)), lambda: _few(ids), by_age, slow=True)


def _codings_by_age(theme: int) -> Lister:
    coded = Coding.objects.filter(theme=theme).distinct()
    return lambda beyond, oldest_first, most: _by_age(coded, "verbatim", beyond, oldest_first, most)


def _asked(room: Room, refs: Iterable[str]) -> Filter:
    collections = [study.collection_id for study in room.studies]
    sources = Source.objects.filter(ref__in=list(refs), collection__in=collections).order_by()
    ids = list(sources.values_list("pk", flat=True))
    rows = Verbatim.objects.filter(source__in=ids).order_by().values_list("pk", flat=True)
    by_age = _together([_rows_by_age(source=pk) for pk in ids]) if ids else None
    return Filter(lambda words: words.filter(source__in=ids), lambda: _few(rows), by_age, slow=True)


def _rows_by_age(**so: Any) -> Lister:
    rows = Verbatim.objects.filter(**so)
    return lambda beyond, oldest_first, most: _by_age(rows, "pk", beyond, oldest_first, most)


def _answered(room: Room, answer: asked.Answered | None) -> Filter:
    """Words of responses in which a closed question was answered so."""
    if answer is None:
        return _nothing()
    so = _so(room, answer)
    same_response = Answer.objects.filter(so, response=OuterRef("response"))
    in_it = Answer.objects.filter(Exists(same_response), verbatim=OuterRef("pk"))

    def few() -> Few:
        responses = _few(Answer.objects.filter(so).order_by().values_list("response", flat=True)).ids
        if responses is None:
            return Few(None)
        spoken = Answer.objects.filter(IsOneOf("response", responses), verbatim__isnull=False)
        return _few(spoken.order_by().values_list("verbatim", flat=True))

    return Filter(lambda words: words.filter(Exists(in_it)), few)


def numbers_given(room: Room, wanted: Filters, ids: Sequence[int]) -> Iterator[tuple[Filters, list[int]]]:
    """Of each range of numbers that is wanted: what is asked without it, and how many of the responses in which these
    words were said gave each of its numbers, the lowest first."""
    for raw, answer in zip(wanted.answered, asked.answers(wanted.answered), strict=True):
        if answer is not None and answer.choice is None and answer.low != answer.high:
            said = Answer.objects.filter(IsOneOf("verbatim", ids)).order_by().values("response")
            given = Answer.objects.filter(_so(room, answer), response__in=said).order_by("number").values_list("number")
            less = replace(wanted, answered=tuple(other for other in wanted.answered if other != raw))
            yield less, [n for _number, n in given.annotate(n=Count("response", distinct=True))]


def _so(room: Room, answer: asked.Answered) -> Q:
    studies = [study.pk for study in room.studies]
    asked_here = Question.objects.filter(key=answer.question, version__questionnaire__study__in=studies).order_by()
    questions = list(asked_here.values_list("pk", flat=True))
    if answer.choice is None:
        return Q(question__in=questions, number__gte=answer.low, number__lte=answer.high)
    choices = Choice.objects.filter(question__in=questions, key=answer.choice).order_by()
    chosen = Q(question__in=questions, choice__in=list(choices.values_list("pk", flat=True)))
    return chosen if answer.low is None else chosen & Q(number=answer.low)


def _faceted(facets: dict[str, list[str]], counted: bool) -> Filter:
    """Words of people who have one of the values of each facet, by the row under which they spoke or the one that stays.

    `counted`: up to `FEW` are counted; else, where only all facets together name so few, no more than are soon searched.
    """
    each = [_values(facet, keys) for facet, keys in facets.items()]
    has = Having(tuple(each))

    def on(words: Words) -> Words:
        theirs = has.condition("person")
        return words.filter(theirs | Q(IsOneOf("person", has.twins))) if has.twins else words.filter(theirs)

    def few() -> Few:
        found = _words_of_those(has)
        if found.ids is None or counted or len(found.ids) <= SOON_SEARCHED:
            return found
        if len(each) == 1 or any(_words_of_those(Having((values,))).ids is not None for values in each):
            return found
        return Few(None, some=sorted(found.ids, reverse=True))

    return Filter(on, few, slow=True)


def _words_of_those(has: Having) -> Few:
    people = has.few(FEW)
    return Few(None) if people is None else _few_of(people)


def _values(facet: str, keys: list[str]) -> tuple[int, ...]:
    chosen = FacetValue.objects.filter(facet__key=facet, key__in=keys).order_by()
    return tuple(chosen.values_list("pk", flat=True))


def _few_of(people: list[int]) -> Few:
    """The words of these people, if they are few: as a rule a quarter of so many have said more, and is asked first."""
    if len(people) > FEW // 4:
        return Few(None, surely_more=True) if are_many(_words_of(people[: FEW // 4])) else _few(_words_of(people))
    ids = list(_words_of(people)[: FEW + 1])
    return Few(None, surely_more=True) if len(ids) > FEW else Few(ids)


def _words_of(people: list[int]) -> Ids:
    return Verbatim.objects.filter(IsOneOf("person", people)).order_by().values_list("pk", flat=True)


def _in_language(language: str) -> Filter:
    """Words in a language, whatever the region: "en" finds "en-GB" too."""
    languages = [each for each in _languages() if each == language or each.startswith(f"{language}-")]
    if not languages:
        return _nothing()
    rows = Verbatim.objects.filter(language__in=languages).order_by()
    by_age = _together([_rows_by_age(language=each) for each in languages])
    return Filter(
        lambda words: words.filter(language__in=languages),
        lambda: _few(rows.values_list("pk", flat=True)),
        by_age,
        slow=True,
    )


def _languages() -> list[str]:
    """The languages in which anybody spoke, each found along their index."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE spoken(language) AS (
                SELECT min(language) FROM verbatims_verbatim
                UNION ALL
                SELECT (SELECT min(language) FROM verbatims_verbatim v WHERE v.language > spoken.language)
                FROM spoken WHERE spoken.language IS NOT NULL
            ) SELECT language FROM spoken WHERE language IS NOT NULL"""
        )
        return [row[0] for row in cursor.fetchall()]


def _spoken(wanted: Filters, some: Sample | None) -> Filter:
    """Words of some days. Days lie close together in the ledger, or far apart where older words were brought later: both
    are found along the index of days, unless they are most of it."""
    days, when = _days(wanted), _days(wanted)
    if wanted.since:
        # Words without a day were spoken before they were brought here, and nobody knows how long before.
        when &= ~Q(Exists(Undated.objects.filter(verbatim=OuterRef("pk"))))
    of_days = Verbatim.objects.filter(when).order_by()
    ids = of_days.values_list("id", flat=True)
    are_most = _are_more(lambda words: words.filter(days).order_by(), MOST_SORTED, some)

    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        rows = of_days if beyond is None else of_days.filter(**{"id__gt" if oldest_first else "id__lt": beyond})
        if are_most:
            return _by_age(of_days, "id", beyond, oldest_first, most)
        # The sum keeps the databases from walking all ids in their order.
        age = (F("id") + 0).asc() if oldest_first else (F("id") + 0).desc()
        return list(rows.order_by(age).values_list("id", flat=True)[:most])

    return Filter(lambda words: words.filter(when), lambda: _few(ids), by_age, slow=True)


def _are_more(narrowed: Callable[[Words], Words], most: int, some: Sample | None) -> bool:
    if some is not None:
        return some.about(narrowed) > most
    return len(narrowed(Verbatim.objects.all()).values_list("id")[most : most + 1]) > 0


def _days(wanted: Filters) -> Q:
    days = Q()
    if wanted.since:
        days &= Q(spoken_at__gte=_midnight(wanted.since))
    if wanted.until:
        days &= Q(spoken_at__lt=_midnight(wanted.until + timedelta(days=1)))
    return days


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _unread(user: User) -> Filter:
    read = Read.objects.filter(user=user, verbatim=OuterRef("pk"))
    return Filter(lambda words: words.filter(~Exists(read)))


def _nothing() -> Filter:
    return Filter(lambda words: words.none(), lambda: Few([]))
