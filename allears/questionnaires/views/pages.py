"""The pages of a questionnaire: one more, what one says above its questions, its place, and that it goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from allears.core.doors import door
from allears.core.rules import is_researcher
from allears.questionnaires import authoring
from allears.questionnaires.forms import SectionForm
from allears.questionnaires.models import Section
from allears.questionnaires.seen import Seen, same_section, seen_in, sign_of, touches_section
from allears.questionnaires.side_by_side import of_section
from allears.questionnaires.steps import step
from allears.questionnaires.structure import draft_version
from allears.questionnaires.views.editor import back, last_step, told_when_frozen
from allears.questionnaires.views.finding import own_study, posted, reader, section_edited
from allears.questionnaires.views.overtaken import CONFLICT, Apart, apart, gone, saved_or_met
from allears.studies.models import Study


@door(is_researcher)
@require_POST
def sections(request: HttpRequest, slug: str) -> HttpResponse:
    """One page more."""
    study = own_study(request, slug)
    version, form = authoring.draft_of(study, by=reader(request)), SectionForm(request.POST)
    words = form.cleaned_data if form.is_valid() else {}
    with step(version, "section_added", reader(request)):
        section = authoring.add_section(version=version, by=reader(request), **words)
    return back(study, f"page-{section.pk}")


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a page says; with `act` it moves or goes (a page with questions only after a question)."""
    study = own_study(request, slug)
    if "act" in request.POST:
        return _section_act(request, study, pk)
    found = section_edited(request, study, pk)
    before = dict(of_section(found).plain) if found else {}
    form = SectionForm(posted(request), initial=before)
    if request.method == "POST" and form.is_valid():
        return _save_section(request, study, pk, form)
    if found is None:
        return _section_gone(request, study, pk)
    return _section_page(request, study, found, form, sign_of(found.version, before))


def _section_page(
    request: HttpRequest, study: Study, found: Section, form: SectionForm, seen: str, apart: Apart | None = None
) -> HttpResponse:
    context = {"study": study, "section": found, "form": form, "apart": apart, "seen": request.POST.get("seen", seen)}
    if apart:
        return render(request, "questionnaires/section.html", context | {"seen": apart.seen}, status=CONFLICT)
    return render(request, "questionnaires/section.html", context, status=422 if form.errors else 200)


def _save_section(request: HttpRequest, study: Study, pk: int, form: SectionForm) -> HttpResponse:
    return saved_or_met(
        request, study, act="section_changed", subject="", find=same_section(pk), words=lambda row: of_section(row).plain,
        change=lambda row: authoring.change_section(section=row, by=reader(request), **form.cleaned_data),
        anchor=lambda row: f"page-{row.pk}",
        both=lambda seen, there: _both_sections(request, study, seen, form, there),
        lost=lambda: _section_gone(request, study, pk),
    )  # fmt: skip


def _both_sections(request: HttpRequest, study: Study, seen: Seen, form: SectionForm, there: Section) -> HttpResponse:
    """The form with what only the other has changed as they left it, and everything else as it was posted."""
    mine, now = of_section(Section(**form.cleaned_data)), of_section(there)
    told = apart(request, study, seen, mine, now, touches_section(there.pk))
    both = SectionForm(initial={**mine.plain, **{name: now.plain[name] for name in told.theirs}})
    return _section_page(request, study, there, both, told.seen, told)


def _section_gone(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    written = Section(title=request.POST.get("title", ""), text=request.POST.get("text", ""))
    again = reverse("questionnaires:sections", args=[study.slug])
    return gone(request, study, seen_in(request.POST), of_section(written), touches_section(pk), again)


@told_when_frozen
def _section_act(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    version, act, by = draft_version(study), request.POST["act"], reader(request)
    found = version.sections.filter(pk=pk).first() if version else None
    if found is None:
        return back(study, overtaken=1)
    if act in ("up", "down"):
        with step(found.version, "section_moved", by):
            authoring.move_section(section=found, direction=act, by=by)  # type: ignore[arg-type]
        return back(study, f"page-{pk}")
    if act == "copy":
        with step(found.version, "section_copied", by):
            copy = authoring.duplicate_section(section=found, by=by)
        return back(study, f"page-{copy.pk}")
    if act == "remove":
        return _remove_section(request, study, found)
    return back(study, f"page-{pk}")


def _remove_section(request: HttpRequest, study: Study, found: Section) -> HttpResponse:
    count = found.questions.count()
    if count and "sure" not in request.POST:
        context = {"study": study, "section": found, "count": count}
        return render(request, "questionnaires/section_removal.html", context)
    version = found.version
    with step(version, "section_removed", reader(request)):
        authoring.remove_section(section=found, by=reader(request))
    return back(study, gone=last_step(version))
