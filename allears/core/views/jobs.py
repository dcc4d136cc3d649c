"""Long work: how far it has come, and stopping it."""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from allears.core import audit, pace, progress
from allears.core.doors import StaffRequest, door
from allears.core.models import Job
from allears.core.paging import keyset_page
from allears.core.queries import jobs_seen_by
from allears.core.rules import signs_in


@require_safe
@door(signs_in)
def jobs(request: StaffRequest) -> HttpResponse:
    """Long work that the reader started; all of it for administrators."""
    page = keyset_page(jobs_seen_by(request.user).order_by("-id"), request.GET.get("before"))
    return render(request, "core/jobs.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@door(signs_in)
def job(request: StaffRequest, ref: str) -> HttpResponse:
    """How far one job has come; POST asks it to stop. htmx asks for the moving part alone."""
    found = get_object_or_404(jobs_seen_by(request.user), ref=ref)
    if request.method == "POST":
        progress.stop(job=found, by=request.user)
        return redirect("core:job", ref=ref)
    template = "core/job.html#moving" if request.headers.get("HX-Request") == "true" else "core/job.html"
    wave = pace.wave() if found.parameters.get("letters") else None
    context = {
        "job": found, "result": _result(found), "wave": wave, "left": progress.time_left(found),
        "way_on": progress.way_on(found, request.user),
    }  # fmt: skip
    return render(request, template, context)


def _result(job: Job) -> list[tuple[str, object]]:
    """What the work reports, as lines in its room's words: figures and short words, not lists of rows."""
    room = job.kind.partition(".")[0]
    return [
        (capfirst(audit.name_in_words(name, room)), intcomma(value) if isinstance(value, int) else value)
        for name, value in job.result.items()
        if isinstance(value, (int, float, str))
    ]
