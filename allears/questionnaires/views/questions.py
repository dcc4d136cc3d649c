"""The form of a question, new or not, and what one press does to it in the editor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from allears.core.doors import door
from allears.core.once import once
from allears.core.rules import is_researcher
from allears.questionnaires import authoring, places
from allears.questionnaires.being_typed import typed
from allears.questionnaires.forms import (
    QuestionForm,
    choice_rows,
    first_values,
    has_choices,
    is_kind,
    kinds_offered,
    offered_as,
    written,
)
from allears.questionnaires.models import Question, QuestionKind, Section, Version
from allears.questionnaires.presets import shape_of
from allears.questionnaires.remarks import asked_of
from allears.questionnaires.seen import (
    OF_A_QUESTION,
    Seen,
    same_question,
    seen_in,
    sign_of,
    touches_question,
)
from allears.questionnaires.side_by_side import of_question
from allears.questionnaires.steps import step
from allears.questionnaires.structure import draft_version, published_version, sections_of
from allears.questionnaires.views.being_typed import live
from allears.questionnaires.views.editor import back, last_step, told_when_frozen
from allears.questionnaires.views.finding import own_study, posted, question_edited, reader
from allears.questionnaires.views.overtaken import CONFLICT, Apart, apart, gone, saved_or_met
from allears.questionnaires.views.wording import beside, typed_question
from allears.studies.models import Study


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new_question(request: HttpRequest, slug: str) -> HttpResponse:
    """A question more, of the kind that was chosen, on the page that was chosen or the last one."""
    study = own_study(request, slug)
    kind = request.GET.get("kind", "")
    if not is_kind(kind):
        context = {"study": study, "section": request.GET.get("section", ""), "kinds": kinds_offered()}
        return render(request, "questionnaires/kinds.html", context)
    form = QuestionForm(posted(request), kind=kind, initial=first_values(kind))
    rows = _rows(request, kind, None)
    if _is_whole(request, form, rows):
        try:
            made = _add_question(request, study, form, rows)
        except authoring.Frozen:  # published in this very moment
            made = _add_question(request, study, form, rows)
        return back(study, f"question-{made.key}")
    return _question_page(request, study, form, rows, None)


@transaction.atomic
def _add_question(request: HttpRequest, study: Study, form: QuestionForm, rows: Any) -> Question:
    version, by = authoring.draft_of(study, by=reader(request)), reader(request)
    with step(version, "question_added", by, form.cleaned_data["text"]):
        page = _page_for(request, version)
        return authoring.add_question(
            section=page, kind=form.kind, by=by, choices=rows.words() if rows else (), **form.cleaned_data
        )


def _page_for(request: HttpRequest, version: Version) -> Section:
    """The page that was chosen; the last one where none was, or where it is gone, which is said."""
    wanted = request.GET.get("section", "")
    pages = list(version.sections.all())
    chosen = [page for page in pages if str(page.pk) == wanted]
    if wanted and not chosen:
        words = _("The page that you chose is not in this draft any more: somebody has published it or taken the page away. Your question stands on the last page.")
        messages.info(request, words)
    return (chosen or pages or [authoring.add_section(version=version, by=reader(request))])[-1]


def _rows(request: HttpRequest, kind: str, question: Question | None) -> Any:
    if not has_choices(kind):
        return None
    if request.method == "POST":
        return choice_rows(request.POST, question, more=4 if "more" in request.POST else 0)
    return choice_rows(question=question)


def _is_whole(request: HttpRequest, form: QuestionForm, rows: Any) -> bool:
    """Whether this POST is to be kept: not when it only asks for something, nor when something is wrong."""
    if request.method != "POST" or _only_asks(request):
        return False
    return form.is_valid() & (rows is None or rows.is_valid())


def _only_asks(request: HttpRequest) -> bool:
    """Whether a POST asks for more rows, or to see what was typed."""
    return "more" in request.POST or "look" in request.POST


def _question_page(
    request: HttpRequest, study: Study, form: QuestionForm, rows: Any, question: Question | None, *,
    seen: str = "", apart: Apart | None = None,
) -> HttpResponse:  # fmt: skip
    wrong = request.method == "POST" and not _only_asks(request) and apart is None
    key, section = (question.key if question else ""), request.GET.get("section", "")
    context = {
        "typed_as": urlencode({"kind": form.offered, "key": key, "section": section}),
        "study": study, "form": form, "rows": rows, "question": question, "kind": form.offered,
        "lists": form.kind.value, "shape": shape_of(form.preset),
        "kinds": kinds_offered(), "show_errors": wrong, "pasted": "" if apart else request.POST.get("pasted", ""),
        "apart": apart, "seen": apart.seen if apart else request.POST.get("seen", seen),
        "places": places.to_write(places.known_before(_sections(study), question, section)),
        **_beside(request, study, form, question), **live(request, study, form.offered, question),
    }  # fmt: skip
    return render(request, "questionnaires/question.html", context, status=CONFLICT if apart else 422 if wrong else 200)


def _sections(study: Study) -> list[Section]:
    version = draft_version(study) or published_version(study)
    return sections_of(version) if version else []


def _beside(request: HttpRequest, study: Study, form: QuestionForm, question: Question | None) -> dict[str, Any]:
    """What the wording check says about what was posted, otherwise about what is saved."""
    key = question.key if question else None
    if request.method == "POST":
        return beside(study, typed_question(request, form.offered), key, request.GET.get("section", ""))
    return beside(study, asked_of(question) if question else None, key)


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Change a question of the draft, also its kind."""
    study, found = question_edited(request, slug, key)
    kind = _kind_of(request, found)
    if found is None:
        return _question_gone(request, study, kind, key)
    form = QuestionForm(posted(request), kind=kind, initial={**first_values(kind), **_said(found)})
    rows = _rows(request, kind, found)
    if _is_whole(request, form, rows):
        return _save_question(request, study, found, form, rows)
    return _question_page(request, study, form, rows, found, seen=sign_of(found.version, of_question(found).plain))


def _kind_of(request: HttpRequest, found: Question | None) -> str:
    """The kind that was chosen beside the form, that the form was written for, or that the question has."""
    wanted = [request.POST.get("kind", ""), request.GET.get("kind", "")]
    asked = offered_as(found) if found else QuestionKind.LONG_TEXT.value
    return next((kind for kind in wanted if is_kind(kind)), asked)


def _save_question(request: HttpRequest, study: Study, found: Question, form: QuestionForm, rows: Any) -> HttpResponse:
    told = {"kind": form.kind, "choices": rows.words() if rows else (), **form.cleaned_data}
    return saved_or_met(
        request, study, act="question_changed", subject=found.text, find=same_question(found.key),
        words=lambda row: of_question(row).plain,
        change=lambda row: authoring.change_question(question=row, by=reader(request), **told),
        anchor=lambda row: f"question-{row.key}",
        both=lambda seen, there: _both_questions(request, study, seen, form, there),
        lost=lambda: _question_gone(request, study, form.offered, found.key),
    )  # fmt: skip


def _both_questions(request: HttpRequest, study: Study, seen: Seen, form: QuestionForm, there: Question) -> HttpResponse:
    """The form with what only the other has changed as they left it, and everything else as it was posted."""
    written = typed(study, request.POST, form.offered, there.key).question
    mine, now = of_question(written), of_question(there)
    told = apart(request, study, seen, mine, now, touches_question(there.key, OF_A_QUESTION, there.pk))
    kind = offered_as(there) if "kind" in told.theirs else form.offered
    values, theirs = _said(written), _said(there)
    for name in told.theirs:
        values.pop(name, None)
        values |= {name: theirs[name]} if name in theirs else {}
    both = QuestionForm(kind=kind, initial={**first_values(kind), **values})
    rows = choice_rows(question=there if "choices" in told.theirs else written) if has_choices(kind) else None
    return _question_page(request, study, both, rows, there, seen=told.seen, apart=told)


def _question_gone(request: HttpRequest, study: Study, kind: str, key: UUID) -> HttpResponse:
    written = typed(study, request.POST, kind, None).question
    again = f"{reverse('questionnaires:new_question', args=[study.slug])}?{urlencode({'kind': kind})}"
    touches = touches_question(key, OF_A_QUESTION)
    return gone(request, study, seen_in(request.POST), of_question(written), touches, again)


def _said(question: Question) -> dict[str, Any]:
    return {name: value for name, value in written(question).items() if value is not None}


@door(is_researcher)
@require_POST
def place(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Move a question up or down, copy it, or take it away."""
    return _place(request, own_study(request, slug), key)


@told_when_frozen
def _place(request: HttpRequest, study: Study, key: UUID) -> HttpResponse:
    draft, act, by = draft_version(study), request.POST.get("act", ""), reader(request)
    found = same_question(key)(draft) if draft else None
    if found is None:
        return back(study, overtaken=1)
    version = found.version
    if act in ("up", "down"):
        with step(version, "question_moved", by, found.text):
            authoring.move_question(question=found, direction=act, by=by)  # type: ignore[arg-type]
    elif act == "copy":
        with step(version, "question_copied", by, found.text):
            copy = authoring.duplicate_question(question=found, by=by)
        return back(study, f"question-{copy.key}")
    elif act == "remove":
        with step(version, "question_removed", by, found.text):
            authoring.remove_question(question=found, by=by)
        return back(study, gone=last_step(version))
    return back(study, f"question-{key}")
