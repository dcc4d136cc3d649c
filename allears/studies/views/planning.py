"""Planning a study: writing down why, choosing who works on it, opening and closing it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from allears.core.doors import door
from allears.core.once import once
from allears.core.queries import the_organisation
from allears.core.rules import is_administrator, is_researcher
from allears.core.turns import in_turn
from allears.studies import actions, asking
from allears.studies.forms import NoteForm, StudyForm, TeamForm, written
from allears.studies.models import State, StateChange, Study
from allears.studies.piping import general
from allears.studies.rules import can_hand_over, can_work_on
from allears.studies.views.finding import own_study, posted, reader, seen_study


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest) -> HttpResponse:
    """Begin a study with what is known of it; only a title is needed."""
    form = StudyForm(posted(request), initial={"language": reader(request).language, "remind_after": 7})
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        study = actions.create_study(by=reader(request), **form.cleaned_data)
        messages.success(request, _("Begun. It is a draft until you open it; nobody is asked yet."))
        return redirect("studies:study", study.slug)
    return _form_page(request, form, None)


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
@in_turn
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change why we ask, what participants are told, and what is promised."""
    study = own_study(request, slug)
    form = StudyForm(posted(request), now=written(study))
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        try:
            actions.change_study(study=study, by=reader(request), **form.cleaned_data)
        except actions.NotReady as refusal:
            for gap in refusal.missing:
                form.add_error("problem" if gap.url.endswith("problem") else "promise_on", gap.words)
        else:
            messages.success(request, _("Saved."))
            return redirect("studies:study", slug)
    return _form_page(request, form, study)


def _form_page(request: HttpRequest, form: StudyForm, study: Study | None) -> HttpResponse:
    looking = "look" in request.POST
    if looking:
        _leave_out_what_is_missing(form)
    status = 422 if request.method == "POST" and not looking and form.errors else 200
    shown = request.POST.get("problem") if request.method == "POST" else study and study.problem
    context = {
        "form": form,
        "study": study,
        "show_errors": status == 422,
        **_as_told(request, shown or "", study),
    }
    return render(request, "studies/edit.html", context, status=status)


def _leave_out_what_is_missing(form: StudyForm) -> None:
    """Whoever only looks has not finished: what is missing is told once it is to be saved."""
    for name, wrong in form.errors.as_data().items():
        if all(error.code == "required" for error in wrong):
            del form.errors[name]


@door(is_researcher)
@require_POST
def problem(request: HttpRequest) -> HttpResponse:
    """How a participant reads the problem that is being typed; changes nothing."""
    return render(request, "studies/problem.html", _as_told(request, request.POST.get("problem", ""), None))


def _as_told(request: HttpRequest, words: str, study: Study | None) -> dict[str, object]:
    return {
        "told": general(words.strip()),
        "told_by": study.owner.name if study else reader(request).name,
        "told_at": the_organisation().name,
        "too_long": len(words.split()) > 60,
    }


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a draft, or a closed study again: first a question, or what is still missing."""
    study = own_study(request, slug)
    if study.is_open:
        return redirect("studies:study", slug)
    act = actions.open_study if study.state == State.DRAFT else actions.reopen_study
    return _change_state(request, study, act, "studies/opening.html", _("Open. Now choose whom to ask."))


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: HttpRequest, slug: str) -> HttpResponse:
    """Close an open study, after a question."""
    study = own_study(request, slug)
    if not study.is_open:
        return redirect("studies:study", slug)
    told = _("Closed. What people said stays open to you; now let them hear what becomes of it.")
    return _change_state(request, study, actions.close_study, "studies/closing.html", told)


def _change_state(
    request: HttpRequest, study: Study, act: Callable[..., StateChange], page: str, told: str
) -> HttpResponse:
    form = NoteForm(posted(request))
    missing = [] if study.is_open else asking.missing(study)
    if request.method == "POST" and form.is_valid() and not missing:
        try:
            act(study=study, by=reader(request), note=form.cleaned_data["note"])
            messages.success(request, told)
        except actions.NotNow:
            messages.info(request, _("Somebody else was faster: look at how it stands now."))
        return redirect("studies:study", study.slug)
    context = {"study": study, "form": form, "missing": missing, "minutes": asking.minutes_of(study)}
    return render(request, page, context, status=422 if request.method == "POST" else 200)


@door(is_researcher | is_administrator)
@require_POST
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody joins, leaves, or takes the study over."""
    study, by = seen_study(request, slug), reader(request)
    form = TeamForm(request.POST, study=study)
    handing_over = request.POST.get("act") == "hand_over"
    if not (can_hand_over(by, study) if handing_over else can_work_on(by, study)):
        raise PermissionDenied
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(reverse("studies:study", args=[slug]) + "#team")
    user = form.cleaned_data["user"]
    if handing_over:
        actions.hand_over(study=study, to=user, by=by)
        messages.success(request, _("%(name)s owns this study now.") % {"name": user.name})
    elif form.cleaned_data["act"] == "add":
        actions.add_member(study=study, user=user, by=by)
    else:
        actions.remove_member(study=study, user=user, by=by)
    return redirect(reverse("studies:study", args=[slug]) + "#team")
