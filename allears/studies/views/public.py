"""The public link of a study: to copy, to print and hang up, to withdraw."""

from __future__ import annotations

import io

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import door
from allears.core.rules import signs_in
from allears.studies import actions
from allears.studies.links import answering_url, current_public_link
from allears.studies.rules import can_work_on
from allears.studies.views.finding import own_study, reader, seen_study


@door(signs_in)
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """A sheet to print with the link and its code; POST makes the link, or withdraws it."""
    if request.method == "POST":
        return _change(request, slug)
    study = seen_study(request, slug)
    current = current_public_link(study.pk)
    context = {
        "study": study,
        "works": can_work_on(reader(request), study),
        "url": answering_url(current.token) if current else "",
    }
    return render(request, "studies/link.html", context)


def _change(request: HttpRequest, slug: str) -> HttpResponse:
    study, by = own_study(request, slug), reader(request)
    current = current_public_link(study.pk)
    if "withdraw" not in request.POST:
        actions.make_public_link(study=study, by=by)
    elif current:
        actions.withdraw_public_link(link=current, by=by)
        messages.success(request, _("Withdrawn. The link leads nowhere from now on; answers given through it stay."))
    return redirect("studies:public_link", slug)


@door(signs_in)
@require_safe
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """The link as a QR code: dark on white also on a dark page, because cameras need it so."""
    current = current_public_link(seen_study(request, slug).pk)
    if current is None:
        raise Http404
    drawing = io.BytesIO()
    made = segno.make(answering_url(current.token), error="m", micro=False)
    made.save(drawing, kind="svg", scale=8, border=4, light="#fff", dark="#000", xmldecl=False)
    return HttpResponse(drawing.getvalue(), content_type="image/svg+xml")
