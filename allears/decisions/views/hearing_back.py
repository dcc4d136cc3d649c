"""Updates: reading, editing, previewing, approving and sending them."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from allears.core.doors import StaffRequest, door
from allears.core.models import User
from allears.core.organisation import has_mail_server
from allears.core.progress import job_url
from allears.core.rules import signs_in
from allears.core.turns import in_turn
from allears.decisions import actions, drafting, reaching, telling
from allears.decisions.chain import decision_of
from allears.decisions.digests import as_told, compose, parts_for
from allears.decisions.errors import DecisionError
from allears.decisions.forms import UpdateForm
from allears.decisions.models import Ground, Telling, Update
from allears.decisions.queries import hear_back, helped_by_update, overdue_studies, updates_in, with_reach
from allears.decisions.rules import can_tell
from allears.decisions.tasks import ask_to_send
from allears.decisions.views.deciding import study_or_404
from allears.insights.models import Insight
from allears.people.crowds import ids_of
from allears.people.models import Person
from allears.people.queries import all_of
from allears.studies.models import Study
from allears.studies.queries import seen_by

MOST_SHOWN = 40


@door(signs_in)
def all_updates(request: StaffRequest) -> HttpResponse:
    """Hearing back, over all studies: what is overdue, what waits to be read, what has gone out."""
    studies = seen_by(request.user)
    page = Paginator(updates_in(studies), 25).get_page(request.GET.get("page"))
    page.object_list = with_reach(page.object_list)
    context = {
        "page": page,
        "figures": hear_back(studies=studies),
        "overdue": overdue_studies(studies).order_by("promise_on")[:50],
        "helped": helped_by_update([u.pk for u in page.object_list]),
    }
    return render(request, "decisions/updates.html", context)


@door(signs_in)
def updates(request: StaffRequest, slug: str) -> HttpResponse:
    """Hearing back, in one study."""
    study = study_or_404(request.user, slug)
    found = with_reach(updates_in(Study.objects.filter(pk=study.pk)))
    told_about = {u.insight_id for u in found if u.insight_id}
    context = {
        "study": study,
        "figures": hear_back(study),
        "drafts": [u for u in found if not u.approved_at and not u.discarded_at],
        "ready": [u for u in found if u.approved_at and not (u.mailed or u.waiting_on_page or u.seen)],
        "sent": [u for u in found if u.mailed or u.waiting_on_page or u.seen],
        "discarded": [u for u in found if u.discarded_at],
        "helped": helped_by_update([u.pk for u in found]),
        "waiting": reaching.how_many_wait(study),
        "held": telling.held_back(study),
        "insights": Insight.objects.filter(study=study, withdrawn_at=None).exclude(pk__in=told_about),
        "may_tell": can_tell(request.user, study),
    }
    return render(request, "decisions/updates_of_study.html", context)


def _update_or_404(user: User, ref: str) -> Update:
    found = Update.objects.select_related("study", "decision", "change_step__change__decision", "insight")
    return get_object_or_404(found, ref=ref, study__in=seen_by(user))


def _may_tell(user: User, update: Update) -> None:
    if not can_tell(user, update.study):
        raise PermissionDenied


@door(signs_in)
@in_turn
def update(request: StaffRequest, ref: str) -> HttpResponse:
    """One update: both texts, and how each recipient will read it. POST saves the texts, approves them as they stand in
    the form, or only looks how they read."""
    found = _update_or_404(request.user, ref)
    texts = {"text_cited": found.text_cited, "text_general": found.text_general}
    form = UpdateForm(now=texts)
    if request.method == "POST":
        _may_tell(request.user, found)
        form = UpdateForm(request.POST, now=texts)
        if "look" in request.POST:
            return _update_page(request, found, form, shown=_as_typed(found, form))
        if form.is_valid():
            return _approved(request, found, form) if "approve" in request.POST else _edited(request, found, form)
    return _update_page(request, found, form, status=422 if request.method == "POST" else 200)


def _edited(request: StaffRequest, found: Update, form: UpdateForm) -> HttpResponse:
    try:
        actions.edit_update(update=found, by=request.user, **form.cleaned_data)
    except DecisionError as error:
        form.add_error(None, str(error))
        return _update_page(request, found, form, status=422)
    messages.success(request, _("Saved. Approve it when it is ready to go out."))
    return redirect("decisions:update", found.ref)


def _approved(request: StaffRequest, found: Update, form: UpdateForm) -> HttpResponse:
    # Who approves says which wording they read.
    seen = request.POST["approve"]
    try:
        actions.approve_as_typed(update=found, by=request.user, seen=seen, **form.cleaned_data)
    except DecisionError as error:
        form.add_error(None, str(error))
        return _update_page(request, found, form, status=422)
    messages.success(request, _("Approved. It goes out with the next sending."))
    return redirect("decisions:updates", found.study.slug)


def _as_typed(found: Update, form: UpdateForm) -> Update:
    """The update with the texts of the form, for a look; `found` stays as it stands."""
    typed = copy(found)
    typed.text_cited, typed.text_general = form["text_cited"].value() or "", form["text_general"].value() or ""
    return typed


def _update_page(
    request: StaffRequest, found: Update, form: UpdateForm, status: int = 200, shown: Update | None = None
) -> HttpResponse:
    whom, may_tell = reaching.audience(found), can_tell(request.user, found.study)
    other = next(ids_of(whom.others), 0)
    # A letter greets by name, and stands beside one person's words: only who may send it reads it as they will.
    asked_for = request.POST if request.method == "POST" else request.GET
    chosen = _recipient(asked_for.get("as", ""), whom) if may_tell else None
    context = {
        "update": found,
        "study": found.study,
        "form": form,
        "cited": len(whom.cited),
        "others": whom.others.bit_count(),
        "recipients": Person.objects.filter(pk__in=whom.cited[:MOST_SHOWN] if may_tell else []).order_by(
            "name", "label"
        ),
        "other": Person.objects.filter(pk=other).first() if may_tell else None,
        "chosen": chosen,
        "preview": _preview(shown or found, chosen) if chosen else None,
        "may_tell": may_tell,
        "sent": whom.told,
        "withdrawn": _withdrawn(found),
        "drafted_now": drafting.about(found) if found.overtaken_at and found.edited_by_id else None,
    }
    return render(request, "decisions/update.html", context, status=status)


def _withdrawn(update: Update) -> Insight | None:
    """The insight behind the update that was withdrawn last."""
    behind = Q(pk=update.insight_id) | Q(pk__in=Ground.objects.filter(decision=decision_of(update)).values("insight"))
    return Insight.objects.filter(behind, withdrawn_at__isnull=False).order_by("-withdrawn_at").first()


def _recipient(ref: str, whom: reaching.Audience) -> Person | None:
    """Whoever is chosen by `ref`, if the update is for them; else the first whom it is for."""
    if ref:
        person = Person.objects.filter(ref=ref.replace("\0", "")).first()
        return person if person and (person.pk in whom.cited or whom.others >> person.pk & 1) else None
    first = whom.cited[0] if whom.cited else next(ids_of(whom.others), 0)
    return Person.objects.filter(pk=first).first()


def _preview(found: Update, person: Person) -> dict[str, Any] | None:
    reached = Telling.objects.filter(update=found, person__in=all_of(person)).order_by("pk")
    told = reached.select_related("person", "update__study", "update__change_step__change").last()
    parts = [as_told(told)] if told else parts_for([person.pk], [found])[person.pk]
    if not parts:
        return None
    page = reverse("decisions:update", args=[found.ref])  # their own links are made only when the mail is
    return {"letter": compose(person, parts, page, page), "parts": parts}


@door(signs_in)
@require_POST
def approval(request: StaffRequest, ref: str) -> HttpResponse:
    """Put an update aside, or take it back."""
    found = _update_or_404(request.user, ref)
    _may_tell(request.user, found)
    verbs: dict[str, tuple[Callable[..., Update], str]] = {
        "discard": (actions.discard_update, _("Put aside. Nobody is told about this step.")),
        "restore": (actions.restore_update, _("Taken back as a draft.")),
    }
    do = request.POST.get("do", "")
    if do not in verbs:
        raise BadRequest
    verb, words = verbs[do]
    try:
        verb(update=found, by=request.user)
        messages.success(request, words)
    except DecisionError as error:
        messages.error(request, str(error))
    return redirect("decisions:updates", found.study.slug)


@door(signs_in)
def sending(request: StaffRequest, slug: str) -> HttpResponse:
    """Say whom the sending reaches, and start it."""
    study = study_or_404(request.user, slug)
    if not can_tell(request.user, study):
        raise PermissionDenied
    if request.method == "POST":
        try:
            return redirect(job_url(ask_to_send(study=study, by=request.user)))
        except DecisionError as error:
            messages.error(request, str(error))
            return redirect("decisions:updates", slug)
    context = {
        "study": study,
        "reach": reaching.reach(study),
        "updates": with_reach(telling.approved(study)),
        "leaves": has_mail_server(),
    }
    return render(request, "decisions/sending.html", context)


@door(signs_in)
@require_POST
def about_insight(request: StaffRequest, slug: str) -> HttpResponse:
    """Draft an update about something that was understood, before anything is decided."""
    study = study_or_404(request.user, slug)
    if not can_tell(request.user, study):
        raise PermissionDenied
    insight = get_object_or_404(Insight, study=study, ref=request.POST.get("insight", ""), withdrawn_at=None)
    made = actions.draft_update(insight=insight, by=request.user)
    return redirect("decisions:update", made.ref)
