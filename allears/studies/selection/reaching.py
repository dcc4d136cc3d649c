"""Who was drawn, or may be, and may no longer be asked: the draw stays as it was committed, and nobody writes to them.

Between commitment and invitation people withdraw their consent, are erased, turn out to be one person in two rows, or
are asked for their minutes by somebody else. Their seat counts as empty and is offered for a redraw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _

from allears.core import ahead
from allears.people.bounces import not_working
from allears.people.budget import free_for
from allears.people.models import Person
from allears.studies import choosing
from allears.studies.hearing import Outcome
from allears.studies.models import Invitation
from allears.studies.selection.models import Commitment, PoolMember, Selection

THERE_AHEAD = "still there"
SPOKE = (Outcome.ANSWERED, Outcome.BEGUN)


def why_not(
    selection: Selection, holders: Iterable[tuple[int, Person | None]], outcomes: Mapping[int, Outcome | None]
) -> dict[int, str]:
    """Return why nobody may write to who holds a seat, in words, by the number of the seat; the others are left out.

    `holders`: who holds each seat today (None: erased), in the order of the draws. `outcomes`: what became of their
    invitations, by the person's id. Whoever was invited before needs no further minutes; whoever answered is never here.
    """
    seats = list(holders)
    people = {person.pk: person for _number, person in seats if person}
    unasked = Person.objects.filter(pk__in=set(people) - set(outcomes))
    free = set(free_for(unasked, selection.minutes).values_list("pk", flat=True))
    lost = not_working([person for pk, person in people.items() if pk not in outcomes])
    found: dict[int, str] = {}
    first: dict[int, int] = {}
    for number, person in seats:
        if person is None:
            found[number] = _("erased since")
        elif person.pk in first:
            found[number] = _("the same person as in seat %(n)s, as turned out since") % {"n": first[person.pk]}
        elif outcomes.get(person.pk) in SPOKE:
            pass
        elif not person.contactable:
            found[number] = _("does not want to be asked any more")
        elif person.pk not in outcomes and (not person.email or person.pk in lost):
            found[number] = _("has no e-mail address that works")
        elif person.pk not in outcomes and person.pk not in free:
            found[number] = _("has not enough minutes left in the contact budget")
        if person:
            first.setdefault(person.pk, number)
    return found


@dataclass(frozen=True)
class Lost:
    """How many of a committed pool may not be asked any more; `at` is when they were counted, None for now."""

    count: int
    at: datetime | None = None


def lost_since(selection: Selection, people: int) -> Lost:
    """Return how many of the `people` of a committed pool may not be asked any more, or were erased.

    Whom the study has asked meanwhile in another way is not lost. A very large pool is counted ahead (`count_ahead`).
    """
    row = ahead.kept(THERE_AHEAD, selection.pk)
    return Lost(people - (row.value if row else _still_there(selection)), row.at if row else None)


def count_ahead(only: Selection | None = None) -> None:
    """Count who is still there of the very large pools that wait for their seed, or of one that was just committed."""
    waiting = Selection.objects.filter(pk__in=Commitment.objects.filter(number=0, draw=None).values("selection"))
    large = [
        row
        for row in waiting.select_related("study").order_by("pk")
        if ahead.are_many(PoolMember.objects.filter(selection=row))
    ]
    ahead.forget(THERE_AHEAD, but=[row.pk for row in large])
    for row in large:
        if only in (None, row):
            ahead.keep(THERE_AHEAD, row.pk, partial(_still_there, row))


def _still_there(selection: Selection) -> int:
    askable = choosing.askable(choosing.people_for({}), selection.study, selection.minutes).order_by().values("pk")
    asked = Invitation.objects.filter(study=selection.study_id).values("person")
    members = PoolMember.objects.filter(selection=selection)
    return members.filter(Q(person__in=askable) | Q(person__merged_into__in=askable) | Q(person__in=asked)).count()
