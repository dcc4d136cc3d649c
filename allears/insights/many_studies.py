"""In which of several studies words may be asked for by who said them: as `few_people` settles it for one, for all of them
with few queries, and kept for a minute, because each page of the same words asks again.

Studies of very many words are settled one by one, and so is a range of numbers, whose every number is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from django.core.cache import cache

from allears.insights import filters as asked
from allears.insights import narrowing, small_groups, speakers, traits
from allears.insights.filters import Filters
from allears.insights.room import Room
from allears.insights.small_groups import FOR_COMMENTS
from allears.insights.speakers import Speakers
from allears.people.models import FacetValue
from allears.studies.models import Study

KEPT = 60  # seconds


def in_which(room: Room, about: Filters, alone: Callable[[Study], bool]) -> set[int]:
    """Return the studies of the room (their ids) in which it may be asked `about` speakers; `alone` settles one study.

    Where nobody has said anything yet, anything may be asked.
    """
    return _kept(f"in which {about.address()}", room.studies, lambda: _settled(room, about, alone))


def uncounted_values(studies: Sequence[Study]) -> set[int]:
    """Return the facet values by which the speakers of some words of several studies may not be counted; see `few_people`."""
    return _kept("uncounted values", studies, lambda: unsafe_values(speakers.of_studies(studies).values()))


def unsafe_values(counted: Iterable[Speakers | None]) -> set[int]:
    """Return the facet values that few of those share who were counted in any one study: all, where nobody has counted."""
    each = list(counted)
    if None in each:
        return set(FacetValue.objects.values_list("pk", flat=True))
    facet_of = traits.facets_of(each)
    return {value for one in each if one for value in one.by_value.keys() - traits.safe_values(one, facet_of)}


def _kept(what: str, studies: Iterable[Study], count: Callable[[], set[int]]) -> set[int]:
    said = f"{what} {[study.pk for study in studies]}"
    return set(cache.get_or_set(f"insights.{hashlib.sha256(said.encode()).hexdigest()}", count, KEPT) or ())


def _settled(room: Room, about: Filters, alone: Callable[[Study], bool]) -> set[int]:
    spoken_in = speakers.spoken_in(study.collection_id for study in room.studies)
    one_by_one = spoken_in if _asks_a_range(about) else speakers.large(spoken_in)
    together = _Together(Room(room.user, tuple(s for s in room.studies if s.collection_id in spoken_in - one_by_one)), about)
    return {
        study.pk
        for study in room.studies
        if study.collection_id not in spoken_in
        or (alone(study) if study.collection_id in one_by_one else together.may_be_asked(study))
    }


def _asks_a_range(about: Filters) -> bool:
    return any(answer and answer.choice is None and answer.low != answer.high for answer in asked.answers(about.answered))


class _Together:
    """What is known of several studies at once."""

    def __init__(self, room: Room, about: Filters) -> None:
        self._room, self._about = room, about
        self._voices: dict[Filters, dict[int, int]] = {}

    def may_be_asked(self, study: Study) -> bool:
        """Whether enough speakers share what is asked about, each trait by itself and all of them together."""
        counted = self._speakers.get(study.pk) if self._about.facets else None
        if self._about.facets and not values_are_safe(counted, self._values, self._facet_of):
            return False
        return not any(self._are_few(study, one) for one in self._about.one_by_one_and_together())

    def _are_few(self, study: Study, wanted: Filters) -> bool:
        here = self._spoke(study, wanted)
        return (
            here < FOR_COMMENTS
            or any(small_groups.leaves_few(self._spoke(study, less), here) for less in wanted.without_one())
            or any(
                (part := self._spoke(study, less)) >= FOR_COMMENTS and small_groups.leaves_few(here, part)
                for less in wanted.narrower()
            )
        )

    def _spoke(self, study: Study, wanted: Filters) -> int:
        """How many in this study speak in the words that are wanted."""
        if wanted not in self._voices:
            self._voices[wanted] = speakers.voices_in_each(narrowing.on_all(self._room, wanted))
        return self._voices[wanted].get(study.collection_id, 0)

    @cached_property
    def _speakers(self) -> dict[int, Speakers | None]:
        return speakers.of_studies(self._room.studies)

    @cached_property
    def _facet_of(self) -> dict[int, int]:
        return traits.facets_of(self._speakers.values())

    @cached_property
    def _values(self) -> list[set[int]]:
        return values_asked_for(self._about)


def values_asked_for(about: Filters) -> list[set[int]]:
    """Return for each facet that is asked about the values that are (their ids)."""
    return [
        set(FacetValue.objects.filter(facet__key=facet, key__in=keys).order_by().values_list("pk", flat=True))
        for facet, keys in about.values_by_facet().items()
    ]


def values_are_safe(
    counted: Speakers | None, asked_for: Iterable[set[int]], facet_of: Mapping[int, int] | None = None
) -> bool:
    """Whether so many of those who were `counted` have these values, and so many others do not, that nobody is pointed at;
    `facet_of` as in `traits.safe_values`.
    """
    safe = traits.safe_values(counted, facet_of)
    for values in asked_for:
        had = values & set(counted.by_value) if counted else values
        if not had <= safe or (counted and small_groups.leaves_few(counted.people, sum(counted.by_value[v] for v in had))):
            return False
    return True
