"""The way in for participants: past everything that only staff need.

Who answers has no session, no account and no cookie; what looks for those (sessions, sign-in, messages,
languages by cookie) is not asked. The pages behind this door have the same security headers as all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

_DOOR = re.compile(r"/a/[^/]+/(?:\d+/)?")


def participants_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer participants' pages here; hand everything else on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _DOOR.fullmatch(request.path_info):
            return get_response(request)
        return _answer(request) or get_response(request)

    return middleware


def _answer(request: HttpRequest) -> HttpResponse | None:
    """The page, or None where it should go the long way: for an unknown address or host."""
    try:
        request.get_host()
        # Only among the room's own addresses, not through those of the whole site.
        match = resolve(request.path_info.removeprefix("/a"), "allears.questionnaires.answering_urls")
    except (DisallowedHost, Resolver404):
        return None
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    if not response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))
    return response
