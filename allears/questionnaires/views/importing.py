"""Bringing responses from a file: upload, what its columns are, start, report; and taking everything out again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import door
from allears.core.progress import job_url
from allears.core.rules import is_researcher
from allears.core.tables import Reading, TableError, safe_cell
from allears.design.parts import Cell, Column
from allears.questionnaires import exporting, importing
from allears.questionnaires.dialects import TITLES, Plan, Role
from allears.questionnaires.dialects.plan import MetaColumn
from allears.questionnaires.importing_forms import FileForm, PlanForm
from allears.questionnaires.imports import Import
from allears.questionnaires.views.finding import own_study, reader
from allears.studies.models import Study

A_PAGE = 100
MOST_QUESTIONS = 600  # each has eight fields, and a form may have five thousand
SAMPLES = 3
ROLE_NAMES = {
    Role.EXTERNAL_ID: gettext_lazy("the response’s own number"),
    Role.PERSON_ID: gettext_lazy("who said it, by number"),
    Role.STARTED: gettext_lazy("when it was begun"),
    Role.SUBMITTED: gettext_lazy("when it was sent"),
    Role.STATUS: gettext_lazy("whether it is complete"),
    Role.EMAIL: gettext_lazy("e-mail address"),
    Role.NAME: gettext_lazy("name"),
    Role.FIRST_NAME: gettext_lazy("first name"),
    Role.LAST_NAME: gettext_lazy("last name"),
    Role.LANGUAGE: gettext_lazy("language"),
    Role.DURATION: gettext_lazy("how long it took"),
    Role.IGNORED: gettext_lazy("left out"),
}
REFUSALS = (importing.AsksSomethingElse, importing.DraftInTheWay, importing.NothingLeft, importing.NothingToImport)


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest, slug: str) -> HttpResponse:
    """Files that were brought into a study; POST uploads one."""
    study = own_study(request, slug)
    form = FileForm(request.POST or None, request.FILES or None, initial={"time_zone": reader(request).time_zone})
    if request.method == "POST" and form.is_valid():
        made = _uploaded(request, study, form)
        if made is not None:
            return redirect("questionnaires:import", slug=slug, ref=made.ref)
    files = Import.objects.filter(study=study).select_related("made_by").order_by("-pk")
    page = Paginator(files, A_PAGE).get_page(request.GET.get("page"))
    context = {"study": study, "form": form, "page": page}
    return render(request, "questionnaires/imports.html", context, status=422 if form.errors else 200)


def _uploaded(request: HttpRequest, study: Study, form: FileForm) -> Import | None:
    file, zone = form.cleaned_data["file"], form.cleaned_data["time_zone"]
    try:
        made = importing.look(study=study, file=file, name=file.name, by=reader(request), time_zone=zone)
    except TableError as error:
        form.add_error("file", error.message)
        return None
    asked = len(Plan.from_json(made.plan or {}).questions)
    if asked <= MOST_QUESTIONS:
        return made
    importing.throw_away(bringing=made, by=reader(request))
    words = _("This file has %(asked)s questions, and we show at most %(most)s on a page. Bring it by `allears import-responses`.")
    form.add_error("file", words % {"asked": asked, "most": MOST_QUESTIONS})
    return None


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def import_(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One file: what its columns are before it is started, its report afterwards."""
    study = own_study(request, slug)
    bringing = get_object_or_404(Import.objects.select_related("made_by", "job", "study"), study=study, ref=ref)
    do = request.POST.get("do")
    if do == "go-on":
        return redirect(_went_on(request, bringing))
    if bringing.job_id or bringing.ended_at:
        return _report(request, study, bringing)
    if do == "drop":
        importing.throw_away(bringing=bringing, by=reader(request))
        messages.success(request, _("The file is deleted; nothing was taken from it."))
        return redirect("questionnaires:imports", slug=slug)
    with importing.opened(bringing) as table:
        plan = Plan.from_json(bringing.plan or {})
        reading, head = importing.looked_at(table, plan), [row.cells for row in table.head]
    form = PlanForm(
        plan, reading, request.POST if request.method == "POST" else None,
        headed=bringing.headed,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and _described(request, bringing, form):
        if do != "start" or form.is_new_look:
            return redirect(request.path)
        if (url := _started(request, bringing, form)) is not None:
            return redirect(url)
    return _plan_page(request, study, bringing, form, reading, head)


def _described(request: HttpRequest, bringing: Import, form: PlanForm) -> bool:
    """Keep what was typed; False, with the error in the form, if it cannot be."""
    if form.is_new_look:
        importing.look_again(bringing, by=reader(request), time_zone=form.plan.time_zone, **form.new_look)
        return True
    try:
        plan = form.written(importing.retype(bringing, form.plan, form.kinds))
    except importing.TooManyAnswers as refused:
        form.add_error(f"kind_{refused.question}", str(refused))
        return False
    importing.change_plan(bringing=bringing, plan=plan, by=reader(request))
    return True


def _started(request: HttpRequest, bringing: Import, form: PlanForm) -> str | None:
    try:
        return job_url(importing.start(bringing=bringing, by=reader(request)))
    except REFUSALS as refused:
        form.add_error(None, str(refused))
        return None


def _went_on(request: HttpRequest, bringing: Import) -> str:
    """The job's page; the file's own where it cannot go on, which then says why."""
    try:
        return job_url(importing.go_on(bringing=bringing, by=reader(request)))
    except REFUSALS as refused:
        messages.error(request, str(refused))
        return request.path


def _plan_page(
    request: HttpRequest, study: Study, bringing: Import, form: PlanForm, reading: Reading, head: list[list[str]]
) -> HttpResponse:
    plan = form.plan
    context = {
        "study": study,
        "bringing": bringing,
        "form": form,
        "plan": plan,
        "reading": reading,
        "tool": TITLES[plan.dialect],
        "rows": form.rows(_samples(head[plan.header_rows :], plan)),
        "meta": [(meta.heading or "—", _taken_as(meta), meta.note) for meta in plan.meta],
    }
    return render(request, "questionnaires/import.html", context, status=422 if form.errors else 200)


def _taken_as(meta: MetaColumn) -> str | Promise:
    """What the column is taken as; nothing where its note says already that it is left out."""
    return "" if meta.role == Role.IGNORED and meta.note else ROLE_NAMES[meta.role]


def _samples(rows: list[list[str]], plan: Plan) -> dict[int, list[str]]:
    """What stands in the first cells of each question, shortened."""
    return {
        place: [said[:80] for row in rows for column in question.columns[:3] if (said := _cell(row, column))][:SAMPLES]
        for place, question in enumerate(plan.questions)
    }


def _cell(row: list[str], column: int) -> str:
    return " ".join(row[column].split()) if column < len(row) else ""


def _report(request: HttpRequest, study: Study, bringing: Import) -> HttpResponse:
    problems = Paginator(bringing.problems.order_by("row", "pk"), A_PAGE)
    page = problems.get_page(request.GET.get("page"))
    context = {
        "study": study,
        "bringing": bringing,
        "job_url": job_url(bringing.job) if bringing.job else "",
        "page": page,
        "left_out": Plan.from_json(bringing.plan).left_out if bringing.ended_at and bringing.plan else {},
        "columns": [Column(_("Row"), numeric=True), Column(_("Column")), Column(_("What was not understood"))],
        "problems": [[Cell(str(found.row)), found.column, found.reason] for found in page],
    }
    return render(request, "questionnaires/import_report.html", context)


@door(is_researcher)
@require_safe
def import_problems(request: HttpRequest, slug: str, ref: str) -> StreamingHttpResponse:
    """The whole report as CSV."""
    study = own_study(request, slug)
    bringing = get_object_or_404(Import, study=study, ref=ref)
    return _download(_problem_lines(bringing), f"{study.slug}-{ref}-report.csv", "text/csv")


def _problem_lines(bringing: Import) -> Iterator[str]:
    yield _line(["row", "column", "reason"])
    for found in bringing.problems.order_by("row", "pk").values_list("row", "column", "reason").iterator(1000):
        yield _line([str(found[0]), found[1], found[2]])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


@door(is_researcher)
@require_safe
def responses(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every response of the study as CSV."""
    study = own_study(request, slug)
    return _download(exporting.hand_over(study=study, file="responses.csv", by=reader(request)), f"{study.slug}-responses.csv", "text/csv")


@door(is_researcher)
@require_safe
def verbatims(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every entry of the study's ledger, a line of JSON each."""
    study = own_study(request, slug)
    return _download(exporting.hand_over(study=study, file="verbatims.jsonl", by=reader(request)), f"{study.slug}-verbatims.jsonl", "application/x-ndjson")


def _download(lines: Iterator[str], name: str, kind: str) -> StreamingHttpResponse:
    answer: Any = StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
