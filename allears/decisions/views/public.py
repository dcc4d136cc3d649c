"""What stands on the public page, and the page itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from allears.core.doors import StaffRequest, door, open_door
from allears.core.languages import in_readers_language
from allears.core.rules import signs_in
from allears.core.typed import whole_numbers
from allears.decisions import in_public, publishing
from allears.decisions.errors import DecisionError
from allears.decisions.forms import PublicForm
from allears.decisions.models import DecisionKind, PublicItem
from allears.decisions.rules import can_publish
from allears.decisions.views.deciding import decision_or_404


@open_door
@in_readers_language
def you_said_we_did(request: HttpRequest) -> HttpResponse:
    """The public page: what customers said, and what was done about it."""
    page = Paginator(publishing.published(), publishing.ITEMS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "shown": publishing.shown(page.object_list)}
    return render(request, "decisions/you_said.html", context)


@door(signs_in)
def publish(request: StaffRequest, ref: str) -> HttpResponse:
    """Write a decision's public item, choose quotes that may be shown, publish it."""
    decision = decision_or_404(request.user, ref)
    if not can_publish(request.user, decision.study):
        raise PermissionDenied
    item = PublicItem.objects.filter(decision=decision).first()
    # What we will not do, or not yet, is nothing that we did.
    planned = decision.statement if decision.kind == DecisionKind.WILL else ""
    started = {"said": item.said if item else "", "did": item.did if item else planned}
    form = PublicForm(request.POST or None, initial=started)
    if request.method == "POST" and form.is_valid():
        try:
            seen = request.POST.get("seen")
            publishing.publish(
                decision=decision, by=request.user, quotes=_quotes(request), seen=seen, **form.cleaned_data
            )  # fmt: skip
            messages.success(request, _("It stands on the public page now."))
            return redirect("decisions:decision", ref)
        except DecisionError as error:
            form.add_error(None, str(error))
    shown = {(q.verbatim_id, q.start, q.end) for q in item.quotes.all()} if item else set()
    context = {
        "decision": decision,
        "study": decision.study,
        "form": form,
        "item": item,
        "overtaken": in_public.of_decision(decision),
        "quotable": [
            (q, (q.citation.verbatim_id, q.citation.start, q.citation.end) in shown)
            for q in publishing.quotable(decision)
        ],
    }
    return render(request, "decisions/publish.html", context, status=422 if request.method == "POST" else 200)


def _quotes(request: StaffRequest) -> list[tuple[int, bool]]:
    return [(c, request.POST.get(f"named-{c}") == "1") for c in whole_numbers(request.POST.getlist("quote"))]


@door(signs_in)
@require_POST
def withdraw(request: StaffRequest, ref: str) -> HttpResponse:
    """Take a decision's item off the public page."""
    decision = decision_or_404(request.user, ref)
    if not can_publish(request.user, decision.study):
        raise PermissionDenied
    item = get_object_or_404(PublicItem, decision=decision)
    try:
        publishing.withdraw(item=item, by=request.user)
        messages.success(request, _("It no longer stands on the public page."))
    except DecisionError as error:
        messages.error(request, str(error))
    return redirect("decisions:decision", ref)
