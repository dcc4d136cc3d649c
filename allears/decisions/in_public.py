"""Whether what stands on the public page still holds: nobody reads there, silently, what is not so any more.

An item says what was decided as it stood when somebody published it. When the decision says something else since then,
or an insight that it rested on was withdrawn, the page says so with the day; what holds instead stands there as soon as
somebody publishes it, beside what stood there before. Staff are told of every item that no longer matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from allears.decisions.models import TOLD, ChangeState, ChangeStep, Decision, Ground, PublicGround, PublicItem
from allears.studies.models import Study

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Since(TypedDict):
        """What has happened since an item was published."""

        withdrawn: datetime | None
        regrounded: bool
        dropped: bool

    PublishedItem = WithAnnotations[PublicItem, Since]


@dataclass(frozen=True)
class Overtaken:
    """Why an item no longer matches: its decision turned, an insight was withdrawn, each with the day; its decision
    rests on other insights; something that was to be done was dropped.
    """

    turned: datetime | None = None
    withdrawn: datetime | None = None
    regrounded: bool = False
    dropped: bool = False

    def __bool__(self) -> bool:
        return any(vars(self).values())

    @property
    def reasons(self) -> list[str]:
        """Each reason as a sentence for staff."""
        said = [
            (self.turned, _("The decision says something else since %(day)s.")),
            (self.withdrawn, _("An insight that it rested on was withdrawn on %(day)s.")),
            (self.regrounded, _("The decision no longer rests on an insight that it rested on.")),
            (self.dropped, _("Something that was to be done about it has been dropped.")),
        ]
        return [words % {"day": _day(since)} for since, words in said if since]


def _day(since: datetime | bool) -> str:
    return date_format(localtime(since), "DATE_FORMAT") if isinstance(since, datetime) else ""


def wording(decision: Decision) -> dict[str, Any]:
    """Return what a decision says now, and since when, as an item keeps it."""
    since = decision.changed_at or decision.decided_at
    return {name: str(getattr(decision, name)) for name in TOLD} | {"on": since.isoformat()}


def says_otherwise(said: dict[str, Any], decision: Decision) -> bool:
    """Whether a decision says something else now than an item kept of it (`wording`)."""
    return any(said[name] != getattr(decision, name) for name in TOLD)


def as_published(item: PublicItem) -> list[Decision]:
    """Return what was decided, each time as it was published, oldest first; one that only gave other reasons replaces
    the one before it.
    """
    found: list[Decision] = []
    for said in _told_of(item):
        told = {name: said[name] for name in TOLD}
        decision = Decision(decided_at=datetime.fromisoformat(said["on"]), **told)
        if found and found[-1].headline == decision.headline:
            found.pop()
        found.append(decision)
    return found


def _told_of(item: PublicItem) -> list[dict[str, Any]]:
    return item.decided or [wording(item.decision)]  # published by a version that did not keep it yet


def standing() -> QuerySet[PublishedItem]:
    """Return the items that stand on the public page, with what has happened since each was published."""
    taken_back = PublicGround.objects.filter(item=OuterRef("pk"), insight__withdrawn_at__gt=OuterRef("published_at"))
    still = Ground.objects.filter(decision=OuterRef("item__decision"), insight=OuterRef("insight"))
    left = PublicGround.objects.filter(~Exists(still), item=OuterRef("pk"), insight__withdrawn_at=None)
    dropped = ChangeStep.objects.filter(
        change__decision=OuterRef("decision"), change__state=ChangeState.DROPPED, state=ChangeState.DROPPED,
        at__gt=OuterRef("published_at"),
    )  # fmt: skip
    newest = taken_back.order_by("-insight__withdrawn_at").values("insight__withdrawn_at")[:1]
    return PublicItem.objects.filter(published_at__isnull=False, withdrawn_at=None).annotate(
        withdrawn=Subquery(newest), regrounded=Exists(left), dropped=Exists(dropped)
    )


def overtaken(item: PublishedItem) -> Overtaken:
    """Return why an item of `standing` no longer matches what was decided; falsy while it does."""
    decision = item.decision
    turned = says_otherwise(_told_of(item)[-1], decision)
    return Overtaken(
        turned=(decision.changed_at or decision.decided_at) if turned else None,
        withdrawn=item.withdrawn, regrounded=item.regrounded, dropped=item.dropped,
    )  # fmt: skip


def of_decision(decision: Decision) -> Overtaken:
    """Return why a decision's item no longer matches it; falsy where it does, or where none stands in public."""
    item = standing().filter(decision=decision).select_related("decision").first()
    return overtaken(item) if item else Overtaken()


def no_longer_matching(studies: QuerySet[Study]) -> list[PublishedItem]:
    """Return the items of these studies that no longer match what was decided, the longest published first."""
    since = Q(decision__changed_at__gt=F("published_at")) | Q(withdrawn__isnull=False)
    maybe = standing().filter(since | Q(regrounded=True) | Q(dropped=True), study__in=studies)
    return [item for item in maybe.select_related("decision").order_by("published_at", "pk") if overtaken(item)]
