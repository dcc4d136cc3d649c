"""Two rows that are one person: what is suggested, comparing, merging, undoing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core.doors import door
from allears.core.paging import keyset_page
from allears.people import actions, listing, lookalikes, queries, rules
from allears.people.errors import NotMergeable
from allears.people.models import Lookalike, Merge, Person
from allears.people.views.getting import person_or_404, person_url, reader


@require_safe
@door(rules.may_change)
def pairs(request: HttpRequest) -> HttpResponse:
    """Rows that may be one person."""
    found = lookalikes.open_pairs().select_related("first__account", "second__account").order_by("-pk")
    return render(request, "people/lookalikes.html", {"page": keyset_page(found, request.GET.get("before"))})


@require_POST
@door(rules.may_change)
def apart(request: HttpRequest, pk: int) -> HttpResponse:
    """They are two people: do not ask again."""
    actions.dismiss(lookalike=get_object_or_404(Lookalike, pk=pk), by=reader(request))
    messages.success(request, _("They stay two people."))
    return redirect("people:lookalikes")


@require_safe
@door(rules.may_change)
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """With whom is this person one? Suggestions, and a search."""
    found = person_or_404(ref, living=True)
    q = request.GET.get("q", "").strip()[:200]
    others = listing.list_page({"q": q}).people if q else []
    context = {
        "person": found,
        "q": q,
        "alike": lookalikes.like(found),
        "others": [other for other in others if other.pk != found.pk],
    }
    return render(request, "people/merge_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def merge(request: HttpRequest, ref: str, other: str) -> HttpResponse:
    """Compare two rows side by side; POST makes `other` part of `ref`."""
    kept, given = person_or_404(ref, living=True), person_or_404(other, living=True)
    error = ""
    if request.method == "POST":
        try:
            actions.merge(keep=kept, other=given, by=reader(request))
        except NotMergeable as refused:
            error = str(refused)
        else:
            messages.success(request, _("They are one person now. You can undo it on this page."))
            return redirect(person_url(kept))
    context = {"keep": kept, "other": given, "lines": _side_by_side(kept, given), "error": error}
    return render(request, "people/merge.html", context, status=422 if error else 200)


def _side_by_side(keep: Person, other: Person) -> list[tuple[str, Any, Any, Any]]:
    """What is compared: its name, what each row says, what the one person will have."""
    facets = queries.facets_of([keep.pk, other.pk])
    by_facet = [{v.facet.label: v.label for v in facets[p.pk]} for p in (keep, other)]
    plain = [
        (_("Name"), keep.name, other.name),
        (_("E-mail"), keep.email, other.email),
        (_("Telephone"), keep.phone, other.phone),
        (_("Account"), keep.account, other.account),
        (_("Kind"), keep.get_kind_display(), other.get_kind_display()),
        (_("Number elsewhere"), keep.external_id, other.external_id),
        (_("Called"), keep.label, other.label),
        (_("Language"), keep.language, other.language),
        (_("Time zone"), keep.time_zone, other.time_zone),
        (_("Customer since"), keep.joined_on, other.joined_on),
        *((label, by_facet[0].get(label), by_facet[1].get(label)) for label in {**by_facet[0], **by_facet[1]}),
    ]
    said = [(label, a, b, a or b) for label, a, b in plain if a or b]
    may = {True: _("yes"), False: _("no")}
    both = keep.contactable and other.contactable
    return [*said, (_("May be asked"), may[keep.contactable], may[other.contactable], may[both])]


@require_POST
@door(rules.may_change)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Part two rows again."""
    done = get_object_or_404(Merge.objects.select_related("keep"), pk=pk)
    try:
        other = actions.unmerge(merge=done, by=reader(request))
    except NotMergeable as refused:
        messages.error(request, str(refused))
        return redirect(person_url(done.keep))
    messages.success(request, _("They are two people again. This is the one that was set free."))
    return redirect(person_url(other))
