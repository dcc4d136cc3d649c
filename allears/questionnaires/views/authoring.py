"""Writing a questionnaire: its editor, its preview, publishing, and the history of its versions.

Everything works as plain pages; where script runs, moving a question swaps the editor in place.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core.doors import door
from allears.core.rules import is_researcher, signs_in
from allears.core.typed import whole_number
from allears.questionnaires import authoring, steps
from allears.questionnaires.answering_preview import render_preview
from allears.questionnaires.comparing import differences
from allears.questionnaires.duration import minutes_for
from allears.questionnaires.forms import (
    QuestionForm,
    SectionForm,
    choice_rows,
    first_values,
    has_choices,
    is_kind,
    kinds_offered,
    offered_as,
    written,
)
from allears.questionnaires.measuring import estimate_of
from allears.questionnaires.models import Question, QuestionKind, Section, Version
from allears.questionnaires.presets import shape_of
from allears.questionnaires.remarks import Remarks, asked_of, remarks_of
from allears.questionnaires.ruling import everything_wrong, facets_in, in_words
from allears.questionnaires.steps import history_of, step
from allears.questionnaires.structure import (
    draft_version,
    published_version,
    questions_in,
    sections_of,
    versions_of,
)
from allears.questionnaires.views.being_typed import live
from allears.questionnaires.views.finding import (
    draft_question,
    draft_section,
    own_study,
    posted,
    reader,
    seen_study,
    seen_version,
)
from allears.questionnaires.views.wording import beside, typed_question
from allears.questionnaires.wording import knows
from allears.studies.models import Study
from allears.studies.rules import can_work_on
from allears.studies.translating import possible_for

_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@door(signs_in)
@require_safe
def questionnaire(request: HttpRequest, slug: str) -> HttpResponse:
    """What the study asks: the draft for who writes it, otherwise what participants read."""
    study = seen_study(request, slug)
    works = can_work_on(reader(request), study)
    draft, asked_now = draft_version(study), published_version(study)
    version = draft if works and draft else asked_now
    sections = sections_of(version) if version else []
    editing = works and version is not None and version.published_at is None
    remarks = remarks_of(version.questionnaire, sections, study.language) if version and editing else {}
    return render(
        request,
        "questionnaires/questionnaire.html",
        {
            "study": study,
            "works": works,
            "version": version,
            "asked_now": asked_now,
            "editing": editing,
            "sections": _remarked(numbered(sections), remarks),
            "opened": request.GET.get("remarks", ""),
            "language_known": knows(study.language),
            "estimate": estimate_of(version) if version else None,
            "kinds": kinds_offered(),
            "history": history_of(version) if version and editing else None,
            "order": order_of(sections),
            "overtaken": "overtaken" in request.GET,
            "gone": request.GET.get("gone", ""),
        },
    )


def numbered(sections: list[Section]) -> list[dict[str, Any]]:
    """The pages with their questions, numbered as participants count them (statements have no number), each with who
    is asked it.
    """
    number, pages, all_of_them = 0, [], list(questions_in(sections))
    facets = facets_in(all_of_them)
    for section in sections:
        rows = []
        for question in section.questions.all():
            number += question.kind != QuestionKind.STATEMENT
            counted = number if question.kind != QuestionKind.STATEMENT else ""
            asked_if = in_words(question.rule, all_of_them, facets)
            rows.append({"question": question, "number": counted, "asked_if": asked_if})
        pages.append({"section": section, "rows": rows})
    return pages


def _remarked(pages: list[dict[str, Any]], remarks: dict[UUID, Remarks]) -> list[dict[str, Any]]:
    for page in pages:
        for row in page["rows"]:
            row["remarks"] = remarks.get(row["question"].key)
    return pages


@door(is_researcher)
@require_POST
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the next draft, throw the present one away, or say how it is to be asked."""
    study = own_study(request, slug)
    current = draft_version(study)
    if "throw_away" in request.POST and current:
        authoring.throw_away(version=current, by=reader(request))
        messages.success(request, _("Thrown away. What is asked now stays as it is."))
    elif "manner" in request.POST:
        one, reviewed = (name in request.POST for name in authoring.MANNER)
        version = authoring.draft_of(study, by=reader(request))
        with step(version, "manner_set", reader(request)):
            authoring.set_manner(version=version, one_question_a_page=one, reviewed=reviewed, by=reader(request))
        messages.success(request, _("Saved. It holds from publishing on."))
    else:
        authoring.draft_of(study, by=reader(request))
    return _back(study)


def _back(study: Study, anchor: str = "", **told: Any) -> HttpResponse:
    """To the editor, at `anchor`; `told`: what it is to say (`gone`: the step that took something away; `overtaken`)."""
    address = reverse("questionnaires:questionnaire", args=[study.slug])
    address = f"{address}?{urlencode(told)}" if any(told.values()) else address
    return redirect(f"{address}#{anchor}" if anchor else address)


def _last_step(version: Version) -> int | None:
    last = history_of(version).last
    return last.pk if last else None


@door(is_researcher)
@require_POST
def sections(request: HttpRequest, slug: str) -> HttpResponse:
    """One page more."""
    study = own_study(request, slug)
    version = authoring.draft_of(study, by=reader(request))
    with step(version, "section_added", reader(request)):
        section = authoring.add_section(version=version, by=reader(request))
    return _back(study, f"page-{section.pk}")


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a page says; with `act` it moves or goes (a page with questions only after a question)."""
    study = own_study(request, slug)
    found = draft_section(study, pk)
    act, by = request.POST.get("act", ""), reader(request)
    if act in ("up", "down"):
        with step(found.version, "section_moved", by):
            authoring.move_section(section=found, direction=act, by=by)  # type: ignore[arg-type]
        return _back(study, f"page-{pk}")
    if act == "copy":
        with step(found.version, "section_copied", by):
            copy = authoring.duplicate_section(section=found, by=by)
        return _back(study, f"page-{copy.pk}")
    if act == "remove":
        return _remove_section(request, study, found)
    form = SectionForm(posted(request), initial={"title": found.title, "text": found.text})
    if request.method == "POST" and form.is_valid():
        with step(found.version, "section_changed", by):
            authoring.change_section(section=found, by=by, **form.cleaned_data)
        return _back(study, f"page-{pk}")
    context = {"study": study, "section": found, "form": form}
    return render(request, "questionnaires/section.html", context, status=422 if form.errors else 200)


def _remove_section(request: HttpRequest, study: Study, found: Section) -> HttpResponse:
    count = found.questions.count()
    if count and "sure" not in request.POST:
        context = {"study": study, "section": found, "count": count}
        return render(request, "questionnaires/section_removal.html", context)
    version = found.version
    with step(version, "section_removed", reader(request)):
        authoring.remove_section(section=found, by=reader(request))
    return _back(study, gone=_last_step(version))


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
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
        page = _page_for(request, study)
        with step(page.version, "question_added", reader(request), form.cleaned_data["text"]):
            made = authoring.add_question(
                section=page, kind=form.kind, by=reader(request), choices=rows.words() if rows else (), **form.cleaned_data
            )
        return _back(study, f"question-{made.key}")
    return _question_page(request, study, form, rows, None)


def _page_for(request: HttpRequest, study: Study) -> Section:
    version = authoring.draft_of(study, by=reader(request))
    wanted = request.GET.get("section", "")
    pages = list(version.sections.all())
    chosen = [page for page in pages if str(page.pk) == wanted]
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
    request: HttpRequest, study: Study, form: QuestionForm, rows: Any, question: Question | None
) -> HttpResponse:
    wrong = request.method == "POST" and not _only_asks(request)
    key, section = (question.key if question else ""), request.GET.get("section", "")
    context = {
        "typed_as": urlencode({"kind": form.offered, "key": key, "section": section}),
        "study": study, "form": form, "rows": rows, "question": question, "kind": form.offered,
        "lists": form.kind.value, "shape": shape_of(form.preset),
        "kinds": kinds_offered(), "show_errors": wrong, "pasted": request.POST.get("pasted", ""),
        **_beside(request, study, form, question), **live(request, study, form.offered, question),
    }  # fmt: skip
    return render(request, "questionnaires/question.html", context, status=422 if wrong else 200)


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
    study, found = draft_question(request, slug, key)
    kind = request.GET.get("kind", "")
    kind = kind if is_kind(kind) else offered_as(found)
    form = QuestionForm(posted(request), kind=kind, initial={**first_values(kind), **_said(found)})
    rows = _rows(request, kind, found)
    if _is_whole(request, form, rows):
        with step(found.version, "question_changed", reader(request), found.text):
            authoring.change_question(
                question=found, kind=form.kind, by=reader(request), choices=rows.words() if rows else (), **form.cleaned_data
            )
        return _back(study, f"question-{key}")
    return _question_page(request, study, form, rows, found)


def _said(question: Question) -> dict[str, Any]:
    return {name: value for name, value in written(question).items() if value is not None}


@door(is_researcher)
@require_POST
def place(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Move a question up or down, copy it, or take it away."""
    study, found = draft_question(request, slug, key)
    act, by, version = request.POST.get("act", ""), reader(request), found.version
    if act in ("up", "down"):
        with step(version, "question_moved", by, found.text):
            authoring.move_question(question=found, direction=act, by=by)  # type: ignore[arg-type]
    elif act == "copy":
        with step(version, "question_copied", by, found.text):
            copy = authoring.duplicate_question(question=found, by=by)
        return _back(study, f"question-{copy.key}")
    elif act == "remove":
        with step(version, "question_removed", by, found.text):
            authoring.remove_question(question=found, by=by)
        return _back(study, gone=_last_step(version))
    return _back(study, f"question-{key}")


@door(is_researcher)
@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back what was done last to the draft, or with `redo` do again what was taken back."""
    study = own_study(request, slug)
    version, meant = draft_version(study), whole_number(request.POST.get("step")) or 0
    if version is None:
        messages.info(request, _("There is no draft any more, so there is nothing to undo."))
        return _back(study)
    go = steps.redo if "redo" in request.POST else steps.undo
    try:
        go(version=version, meant=meant, by=reader(request))
    except steps.Overtaken:
        return _back(study, overtaken=1)
    return _back(study, "undo")


@door(is_researcher)
@require_POST
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Put pages and questions in the posted order ("page:ID" and after it the "question:KEY" on it, by commas) at once.

    `seen` is the order that it was made from: when that is not the draft's any more nothing is moved, and it is said.
    """
    study = own_study(request, slug)
    version = draft_version(study)
    if version is None:
        return _back(study, overtaken=1)
    seen, wanted = request.POST.get("seen", ""), _order(request.POST.get("order", ""))
    if wanted is None:
        raise BadRequest
    try:
        with step(version, "order_changed", reader(request)):
            if seen and seen != order_of(sections_of(version)):
                raise authoring.NotTheSame
            authoring.put_in_order(version=version, order=wanted, by=reader(request))
    except (authoring.NotTheSame, authoring.Frozen):
        return _back(study, overtaken=1)
    return _back(study)


def order_of(sections: list[Section]) -> str:
    """Return the order in which loaded pages and questions stand, as `order` takes it."""
    rows = [(f"page:{page.pk}", *(f"question:{q.key}" for q in page.questions.all())) for page in sections]
    return ",".join(row for page in rows for row in page)


def _order(text: str) -> list[tuple[int, list[UUID]]] | None:
    """Read what `order_of` wrote; None where it is nothing of the kind."""
    pages: list[tuple[int, list[UUID]]] = []
    for row in text.split(","):
        what, _colon, which = row.partition(":")
        page = whole_number(which)
        if what == "page" and page is not None:
            pages.append((page, []))
        elif what == "question" and pages and _KEY.fullmatch(which):
            pages[-1][1].append(UUID(which))
        else:
            return None
    return pages


@door(signs_in)
@require_safe
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The questionnaire page by page, as participants get it; nothing that is typed here is kept."""
    study = seen_study(request, slug)
    version = seen_version(request, study)
    number = whole_number(request.GET.get("page"), digits=5) or 1
    language = request.GET.get("lang", "")
    language = language if language in possible_for(study) else ""
    leave = reverse("questionnaires:questionnaire", args=[study.slug])
    html = render_preview(version, number, leave=leave, language=language)
    if not html:
        messages.info(request, _("There is nothing to look at yet."))
        return _back(study)
    return HttpResponse(html)


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def publishing(request: HttpRequest, slug: str) -> HttpResponse:
    """The last look before participants are asked this: what is wrong, or what changes."""
    study = own_study(request, slug)
    version = draft_version(study)
    if version is None:
        return _back(study)
    if request.method == "POST":
        try:
            authoring.publish(version=version, by=reader(request))
        except authoring.NotPublishable:
            return _publishing_page(request, study, version, status=422)
        except authoring.Frozen:
            messages.info(request, _("Somebody else was faster: it is published already."))
            return _back(study)
        messages.success(request, _("Published. From now on participants are asked this version."))
        return _back(study)
    return _publishing_page(request, study, version)


def _publishing_page(request: HttpRequest, study: Study, version: Version, status: int = 200) -> HttpResponse:
    sections, asked_now = sections_of(version), published_version(study)
    changes = differences(sections_of(asked_now), sections) if asked_now else []
    context = {
        "study": study, "version": version, "problems": everything_wrong(sections), "asked_now": asked_now,
        "changes": changes, "minutes": minutes_for(sections), **_on_the_wording(study, version, sections),
    }  # fmt: skip
    return render(request, "questionnaires/publishing.html", context, status=status)


def _on_the_wording(study: Study, version: Version, sections: list[Section]) -> dict[str, Any]:
    remarks = remarks_of(version.questionnaire, sections, study.language)
    remarked = [(q, remarks[q.key]) for q in questions_in(sections) if q.key in remarks and remarks[q.key].open]
    return {
        "remarked": remarked,
        "remark_count": sum(len(found.open) for _question, found in remarked),
        "meant_count": sum(len(found.meant) for found in remarks.values()),
    }


@door(signs_in)
@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version that was published, and how each differs from the one before."""
    study = seen_study(request, slug)
    rows = list(versions_of(study).filter(published_at__isnull=False).select_related("published_by"))
    loaded = [(version, sections_of(version)) for version in rows[:20]]
    history = [
        {
            "version": version,
            "minutes": minutes_for(pages),
            "changes": differences(loaded[place + 1][1], pages) if place + 1 < len(loaded) else None,
        }
        for place, (version, pages) in enumerate(loaded)
    ]
    return render(request, "questionnaires/versions.html", {"study": study, "history": history})


@door(signs_in)
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One published version as it was asked."""
    study = seen_study(request, slug)
    found = get_object_or_404(versions_of(study), number=number, published_at__isnull=False)
    pages = sections_of(found)
    context = {"study": study, "version": found, "sections": numbered(pages), "minutes": minutes_for(pages)}
    return render(request, "questionnaires/version.html", context)
