"""How every page of this room finds what it is about, and refuses who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from allears.core.models import User
from allears.insights.actions import NotNow
from allears.insights.models import Insight, Theme
from allears.insights.room import Room
from allears.insights.rules import can_claim, can_code, can_read
from allears.studies.models import Study
from allears.studies.queries import seen_by
from allears.verbatims.models import Verbatim


def reader(request: HttpRequest) -> User:
    """Return who is signed in; doors have made sure that somebody is."""
    return cast(User, request.user)


def seen_study(request: HttpRequest, slug: str) -> Study:
    """Return the study, or 404 also to who may not know that it is there."""
    return _seen(request, get_object_or_404(Study.objects.select_related("owner"), slug=slug))


def room_for(request: HttpRequest, study: Study | None) -> Room:
    """Return the words that this reader may see: of `study`, or of every study they may see."""
    if study:
        return Room(reader(request), (study,))
    seen = tuple(seen_by(reader(request)).order_by("pk"))
    return Room(reader(request), seen, all_there_is=len(seen) == Study.objects.count())


def place(name: str, study: Study | None) -> str:
    """Return the address of what concerns the words of `study`, or those of all studies: "words", "beside", "filters"."""
    return reverse(f"insights:{name}_of_study", args=[study.slug]) if study else reverse(f"insights:{name}")


def seen_words(request: HttpRequest, ref: str) -> tuple[Verbatim, Study]:
    """Return somebody's words and their study, or 404."""
    words = get_object_or_404(Verbatim, ref=ref)
    study = get_object_or_404(Study.objects.select_related("owner"), collection=words.collection_id)
    return words, _seen(request, study)


def seen_theme(request: HttpRequest, ref: str) -> Theme:
    theme = get_object_or_404(Theme.objects.select_related("study__owner", "parent", "merged_into", "made_by"), ref=ref)
    _seen(request, theme.study)
    return theme


def seen_insight(request: HttpRequest, ref: str) -> Insight:
    insight = get_object_or_404(Insight.objects.select_related("study__owner", "made_by", "withdrawn_by"), ref=ref)
    _seen(request, insight.study)
    return insight


def must_code(request: HttpRequest, study: Study) -> None:
    """Refuse who does not work on this study."""
    if not can_code(reader(request), study):
        raise PermissionDenied("Only researchers of this study give its words themes.")


def must_claim(request: HttpRequest, study: Study) -> None:
    """Refuse who may not say what was understood here."""
    if not can_claim(reader(request), study):
        raise PermissionDenied("Only researchers of this study and leaders say what was understood in it.")


def _seen(request: HttpRequest, study: Study) -> Study:
    if not can_read(reader(request), study):
        raise Http404
    return study


def back(request: HttpRequest, otherwise: str) -> HttpResponseBase:
    """Go back to the page that the form named, if it is one of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if safe else otherwise)


def tried(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do `act` and say so; when it is refused say why. Returns whether it was done."""
    try:
        act()
    except NotNow as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, done)
    return True
