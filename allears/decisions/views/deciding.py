"""Decisions and their changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from allears.core.doors import StaffRequest, door
from allears.core.models import User
from allears.core.once import once
from allears.core.rules import signs_in
from allears.core.turns import in_turn
from allears.decisions import actions, chain, in_public
from allears.decisions.errors import DecisionError
from allears.decisions.forms import ChangeForm, DecisionForm, MoveForm, OptionFormSet
from allears.decisions.history import history
from allears.decisions.models import Change, ChangeState, Decision, DecisionKind, Update
from allears.decisions.queries import decisions_in, helped_by_update, updates_in, with_reach
from allears.decisions.rules import can_decide, can_move, can_publish
from allears.design.parts import Link
from allears.insights.models import Insight
from allears.studies.models import Study
from allears.studies.queries import seen_by

STATEMENT_FIELDS = ("kind", "statement", "because", "until", "against", "impact_customers", "impact_teams")


def study_or_404(user: User, slug: str) -> Study:
    """Return a study that `user` may see; to others it does not exist."""
    return get_object_or_404(seen_by(user), slug=slug)


def decision_or_404(user: User, ref: str) -> Decision:
    """Return a decision of a study that `user` may see."""
    found = Decision.objects.select_related("study__owner", "decided_by")
    return get_object_or_404(found, ref=ref, study__in=seen_by(user))


@door(signs_in)
def index(request: StaffRequest) -> HttpResponse:
    """Every decision that the reader may see, newest first."""
    kind, q = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    found = decisions_in(seen_by(request.user))
    found = found.filter(kind=kind) if kind in DecisionKind.values else found
    found = found.filter(statement__icontains=q) if q else found
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    here, labels = reverse("decisions:index"), [("", _("All")), *DecisionKind.choices]
    views = [Link(str(label), f"{here}?kind={value}" if value else here, kind == value) for value, label in labels]
    return render(request, "decisions/index.html", {"page": page, "kind": kind, "q": q, "views": views})


@door(signs_in)
def of_study(request: StaffRequest, slug: str) -> HttpResponse:
    """The decisions of one study."""
    study = study_or_404(request.user, slug)
    found = decisions_in(Study.objects.filter(pk=study.pk))
    return render(
        request,
        "decisions/of_study.html",
        {"study": study, "decisions": found, "may_decide": can_decide(request.user, study)},
    )


@door(signs_in)
@once
def new(request: StaffRequest, slug: str) -> HttpResponse:
    """Decide: the form, prefilled with the study's options and the insight one comes from."""
    study = study_or_404(request.user, slug)
    if not can_decide(request.user, study):
        raise PermissionDenied
    if request.method == "POST":
        return _save(request, study, None)
    started = {"insights": Insight.objects.filter(study=study, ref=request.GET.get("insight", ""))}
    options = [{"text": line} for line in study.options.splitlines() if line.strip()]
    return _decision_page(request, study, None, DecisionForm(study=study, initial=started), _option_forms(options))


@door(signs_in)
@in_turn
def edit(request: StaffRequest, ref: str) -> HttpResponse:
    """Change a decision's words or grounds."""
    decision = decision_or_404(request.user, ref)
    if not can_decide(request.user, decision.study):
        raise PermissionDenied
    if request.method == "POST":
        return _save(request, decision.study, decision)
    held = _held(decision)
    form = DecisionForm(study=decision.study, now=held)
    options = [{"text": o.text, "chosen": o.chosen, "why": o.why} for o in decision.options.all()]
    return _decision_page(request, decision.study, decision, form, _option_forms(options))


def _held(decision: Decision) -> dict[str, Any]:
    """What the form about this decision holds now, for who saves it later."""
    options = [(o.text, o.chosen, o.why) for o in decision.options.all()]
    insights = decision.insights.filter(withdrawn_at=None).values_list("pk", flat=True)
    statement = {name: getattr(decision, name) for name in STATEMENT_FIELDS}
    return {**statement, "insights": insights, "options": _as_lines(options)}


def _considered(typed: list[dict[str, Any]]) -> list[tuple[str, bool, str]]:
    return [(o["text"], o["chosen"], o["why"]) for o in typed if o.get("text", "").strip()]


def _as_lines(options: list[tuple[str, bool, str]]) -> list[str]:
    return [": ".join(filter(None, (f"✓ {text}" if chosen else text, why))) for text, chosen, why in options]


def _option_forms(initial: list[dict[str, Any]]) -> BaseFormSet[Any]:
    return OptionFormSet(initial=initial, prefix="option")


def _decision_page(
    request: StaffRequest,
    study: Study,
    decision: Decision | None,
    form: DecisionForm,
    options: BaseFormSet[Any],
    status: int = 200,
) -> HttpResponse:
    context = {"study": study, "decision": decision, "form": form, "options": options}
    return render(request, "decisions/edit.html", context, status=status)


def _save(request: StaffRequest, study: Study, decision: Decision | None) -> HttpResponse:
    options = OptionFormSet(request.POST, prefix="option")
    considered = _considered(options.cleaned_data) if options.is_valid() else []
    held = _held(decision) if decision else None
    form = DecisionForm(request.POST, study=study, now=held, beside={"options": _as_lines(considered)})
    if not (form.is_valid() and options.is_valid()):
        return _decision_page(request, study, decision, form, options, status=422)
    given = {**form.cleaned_data, "options": considered}
    if decision:
        actions.change_decision(decision=decision, by=request.user, **given)
        messages.success(request, _("The decision is changed."))
        return redirect("decisions:decision", decision.ref)
    made = actions.decide(study=study, by=request.user, **given)
    messages.success(request, _("Decided. A first update to contributors is drafted; read it before it goes out."))
    return redirect("decisions:decision", made.ref)


@door(signs_in)
def decision(request: StaffRequest, ref: str) -> HttpResponse:
    """One decision: why, on whose words, what speaks against it, what is done, who was told."""
    found = decision_or_404(request.user, ref)
    may_decide = can_decide(request.user, found.study)
    insights = list(found.insights.order_by("pk"))
    cited = chain.cited_by_insight([i.pk for i in insights])
    updates = with_reach(updates_in(Study.objects.filter(pk=found.study_id)).filter(_about(found)))
    return render(
        request,
        "decisions/decision.html",
        {
            "decision": found,
            "study": found.study,
            "insights": [(i, cited.get(i.pk, [])) for i in insights],
            "people": len(chain.quoted_by_person([i.pk for i in insights if i.stands])),
            "options": found.options.all(),
            "history": history(found),
            "changes": found.changes.select_related("owner").order_by("pk"),
            "updates": updates,
            "helped": helped_by_update([u.pk for u in updates]),
            "may_decide": may_decide,
            "overtaken": in_public.of_decision(found),
            "may_publish": can_publish(request.user, found.study),
            "change_form": ChangeForm(initial={"owner": request.user.pk}) if may_decide else None,
        },
    )


def _about(decision: Decision) -> Q:
    return Q(decision=decision) | Q(change_step__change__decision=decision)


@door(signs_in)
@require_POST
@once
def changes(request: StaffRequest, ref: str) -> HttpResponse:
    """Add a change to a decision."""
    found = decision_or_404(request.user, ref)
    if not can_decide(request.user, found.study):
        raise PermissionDenied
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return render(
            request,
            "decisions/change_new.html",
            {"form": form, "decision": found, "study": found.study},
            status=422,
        )
    made = actions.add_change(decision=found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Added, and drafted for contributors. Move it when it starts and when it is done: they will hear."))
    return redirect("decisions:change", made.ref)


def _change_or_404(user: User, ref: str) -> Change:
    found = Change.objects.select_related("decision__study", "owner")
    return get_object_or_404(found, ref=ref, decision__study__in=seen_by(user))


@door(signs_in)
def change(request: StaffRequest, ref: str) -> HttpResponse:
    """One change: its history, and moving it."""
    found = _change_or_404(request.user, ref)
    study = found.decision.study
    if request.method == "POST":
        return _move(request, found, study)
    return _change_page(request, found, MoveForm(initial={"state": found.state}))


def _move(request: StaffRequest, found: Change, study: Study) -> HttpResponse:
    if not can_move(request.user, study, found.owner_id):
        raise PermissionDenied
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _change_page(request, found, form, status=422)
    try:
        actions.move_change(change=found, by=request.user, **form.cleaned_data)
    except DecisionError as error:
        form.add_error("state", str(error))
        return _change_page(request, found, form, status=422)
    messages.success(request, _("Moved. An update to contributors is drafted."))
    return redirect("decisions:change", found.ref)


def _change_page(request: StaffRequest, found: Change, form: MoveForm, status: int = 200) -> HttpResponse:
    study = found.decision.study
    context = {
        "change": found,
        "decision": found.decision,
        "study": study,
        "steps": found.steps.select_related("by").order_by("pk"),
        "updates": Update.objects.filter(change_step__change=found).order_by("pk"),
        "form": form,
        "may_move": can_move(request.user, study, found.owner_id),
        "may_decide": can_decide(request.user, study),
        "states": ChangeState.choices,
    }
    return render(request, "decisions/change.html", context, status=status)


@door(signs_in)
@in_turn
def edit_change(request: StaffRequest, ref: str) -> HttpResponse:
    """Change what is to be done, by whom or by when."""
    found = _change_or_404(request.user, ref)
    if not can_decide(request.user, found.decision.study):
        raise PermissionDenied
    started = {"what": found.what, "owner": found.owner_id, "due_on": found.due_on}
    form = ChangeForm(request.POST or None, now=started)
    if request.method == "POST" and form.is_valid():
        actions.edit_change(change=found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("decisions:change", found.ref)
    context = {"form": form, "change": found, "decision": found.decision, "study": found.decision.study}
    return render(request, "decisions/change_new.html", context, status=422 if request.method == "POST" else 200)
