"""Whether what is asked for picks out few people, where its reader sees no names.

What is refused must tell nothing either. Whoever knows somebody's words could search for them together with a trait: were
the answer "too few" for those who have it and "nothing" for the others, it would tell. So whether a trait may be asked about
at all is settled study by study, by all who speak there and whatever else is asked for; and nobody counts as few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from allears.insights import filters as asked
from allears.insights import many_studies, narrowing, paging, parts, small_groups, speakers
from allears.insights.filters import Filters
from allears.insights.many_studies import values_are_safe, values_asked_for
from allears.insights.narrowing import Found
from allears.insights.room import Room
from allears.insights.small_groups import FOR_COMMENTS

# How many words are looked at for enough people, the next only where these are from fewer.
OF_A_GROUP = (100, 200)
OF_OTHERS = ((asked.NEWEST, 100), (asked.NEWEST, 1_000), (asked.OLDEST, 1_000))


@dataclass(frozen=True)
class Answer:
    """The words that are wanted of those of the room's studies in which they may be asked for; whether they are too few."""

    room: Room
    found: Found
    too_few: bool = False
    left_out: int = 0  # studies in which few share what is asked about


def matching(room: Room, wanted: Filters, named: frozenset[int]) -> Answer:
    """Return the words that are wanted, as a reader may find them who sees names in the studies `named` alone."""
    if not wanted.by_who_they_are or all(study.pk in named for study in room.studies):
        return Answer(room, narrowing.matching(room, wanted))
    may = named | _in_which(room, wanted, named)
    studies = tuple(study for study in room.studies if study.pk in may)
    if not studies:
        return Answer(room, narrowing.matching(room, wanted), too_few=True)
    kept = room if len(studies) == len(room.studies) else Room(room.user, studies)
    found = narrowing.matching(kept, wanted)
    return Answer(kept, found, _are_few(kept, wanted, found), len(room.studies) - len(studies))


def _in_which(room: Room, wanted: Filters, named: frozenset[int]) -> set[int]:
    """The studies in which it may be asked about speakers, but those in which their names are seen."""
    about = wanted.about_speakers()
    if len(room.studies) == 1:
        return {study.pk for study in room.studies if _may_be_asked_about(room, about, wanted.whatever_the_order())}
    others = Room(room.user, tuple(study for study in room.studies if study.pk not in named))
    return many_studies.in_which(others, about, lambda study: _may_be_asked_about(Room(room.user, (study,)), about, Filters()))


def uncounted_values(room: Room, named: frozenset[int]) -> set[int]:
    """Return the facet values by which the speakers of some of the room's words may not be counted.

    Of a whole study groups of five may be counted (`small_groups.FOR_NUMBERS`); by comparing some of its words with some
    others they would be told apart.
    """
    others = [study for study in room.studies if study.pk not in named]
    if len(others) > 1:
        return many_studies.uncounted_values(others)
    return many_studies.unsafe_values(map(speakers.of_study, others))


def _may_be_asked_about(room: Room, about: Filters, but: Filters) -> bool:
    """Whether enough who speak in one study share what is asked about, each trait by itself and all of them together;
    `but` is looked at by who calls.
    """
    safe = not about.facets or values_are_safe(speakers.of_study(room.studies[0]), values_asked_for(about))
    return safe and not any(
        _are_few(room, one, narrowing.matching(room, one)) for one in about.one_by_one_and_together() if one != but
    )


def _are_few(room: Room, wanted: Filters, found: Found) -> bool:
    """Whether so few people speak, or so many that taking one filter off would leave so few others."""
    if found.ids is None:
        return _may_be_few(found) or any(_leaves_few(room, less, found) for less in wanted.without_one())
    here = speakers.voices(found.ids)
    if here < FOR_COMMENTS or any(_leaves_few(room, less, found, here) for less in wanted.without_one()):
        return True
    return any(small_groups.leaves_few(here, part) for part in _parts(room, wanted, found.ids, here))


def _may_be_few(found: Found) -> bool:
    """Whether the newest of the words that several filters name, each very many, come from few people: so they may, too,
    where it took too long to find more.
    """
    for most in OF_A_GROUP:
        newest = paging.page(found, asked.NEWEST, per_page=most)
        if not (newest.ids or newest.looked) or speakers.voices(newest.ids) >= FOR_COMMENTS:
            return False
    return True


def _leaves_few(room: Room, less: Filters, found: Found, here: int | None = None) -> bool:
    """Whether few people speak in what is found with one filter less and not in what is found. Of very many words the
    newest and the oldest are looked at."""
    whole = narrowing.matching(room, less)
    if whole.ids is not None:
        return here is not None and small_groups.leaves_few(speakers.voices(whole.ids), here)
    others: set[int] = set()
    for order, most in OF_OTHERS:
        some = paging.page(whole, order, per_page=most).ids
        others |= set(some) - (set(found.ids) if found.ids is not None else found.tried(some, None))
        if speakers.voices(list(others)) >= FOR_COMMENTS:
            return False
    return bool(others)


def _parts(room: Room, wanted: Filters, ids: Sequence[int], here: int) -> Iterator[int]:
    """How many speak in parts of what is found that might be read, too: without one of several values of a facet, and
    with shorter ranges of numbers."""
    for less in wanted.narrower():
        part = narrowing.matching(room, less)
        if part.ids is not None and (voices := speakers.voices(part.ids)) >= FOR_COMMENTS:
            yield voices
    for less, numbers in parts.numbers_given(room, wanted, ids):
        whole = narrowing.matching(room, less)
        everybody = speakers.voices(whole.ids) if whole.ids is not None else None
        for cut in _few_at_the_ends(numbers):
            if here - cut >= FOR_COMMENTS and (everybody is None or not small_groups.leaves_few(everybody, here - cut)):
                yield here - cut


def _few_at_the_ends(numbers: Sequence[int]) -> set[int]:
    """How many people, fewer than may be read, a range of numbers loses by losing some at its ends: `numbers` gave each."""
    ends = [[0, *accumulate(side)][: FOR_COMMENTS + 1] for side in (numbers, numbers[::-1])]
    return {cut for low in ends[0] for high in ends[1] if 0 < (cut := low + high) < FOR_COMMENTS}
