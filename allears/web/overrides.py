"""Who was asked beyond their limit, and why: a page of the newest, however many letters there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, DateField, Exists, Func, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Concat, Substr, TruncDate
from django.utils import timezone

from allears.core.models import User
from allears.core.one_of import IsOneOf
from allears.people.models import Contact, Person
from allears.studies.queries import seen_by
from allears.web.minutes import asked_in, period

MOST_OVERRIDES = 200
SOME_LETTERS = 1_000  # are gone through together, and more where it takes more
_LINE = ("day", "subject", "override_reason", "overridden_by__name")


@dataclass(frozen=True)
class Override:
    """Somebody asked people beyond their limit, for a reason."""

    day: Any
    subject: str
    reason: str
    by: str
    people: int
    minutes: Decimal


def overrides_in(year: int, user: User) -> list[Override]:
    """Return who was asked beyond their limit and why, newest first, of studies that `user` may see."""
    seen = [f"study:{ref}" for ref in seen_by(user).values_list("ref", flat=True)]
    # By a changed topic, so that the databases walk along those beyond the limit, not through all letters of every study.
    here = Contact.objects.alias(about=Concat("topic", Value(""))).filter(about__in=seen, overridden_by__isnull=False)
    twins = _twins(year)
    found: list[Override] = []
    for begin, end in _stretches(year, found):
        days = here.filter(at__gte=begin, at__lt=end).annotate(day=_day(begin, end))
        found += _lines(days, twins, MOST_OVERRIDES - len(found))
    return found


def _twins(year: int) -> dict[int, int]:
    """Who was asked beyond their limit under a row that was merged into another, and that one: as a rule they are few."""
    over = asked_in(year).filter(overridden_by__isnull=False, person=OuterRef("pk"))
    merged = Person.objects.filter(Exists(over), merged_into__gt=0).order_by()
    return {row: stays for row, stays in merged.values_list("pk", "merged_into") if stays}


def _stretches(year: int, found: Sequence[Any]) -> Iterator[tuple[datetime, datetime]]:
    """Yield stretches of whole days, newest first, each of as many letters as it seems to take until enough is `found`."""
    over = asked_in(year).filter(overridden_by__isnull=False)
    first, end = period(year)
    gone, size = 0, SOME_LETTERS
    while first < end and len(found) < MOST_OVERRIDES:
        begin = _day_of(over.filter(at__lt=end), size) or first
        yield begin, end
        gone, end = gone + size, begin
        size = max(SOME_LETTERS, gone * (MOST_OVERRIDES - len(found)) // max(1, len(found)))


def _day_of(letters: QuerySet[Contact], place: int) -> datetime | None:
    """When the day began, where the reader is, of the letter at this place, newest first; None where there are fewer."""
    at = letters.order_by("-at").values_list("at", flat=True)[place : place + 1]
    return timezone.localtime(at[0]).replace(hour=0, minute=0, second=0, microsecond=0, fold=0) if at else None


def _lines(letters: QuerySet[Contact], twins: dict[int, int], most: int) -> list[Override]:
    counted = letters.values(*_LINE).annotate(people=Count("person", distinct=True), n=Sum("minutes"))
    twice = _twice(letters, twins) if twins else {}
    lines = counted.order_by("-day", "subject").values_list(*_LINE, "people", "n")
    return [
        Override(day, subject, reason, by, people - twice.get((day, subject, reason, by), 0), n)
        for day, subject, reason, by, people, n in lines[:most]
    ]


def _twice(letters: QuerySet[Contact], twins: dict[int, int]) -> dict[tuple[Any, ...], int]:
    """How many people count twice in a line, because two of their rows were asked."""
    theirs = letters.filter(IsOneOf("person", {*twins, *twins.values()})).values_list(*_LINE, "person").distinct()
    asked: defaultdict[tuple[Any, ...], set[int]] = defaultdict(set)
    for *line, person in theirs:
        asked[tuple(line)].add(person)
    return {line: len(rows) - len({twins.get(row, row) for row in rows}) for line, rows in asked.items()}


def _day(begin: datetime, end: datetime) -> Func:
    """The day of a letter, where the reader is. SQLite would ask Python about each, but can tell by itself as long as the
    clocks were not changed."""
    midnights = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    clocks = {int((midnight.utcoffset() or timedelta()).total_seconds()) for midnight in midnights}
    if connection.vendor != "sqlite" or len(clocks) > 1:
        return TruncDate("at")
    seconds = Value(f"{clocks.pop():+} seconds")
    return Func(Substr("at", 1, len("2026-03-14 15:09:26")), seconds, function="date", output_field=DateField())
