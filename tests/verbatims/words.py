"""Words for the ledger's tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allears.people.models import Person
from allears.verbatims import actions
from allears.verbatims.models import Collection, Source, Verbatim

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def why() -> Source:
    """The question that everybody answers here."""
    collection, _ = Collection.objects.get_or_create(title="Late orders")
    return Source.objects.get_or_create(collection=collection, prompt="What happened?")[0]


def said(text: str, person: Person | None = None, **fields: Any) -> Verbatim:
    """Keep what `person` answered to `why`."""
    source = why()
    fields = {"language": "en", "spoken_at": NOON, **fields}
    return actions.keep(collection=source.collection, source=source, person=person, text=text, **fields)
