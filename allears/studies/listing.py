"""The list of whom a study asked, a page at a time, as fast among a million as among ten.

Newest first. Where very many were asked and very many have the words that are looked for, it is by the newest people,
who are looked through 5,000 hits a page, much as in the list of people: a page may hold few, or none, and yet lead on.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from allears.core import ahead
from allears.core.typed import whole_number
from allears.people import search
from allears.people.listing import among
from allears.people.models import Person
from allears.studies import anew, fates
from allears.studies.hearing import Outcome, with_outcome, with_trace_of
from allears.studies.models import Invitation, Study
from allears.studies.queries import OUTCOMES_AHEAD

PAGE = 50
MOST_HITS = 5_000
FEW = 2_000  # so few of very many are found by what they left, not by looking at one after the other
MOST_AT_ONCE = 20_000


@dataclass(frozen=True)
class InvitationsPage:
    """A page of invitations with their outcome, and the cursor of the next (empty: none)."""

    rows: list[Invitation]
    after: str
    newest_people_first: bool = False


def page_of(
    study: Study, *, outcome: str = "", words: str = "", after: str = "", size: int = PAGE, lost: bool = False
) -> InvitationsPage:
    """Return a page of the study's invitations: of one outcome, of people found by words, those of which no letter arrived
    (`lost`); `after` is another's cursor.
    """
    found, below, many = (
        Invitation.objects.filter(study=study),
        whole_number(after),
        ahead.kept(OUTCOMES_AHEAD, study.pk),
    )
    if lost:
        # Looked up first: as a part of the page's question PostgreSQL asks all of it of each.
        found, outcome = found.filter(pk__in=among(list(anew.lost(study).values_list("pk", flat=True)))), ""
    if outcome not in Outcome.values:
        outcome = ""
    elif many and many.value.get(outcome, 0) < FEW:
        found = with_trace_of(Outcome(outcome), found, study)
    if not words.strip():
        return _newest(found, outcome, below, size)
    hits = search.first_ids(words, MOST_HITS + 1)
    if len(hits) <= MOST_HITS:
        return _newest(found.filter(person__in=among(hits)), outcome, below, size)
    if not many:
        return _newest(found.filter(person__in=search.find(Person.objects.all(), words)), outcome, below, size)
    hits = search.first_ids(words, MOST_HITS + 1, below) if below else hits
    rows = _first(found.filter(person__in=among(hits)).order_by("-person_id"), outcome, size + 1)
    further = str(hits[-1]) if len(hits) > MOST_HITS else ""
    cursor = str(rows[size - 1].person_id) if len(rows) > size else further
    return InvitationsPage(rows[:size], cursor, newest_people_first=True)


def _newest(found: QuerySet[Invitation], outcome: str, below: int | None, size: int) -> InvitationsPage:
    rows = _first((found.filter(pk__lt=below) if below else found).order_by("-pk"), outcome, size + 1)
    return InvitationsPage(rows[:size], str(rows[size - 1].pk) if len(rows) > size else "")


def _first(found: QuerySet[Invitation], outcome: str, most: int) -> list[Invitation]:
    """The first of these with an outcome, looked at some and then more at once: to tell what became of all of them,
    PostgreSQL goes through all responses, although a page is all that is wanted."""
    rows: list[Invitation] = []
    begin, some = 0, 4 * most if outcome else most
    while len(rows) < most:
        ids = list(found.values_list("pk", flat=True)[begin : begin + some])
        looked_at = with_outcome(Invitation.objects.filter(pk__in=among(ids))).order_by(*found.query.order_by)
        if outcome:
            looked_at = looked_at.filter(outcome=outcome)  # type: ignore[misc]
        rows += looked_at.select_related("person__account").prefetch_related(Prefetch("mails", fates.letters()))[: most - len(rows)]
        if len(ids) < some:
            break
        begin, some = begin + some, min(4 * some, MOST_AT_ONCE)
    return rows
