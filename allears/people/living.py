"""Touchpoints that people have lived through, with the day: who can know, and how long ago it was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet

from allears.core import audit
from allears.core.each_value import each_value
from allears.core.models import User
from allears.people import folding
from allears.people.details import checked
from allears.people.errors import UnfitDetails
from allears.people.models import LivedThrough, Person
from allears.people.queries import all_of, in_hand


@transaction.atomic
def live_through(
    *, person: Person, touchpoint: str, on: date | str, by: User | None = None, source: str = ""
) -> LivedThrough:
    """Write down that `person` went through `touchpoint` on a day; a second time changes nothing.

    Raises `UnfitDetails` for a day that is no day or still to come, or a touchpoint without a name.
    """
    details, problems = checked({"lived": {touchpoint: str(on)}})
    if problems:
        raise UnfitDetails(problems)
    label, day = next(iter(details.lived.items()))
    row, new = LivedThrough.objects.get_or_create(
        person=in_hand(person), key=folding.value_key(label), on=day,
        defaults={"touchpoint": label, "source": source[:200], "by": by},
    )  # fmt: skip
    if new:
        audit.record(by=by, verb="people.lived-through", target=row.person, touchpoint=label)
    return row


@transaction.atomic
def take_out(*, row: LivedThrough, by: User) -> None:
    """It was written down by mistake."""
    audit.record(by=by, verb="people.lived-through-taken-out", target=row.person, touchpoint=row.touchpoint)
    row.delete()


def lived_by(person: Person) -> QuerySet[LivedThrough]:
    """Return what a person has lived through, under whichever of their rows, newest first."""
    return LivedThrough.objects.filter(person__in=all_of(person)).order_by("-on", "-pk")


def touchpoints() -> list[tuple[str, str]]:
    """Return (key, name as of its newest day) of every touchpoint that anybody has lived through, by name; each is found
    along their index, however many people went through it."""
    with connection.cursor() as cursor:
        cursor.execute(
            each_value("people_livedthrough", "key")  # noqa: S608
            + """ SELECT value, (
                SELECT touchpoint FROM people_livedthrough WHERE key = each_value.value ORDER BY "on" DESC, person_id DESC LIMIT 1
            ) FROM each_value WHERE value IS NOT NULL"""
        )
        return sorted(cursor.fetchall(), key=lambda row: row[1].casefold())


def write_down(lived: Iterable[tuple[Person, str, date]], *, source: str, by: User | None) -> set[int]:
    """Write many down in few statements, inside the caller's transaction; return for whom something was new."""
    rows = {
        (person.pk, folding.value_key(label), day): LivedThrough(
            person=person, touchpoint=label, key=folding.value_key(label), on=day, source=source[:200], by=by
        )
        for person, label, day in lived
    }
    people = {person for person, _key, _day in rows}
    there = set(LivedThrough.objects.filter(person__in=people).values_list("person_id", "key", "on"))
    news = [row for place, row in rows.items() if place not in there]
    LivedThrough.objects.bulk_create(news, batch_size=500, ignore_conflicts=True)
    return {row.person_id for row in news}

