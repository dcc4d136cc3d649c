"""The living gallery, and the switch between a light and a dark page."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from allears.design.gallery import PAGES, SHEETS, words
from allears.design.parts import Link
from allears.design.tags.frame import CHOICES

View = TypeVar("View", bound=Callable[..., HttpResponse])
A_YEAR = 60 * 60 * 24 * 365


def signed_in(view: View) -> View:
    """The door of this room: whoever has an account.

    The site's middleware reads the door off the view; the room that defines it stands beside this one, so it
    is set
    by hand here.
    """
    view.door = lambda user: bool(user.is_authenticated)  # type: ignore[attr-defined]
    return view


@signed_in
@require_safe
def gallery(request: HttpRequest, page: str = "words") -> HttpResponse:
    """Every component in every state we can think of, a page a kind."""
    if page not in PAGES:
        raise Http404
    name, sample = PAGES[page]
    links = [
        Link(label, reverse("design:gallery_page", args=[slug]), slug == page) for slug, (label, _) in PAGES.items()
    ]
    sheets = [Link(label, reverse("design:sheet", args=[slug])) for slug, label in SHEETS.items()]
    return render(request, f"design/gallery/{page}.html", {"name": name, "pages": links, "sheets": sheets, **sample()})


@signed_in
@require_safe
def sheet(request: HttpRequest, page: str) -> HttpResponse:
    """A whole page as people outside meet it."""
    if page not in SHEETS:
        raise Http404
    return render(request, f"design/gallery/sheet-{page}.html", words())


@signed_in
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers on this device what the reader chose: "light", "dark" or "auto" (as the device)."""
    answer = HttpResponseRedirect(_way_back(request))
    choice = request.POST.get("theme", "")
    if choice in CHOICES:
        answer.set_cookie("theme", choice, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return answer


def _way_back(request: HttpRequest) -> str:
    """Where the reader came from, when that is a page of this site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"
