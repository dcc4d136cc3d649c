"""How every page of this room finds its study, and refuses who may not."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from allears.core.models import User
from allears.studies.models import Study
from allears.studies.rules import can_see, can_see_who_was_asked, can_work_on


def reader(request: HttpRequest) -> User:
    """Return who is signed in; doors have made sure that somebody is."""
    return cast(User, request.user)


def typed(query: QueryDict, name: str) -> str:
    """Return what stands under `name` in an address; NUL, which PostgreSQL takes in no text, is left out."""
    return query.get(name, "").replace("\0", "").strip()


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form sent, be it empty; None when the page was only asked for."""
    return request.POST if request.method == "POST" else None


def seen_study(request: HttpRequest, slug: str) -> Study:
    """Return the study, or 404 also to who may not know that it is there."""
    study = get_object_or_404(Study.objects.select_related("owner"), slug=slug)
    if not can_see(reader(request), study):
        raise Http404
    return study


def own_study(request: HttpRequest, slug: str) -> Study:
    """Return the study for somebody who works on it."""
    study = seen_study(request, slug)
    if not can_work_on(reader(request), study):
        raise PermissionDenied
    return study


def asked_study(request: HttpRequest, slug: str) -> Study:
    """Return the study for somebody who may read who was asked."""
    study = seen_study(request, slug)
    if not can_see_who_was_asked(reader(request), study):
        raise PermissionDenied
    return study
