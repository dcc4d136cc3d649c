"""The yearly statement: what was asked, given and done, in figures that may be read by everybody.

It is kept as it was published, so that it does not change under its readers. Groups of fewer than five people are not
in it, nor those that would reveal one (`insights.small_groups`).
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.insights.small_groups import FOR_NUMBERS
from allears.people.models import Facet
from allears.studies.models import Study
from allears.web import minutes
from allears.web.models import Statement

# 1: "came" was everything of the year, whether anybody had been asked for it or not. 2: "given" had the minutes in it of who
# came by a public link and had been asked by no letter.
FORMAT = 3


class TooFew(Exception):
    """Fewer than five people were asked in the year: any figure would be about somebody."""


class StandsAlready(Exception):
    """A statement of this year is published; withdraw it first."""


def figures_of(year: int, facet: Facet | None = None) -> dict[str, Any]:
    """Return the figures of a year as they would be published. Raises `TooFew`."""
    asked, people, messages = minutes.totals(year)
    if people < FOR_NUMBERS:
        raise TooFew
    given, came = minutes.given_in(year), minutes.came_in(year)
    enough = given.measured >= FOR_NUMBERS
    return {
        "format": FORMAT,
        "examples": minutes.of_examples(year),
        "asked": {"minutes": float(asked), "people": people, "messages": messages},
        "given": {"minutes": given.minutes, "people": given.measured} if enough else None,
        "open": {"minutes": given.open_minutes, "people": given.open_measured} if given.open_measured >= FOR_NUMBERS else None,
        "came": {name: getattr(came, name) for name in ("words", "insights", "decisions", "changes")},
        "heard": came.heard if came.heard >= FOR_NUMBERS or not came.heard else None,
        "over": _few(minutes.overridden(year)),
        "months": _rows(minutes.without_small(minutes.by_month(year))),
        "studies": _rows(minutes.without_small(minutes.by_study(year, Study.objects.filter(team_only=False)))),
        "facet": {"label": facet.label, "rows": _rows(minutes.by_value(year, facet))} if facet else None,
    }


def _few(people: int) -> int | None:
    """The count, or None for a few: they are not told apart."""
    return people if people == 0 or people >= FOR_NUMBERS else None


def _rows(rows: list[minutes.Row]) -> list[dict[str, Any]]:
    return [
        {"label": row.label, "hidden": True} if row.hidden else {"label": row.label, "minutes": float(row.minutes)}
        for row in rows
    ]


@transaction.atomic
def publish(*, year: int, by: User, facet: Facet | None = None, words: str = "") -> Statement:
    """Publish the year as it stands now. Raises `TooFew`, `StandsAlready`."""
    try:
        with transaction.atomic():
            made = Statement.objects.create(
                year=year, figures=figures_of(year, facet), words=words.strip(), published_by=by
            )
    except IntegrityError:
        raise StandsAlready from None
    audit.record(by=by, verb="web.statement_published", target=made, year=year)
    return made


@transaction.atomic
def withdraw(*, year: int, by: User) -> bool:
    """Take the statement of a year off the public page; return whether there was one."""
    gone = Statement.objects.filter(year=year, withdrawn_at=None).update(withdrawn_at=now(), withdrawn_by=by)
    if gone:
        audit.record(by=by, verb="web.statement_withdrawn", year=year)
    return bool(gone)


def published() -> QuerySet[Statement]:
    """Return the statements that stand, the newest year first."""
    return Statement.objects.filter(withdrawn_at=None).order_by("-year")
