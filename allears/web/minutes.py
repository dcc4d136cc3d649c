"""What the organisation asked of whom in a year, what was given, and what came of it: over all rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.core.clock import now
from allears.core.models import User
from allears.decisions.models import Change, ChangeState, Decision, Ground, Telling
from allears.decisions.queries import HEARD, HEARER
from allears.insights.models import Citation, Insight
from allears.insights.small_groups import safe_groups
from allears.people.models import Contact, Facet, FacetValue, PersonFacet
from allears.questionnaires.models import Answer, Response
from allears.studies.models import Invitation, Referral, Study
from allears.studies.queries import seen_by
from allears.verbatims.models import Stone

MOST_OVERRIDES = 200
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
class Override:
    """Somebody asked people beyond their limit, for a reason."""

    day: Any
    subject: str
    reason: str
    by: str
    people: int
    minutes: Decimal


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


def totals(year: int) -> tuple[Decimal, int, int]:
    """Return the minutes asked, of how many people, by how many messages."""
    row = asked_in(year).aggregate(minutes=Sum("minutes"), people=Count(WHO, distinct=True), messages=Count("pk"))
    return row["minutes"] or Decimal(0), row["people"], row["messages"]


def of_examples(year: int) -> bool:
    """Return whether any of it was asked for a study that was made to show what the product does."""
    return asked_in(year).filter(topic__in=[f"study:{ref}" for ref in _examples()]).exists()


def _examples() -> QuerySet[Study, str]:
    return Study.objects.filter(example=True).values_list("ref", flat=True)


def by_month(year: int) -> list[Row]:
    """Return the minutes of each month that is not still to come."""
    rows = asked_in(year).annotate(month=TruncMonth("at")).values("month")
    found = {row["month"].month: row for row in rows.annotate(n=Sum("minutes"), people=Count(WHO, distinct=True))}
    last = timezone.localtime(now())
    months = range(1, (last.month if last.year == year else 12) + 1)
    return [
        Row(
            date_format(datetime(year, month, 1), "F"),
            found[month]["n"] if month in found else Decimal(0),
            found[month]["people"] if month in found else 0,
        )
        for month in months
    ]


def by_study(year: int, seen: QuerySet[Study]) -> list[Row]:
    """Return the minutes of each of the studies that are `seen`, the others together; most minutes first."""
    rows = asked_in(year).values("topic").annotate(n=Sum("minutes"), people=Count(WHO, distinct=True))
    studies = {f"study:{ref}": (title, slug) for ref, title, slug in seen.values_list("ref", "title", "slug")}
    shown = [
        Row(studies[r["topic"]][0], r["n"], r["people"], reverse("studies:study", args=[studies[r["topic"]][1]]))
        for r in rows
        if r["topic"] in studies
    ]
    hidden = [row["topic"] for row in rows if row["topic"] not in studies]
    others = asked_in(year).filter(topic__in=hidden).aggregate(n=Sum("minutes"), people=Count(WHO, distinct=True))
    shown.sort(key=lambda row: (-row.minutes, row.label))
    return shown + ([Row(_("Studies of other teams"), others["n"], others["people"])] if hidden else [])


def by_value(year: int, facet: Facet) -> list[Row]:
    """Return the minutes of each value of a facet, small groups (and what would reveal them) hidden."""
    held = PersonFacet.objects.filter(person=OuterRef("who"), facet=facet).values("value")
    rows = asked_in(year).annotate(who=WHO).annotate(value=Subquery(held[:1])).values("value")
    counted = list(rows.annotate(n=Sum("minutes"), people=Count("who", distinct=True)))
    labels: Mapping[int | None, str] = dict(FacetValue.objects.filter(facet=facet).values_list("pk", "label"))
    places = {pk: place for place, pk in enumerate(labels)}
    counted.sort(key=lambda row: places.get(row["value"], len(places)))
    found = [Row(labels.get(row["value"], _("not known")), row["n"], row["people"]) for row in counted]
    return without_small(found)


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
    begin, end = period(year)
    sent = Response.objects.filter(submitted_at__gte=begin, submitted_at__lt=end)
    asked, measured = Q(invitation__isnull=False), Q(seconds__gt=0)
    row = sent.aggregate(
        asked=Sum("seconds", filter=asked), of=Count("pk", filter=asked & measured), unmeasured=Count("pk", filter=~measured),
        open=Sum("seconds", filter=~asked), open_of=Count("pk", filter=~asked & measured),
    )  # fmt: skip
    return Given(_minutes(row["asked"]), row["of"], row["unmeasured"], _minutes(row["open"]), row["open_of"])


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
    answers = _answered(year)
    redacted = Stone.objects.filter(verbatim=OuterRef("verbatim"))
    insights = Insight.objects.filter(withdrawn_at=None, pk__in=_cited(answers).values("insight"))
    decisions = Decision.objects.filter(pk__in=Ground.objects.filter(insight__in=insights).values("decision"))
    return Came(
        words=answers.exclude(Exists(redacted)).count(),
        insights=insights.count(),
        decisions=decisions.count(),
        changes=Change.objects.filter(state=ChangeState.DONE, decision__in=decisions).count(),
        heard=_heard(year),
    )


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


def overrides_in(year: int, user: User) -> list[Override]:
    """Return who was asked beyond their limit and why, newest first, of studies that `user` may see."""
    seen = [f"study:{ref}" for ref in seen_by(user).values_list("ref", flat=True)]
    over = asked_in(year).filter(overridden_by__isnull=False, topic__in=seen).annotate(day=TruncDate("at"))
    rows = over.values("day", "subject", "override_reason", "overridden_by__name")
    counted = rows.annotate(people=Count(WHO, distinct=True), n=Sum("minutes")).order_by("-day", "subject")
    return [
        Override(
            row["day"], row["subject"], row["override_reason"], row["overridden_by__name"], row["people"], row["n"]
        )
        for row in counted[:MOST_OVERRIDES]
    ]


def overridden(year: int) -> int:
    """Return of how many people more was asked than their limit, by anybody."""
    return asked_in(year).filter(overridden_by__isnull=False).aggregate(n=Count(WHO, distinct=True))["n"] or 0
