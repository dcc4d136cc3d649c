"""From a reader's question to the words that answer it, fast over a million verbatims.

Two ways, chosen by how much is asked for. **Few** (`FEW` at most): one of the filters names so few verbatims that
their ids are taken first; the other filters are tried on those alone, and every count is exact. **Many**: the list is
walked along an index in its order, trying each row, until a page is full; that is soon, because much is found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from allears.core.models import User
from allears.insights import filters as asked
from allears.insights.filters import Filters
from allears.insights.models import Citation, Coding, Read, Theme
from allears.insights.queries import with_those_under
from allears.people.models import FacetValue, Person, PersonFacet
from allears.questionnaires.models import Answer, Choice, Question
from allears.studies.models import Study
from allears.verbatims import search
from allears.verbatims.models import Source, Verbatim
from allears.verbatims.queries import current

FEW = 10_000
MOST_SORTED = 200_000  # ids that are sorted while somebody waits: a fiftieth of a second

Words = QuerySet[Verbatim]
Ids = QuerySet[Any, int]


@dataclass(frozen=True)
class Filter:
    """One thing asked for: how to try it on words, and how to list its verbatims where they are few (else None)."""

    on: Callable[[Words], Words]
    few: Callable[[], list[int] | None] = lambda: None
    # Lists some of its verbatims by age, from one on: (beyond, oldest first, how many); where an index can.
    by_age: Callable[[int | None, bool, int], list[int]] | None = None
    # How to try it on one row after the other, where that is another way than finding all that it names.
    one_by_one: Callable[[Words], Words] | None = None


@dataclass(frozen=True)
class Found:
    """The words that are wanted. Few: `ids` are theirs, newest first. Many: `lister` lists some by age, to be tried on
    `others`, or there is none, and `words` is walked."""

    words: Words
    ids: list[int] | None = None
    lister: Callable[[int | None, bool, int], list[int]] | None = None
    others: Words | None = None
    one_by_one: Words | None = None

    @property
    def walked(self) -> Words:
        """`words`, asked so that who walks along them and soon stops waits for little."""
        return self.words if self.one_by_one is None else self.one_by_one


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
        rows = Verbatim.objects.order_by()
        if not self.all_there_is:
            rows = rows.filter(collection__in=[study.collection_id for study in self.studies])
        return rows.values_list("pk", flat=True)


def matching(room: Room, wanted: Filters) -> Found:
    """Return the words that are wanted."""
    parts = _parts(room, wanted)
    for part in [*parts, Filter(lambda words: words, lambda: _few(room.rows()))]:
        if (ids := part.few()) is not None:
            return _among(room, ids, [p for p in parts if p is not part])
    listing = next((part for part in parts if part.by_age), None)
    walked = _on(room.words(), parts, one_by_one=True)
    if listing is None:
        return Found(_on(room.words(), parts), one_by_one=walked)
    others = _on(room.words(), [part for part in parts if part is not listing], one_by_one=True)
    return Found(_on(room.words(), parts), lister=listing.by_age, others=others, one_by_one=walked)


def _on(words: Words, parts: Iterable[Filter], *, one_by_one: bool = False) -> Words:
    for part in parts:
        words = part.one_by_one(words) if one_by_one and part.one_by_one else part.on(words)
    return words


def among(words: Words, ids: Iterable[int]) -> Words:
    """Narrow `words` to those with `ids`: one parameter, however many there are."""
    return words.filter(pk__in=listed(ids))


def _among(room: Room, ids: list[int], parts: list[Filter]) -> Found:
    words = _on(among(room.words(), ids), parts)
    found = sorted(words.order_by().values_list("pk", flat=True), reverse=True)
    return Found(among(current(), found), found)


def listed(ids: Iterable[int]) -> RawSQL:
    """Return an SQL list of `ids` in one parameter, however many there are."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(ids))])


def are_many(rows: QuerySet[Any, Any]) -> bool:
    """Whether there are more than `FEW` rows: the database skips that many and shows us at most one."""
    return len(rows[FEW : FEW + 1]) > 0


def _few(ids: Ids) -> list[int] | None:
    return None if are_many(ids) else list(dict.fromkeys(ids[:FEW]))


def _parts(room: Room, wanted: Filters) -> list[Filter]:
    parts = [
        _cited(room, wanted.insight) if wanted.insight else None,
        _searched(wanted.q) if wanted.q else None,
        _themed(room, wanted.theme) if wanted.theme else None,
        _asked(room, wanted.questions) if wanted.questions else None,
        *[_answered(room, each) for each in asked.answers(wanted.answered)],
        *[_faceted(facet, values) for facet, values in wanted.values_by_facet().items()],
        _in_language(wanted.language) if wanted.language else None,
        _spoken(wanted) if wanted.since or wanted.until else None,
        _unread(room.user) if wanted.unread else None,
    ]
    return [part for part in parts if part]


def _cited(room: Room, ref: str) -> Filter:
    studies = [study.pk for study in room.studies]
    citations = Citation.objects.filter(insight__ref=ref, insight__study__in=studies).order_by()
    ids = citations.values_list("verbatim", flat=True)
    return Filter(lambda words: words.filter(pk__in=ids), lambda: _few(ids))


def _searched(q: str) -> Filter:
    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        return search.listed(q, most, beyond=beyond, oldest_first=oldest_first)

    def few() -> list[int] | None:
        ids = search.listed(q, FEW + 1)
        return None if len(ids) > FEW else ids

    says_what = any(term.wanted for term in search.parsed(q))
    if not says_what:
        return Filter(lambda words: search.matching(words, q))
    return Filter(lambda words: search.matching(words, q), few, by_age, lambda words: search.trying(words, q))


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
    return Filter(lambda words: words.filter(Exists(carries)), lambda: _few(ids))


def _asked(room: Room, refs: Iterable[str]) -> Filter:
    collections = [study.collection_id for study in room.studies]
    sources = Source.objects.filter(ref__in=list(refs), collection__in=collections).order_by()
    ids = list(sources.values_list("pk", flat=True))
    # One question is walked along its own index; several are tried row by row.
    so = {"source": ids[0]} if len(ids) == 1 else {"source__in": ids}
    return Filter(
        lambda words: words.filter(**so), lambda: _few(Verbatim.objects.filter(**so).values_list("pk", flat=True))
    )


def _answered(room: Room, answer: asked.Answered | None) -> Filter:
    """Words of responses in which a closed question was answered so."""
    if answer is None:
        return _nothing()
    so = _so(room, answer)
    same_response = Answer.objects.filter(so, response=OuterRef("response"))
    in_it = Answer.objects.filter(Exists(same_response), verbatim=OuterRef("pk"))

    def few() -> list[int] | None:
        responses = _few(Answer.objects.filter(so).order_by().values_list("response", flat=True))
        if responses is None:
            return None
        spoken = Answer.objects.filter(response__in=listed(responses), verbatim__isnull=False)
        return _few(spoken.order_by().values_list("verbatim", flat=True))

    return Filter(lambda words: words.filter(Exists(in_it)), few)


def _so(room: Room, answer: asked.Answered) -> Q:
    studies = [study.pk for study in room.studies]
    asked_here = Question.objects.filter(key=answer.question, version__questionnaire__study__in=studies).order_by()
    questions = list(asked_here.values_list("pk", flat=True))
    if answer.choice is None:
        return Q(question__in=questions, number__gte=answer.low, number__lte=answer.high)
    choices = Choice.objects.filter(question__in=questions, key=answer.choice).order_by()
    chosen = Q(question__in=questions, choice__in=list(choices.values_list("pk", flat=True)))
    return chosen if answer.low is None else chosen & Q(number=answer.low)


def _faceted(facet: str, values: list[str]) -> Filter:
    """Words of people who have one of these values, by the row under which they spoke or the one that stays."""
    chosen = FacetValue.objects.filter(facet__key=facet, key__in=values).order_by()
    ids = list(chosen.values_list("pk", flat=True))
    has = PersonFacet.objects.filter(value__in=ids)
    theirs = has.filter(person=OuterRef("person"))
    since_merged = has.filter(person__merged__pk=OuterRef("person"))

    def few() -> list[int] | None:
        people = _few(has.order_by().values_list("person", flat=True))
        if people is None:
            return None
        twins = Person.objects.filter(merged_into__in=listed(people)).order_by().values_list("pk", flat=True)
        everybody = listed([*people, *twins])
        return _few(Verbatim.objects.filter(person__in=everybody).order_by().values_list("pk", flat=True))

    return Filter(lambda words: words.filter(Exists(theirs) | Exists(since_merged)), few)


def _in_language(language: str) -> Filter:
    """Words in a language, whatever the region: "en" finds "en-GB" too."""
    return Filter(lambda words: words.filter(Q(language=language) | Q(language__startswith=f"{language}-")))


def _spoken(wanted: Filters) -> Filter:
    """Words of some days. Days lie close together in the ledger, or far apart where older words were brought later: both
    are found along the index of days, unless they are most of it."""
    when: dict[str, Any] = {}
    if wanted.since:
        when["spoken_at__gte"] = _midnight(wanted.since)
    if wanted.until:
        when["spoken_at__lt"] = _midnight(wanted.until + timedelta(days=1))
    of_days = Verbatim.objects.filter(**when).order_by()

    def by_age(beyond: int | None, oldest_first: bool, most: int) -> list[int]:
        rows = of_days if beyond is None else of_days.filter(**{"id__gt" if oldest_first else "id__lt": beyond})
        # The sum keeps the databases from walking all ids in their order.
        age = (F("id") + 0).asc() if oldest_first else (F("id") + 0).desc()
        return list(rows.order_by(age).values_list("id", flat=True)[:most])

    ids = of_days.values_list("id", flat=True)
    are_most = len(ids[MOST_SORTED : MOST_SORTED + 1]) > 0
    return Filter(lambda words: words.filter(**when), lambda: _few(ids), None if are_most else by_age)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _unread(user: User) -> Filter:
    read = Read.objects.filter(user=user, verbatim=OuterRef("pk"))
    return Filter(lambda words: words.filter(~Exists(read)))


def _nothing() -> Filter:
    return Filter(lambda words: words.none(), lambda: [])
