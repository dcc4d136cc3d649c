"""The living gallery, and the switch between a light and a dark page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from allears.design.tags.frame import THEMES

A_YEAR = 60 * 60 * 24 * 365


@require_GET
def gallery(request: HttpRequest, page: str = "words") -> HttpResponse:
    """Every component with every state we can think of."""
    return render(request, f"design/gallery/{page}.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers the reader's choice on this device: "light", "dark", or anything else for "as my device"."""
    answer = HttpResponseRedirect(_way_back(request))
    choice = request.POST.get("theme", "")
    if choice in THEMES:
        answer.set_cookie("theme", choice, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


def _way_back(request: HttpRequest) -> str:
    """Where the reader came from, when that is a page of this site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"
