"""How far somebody is: what they have answered, the page that comes next, the minutes that are left."""

from __future__ import annotations

from collections.abc import Mapping

from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_store as store
from allears.questionnaires.answering_asked import Asking, Given, asking
from allears.questionnaires.answering_timing import correction
from allears.questionnaires.answering_ways import Way


def asking_of(way: Way) -> Asking:
    """Return what is asked by a way that asks something, in its language, of everybody."""
    assert way.asked_id is not None
    return asking(way.asked_id, *way.written)


def given_by(way: Way) -> dict[int, Given]:
    """Return what was answered by this way, read along with the link or now."""
    return store.given(store.as_stored(store.said_by(way)))


def next_page(way: Way) -> int:
    """Return the first page that was not gone through yet; the last one when all were."""
    whole = asking_of(way)
    if not whole.is_ruled:
        return min(way.passed, len(whole.pages) - 1)
    there = logic.pages_there(logic.tailored(whole, way, given_by(way)))
    return min((at for at in there if at >= way.passed), default=there[-1])


def minutes_from(asked: Asking, at: int, device: str = "", given: Mapping[int, Given] | None = None) -> float:
    """Return the minutes from page `at` to the end without what is answered (`given`), corrected by what was measured, on
    `device` where that is enough: with one decimal, as they are said.
    """
    done = _seconds_done(asked, at, given) / 60 if given else 0.0
    return round(max(asked.pages[at].minutes - done, 0.0) * correction(asked.version_id, device), 1)


def _seconds_done(asked: Asking, at: int, given: Mapping[int, Given]) -> float:
    return sum(question.seconds for page in asked.pages[at:] for question in page.questions if given.get(question.id))


def minutes_left(way: Way) -> float:
    """Return the minutes that are left to this person, on what they hold in their hands, from where they go on."""
    given = given_by(way)
    return minutes_from(logic.tailored(asking_of(way), way, given), next_page(way), way.device, given)
