"""What may stand beside somebody's words where their name may not: traits that so many share that they point at nobody.

Three traits that many share one by one may be had together by one alone. So they are taken facet by facet: beside
words stands a value of the next facet only if enough of those who share all that stands there already have it, and those of
whom it is left out are enough, too, or nobody (`small_groups.safe_groups`). The first facet that may not stand ends the line, so that what is missing tells
nothing either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.core.cache import cache

from allears.core.one_of import IsOneOf
from allears.insights import speakers
from allears.insights.small_groups import FOR_COMMENTS, safe_groups
from allears.insights.speakers import Speakers
from allears.people.models import FacetValue, PersonFacet
from allears.studies.models import Study

MOST = 3
SPEAKERS_OF = 5_000  # newest words of a study: who shares what is told from those who spoke them
KEPT = 60  # seconds

_Groups = dict[int, dict[int, set[int]]]  # by facet and value, the people


def facets_of(counted: Iterable[Speakers | None]) -> dict[int, int]:
    """Return the facet of each value that somebody has who was counted."""
    values = {value for one in counted if one for value in one.by_value}
    return dict(FacetValue.objects.filter(pk__in=values).values_list("pk", "facet"))


def safe_values(counted: Speakers | None, facet_of: Mapping[int, int] | None = None) -> set[int]:
    """Return the facet values that so many speakers share that they point at nobody; none while nobody has counted.
    `facet_of`: where it is known already.
    """
    if counted is None or not counted.by_value:
        return set()
    facet_of = facets_of([counted]) if facet_of is None else facet_of
    facets: dict[int, dict[int, int]] = {}
    for value, people in counted.by_value.items():
        if value in facet_of:
            facets.setdefault(facet_of[value], {})[value] = people
    return {value for people in facets.values() for value in safe_groups(people, FOR_COMMENTS).shown}


def beside(study: Study, held: Mapping[int, Sequence[FacetValue]]) -> dict[int, list[FacetValue]]:
    """Return for each of these speakers of `study` those of their values (of all facets, in the facets' order) that may
    stand beside their words.
    """
    counted = speakers.of_study(study)
    safe = safe_values(counted)
    first = {person: [value for value in values if value.pk in safe] for person, values in held.items()}
    if all(len(values) < 2 for values in first.values()):
        return first
    groups = _kept_groups(study, safe) if counted and counted.at else _groups(study, safe)
    return {person: _line(held[person], safe, groups) for person in held}


def _line(values: Sequence[FacetValue], safe: set[int], groups: _Groups) -> list[FacetValue]:
    own = {value.facet_id: value for value in values}
    line: list[FacetValue] = []
    together: set[int] | None = None
    for facet, by_value in groups.items():
        may = _may_stand(by_value, together) & safe
        if not may or len(line) == MOST:
            continue
        if facet not in own or own[facet].pk not in may:
            break
        line.append(own[facet])
        people = by_value.get(own[facet].pk, set())
        together = people if together is None else together & people
    return line


def _may_stand(by_value: Mapping[int, set[int]], together: set[int] | None) -> set[int]:
    """The values of a facet that may be told apart among those who share all that stands there already."""
    if together is None:
        return set(by_value)
    sizes = {value: len(people & together) for value, people in by_value.items()}
    return {value for value, size in safe_groups(sizes, FOR_COMMENTS).shown.items() if size}


def _kept_groups(study: Study, safe: set[int]) -> _Groups:
    key = f"insights.groups:{study.pk}:{'.'.join(map(str, sorted(safe)))}"
    return dict(cache.get_or_set(key, lambda: _groups(study, safe), KEPT) or {})


def _groups(study: Study, safe: set[int]) -> _Groups:
    """Who of the newest speakers has which value, of every facet that has a safe one, in the facets' order."""
    values = FacetValue.objects.filter(facet__in=FacetValue.objects.filter(pk__in=safe).values("facet"))
    groups: _Groups = {}
    for pk, facet in values.order_by("facet__position", "facet__label", "position", "label").values_list("pk", "facet"):
        groups.setdefault(facet, {})[pk] = set()
    facet_of = {value: facet for facet, by_value in groups.items() for value in by_value}
    people = speakers.newest(study, SPEAKERS_OF)
    held = PersonFacet.objects.filter(IsOneOf("person", people), value__in=list(facet_of)).order_by()
    for person, value in held.values_list("person", "value"):
        groups[facet_of[value]][value].add(person)
    return groups
