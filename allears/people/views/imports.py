"""Bringing people from a file: upload, columns, preview, start, report."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import door
from allears.core.file_reading import FileReadingForm
from allears.core.models import Job
from allears.core.paging import keyset_page
from allears.core.progress import job_url
from allears.core.tables import safe_cell
from allears.design.parts import Cell, Column
from allears.people import rules
from allears.people.details import Details
from allears.people.importing import actions, columns
from allears.people.living import touchpoints
from allears.people.models import Facet, Import, ImportProblem, Kind
from allears.people.views.getting import reader

SHOWN_PROBLEMS = 100


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("A CSV or Excel file"),
        help_text=gettext_lazy(
            "One person a row, headings in the first row. Nothing is taken before you have seen it."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
    )


class MappingForm(FileReadingForm):
    """What each column holds, and what to do with who is known."""

    kind = forms.ChoiceField(label=gettext_lazy("They are"), choices=Kind.choices)
    known = forms.ChoiceField(
        label=gettext_lazy("People who are in your books already"),
        choices=Import._meta.get_field("known").choices or [],
        widget=forms.RadioSelect,
    )

    def __init__(self, bringing: Import, seen: actions.Preview, data: Any = None) -> None:
        said = {"kind": bringing.kind, "known": bringing.known}
        super().__init__(seen.reading, headed=bringing.headed, data=data, initial=said)
        headings, samples = seen.headings, seen.samples
        facets = list(Facet.objects.all())
        known = [label for _key, label in touchpoints()]
        for place, heading in enumerate(headings):
            now_is = bringing.mapping[place] if place < len(bringing.mapping) else ""
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading,
                choices=columns.choices(heading, facets, known),
                required=False,
                initial=now_is,
                help_text=" · ".join(samples[place]),
            )
        self.width = len(headings)

    @property
    def mapping(self) -> list[str]:
        return [self.cleaned_data[f"column_{place}"] for place in range(self.width)]

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column_{place}"] for place in range(self.width)]


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def imports(request: HttpRequest) -> HttpResponse:
    """Files that were brought; POST uploads one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = actions.upload(file=file, name=file.name, by=reader(request))
        except actions.NotTaken as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("people:import", ref=made.ref)
    page = keyset_page(Import.objects.select_related("by").order_by("-pk"), request.GET.get("before"))
    return render(request, "people/imports.html", {"form": form, "page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_change)
def import_(request: HttpRequest, ref: str) -> HttpResponse:
    """One file: its columns and first rows before it is started, its report afterwards."""
    bringing = get_object_or_404(Import.objects.select_related("by", "job"), ref=ref)
    if request.method == "POST" and request.POST.get("do") == "go-on":
        return redirect(_set_going(request, bringing, actions.go_on))
    if bringing.job_id or bringing.ended_at:
        return _report_page(request, bringing)
    if request.method == "POST" and request.POST.get("do") == "drop":
        actions.drop(bringing=bringing, by=reader(request))
        messages.success(request, _("The file is deleted; nothing was taken from it."))
        return redirect("people:imports")
    try:
        seen = actions.preview(bringing)
    except actions.NotTaken as gone:
        return render(request, "people/import_gone.html", {"bringing": bringing, "error": str(gone)}, status=422)
    form = MappingForm(bringing, seen, request.POST or None)
    if request.method == "POST" and form.is_valid() and _described(request, bringing, form):
        if request.POST.get("do") == "start" and form.reading == form.was_read:
            return redirect(_set_going(request, bringing, actions.start))
        return redirect(request.path + "#preview")
    return render(request, "people/import.html", _before(bringing, seen, form), status=422 if form.errors else 200)


def _set_going(request: HttpRequest, bringing: Import, act: Callable[..., Job]) -> str:
    """The job's page; for who pressed the button a second time the file's own, which leads there."""
    try:
        return job_url(act(bringing=bringing, by=reader(request)))
    except actions.NotTaken as refused:
        messages.error(request, str(refused))
        return request.path


def _described(request: HttpRequest, bringing: Import, form: MappingForm) -> bool:
    typed, (encoding, headed) = form.cleaned_data, form.reading
    try:
        actions.describe(
            bringing=bringing, mapping=form.mapping, kind=typed["kind"], known=typed["known"], by=reader(request)
        )
        if form.reading != form.was_read:
            said = encoding if encoding != form.was_read[0] else bringing.encoding
            actions.read_as(bringing=bringing, encoding=said, headed=headed, by=reader(request))
    except actions.NotTaken as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _before(bringing: Import, seen: actions.Preview, form: MappingForm) -> dict[str, Any]:
    lines = []
    for number, details, problems in seen.rows:
        lines.append(
            {
                "number": number,
                "who": details.name or details.label or details.email or details.external_id,
                "taken": not any(problem.field in actions.WHOLE_ROW for problem in problems),
                "facts": " · ".join(filter(None, _facts(details))),
                "problems": dict.fromkeys(problem.reason for problem in problems),
            }
        )
    return {
        "bringing": bringing,
        "form": form,
        "reading": seen.reading,
        "each": seen.each,
        "lines": lines,
        "wrong": columns.problems_of(bringing.mapping),
    }


def _facts(details: Details) -> Iterator[str]:
    """All that would be written down of somebody, but for their name."""
    days = dict(details.lived)
    if details.joined_on:
        days = {columns.shown("joined_on"): details.joined_on, **days}
    yield from (details.email, details.account_name, details.phone)
    if details.external_id:
        yield f"{columns.shown('external_id')}: {details.external_id}"
    yield from (details.language, details.time_zone, *details.facets.values())
    yield from (f"{label} {date_format(day, 'SHORT_DATE_FORMAT')}" for label, day in days.items())
    for purpose, given in details.consents.items():
        said = _("yes") if given else _("no")
        yield f"{columns.shown(f'consent:{purpose}')}: {said}"


def _report_page(request: HttpRequest, bringing: Import) -> HttpResponse:
    page = Paginator(bringing.problems.order_by("row", "pk"), SHOWN_PROBLEMS).get_page(request.GET.get("page"))
    context = {
        "bringing": bringing,
        "page": page,
        "job_url": job_url(bringing.job) if bringing.job else "",
        "columns": [Column(_("Row"), numeric=True), Column(_("Column")), Column(_("Why")), Column(_("The row"))],
        "rows": [_line(problem) for problem in page],
    }
    return render(request, "people/import_report.html", context)


def _line(problem: ImportProblem) -> list[Any]:
    return [problem.row, problem.column, Cell(problem.reason), _taken(problem)]


def _taken(problem: ImportProblem) -> str:
    return _("taken without it") if problem.row_taken else _("not taken")


@require_safe
@door(rules.may_change)
def report(request: HttpRequest, ref: str) -> StreamingHttpResponse:
    """Everything that was not taken and why, as CSV, streamed."""
    bringing = get_object_or_404(Import, ref=ref)
    answer = StreamingHttpResponse(_csv(bringing), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="not-taken-{bringing.ref}.csv"'
    return answer


class _Echo:
    """What csv.writer writes to: hands each line straight on."""

    def write(self, line: str) -> str:
        return line


def _csv(bringing: Import) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(["row", "column", "reason", "row taken"])
    for problem in bringing.problems.order_by("row", "pk").iterator(chunk_size=1000):
        yield writer.writerow([problem.row, safe_cell(problem.column), problem.reason, _taken(problem)])
