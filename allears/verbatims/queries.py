"""Questions to the ledger."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from allears.people.models import Person
from allears.people.queries import all_of
from allears.verbatims.models import Verbatim


def current() -> QuerySet[Verbatim]:
    """Words that stand: neither redacted nor superseded by what the same person said later."""
    later = Verbatim.objects.filter(supersedes=OuterRef("pk"))
    return Verbatim.objects.filter(~Exists(later), salt__isnull=False)


def said_by(person: Person) -> QuerySet[Verbatim]:
    """Everything `person` ever said, by any of the rows that were merged into them, redacted or superseded
    or not.
    """
    return Verbatim.objects.filter(person_id__in=all_of(person)).order_by("-id")
