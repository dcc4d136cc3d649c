"""What we asked, and what came of it: for the house, and as a yearly statement for everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import StaffRequest, door, open_door
from allears.core.languages import in_readers_language
from allears.core.rules import is_administrator, is_leader
from allears.core.typed import whole_number
from allears.design.charts import Bar
from allears.design.parts import Link
from allears.people.models import Facet
from allears.people.rules import may_read
from allears.studies.piping import general
from allears.studies.queries import seen_by
from allears.web import minutes, statements
from allears.web.models import Statement
from allears.web.overrides import overrides_in

may_publish = is_leader | is_administrator
LONGEST_WORDS = 2000
MOST_FACETS = 6


@require_safe
@door(may_read)
def asked(request: StaffRequest) -> HttpResponse:
    """Minutes asked of whom, given, and what came of them, in one year."""
    year = _year(request.GET.get("year", ""))
    facets = list(Facet.objects.all())
    facet = _facet(facets, request.GET.get("facet", "")) or (facets[0] if facets else None)
    total, people, letters = minutes.totals(year)
    values = minutes.by_value(year, facet) if facet else []
    context = {
        "year": year,
        "years": [Link(str(y), f"?year={y}" + (f"&facet={facet.key}" if facet else ""), y == year) for y in minutes.years()],
        **_facet_links(year, facets, facet),
        "facet": facet,
        "minutes": total,
        "people": people,
        "letters": letters,
        "counted_at": minutes.counted_at(year),
        "given": minutes.given_in(year),
        "unknown": minutes.unknown_in(year),
        "came": minutes.came_in(year) if letters else None,
        "months": _bars(minutes.by_month(year)),
        "studies": minutes.by_study(year, seen_by(request.user)),
        "values": _bars(values),
        "small": any(row.hidden for row in values),
        "overrides": overrides_in(year, request.user),
        "overridden": minutes.overridden(year),
        "may_publish": may_publish(request.user),
        "statement": statements.published().filter(year=year).first(),
    }
    return render(request, "web/minutes.html", context)


def _year(typed: str) -> int:
    years = minutes.years()
    year = whole_number(typed)
    return year if year in years else years[0]


def _facet(facets: list[Facet], key: str) -> Facet | None:
    return next((facet for facet in facets if facet.key == key), None)


def _facet_links(year: int, facets: list[Facet], shown: Facet | None) -> dict[str, Any]:
    """The ways to the facets: the first few and the one that is shown stand open, more than a few others fold."""
    links = [Link(f.label, f"?year={year}&facet={f.key}", f == shown) for f in facets]
    most = MOST_FACETS if len(links) > MOST_FACETS + 3 else len(links)
    open_ = [link for place, link in enumerate(links) if place < most or link.current]
    return {"facets": links, "open_facets": open_, "more_facets": [link for link in links if link not in open_]}


def _bars(rows: list[minutes.Row]) -> list[Bar]:
    return [
        Bar(row.label, float(row.minutes), _("too few to show") if row.hidden else floatformat(row.minutes, "0g"), tone="voice")
        for row in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@door(may_publish)
def statement(request: StaffRequest, year: int) -> HttpResponse:
    """The year as everybody would read it; POST publishes it, or takes it back."""
    if year not in minutes.years():
        raise Http404
    facets = list(Facet.objects.all())
    facet = _facet(facets, request.POST.get("facet", request.GET.get("facet", "")))
    if request.method == "POST":
        return _act(request, year, facet)
    figures = _figures(year, facet)
    context = {
        "year": year,
        "facets": facets,
        "facet": facet,
        "stands": statements.published().filter(year=year).first(),
        "before": Statement.objects.filter(year=year, withdrawn_at__isnull=False).order_by("-withdrawn_at")[:10],
        "figures": figures,
        "counted_at": minutes.counted_at(year),
    }
    return render(request, "web/statement.html", {**context, **drawn(figures)})


def _figures(year: int, facet: Facet | None) -> dict[str, Any] | None:
    try:
        return statements.figures_of(year, facet)
    except statements.TooFew:
        return None


def _act(request: StaffRequest, year: int, facet: Facet | None) -> HttpResponse:
    if request.POST.get("act") == "withdraw":
        statements.withdraw(year=year, by=request.user)
        messages.success(request, _("It no longer stands on the public page."))
        return redirect("web:statement", year)
    words = request.POST.get("words", "").replace("\0", "")[:LONGEST_WORDS]
    try:
        statements.publish(year=year, by=request.user, facet=facet, words=words)
        messages.success(request, _("Published. Everybody can read it now."))
    except statements.TooFew:
        messages.error(request, _("Fewer than five people were asked: any figure would be about somebody."))
    except statements.StandsAlready:
        messages.error(request, _("A statement of this year stands already. Take it back first."))
    return redirect("web:statement", year)


def drawn(figures: dict[str, Any] | None) -> dict[str, Any]:
    """Return the bars of a statement's figures, as the templates take them."""
    if figures is None:
        return {}
    facet = figures.get("facet")
    return {
        "month_bars": [_bar({**row, "label": _month(place)}) for place, row in enumerate(figures["months"], start=1)],
        "facet_bars": [_bar(_in_own_words(row)) for row in facet["rows"]] if facet else [],
        "study_rows": [_in_own_words(row) for row in figures["studies"] if not row.get("hidden")],
        "hides": any(row.get("hidden") for row in [*figures["months"], *figures["studies"], *(facet or {}).get("rows", [])]),
    }


def _month(place: int) -> str:
    return str(date_format(date(2000, place, 1), "F"))


def _in_own_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row as its reader calls it: what we had called it ourselves is kept in the language of who published it."""
    ours = {"Studies of other teams": _("Studies of other teams"), "not known": _("not known")}
    return {**row, "label": ours.get(row["label"]) or general(row["label"])}


def _bar(row: dict[str, Any]) -> Bar:
    if row.get("hidden"):
        return Bar(row["label"], 0, _("too few to show"), tone="voice")
    return Bar(row["label"], row["minutes"], floatformat(row["minutes"], "0g"), tone="voice")


@open_door
@in_readers_language
@require_safe
def public_statements(request: HttpRequest) -> HttpResponse:
    """The years of which a statement is published; with one, it is shown at once."""
    found = list(statements.published())
    if len(found) == 1:
        return redirect(reverse("web:public_statement", args=[found[0].year]))
    return render(request, "web/public_statements.html", {"statements": found})


@open_door
@in_readers_language
@require_safe
def public_statement(request: HttpRequest, year: int) -> HttpResponse:
    """What the organisation asked in a year and what came of it, for everybody."""
    found = get_object_or_404(statements.published(), year=year)
    others = statements.published().exclude(pk=found.pk)
    context = {"statement": found, "year": year, "figures": found.figures, "others": others, **drawn(found.figures)}
    return render(request, "web/public_statement.html", context)
