"""What this room adds to a person's page and to what is held about them: their words."""

from __future__ import annotations

from typing import Any

from allears.people.holdings import holding
from allears.people.models import Person
from allears.verbatims.queries import said_by


@holding
def words(person: Person) -> tuple[str, Any]:
    """Everything the person said, oldest first, with what they were asked and the digest that seals it."""
    said = said_by(person).select_related("source", "collection", "stone", "undated").order_by("pk")
    return "words", [
        {
            "ref": v.ref,
            "in": v.collection.title,
            "asked": v.source.prompt,
            "words": v.text,
            "language": v.language,
            "spoken_at": v.spoken_at if v.is_dated else None,
            "day_known": v.is_dated,
            "recorded_at": v.recorded_at,
            "taken_back": v.salt is None,
            "digest": bytes(v.digest).hex(),
        }
        for v in said
    ]
