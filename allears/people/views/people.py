"""The list of people and one person's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core.doors import door
from allears.core.once import once
from allears.core.turns import in_turn
from allears.design.parts import Cell, Column
from allears.people import (
    actions,
    addresses,
    bounces,
    filters,
    links,
    listing,
    living,
    lookalikes,
    panels,
    queries,
    rules,
)
from allears.people.budget import minutes_asked, the_budget
from allears.people.errors import AddressTaken, UnfitDetails
from allears.people.forms import ConsentForm, LimitsForm, LivedForm, PersonForm
from allears.people.models import Consent, Contact, Merge, Person, Purpose
from allears.people.views.getting import person_or_404, person_url, reader, who_stays_or_404

SHOWN_FACETS = 3
MOST_MENUS = 8  # that stand open over the list; the others fold


@require_safe
@door(rules.may_read)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, narrowed down by the address, a page at a time."""
    chosen = filters.read(request.GET)
    facets = filters.facets_with_values()
    menus = filters.menus(chosen, facets)
    page = listing.list_page(chosen.criteria, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "count": _count_in_words(page, bool(request.GET.get("after"))),
        "filters": chosen,
        "chips": filters.chips(chosen, facets),
        "menus": menus[:MOST_MENUS],
        "more_menus": menus[MOST_MENUS:],
        "keep": [
            (name, v) for name in request.GET if name not in ("q", "after", "before") for v in request.GET.getlist(name)
        ],
        "columns": [Column(_("Name")), Column(_("Account")), Column(_("Facets")), Column(_("Asking"))],
        "rows": _rows(page.people),
        "may_change": rules.may_change(request.user),
    }
    return render(request, "people/people.html", context)


def _count_in_words(page: listing.ListPage, later: bool) -> str:
    if page.more:
        if page.newest_first and later:
            return ""
        return _("more than %(count)s people") % {"count": f"{page.count:,}"}
    return ngettext("%(count)s person", "%(count)s people", page.count) % {"count": f"{page.count:,}"}


def _rows(some: list[Person]) -> list[list[Any]]:
    labels = queries.labels_of([person.pk for person in some])
    return [
        [
            Cell(person.shown_name, person_url(person), note=person.email if person.name or person.label else ""),
            person.account.name if person.account else "",
            " · ".join(labels[person.pk][:SHOWN_FACETS]),
            "" if person.contactable else _("does not want to be asked"),
        ]
        for person in some
    ]


@require_safe
@door(rules.may_read)
def person(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything that this room knows of one person, and what the rooms above add."""
    found = person_or_404(ref)
    if found.merged_into_id:
        return redirect("people:person", ref=queries.survivor(found).ref)
    if found.erased_at:
        return render(request, "people/erased.html", {"person": found})
    return render(request, "people/person.html", _about(found, request))


def _about(found: Person, request: HttpRequest) -> dict[str, Any]:
    rows, house = queries.all_of(found), the_budget()
    limit = house.minutes if found.budget_minutes is None else found.budget_minutes
    said = queries.consents([found.pk])[found.pk]
    return {
        "person": found,
        "facets": [(v.facet.label, v.label) for v in queries.facets_of([found.pk])[found.pk]],
        "consents": [(p.value, p.label, said.get(p.value)) for p in Purpose],
        "wants_no_mail": said.get(Purpose.HEAR) is False,
        "history": Consent.objects.filter(person__in=rows).select_related("by").order_by("-at", "-pk")[:50],
        "asked": round(minutes_asked([found.pk], house).get(found.pk, 0)),
        "limit": limit,
        "house": house,
        "contacts": Contact.objects.filter(person__in=rows).select_related("overridden_by").order_by("-at")[:50],
        "merges": Merge.objects.filter(keep=found, undone_at=None).select_related("other", "by").order_by("-at"),
        "alike": lookalikes.like(found),
        "fact_lines": _facts(found),
        "contact_columns": [Column(_("When")), Column(_("What for")), Column(_("Minutes"), numeric=True)],
        "history_columns": [Column(_("When")), Column(_("What")), Column(_("Said")), Column(_("Where"))],
        "marks": list(bounces.marks(found)[:1]),
        "lived": living.lived_by(found)[:50],
        "lived_columns": [Column(_("When")), Column(_("What")), Column("", hidden=True)],
        "panels": panels.panels_of(found, reader(request)),
        "may_change": rules.may_change(request.user),
        "held_until": addresses.held_until(found),
        "may_trust": rules.may_trust_addresses(request.user),
        "may_erase": rules.may_erase(request.user),
        "may_hand_over": rules.may_hand_over(request.user),
    }


def _facts(found: Person) -> list[tuple[str, Any]]:
    """What is known, in lines; what is not known makes no line."""
    quiet = found.quiet_from and found.quiet_to and f"{found.quiet_from:%H:%M}–{found.quiet_to:%H:%M}"
    lines = [
        (_("E-mail"), found.email),
        (_("Telephone"), found.phone),
        (_("Number elsewhere"), found.external_id),
        (_("Mails that came back or were delayed"), bounces.history(found).count() or None),
        (_("Called"), found.label),
        (_("Language"), found.language),
        (_("Time zone"), found.time_zone.replace("_", " ")),
        (_("Quiet hours"), quiet),
        (_("Own limit in minutes"), found.budget_minutes),
        (_("Customer since"), found.joined_on and date_format(found.joined_on)),
        (_("In your books since"), date_format(localtime(found.created_at), "DATE_FORMAT")),
    ]
    return [(term, value) for term, value in lines if value not in ("", None)]


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
@once
def new_person(request: HttpRequest) -> HttpResponse:
    """Add somebody."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_person(by=reader(request), **form.details)
        except UnfitDetails as error:
            form.take_errors(error)
        else:
            messages.success(request, _("%(name)s is in your books.") % {"name": made.shown_name})
            return redirect("people:person", ref=made.ref)
    return render(request, "people/person_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
@in_turn
def details(request: HttpRequest, ref: str) -> HttpResponse:
    """Change what is known of somebody."""
    found = who_stays_or_404(request, ref)
    form = PersonForm.about(found, queries.facets_of([found.pk])[found.pk], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(person=found, by=reader(request), **form.details)
        except (UnfitDetails, AddressTaken) as error:
            form.take_errors(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:person", ref=ref)
    return render(
        request, "people/person_form.html", {"form": form, "person": found}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
@in_turn
def consents(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down what somebody allowed or withdrew."""
    found = who_stays_or_404(request, ref)
    form = ConsentForm(request.POST or None, initial={"purpose": request.GET.get("purpose", "")})
    if request.method == "POST" and form.is_valid():
        actions.record_consent(person=found, by=reader(request), **form.cleaned_data)
        messages.success(request, _("Written down."))
        return redirect("people:person", ref=ref)
    return render(
        request, "people/consent_form.html", {"form": form, "person": found}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
@in_turn
def limits(request: HttpRequest, ref: str) -> HttpResponse:
    """Set how much of somebody's time may be asked, and when it is quiet."""
    found = who_stays_or_404(request, ref)
    form = LimitsForm.about(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_limits(person=found, by=reader(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:person", ref=ref)
    context = {"form": form, "person": found, "house": the_budget()}
    return render(request, "people/limits_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
@in_turn
def lived(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down a touchpoint that somebody lived through, and the day."""
    found = who_stays_or_404(request, ref)
    form = LivedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            living.live_through(person=found, by=reader(request), source=_("by hand"), **form.cleaned_data)
        except UnfitDetails as error:
            form.add_error("on", str(error))
        else:
            messages.success(request, _("Written down."))
            return redirect("people:person", ref=ref)
    context = {"form": form, "person": found, "known": [label for _key, label in living.touchpoints()]}
    return render(request, "people/lived_form.html", context, status=422 if form.errors else 200)


@require_POST
@door(rules.may_change)
def lived_removal(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Take out what was written down by mistake."""
    found = person_or_404(ref, living=True)
    living.take_out(row=get_object_or_404(living.lived_by(found), pk=pk), by=reader(request))
    messages.success(request, _("Taken out."))
    return redirect("people:person", ref=ref)


@require_POST
@door(rules.may_change)
def revoke_links(request: HttpRequest, ref: str) -> HttpResponse:
    """Make the links to somebody's own page useless: one may have been forwarded."""
    found = person_or_404(ref, living=True)
    count = links.revoke(person=found, by=reader(request))
    words = (
        ngettext("%(count)d link opens nothing any more.", "%(count)d links open nothing any more.", count)
        if count
        else _("There was no link to revoke.")
    )
    messages.success(request, words % {"count": count} if count else words)
    return redirect("people:person", ref=ref)
