"""Insights: what was understood, the words for and against it, and whether anybody has tried it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core.doors import door
from allears.core.once import once
from allears.core.turns import in_turn
from allears.design.parts import Link
from allears.insights import actions, queries, showing, standing
from allears.insights.forms import InsightForm, LookForm, WithdrawForm
from allears.insights.models import Insight
from allears.insights.rules import can_claim, may_claim, may_open
from allears.insights.sight import deciding, line_of_sight
from allears.insights.views.finding import must_claim, reader, seen_insight, seen_study, tried
from allears.studies.models import Study
from allears.studies.rules import can_decide_on

A_PAGE = 20


@door(may_open)
@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """The insights of all studies that the reader may see."""
    return _list(request, None)


@door(may_open)
@require_safe
def of_study(request: HttpRequest, slug: str) -> HttpResponse:
    """The insights of one study."""
    return _list(request, seen_study(request, slug))


@door(may_claim)
@require_http_methods(["GET", "POST"])
@once
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Say what was understood."""
    study = seen_study(request, slug)
    must_claim(request, study)
    form = InsightForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.claim(study=study, by=reader(request), **form.cleaned_data)
            return redirect("insights:insight", made.ref)
        except actions.NotNow as refusal:
            form.add_error("claim", str(refusal))
    context = {"study": study, "form": form, "cancel": reverse("insights:insights", args=[slug])}
    return render(request, "insights/insight_form.html", context, status=422 if form.errors else 200)


@door(may_open)
@require_safe
def insight(request: HttpRequest, ref: str) -> HttpResponse:
    """One insight: the claim, the words on both sides, who they are, and its history."""
    return _page(request, seen_insight(request, ref))


@door(may_claim)
@require_http_methods(["GET", "POST"])
@in_turn
def change(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Say it better."""
    found = seen_insight(request, ref)
    must_claim(request, found.study)
    form = InsightForm(request.POST or None, now={"claim": found.claim, "explanation": found.explanation})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_claim(insight=found, by=reader(request), **form.cleaned_data)
            return redirect("insights:insight", ref)
        except actions.NotNow as refusal:
            form.add_error("claim", str(refusal))
    context = {"study": found.study, "insight": found, "form": form, "cancel": queries.insight_url(found)}
    return render(request, "insights/insight_form.html", context, status=422 if form.errors else 200)


@door(may_claim)
@require_POST
def looked(request: HttpRequest, ref: str) -> HttpResponseBase:
    """"I have looked against it", and how."""
    found = seen_insight(request, ref)
    must_claim(request, found.study)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _page(request, found, look_form=form, status=422)
    how = form.cleaned_data["how"]
    tried(request, lambda: actions.look_against(insight=found, by=reader(request), how=how), _("Kept on record."))
    return redirect("insights:insight", ref)


@door(may_claim)
@require_http_methods(["GET", "POST"])
def withdrawal(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Stop holding it, after a question; or hold it again."""
    found = seen_insight(request, ref)
    must_claim(request, found.study)
    if request.method == "GET":
        return render(request, "insights/withdraw.html", {"insight": found, "study": found.study, "form": WithdrawForm()})
    if not found.stands:
        tried(request, lambda: actions.restore(insight=found, by=reader(request)), _("It is held again."))
    else:
        because = request.POST.get("because", "")
        done = _("It is no longer held. Its words and its history stay.")
        tried(request, lambda: actions.withdraw(insight=found, by=reader(request), because=because), done)
    return redirect("insights:insight", ref)


def _list(request: HttpRequest, study: Study | None) -> HttpResponse:
    user, show, order = reader(request), request.GET.get("show", ""), request.GET.get("order", "")
    every = queries.insights_seen_by(user)
    if study:
        every = every.filter(study=study)
    if request.GET.get("mine") == "1":
        every = every.filter(made_by=user)
    found = standing.in_order(queries.with_support(standing.shown(every, show)), order)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    quoted = standing.strongest_quotes([i.pk for i in page.object_list])
    context = {
        "study": study,
        "page": page,
        "rows": [standing.Row(i, quoted.get(i.pk, {}), standing.share_for(i)) for i in page.object_list],
        "views": _views(request, every, show),
        "orders": standing.orders(order),
        "order": order,
        "may_claim": bool(study and can_claim(user, study)),
        "any": bool(page.paginator.count) or every.exists(),
    }
    return render(request, "insights/insights.html", context)


def _views(request: HttpRequest, every: Any, show: str) -> list[Link]:
    labels = {"": _("Standing"), "untried": _("Not looked against yet"), "withdrawn": _("Withdrawn")}
    counts = {key: standing.shown(every, key).count() for key in labels}
    keep = request.GET.copy()
    links = []
    for key, label in labels.items():
        keep["show"] = key
        keep.pop("page", None)
        query = keep.urlencode() if key else "&".join(f"{k}={v}" for k, v in keep.items() if k not in ("show", "page"))
        links.append(Link(label, f"?{query}", key == show, str(counts[key])))
    return links


def _page(request: HttpRequest, found: Insight, look_form: LookForm | None = None, status: int = 200) -> HttpResponse:
    user, study = reader(request), found.study
    with_counts = queries.with_support(Insight.objects.filter(pk=found.pk)).get()
    named = study.pk in showing.reader_of(user, [study]).names_in
    sides = standing.both_sides(found, named)
    may = can_claim(user, study)
    context = {
        "study": study,
        "insight": found,
        "counts": with_counts,
        "share": standing.share_for(with_counts),
        "sides": sides,
        "most_quotes": standing.MOST_QUOTES,
        "all_url": reverse("insights:words_of_study", args=[study.slug]) + f"?insight={found.ref}",
        "looks": found.looks_against.select_related("by").order_by("-at"),
        "facets": standing.who_they_are(found, study),
        "history": standing.history(found),
        "sight": line_of_sight("insight", found.ref),
        "decide_url": deciding(study, found.ref) if found.stands and can_decide_on(user, study) else "",
        "may_claim": may and found.stands,
        "may_restore": may and not found.stands,
        "look_form": look_form or LookForm(),
        "search_url": reverse("insights:words_of_study", args=[study.slug]) + f"?against={found.ref}",
    }
    return render(request, "insights/insight.html", context, status=status)
