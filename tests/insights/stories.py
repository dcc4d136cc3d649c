"""What this room's tests tell again and again: somebody says something, it is given a theme, it is cited."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allears.core.models import User
from allears.insights import actions
from allears.insights.models import Citation, Coding, Insight, Theme
from allears.people.models import Person
from allears.studies.models import Study
from allears.verbatims.actions import keep
from allears.verbatims.models import Source, Verbatim
from tests import cast


def question(prompt: str = "What gets in your way?", study: Study | None = None) -> Source:
    collection = (study or cast.late_orders()).collection
    return Source.objects.get_or_create(collection=collection, prompt=prompt)[0]


def said(text: str, by: Person | None = None, source: Source | None = None, **fields: Any) -> Verbatim:
    """Somebody says `text` in answer to a question of the study of late orders."""
    source = source or question()
    fields.setdefault("spoken_at", datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    return keep(collection=source.collection, source=source, person=by, text=text, **fields)


def theme(name: str, study: Study | None = None, **fields: Any) -> Theme:
    found = Theme.objects.in_use().filter(name=name).first()
    return found or actions.add_theme(study=study or cast.late_orders(), name=name, by=cast.ana(), **fields)


def coded(verbatim: Verbatim, name: str, passage: str = "", by: User | None = None) -> Coding:
    """Ana gives the passage (default: all the words) a theme."""
    start, end = span(verbatim, passage)
    return actions.code(verbatim=verbatim, theme=theme(name), start=start, end=end, by=by or cast.ana())


def claimed(claim: str = "Nobody tells customers that an order is late.", by: User | None = None) -> Insight:
    return actions.claim(study=cast.late_orders(), claim=claim, by=by or cast.ana())


def cited(
    insight: Insight, verbatim: Verbatim, side: str = "for", passage: str = "", by: User | None = None
) -> Citation:
    start, end = span(verbatim, passage)
    return actions.cite(
        insight=insight, verbatim=verbatim, start=start, end=end, side=side, by=by or cast.ana()
    )


def span(verbatim: Verbatim, passage: str) -> tuple[int, int]:
    if not passage:
        return 0, len(verbatim.text)
    start = verbatim.text.index(passage)
    return start, start + len(passage)
