"""Questions over all rooms: what is unread, what waits, what the loop of each study says."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from allears.core import troubles
from allears.core.models import User
from allears.core.waiting import Waiting
from allears.decisions import queries as decisions
from allears.insights import queries as insights
from allears.insights.models import Read
from allears.people import queries as people
from allears.studies import queries as studies
from allears.studies.models import State, Study
from allears.verbatims.models import Undated, Verbatim
from allears.verbatims.queries import current

# Long answers are read in the reading room; home shows one that fits a page.
MOST_CHARACTERS, FEWEST_CHARACTERS = 300, 60
MOST_UNREAD = 200  # are looked through for one


def unread(user: User) -> QuerySet[Verbatim]:
    """Return the words that `user` may see and has not read, those spoken last first.

    They are walked along the index of days until enough is found, however many words there are.
    """
    read = Read.objects.filter(user=user, verbatim=OuterRef("pk"))
    seen = list(studies.seen_by(user).order_by().values_list("collection", flat=True))
    # The sum keeps the databases from sorting all the words of a collection.
    found = current().alias(inside=F("collection_id") + 0).filter(inside__in=seen)
    return found.exclude(Exists(read)).order_by("-spoken_at", "-id")


def to_read_now(user: User) -> tuple[Verbatim | None, int]:
    """Return the words spoken last that `user` has not read, and how many there are, `MOST_UNREAD` at most.

    A sentence or two, if there are any, that can be set large; words without a day stand behind those that are known to be
    new.
    """
    undated = Exists(Undated.objects.filter(verbatim=OuterRef("pk")))
    newest = list(unread(user).values_list("pk", Length("text"), undated)[:MOST_UNREAD])
    if not newest:
        return None, 0
    newest.sort(key=lambda row: row[2])
    fitting = [pk for pk, length, _undated in newest if FEWEST_CHARACTERS <= length <= MOST_CHARACTERS]
    words = Verbatim.objects.select_related("person", "source", "collection", "undated")
    return words.get(pk=next(iter(fitting or [newest[0][0]]))), len(newest)


def studies_now(user: User) -> QuerySet[Study]:
    """Return the studies whose loop home shows: those not closed, nearest promise first, then the newest closed; a draft
    where words were brought, as it has begun to be heard.
    """
    heard = Exists(Verbatim.objects.filter(collection=OuterRef("collection")))
    return studies.seen_by(user).filter(~Q(state=State.DRAFT) | heard).order_by(
        F("promise_on").asc(nulls_last=True), "-created_at"
    )  # fmt: skip


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for `user` in every room: urgent first, then by date."""
    rooms = (troubles, people, studies, insights, decisions)
    found = [waiting for room in rooms for waiting in room.waiting_for(user)]
    return sorted(found, key=lambda w: (not w.urgent, w.due is None, w.due or 0))
