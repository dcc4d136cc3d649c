"""What became of each invitation, in one word that the database can filter and count by.

Answers live in a room above; it registers here (in `apps.ready`) how to tell from an invitation whether it
was answered, and how many people answered without having been invited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from allears.studies.models import Decline, Invitation, Later, Study


class Outcome(TextChoices):
    """What became of an invitation."""

    ANSWERED = "answered", _("Answered")
    BEGUN = "begun", _("Begun, not sent yet")
    DECLINED = "declined", _("Declined")
    NOT_ME = "not_me", _("Not the right person")
    LATER = "later", _("Wants to be asked later")
    OPENED = "opened", _("Opened, nothing said yet")
    SILENT = "silent", _("Nothing heard yet")


@dataclass(frozen=True)
class Uninvited:
    """How many took part without an invitation: who came by a public link, and whose response was brought from
    elsewhere, in how many files; when the last of them was handed in, and by whom.
    """

    came: int = 0
    brought: int = 0
    files: int = 0
    last_at: datetime | None = None
    last_by: str = ""

    @property
    def all(self) -> int:
        """How many it is together."""
        return self.came + self.brought


@dataclass(frozen=True)
class Ear:
    """How a room tells who answered: conditions over an invitation, the ids of a study's invitations with a response
    that was sent (or not), who was never invited in each of some studies (ids), and a condition over a study that holds
    past responses.
    """

    answered: Callable[[], Combinable]
    begun: Callable[[], Combinable]
    traces: Callable[[Study, bool], QuerySet[Any, Any]]
    uninvited: Callable[[Sequence[int]], dict[int, Uninvited]]
    brought: Callable[[], Combinable]


def _nobody() -> Combinable:
    return Value(False, output_field=BooleanField())


def _no_traces(study: Study, sent: bool) -> QuerySet[Any, Any]:
    return Invitation.objects.none().values("pk")


def _nowhere(studies: Sequence[int]) -> dict[int, Uninvited]:
    return {study: Uninvited() for study in studies}


_ear = Ear(answered=_nobody, begun=_nobody, traces=_no_traces, uninvited=_nowhere, brought=_nobody)


def listen_with(ear: Ear) -> None:
    """Register the one room that takes answers."""
    global _ear
    _ear = ear


def uninvited(study: Study) -> Uninvited:
    """Return how many took part without an invitation: by a public link, or brought from elsewhere."""
    return uninvited_of_each([study.pk])[study.pk]


def uninvited_of_each(studies: Sequence[int]) -> dict[int, Uninvited]:
    """Return the same for each of these studies (ids), asked together."""
    return _ear.uninvited(studies)


def without_past_responses(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return those of `studies` into which nothing was brought from elsewhere."""
    return studies.exclude(_ear.brought())


def with_outcome(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return `invitations` annotated with `outcome` (a value of `Outcome`)."""
    declined = Decline.objects.filter(invitation=OuterRef("pk"))
    later = Later.objects.filter(invitation=OuterRef("pk"), asked_at=None, over_at=None)
    return invitations.annotate(
        outcome=Case(
            When(_ear.answered(), then=Value(Outcome.ANSWERED)),
            When(Exists(declined.filter(kind="not_me")), then=Value(Outcome.NOT_ME)),
            When(Exists(declined), then=Value(Outcome.DECLINED)),
            When(_ear.begun(), then=Value(Outcome.BEGUN)),
            When(Exists(later), then=Value(Outcome.LATER)),
            When(Q(opened_at__isnull=False), then=Value(Outcome.OPENED)),
            default=Value(Outcome.SILENT),
            output_field=CharField(),
        )
    )


def with_trace_of(outcome: Outcome, invitations: QuerySet[Invitation], study: Study) -> QuerySet[Invitation]:
    """Return those of the study's `invitations` that hold what alone can lead to `outcome`.

    Where few have the outcome, the databases find them by it instead of looking at each.
    """
    traces: dict[Outcome, QuerySet[Any, Any]] = {
        Outcome.LATER: Later.objects.filter(invitation__study=study, asked_at=None, over_at=None).values("invitation"),
        Outcome.DECLINED: Decline.objects.filter(invitation__study=study).values("invitation"),
        Outcome.NOT_ME: Decline.objects.filter(invitation__study=study, kind="not_me").values("invitation"),
        Outcome.BEGUN: _ear.traces(study, False),
        Outcome.ANSWERED: _ear.traces(study, True),
    }
    if outcome in traces:
        return invitations.filter(pk__in=traces[outcome])
    return invitations.filter(opened_at__isnull=outcome == Outcome.SILENT)


def outcome_of(row: Model) -> Outcome:
    """Return the annotated outcome of an invitation that came through `with_outcome`."""
    return Outcome(row.outcome)  # type: ignore[attr-defined]
