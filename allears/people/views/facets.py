"""Keeping the facets in order."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from allears.core.doors import door
from allears.core.typed import whole_number
from allears.people import facets as actions
from allears.people import queries, rules
from allears.people.errors import PeopleError
from allears.people.forms import LabelForm
from allears.people.models import Facet, FacetValue
from allears.people.views.getting import reader


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def facets(request: HttpRequest) -> HttpResponse:
    """All facets; POST adds one."""
    form = LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_facet(label=form.cleaned_data["label"], by=reader(request))
        except PeopleError as refused:
            form.add_error("label", str(refused))
        else:
            return redirect("people:facet", pk=made.pk)
    context = {"facets": Facet.objects.prefetch_related("values"), "form": form}
    return render(request, "people/facets.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def facet(request: HttpRequest, pk: int) -> HttpResponse:
    """One facet and its values; POST adds a value."""
    found = get_object_or_404(Facet, pk=pk)
    form = LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_value(facet=found, label=form.cleaned_data["label"], by=reader(request))
        except PeopleError as refused:
            form.add_error("label", str(refused))
        else:
            return redirect("people:facet", pk=pk)
    context = {"facet": found, "values": queries.values_with_counts(found), "form": form}
    return render(request, "people/facet.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def facet_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a facet otherwise."""
    return _rename(request, get_object_or_404(Facet, pk=pk), pk)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def value_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a value otherwise."""
    value = get_object_or_404(FacetValue.objects.select_related("facet"), pk=pk)
    return _rename(request, value, value.facet_id)


def _rename(request: HttpRequest, row: Facet | FacetValue, back: int) -> HttpResponse:
    form = LabelForm(request.POST or None, initial={"label": row.label})
    if request.method == "POST" and form.is_valid():
        try:
            if isinstance(row, Facet):
                actions.rename_facet(facet=row, label=form.cleaned_data["label"], by=reader(request))
            else:
                actions.rename_value(value=row, label=form.cleaned_data["label"], by=reader(request))
        except PeopleError as refused:
            form.add_error("label", str(refused))
        else:
            return redirect("people:facet", pk=back)
    context = {"form": form, "row": row, "back": back, "others": _others(row)}
    return render(request, "people/facet_name.html", context, status=422 if form.errors else 200)


def _others(row: Facet | FacetValue) -> list[FacetValue]:
    return list(row.facet.values.exclude(pk=row.pk)) if isinstance(row, FacetValue) else []


@require_POST
@door(rules.may_change)
def facet_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a facet up or down."""
    actions.move(row=get_object_or_404(Facet, pk=pk), up=request.POST.get("to") == "up", by=reader(request))
    return redirect("people:facets")


@require_POST
@door(rules.may_change)
def value_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a value up or down."""
    value = get_object_or_404(FacetValue.objects.select_related("facet"), pk=pk)
    actions.move(row=value, up=request.POST.get("to") == "up", by=reader(request))
    return redirect("people:facet", pk=value.facet_id)


@require_POST
@door(rules.may_change)
def value_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a value part of another one of the same facet."""
    other = get_object_or_404(FacetValue.objects.select_related("facet"), pk=pk)
    into = whole_number(request.POST.get("into"))
    keep = get_object_or_404(FacetValue, pk=into) if into else other
    try:
        count = actions.merge_values(keep=keep, other=other, by=reader(request))
    except PeopleError as refused:
        messages.error(request, str(refused))
        return redirect("people:value-name", pk=pk)
    words = ngettext("%(count)s person is “%(label)s” now.", "%(count)s people are “%(label)s” now.", count)
    messages.success(request, words % {"count": intcomma(count), "label": keep.label})
    return redirect("people:facet", pk=keep.facet_id)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def facet_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a facet goes; POST lets it go."""
    found = get_object_or_404(Facet, pk=pk)
    if request.method == "POST":
        actions.remove_facet(facet=found, by=reader(request))
        messages.success(request, _("“%(label)s” is no longer a facet.") % {"label": found.label})
        return redirect("people:facets")
    return render(request, "people/facet_removal.html", {"facet": found, "count": queries.holders(found)})
