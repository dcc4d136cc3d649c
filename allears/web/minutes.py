"""What the organisation asked of whom in a year, what was given, and what came of it: over all rooms.

Each figure is read as it was counted ahead, where very many letters or responses are kept (`web.counting`); else counted
now. What is kept is what the functions that begin with `count_` return.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise, repeat
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.core import ahead
from allears.core.clock import now
from allears.decisions.models import Change, ChangeState, Decision, Ground, Telling
from allears.decisions.queries import HEARD, HEARER
from allears.insights.models import Citation, Insight
from allears.insights.small_groups import safe_groups
from allears.people.models import Contact, Facet, FacetValue, PersonFacet
from allears.questionnaires.models import Answer, Response
from allears.studies.models import Invitation, Referral, Study
from allears.verbatims.models import Stone

TOTALS, MONTHS, STUDIES, VALUES = "minutes", "minutes by month", "minutes by study", "minutes by value"
GIVEN, CAME, OVERRIDDEN = "minutes given", "minutes and what came", "minutes overridden"
TEAMS = "minutes of teams"  # whom the studies asked that only their teams see
WHO = Coalesce("person__merged_into", "person")


@dataclass(frozen=True)
class Row:
    """Minutes asked of so many people: of one study, month or facet's value. `hidden`: too few to be shown."""

    label: str
    minutes: Decimal
    people: int
    url: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Given:
    """Minutes given, as measured: pages open until the answers were sent; and how many were not measured. `open_minutes`:
    those of the `open_measured` who came by a public link, a tablet or a site, and whom no letter had asked.
    """

    minutes: float
    measured: int
    unmeasured: int
    open_minutes: float = 0.0
    open_measured: int = 0


@dataclass(frozen=True)
class Came:
    """What came of the minutes that were asked in a year."""

    words: int
    insights: int
    decisions: int
    changes: int
    heard: int


def period(year: int) -> tuple[datetime, datetime]:
    """Return the beginning of `year` and of the next, where the reader is."""
    begin, end = (timezone.make_aware(datetime(y, 1, 1)) for y in (year, year + 1))
    return begin, end


def asked_in(year: int) -> QuerySet[Contact]:
    """Return every message of the year that asked for time."""
    begin, end = period(year)
    return Contact.objects.filter(at__gte=begin, at__lt=end).order_by()


def years() -> list[int]:
    """Return the years in which anything was asked, and this one, newest first."""
    first = Contact.objects.aggregate(first=Min("at"))["first"]
    this = timezone.localtime(now()).year
    since = timezone.localtime(first).year if first else this
    return list(range(max(this, since), min(this, since) - 1, -1))


def count_totals(year: int) -> list[Any]:
    """Count the minutes asked (as text), the people and the messages."""
    row = asked_in(year).aggregate(minutes=Sum("minutes"), people=Count(WHO, distinct=True), messages=Count("pk"))
    return [str(row["minutes"] or 0), row["people"], row["messages"]]


def totals(year: int) -> tuple[Decimal, int, int]:
    """Return the minutes asked, of how many people, by how many messages."""
    minutes, people, messages = ahead.value_of(TOTALS, year, lambda: count_totals(year))
    return Decimal(minutes), people, messages


def counted_at(year: int) -> datetime | None:
    """Return when the figures of the year were counted, where they are counted ahead."""
    row = ahead.kept(TOTALS, year)
    return row.at if row else None


def of_examples(year: int) -> bool:
    """Return whether any of it was asked for a study that was made to show what the product does."""
    return asked_in(year).filter(topic__in=[f"study:{ref}" for ref in _examples()]).exists()


def _examples() -> QuerySet[Study, str]:
    return Study.objects.filter(example=True).values_list("ref", flat=True)


def count_months(year: int) -> list[list[Any]]:
    """Count the minutes (as text) and the people of each of the twelve months, in one walk through the year."""
    begins = [timezone.make_aware(datetime(year + month // 12, month % 12 + 1, 1)) for month in range(13)]
    inside = [Q(at__gte=begin, at__lt=end) for begin, end in pairwise(begins)]
    sums = {f"n{place}": Sum("minutes", filter=month) for place, month in enumerate(inside)}
    people = {f"p{place}": Count(WHO, distinct=True, filter=month) for place, month in enumerate(inside)}
    row = asked_in(year).aggregate(**sums, **people)
    return [[str(row[f"n{place}"] or 0), row[f"p{place}"]] for place in range(12)]


def by_month(year: int) -> list[Row]:
    """Return the minutes of each month that is not still to come."""
    counted = ahead.value_of(MONTHS, year, lambda: count_months(year))
    last = timezone.localtime(now())
    months = range(1, (last.month if last.year == year else 12) + 1)
    found = [(month, *counted[month - 1]) for month in months]
    return [Row(date_format(datetime(year, month, 1), "F"), Decimal(n), people) for month, n, people in found]


def count_studies(year: int) -> dict[str, list[Any]]:
    """Count the minutes (as text) and the people of each topic."""
    rows = asked_in(year).values("topic").annotate(n=Sum("minutes"), people=Count(WHO, distinct=True))
    return {row["topic"]: [str(row["n"]), row["people"]] for row in rows}


def by_study(year: int, seen: QuerySet[Study]) -> list[Row]:
    """Return the minutes of each of the studies that are `seen`, the others together; most minutes first."""
    rows = ahead.value_of(STUDIES, year, lambda: count_studies(year))
    studies = {f"study:{ref}": (title, slug) for ref, title, slug in seen.values_list("ref", "title", "slug")}
    shown = [
        Row(studies[topic][0], Decimal(n), people, reverse("studies:study", args=[studies[topic][1]]))
        for topic, (n, people) in rows.items()
        if topic in studies
    ]
    hidden = {topic: Decimal(n) for topic, (n, _people) in rows.items() if topic not in studies}
    shown.sort(key=lambda row: (-row.minutes, row.label))
    if not hidden:
        return shown
    people = _people_of_others(year, hidden, rows)
    return [*shown, Row(_("Studies of other teams"), sum(hidden.values(), Decimal(0)), people)]


def _people_of_others(year: int, hidden: Collection[str], asked: Collection[str]) -> int:
    """Each person once. Who is of no team, and everybody of the statement, misses the same studies: kept for all of them;
    what others miss differs, so that it is counted now."""
    row = ahead.kept(TEAMS, year)
    if row and set(hidden) == set(row.value["topics"]).intersection(asked):
        return int(row.value["people"])
    return _people_asked(year, hidden)


def count_teams(year: int) -> dict[str, Any]:
    """Count who was asked for the studies that only their teams see, together."""
    topics = [f"study:{ref}" for ref in Study.objects.filter(team_only=True).order_by("pk").values_list("ref", flat=True)]
    return {"topics": topics, "people": _people_asked(year, topics)}


def _people_asked(year: int, topics: Collection[str]) -> int:
    return int(asked_in(year).filter(topic__in=topics).aggregate(people=Count(WHO, distinct=True))["people"])


def asked_of_each(year: int) -> array[int]:
    """Return the tenths of minutes asked of each person, at the place of their id, -1 of nobody; merged people once.

    A million people are eight megabytes.
    """
    found = array("q")
    rows = asked_in(year).annotate(who=WHO).values_list("who").annotate(n=Sum("minutes"))
    for person, asked in rows.iterator(chunk_size=20_000):
        if person >= len(found):
            found.extend(repeat(-1, person + 1 - len(found)))
        found[person] = int(10 * asked)
    return found


def count_values(facet: Facet, of_each: array[int]) -> list[list[Any]]:
    """Count the minutes (as text) and the people of each value of a facet (its id; None where it is not known)."""
    tenths: Counter[int | None] = Counter()
    people: Counter[int | None] = Counter()
    held = PersonFacet.objects.filter(facet=facet).order_by().values_list("person_id", "value_id")
    for person, value in held.iterator(chunk_size=20_000):
        if person < len(of_each) and of_each[person] >= 0:
            tenths[value] += of_each[person]
            people[value] += 1
    asked = [much for much in of_each if much >= 0]
    if len(asked) > people.total():
        tenths[None], people[None] = sum(asked) - tenths.total(), len(asked) - people.total()
    return [[value, str(Decimal(tenths[value]) / 10), people[value]] for value in people]


def by_value(year: int, facet: Facet) -> list[Row]:
    """Return the minutes of each value of a facet, small groups (and what would reveal them) hidden."""
    counted = ahead.value_of(VALUES, f"{year} {facet.pk}", lambda: count_values(facet, asked_of_each(year)))
    labels: Mapping[int | None, str] = dict(FacetValue.objects.filter(facet=facet).values_list("pk", "label"))
    places = {pk: place for place, pk in enumerate(labels)}
    counted.sort(key=lambda row: places.get(row[0], len(places)))
    return without_small([Row(labels.get(pk, _("not known")), Decimal(n), people) for pk, n, people in counted])


def without_small(rows: list[Row]) -> list[Row]:
    """Return `rows` with those hidden that are of fewer than five people, or would reveal one that is."""
    safe = safe_groups({place: row.people for place, row in enumerate(rows)})
    return [
        Row(row.label, Decimal(0), 0, row.url, hidden=True) if place in safe.hidden else row
        for place, row in enumerate(rows)
    ]


def given_in(year: int) -> Given:
    """Return what was given in the year by who sent, in whichever year they were asked; who was asked by no letter stands
    apart, as their minutes were asked of nobody whom the budget knows.
    """
    return Given(*ahead.value_of(GIVEN, year, lambda: count_given(year)))


def count_given(year: int) -> list[float | int]:
    """Count what `Given` holds."""
    begin, end = period(year)
    sent = Response.objects.filter(day_known=True, submitted_at__gte=begin, submitted_at__lt=end)
    asked, measured = Q(invitation__isnull=False), Q(seconds__gt=0)
    row = sent.aggregate(
        asked=Sum("seconds", filter=asked), of=Count("pk", filter=asked & measured), unmeasured=Count("pk", filter=~measured),
        open=Sum("seconds", filter=~asked), open_of=Count("pk", filter=~asked & measured),
    )  # fmt: skip
    return [_minutes(row["asked"]), row["of"], row["unmeasured"], _minutes(row["open"]), row["open_of"]]


def _minutes(seconds: int | None) -> float:
    return round((seconds or 0) / 60, 1)


def unknown_in(year: int) -> int:
    """Return of how many people whom we did not know a letter asked whether they would take part, because somebody had
    named them, and who did not become known: their moment stands in nobody's budget.
    """
    begin, end = period(year)
    return Referral.objects.filter(named_at__gte=begin, named_at__lt=end, unasked="", contact=None).count()


def came_in(year: int) -> Came:
    """Return what came, until now, of the minutes asked in `year`.

    It rests on the invitations of the year, with which the minutes of answering were asked, in whichever year somebody was
    reminded, asked again, or sent: words sent in answer to them, insights that stand and cite these answers,
    decisions on these insights, their changes that are done, and who of those invited has heard back about that study.
    What came through no invitation (imports, public links) is not in it.
    """
    return Came(*ahead.value_of(CAME, year, lambda: count_came(year)))


def count_came(year: int) -> list[int]:
    """Count what `Came` holds."""
    answers = _answered(year)
    redacted = Stone.objects.filter(verbatim=OuterRef("verbatim"))
    insights = Insight.objects.filter(withdrawn_at=None, pk__in=_cited(answers).values("insight"))
    decisions = Decision.objects.filter(pk__in=Ground.objects.filter(insight__in=insights).values("decision"))
    done = Change.objects.filter(state=ChangeState.DONE, decision__in=decisions)
    words = answers.exclude(Exists(redacted))
    return [words.count(), insights.count(), decisions.count(), done.count(), _heard(year)]


def _invited(year: int) -> QuerySet[Invitation]:
    begin, end = period(year)
    return Invitation.objects.filter(invited_at__gte=begin, invited_at__lt=end)


def _answered(year: int) -> QuerySet[Answer]:
    """The open answers, sent and kept, of who was invited in the year."""
    begin, end = period(year)
    return Answer.objects.filter(
        verbatim__isnull=False,
        response__submitted_at__isnull=False,
        response__invitation__invited_at__gte=begin,
        response__invitation__invited_at__lt=end,
    )


def _cited(answers: QuerySet[Answer]) -> QuerySet[Citation]:
    """The citations of these answers, also in words that were replaced: the answer knows its newest alone."""
    itself = answers.filter(verbatim=OuterRef("verbatim"))
    same = answers.filter(question__source=OuterRef("verbatim__source"), response__person=OuterRef("verbatim__person"))
    return Citation.objects.filter(Exists(itself) | (Q(verbatim__superseded_by__isnull=False) & Exists(same)))


def _heard(year: int) -> int:
    """How many of those invited in the year, under whichever of their rows, have heard back about that study."""
    heard = Telling.objects.filter(HEARD, person__erased_at=None).annotate(hearer=HEARER)
    there = _invited(year).filter(study=OuterRef("update__study"))
    own, merged = there.filter(person=OuterRef("hearer")), there.filter(person__merged_into=OuterRef("hearer"))
    return heard.filter(Exists(own) | Exists(merged)).values("hearer").distinct().count()


def overridden(year: int) -> int:
    """Return of how many people more was asked than their limit, by anybody."""
    return int(ahead.value_of(OVERRIDDEN, year, lambda: count_overridden(year)))


def count_overridden(year: int) -> int:
    """Count the same now."""
    return asked_in(year).filter(overridden_by__isnull=False).aggregate(n=Count(WHO, distinct=True))["n"] or 0
