"""Writing a questionnaire: its editor, its preview, publishing, and the history of its versions.

Everything works as plain pages; where script runs, moving a question swaps the editor in place.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
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
from allears.questionnaires.forms import kinds_offered
from allears.questionnaires.measuring import estimate_of
from allears.questionnaires.models import QuestionKind, Section, Version
from allears.questionnaires.places import doubts_in
from allears.questionnaires.remarks import Remarks, remarks_of
from allears.questionnaires.ruling import everything_wrong, facets_in, in_words
from allears.questionnaires.steps import history_of, step
from allears.questionnaires.structure import (
    draft_version,
    published_version,
    questions_in,
    sections_of,
    versions_of,
)
from allears.questionnaires.views.editor import back, last_step
from allears.questionnaires.views.finding import own_study, reader, seen_study, seen_version
from allears.questionnaires.views.overtaken import CONFLICT
from allears.questionnaires.wording import knows
from allears.studies.models import State, Study
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
        version = authoring.draft_of(study, by=reader(request))
        with step(version, "manner_set", reader(request)):
            version.refresh_from_db()
            authoring.set_manner(version=version, **_manner(request, version), by=reader(request))
        messages.success(request, _("Saved. It holds from publishing on."))
    else:
        authoring.draft_of(study, by=reader(request))
    return back(study)


def _manner(request: HttpRequest, version: Version) -> dict[str, bool]:
    """How it is to be asked: what was left as the form showed it (`was`) stays as it is now."""
    wanted, was = {name: name in request.POST for name in authoring.MANNER}, request.POST.get("was", "").split()
    left = {name for name in wanted if "was" in request.POST and wanted[name] == (name in was)}
    return {name: getattr(version, name) if name in left else chosen for name, chosen in wanted.items()}


@door(is_researcher)
@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back what was done last to the draft, or with `redo` do again what was taken back."""
    study = own_study(request, slug)
    version, meant = draft_version(study), whole_number(request.POST.get("step")) or 0
    if version is None:
        messages.info(request, _("There is no draft any more, so there is nothing to undo."))
        return back(study)
    go = steps.redo if "redo" in request.POST else steps.undo
    try:
        go(version=version, meant=meant, by=reader(request))
    except (steps.Overtaken, authoring.Frozen):
        return back(study, overtaken=1)
    return back(study, "undo")


@door(is_researcher)
@require_POST
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Put pages and questions in the posted order ("page:ID" and after it the "question:KEY" on it, by commas) at once.

    `seen` is the order that it was made from: when that is not the draft's any more nothing is moved, and it is said.
    """
    study = own_study(request, slug)
    version = draft_version(study)
    if version is None:
        return back(study, overtaken=1)
    seen, wanted = request.POST.get("seen", ""), _order(request.POST.get("order", ""))
    if wanted is None:
        raise BadRequest
    try:
        with step(version, "order_changed", reader(request)):
            if seen and seen != order_of(sections_of(version)):
                raise authoring.NotTheSame
            authoring.put_in_order(version=version, order=wanted, by=reader(request))
    except (authoring.NotTheSame, authoring.Frozen):
        return back(study, overtaken=1)
    return back(study)


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
        return back(study)
    return HttpResponse(html)


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def publishing(request: HttpRequest, slug: str) -> HttpResponse:
    """The last look before participants are asked this: what is wrong, or what changes."""
    study = own_study(request, slug)
    version = draft_version(study)
    if version is None:
        return back(study)
    if request.method == "POST":
        try:
            _publish_as_seen(request, version)
        except steps.Overtaken:
            return _publishing_page(request, study, version, status=CONFLICT, overtaken=True)
        except authoring.NotPublishable:
            return _publishing_page(request, study, version, status=422)
        except authoring.Frozen:
            messages.info(request, _("Somebody else was faster: it is published already."))
            return back(study)
        if study.state == State.DRAFT:
            messages.success(request, _("Published. Nobody is asked before you open the study."))
            return redirect("studies:study", slug)
        messages.success(request, _("Published. From now on participants are asked this version."))
        return back(study)
    return _publishing_page(request, study, version)


@transaction.atomic
def _publish_as_seen(request: HttpRequest, version: Version) -> None:
    """Publish what was looked at: not what somebody has done to it since."""
    authoring.must_be_draft(version.pk)
    if request.POST.get("seen", str(last_step(version) or "")) != str(last_step(version) or ""):
        raise steps.Overtaken
    authoring.publish(version=version, by=reader(request))


def _publishing_page(
    request: HttpRequest, study: Study, version: Version, status: int = 200, overtaken: bool = False
) -> HttpResponse:
    sections, asked_now = sections_of(version), published_version(study)
    changes = differences(sections_of(asked_now), sections) if asked_now else []
    context = {
        "study": study, "version": version, "problems": everything_wrong(sections), "doubts": doubts_in(sections), "asked_now": asked_now,
        "changes": changes, "minutes": minutes_for(sections), **_on_the_wording(study, version, sections),
        "history": history_of(version), "overtaken": overtaken,
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
