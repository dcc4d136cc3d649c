"""What the ledger does on news from below."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from allears.core.models import User
from allears.people.models import Person
from allears.people.signals import person_erased
from allears.verbatims.actions import redact
from allears.verbatims.queries import said_by


@receiver(person_erased)
def take_their_words_away(
    sender: Any, person: Person, by: User | str | None = None, reason: str = "", **kwargs: Any
) -> None:
    """Who is erased takes their words along; stones stay."""
    label = str(by) if by else "the person"
    redact(
        verbatims=list(said_by(person).values_list("pk", flat=True)),
        reason="law" if reason == "law" else "person",
        note="" if reason in ("person", "law") else reason,
        by=by if isinstance(by, User) else None,
        by_label=label,
    )
