"""The public links of a study: one to copy, to print and hang up; one for a tablet at the counter; one for one's
own site. Each can be withdrawn.
"""

from __future__ import annotations

import io

import segno
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import door
from allears.core.rules import signs_in
from allears.studies import actions
from allears.studies.links import answering_url, current_public_link, working_links
from allears.studies.models import WayIn
from allears.studies.rules import can_work_on
from allears.studies.views.finding import own_study, reader, seen_study


@door(signs_in)
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """A sheet to print with the link and its code, and the other ways in; POST makes a link, or withdraws it."""
    if request.method == "POST":
        return _change(request, slug)
    study = seen_study(request, slug)
    urls = {kind: answering_url(link.token) for kind, link in working_links(study.pk).items()}
    context = {
        "study": study,
        "works": can_work_on(reader(request), study),
        "url": urls.get(WayIn.LINK, ""),
        "kiosk": urls.get(WayIn.KIOSK, ""),
        "widget": urls.get(WayIn.WIDGET, ""),
    }
    return render(request, "studies/link.html", context)


def _change(request: HttpRequest, slug: str) -> HttpResponse:
    study, by = own_study(request, slug), reader(request)
    kind = request.POST.get("kind", WayIn.LINK)
    if kind not in WayIn.values:
        raise BadRequest("no such way in")
    current = current_public_link(study.pk, kind)
    if "withdraw" not in request.POST:
        actions.make_public_link(study=study, by=by, kind=kind)
    elif current:
        actions.withdraw_public_link(link=current, by=by)
        messages.success(request, _("Withdrawn. The link leads nowhere from now on; answers given through it stay."))
    return redirect("studies:public_link", slug)


@door(signs_in)
@require_safe
def widget(request: HttpRequest, slug: str) -> HttpResponse:
    """The widget as visitors of one's own site see it."""
    study = seen_study(request, slug)
    current = current_public_link(study.pk, WayIn.WIDGET)
    if current is None:
        raise Http404
    return render(request, "studies/widget.html", {"study": study, "widget": f"/a/{current.token}/"})


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
