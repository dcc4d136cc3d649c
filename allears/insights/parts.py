"""The filters of the reading room: for each thing that can be asked for, how to try it on words, and how to list its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from heapq import merge
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from allears.core.each_value import each_value
from allears.core.models import User
from allears.core.one_of import IsOneOf
from allears.insights import few_rows
from allears.insights import filters as asked
from allears.insights.few_rows import Ids
from allears.insights.filters import Filters
from allears.insights.models import Citation, Coding, Read, Theme
from allears.insights.queries import with_those_under
from allears.insights.room import Lister, Room, Words, listed_by_age
from allears.people.having import Having
from allears.people.models import FacetValue
from allears.questionnaires.models import Answer, Choice, Question
from allears.verbatims import few as few_words
from allears.verbatims import search
from allears.verbatims.few import Few
from allears.verbatims.models import Source, Undated, Verbatim
from allears.verbatims.sample import Sample

SOON_SEARCHED = 2_000  # ids up to which all are searched for words
MOST_SORTED = 200_000  # ids that are sorted while somebody waits: a fiftieth of a second


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


def asked_for(room: Room, wanted: Filters, *, counted: bool, some: Sample | None) -> list[Filter]:
    """Return a filter for each thing that is asked for; `counted` as in `narrowing.matching`, `some` for a look."""
    nothing_else = replace(wanted.whatever_the_order(), q="") == Filters()
    each = [
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
    return [part for part in each if part]


def _cited(room: Room, ref: str) -> Filter:
    studies = [study.pk for study in room.studies]
    citations = Citation.objects.filter(insight__ref=ref, insight__study__in=studies).order_by()
    ids = citations.values_list("verbatim", flat=True)
    return Filter(lambda words: words.filter(pk__in=ids), lambda: few_rows.few(ids))


def _searched(q: str, counted: bool) -> Filter:
    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        return search.listed(q, most, beyond=beyond, oldest_first=oldest_first)

    on_sqlite = connection.vendor == "sqlite"
    return Filter(
        lambda words: search.matching(words, q),
        lambda: few_words.few(q, few_rows.FEW, counted=counted),
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
    return Filter(lambda words: words.filter(Exists(carries)), lambda: few_rows.few(ids), by_age, slow=True)


def _codings_by_age(theme: int) -> Lister:
    coded = Coding.objects.filter(theme=theme).distinct()
    return lambda beyond, oldest_first, most: listed_by_age(coded, "verbatim", beyond, oldest_first, most)


def _asked(room: Room, refs: Iterable[str]) -> Filter:
    collections = [study.collection_id for study in room.studies]
    sources = Source.objects.filter(ref__in=list(refs), collection__in=collections).order_by()
    ids = list(sources.values_list("pk", flat=True))
    rows = Verbatim.objects.filter(source__in=ids).order_by().values_list("pk", flat=True)
    by_age = _together([_rows_by_age(source=pk) for pk in ids]) if ids else None
    return Filter(lambda words: words.filter(source__in=ids), lambda: few_rows.few(rows), by_age, slow=True)


def _rows_by_age(**so: Any) -> Lister:
    rows = Verbatim.objects.filter(**so)
    return lambda beyond, oldest_first, most: listed_by_age(rows, "pk", beyond, oldest_first, most)


def _answered(room: Room, answer: asked.Answered | None) -> Filter:
    """Words of responses in which a closed question was answered so."""
    if answer is None:
        return _nothing()
    so = _so(room, answer)
    same_response = Answer.objects.filter(so, response=OuterRef("response"))
    in_it = Answer.objects.filter(Exists(same_response), verbatim=OuterRef("pk"))

    def few() -> Few:
        responses = few_rows.few(Answer.objects.filter(so).order_by().values_list("response", flat=True)).ids
        if responses is None:
            return Few(None)
        spoken = Answer.objects.filter(IsOneOf("response", responses), verbatim__isnull=False)
        return few_rows.few(spoken.order_by().values_list("verbatim", flat=True))

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

    `counted`: up to `few_rows.FEW` are counted; else, where only all facets together name so few, no more than are soon searched.
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
    people = has.few(few_rows.FEW)
    return Few(None) if people is None else _few_of(people)


def _values(facet: str, keys: list[str]) -> tuple[int, ...]:
    chosen = FacetValue.objects.filter(facet__key=facet, key__in=keys).order_by()
    return tuple(chosen.values_list("pk", flat=True))


def _few_of(people: list[int]) -> Few:
    """The words of these people, if they are few: as a rule a quarter of so many have said more, and is asked first."""
    if len(people) > few_rows.FEW // 4:
        return Few(None, surely_more=True) if few_rows.are_many(_words_of(people[: few_rows.FEW // 4])) else few_rows.few(_words_of(people))
    ids = list(_words_of(people)[: few_rows.FEW + 1])
    return Few(None, surely_more=True) if len(ids) > few_rows.FEW else Few(ids)


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
        lambda: few_rows.few(rows.values_list("pk", flat=True)),
        by_age,
        slow=True,
    )


def _languages() -> list[str]:
    """The languages in which anybody spoke, each found along their index."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{each_value('verbatims_verbatim', 'language')} SELECT value FROM each_value WHERE value IS NOT NULL"  # noqa: S608
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
            return listed_by_age(of_days, "id", beyond, oldest_first, most)
        # The sum keeps the databases from walking all ids in their order.
        age = (F("id") + 0).asc() if oldest_first else (F("id") + 0).desc()
        return list(rows.order_by(age).values_list("id", flat=True)[:most])

    return Filter(lambda words: words.filter(when), lambda: few_rows.few(ids), by_age, slow=True)


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


def _together(listers: Sequence[Lister]) -> Lister:
    """List what several list, each id once."""

    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        lists = [lister(beyond, oldest_first, most) for lister in listers]
        return list(dict.fromkeys(merge(*lists, reverse=not oldest_first)))[:most]

    return listers[0] if len(listers) == 1 else by_age
