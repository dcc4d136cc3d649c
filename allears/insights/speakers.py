"""Who is speaking: people by facet value among some words, a whole study, several of them, and all customers.

Exact always. Up to `few_rows.FEW` rows are counted while the reader waits; more are counted ahead by the heartbeat and kept as
a `Tally`, which says when it was made. Where all studies together have more, the small ones are counted ahead, too, for
who reads several at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from allears.core import ahead
from allears.core.clock import now
from allears.core.models import Counted
from allears.core.one_of import IsOneOf
from allears.insights import few_rows
from allears.insights.models import Coding, Tally, Theme
from allears.people.models import Kind, Person, PersonFacet
from allears.people.queries import matching
from allears.questionnaires.models import Answer
from allears.studies.models import Study
from allears.verbatims.models import Collection, Verbatim
from allears.verbatims.queries import current

FRESH = timedelta(minutes=10)
THEME_AHEAD = "speakers of a theme"
CUSTOMERS = "customers"


@dataclass(frozen=True)
class Speakers:
    """How many people, and how many of them have each facet value (by its id)."""

    people: int
    by_value: Mapping[int, int] = field(default_factory=dict)
    at: datetime | None = None


def label_of(person: Person | None) -> str:
    """Return what a speaker is called where no name may stand."""
    if person is None:
        return _("Somebody")
    return person.label or _("Participant %(number)s") % {"number": person.ref[:4].upper()}


def among(ids: Iterable[int]) -> Speakers:
    """Count the people behind these verbatims, merged people once."""
    people = _who_stays(_who(ids))
    return Speakers(len(people), _by_value(PersonFacet.objects.filter(IsOneOf("person", people))))


def newest(study: Study, words: int) -> set[int]:
    """Return who spoke the newest so many words of `study`, merged people once."""
    ids = current().filter(collection=study.collection_id).order_by("-pk").values_list("pk", flat=True)[:words]
    return _who_stays(_who(ids))


def voices(ids: Sequence[int]) -> int:
    """Count who speaks in these verbatims: known people once, and each response of somebody who is not known."""
    who = _who(ids)
    return len(_who_stays(who)) + (_responses_of_unknown(ids) if None in who else 0)


def _who(ids: Iterable[int]) -> set[int | None]:
    """The people's rows behind these verbatims; None stands for whoever is not known."""
    words = Verbatim.objects.filter(IsOneOf("pk", ids)).order_by()
    return set(words.values_list("person", flat=True).distinct())


def _who_stays(rows: Iterable[int | None]) -> set[int]:
    """Above 0 says no more than that somebody was merged, but along the index of these, who are few."""
    known = {row for row in rows if row is not None}
    merged = Person.objects.filter(IsOneOf("pk", known), merged_into__gt=0).order_by()
    stays = dict(merged.values_list("pk", "merged_into"))
    return {stays.get(row) or row for row in known}


def _responses_of_unknown(ids: Sequence[int]) -> int:
    words = Verbatim.objects.filter(IsOneOf("pk", ids)).order_by().filter(person=None)
    return Answer.objects.filter(verbatim__in=words).order_by().values("response").distinct().count()


def behind(words: QuerySet[Verbatim]) -> Speakers:
    """Count the people behind many words, in the database: seconds for a million."""
    people = _people(words)
    return Speakers(people.count(), _by_value(PersonFacet.objects.filter(person__in=people)))


def of_study(study: Study) -> Speakers | None:
    """Count who spoke in `study`; None when they are many and have not been counted yet."""
    if not large([study.collection_id]):
        return among(current().filter(collection=study.collection_id).order_by().values_list("pk", flat=True))
    return _kept([_key(study)]).get(_key(study))


def of_studies(studies: Iterable[Study]) -> dict[int, Speakers | None]:
    """Count who spoke in each of these studies, by the study's id, with few queries: as counted ahead where that was done;
    None where they are many and have not been counted yet.
    """
    keys = {study.pk: _key(study) for study in studies}
    kept = _kept(list(keys.values()))
    others = {study.collection_id: study.pk for study in studies if keys[study.pk] not in kept}
    small = _among_each(others.keys() - large(others))
    counted = {pk: small.get(collection) for collection, pk in others.items()}
    return {study: kept.get(key) or counted.get(study) for study, key in keys.items()}


def large(collections: Iterable[int]) -> set[int]:
    """Return which of these collections have more rows than are counted while somebody waits."""
    return _with_more_than(few_rows.FEW, collections)


def spoken_in(collections: Iterable[int]) -> set[int]:
    """Return in which of these collections anybody has said anything, be it gone since."""
    return _with_more_than(0, collections)


def _with_more_than(rows: int, collections: Iterable[int]) -> set[int]:
    beyond = Verbatim.objects.filter(collection=OuterRef("pk")).order_by().values("pk")[rows : rows + 1]
    return set(Collection.objects.filter(Exists(beyond), pk__in=list(collections)).values_list("pk", flat=True))


def _among_each(collections: Iterable[int]) -> dict[int, Speakers]:
    """Count the people behind the words of each collection, merged people once."""
    people: dict[int, set[int]] = {collection: set() for collection in collections}
    for collection, who in _spoken(current().filter(collection__in=list(people))).distinct():
        people[collection].add(who)
    held: dict[int, list[int]] = {}
    for who, value in PersonFacet.objects.filter(IsOneOf("person", set().union(*people.values()))).values_list("person", "value"):
        held.setdefault(who, []).append(value)
    return {
        collection: Speakers(len(those), Counter(value for who in those for value in held.get(who, ())))
        for collection, those in people.items()
    }


def voices_in_each(words: QuerySet[Verbatim]) -> dict[int, int]:
    """Count who speaks in these words, as `voices` does, for each collection in which anybody does."""
    known = _spoken(words).values_list("collection").annotate(n=Count("who", distinct=True))
    unknown = Answer.objects.filter(verbatim__in=words.filter(person=None).order_by()).order_by()
    responses = unknown.values_list("verbatim__collection").annotate(n=Count("response", distinct=True))
    return dict(Counter(dict(known)) + Counter(dict(responses)))


def _spoken(words: QuerySet[Verbatim]) -> QuerySet[Any, Any]:
    stays = Coalesce(F("person__merged_into_id"), F("person_id"))
    return words.filter(person__isnull=False).order_by().annotate(who=stays).values_list("collection", "who")


def of_themes(themes: Iterable[int]) -> dict[int, int]:
    """Count the people who spoke of each of these themes (ids); of themes that very many words carry as counted ahead."""
    ids = list(themes)
    kept = Counted.objects.filter(kind=THEME_AHEAD, of__in=[str(pk) for pk in ids]).values_list("of", "value")
    found = {int(of): people for of, people in kept}
    return found | _count_themes([pk for pk in ids if pk not in found])


def _count_themes(ids: list[int]) -> dict[int, int]:
    spoken = Coding.objects.filter(theme__in=ids).order_by().values_list("theme")
    return dict.fromkeys(ids, 0) | dict(spoken.annotate(n=Count("verbatim__person", distinct=True)))


def customers() -> Speakers | None:
    """Count all customers; None when they are many and have not been counted yet."""
    return _kept([CUSTOMERS]).get(CUSTOMERS) or _customers_now()


def _customers_now() -> Speakers | None:
    people = _customers()
    return None if few_rows.are_many(people.values_list("pk", flat=True)) else _count_customers(people)


def of_large_study_and_all(study: Study) -> tuple[Speakers | None, Speakers | None]:
    """Return who spoke in a study of many words, and all customers, as `of_study` and `customers` do."""
    kept = _kept([_key(study), CUSTOMERS])
    return kept.get(_key(study)), kept.get(CUSTOMERS) or _customers_now()


def count_ahead() -> None:
    """Count what is too much to count while somebody waits; called by the heartbeat."""
    all_are_many = few_rows.are_many(Verbatim.objects.order_by().values_list("pk", flat=True))
    studies = {study.collection_id: study for study in Study.objects.order_by("pk")}
    counted = spoken_in(studies) if all_are_many else large(studies)
    for collection, study in studies.items():
        if collection in counted:
            _count_study(study)
    if few_rows.are_many(_customers().values_list("pk", flat=True)):
        _keep(CUSTOMERS, _count_customers(_customers()), last=_newest(Person.objects.all()))
    else:
        Tally.objects.filter(key=CUSTOMERS).delete()  # they are counted anew each time
    said = list(Theme.objects.filter(words__gt=few_rows.FEW).order_by("pk").values_list("pk", flat=True))
    ahead.forget(THEME_AHEAD, but=said)
    for theme in said:
        ahead.keep(THEME_AHEAD, theme, partial(_people_of_theme, theme), fresh=FRESH)


def _people_of_theme(theme: int) -> int:
    return _count_themes([theme])[theme]


def _customers() -> QuerySet[Person]:
    return matching({"kind": Kind.CUSTOMER}).order_by()


def _count_customers(people: QuerySet[Person]) -> Speakers:
    held = PersonFacet.objects.filter(
        person__kind=Kind.CUSTOMER, person__merged_into=None, person__erased_at=None
    )
    return Speakers(people.count(), _by_value(held))


def _count_study(study: Study) -> None:
    spoken = current().filter(collection=study.collection_id)
    newest = _newest(Verbatim.objects.filter(collection=study.collection_id))
    kept = Tally.objects.filter(key=_key(study)).first()
    if kept and (kept.last == newest or now() - kept.at < FRESH):
        return
    _keep(_key(study), behind(spoken), newest)


def _people(words: QuerySet[Verbatim]) -> QuerySet[Any, int]:
    return _spoken(words).values_list("who", flat=True).distinct()


def _by_value(held: QuerySet[PersonFacet]) -> dict[int, int]:
    return dict(held.order_by().values_list("value").annotate(n=Count("pk")))


def _newest(rows: QuerySet) -> int:
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    return int(newest or 0)


def _key(study: Study) -> str:
    return f"speakers:{study.collection_id}"


def _kept(keys: Sequence[str]) -> dict[str, Speakers]:
    kept = Tally.objects.filter(key__in=keys)
    return {t.key: Speakers(t.people, {int(value): n for value, n in t.by_value.items()}, t.at) for t in kept}


def _keep(key: str, counted: Speakers, last: int) -> None:
    Tally.objects.update_or_create(
        key=key,
        defaults={"people": counted.people, "by_value": dict(counted.by_value), "last": last, "at": now()},
    )
