"""The way in for participants: past everything that only staff need.

Who answers has no session, no account and no cookie; what looks for those (sessions, sign-in, messages,
languages by cookie) is not asked. The pages behind this door have the same security headers as all others.

There are two doors to the same views. `participants_first` is a middleware and stands in every way through
Django. `before_django` stands in the web server itself and opens the two pages that thousands ask for at once,
without Django's handler around them; what it does not know, it hands on. A test holds the answers of both side
by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from allears.core.asgi import Wsgi
from allears.core.middleware import furnished
from allears.core.places import Places
from allears.core.typed import whole_number
from allears.questionnaires.answering_turn import turn

_DOOR = re.compile(r"/a/[^/]+/(?:\d+/)?")
_HOT = re.compile(r"/a/([A-Za-z0-9_-]{16,64})/(?:([0-9]{1,4})/)?")
METHODS = ("GET", "HEAD", "POST")
FORM = "application/x-www-form-urlencoded"
SHORT = 64 * 1024  # bytes of a form that others wait for


# --- through Django --------------------------------------------------------------------------------------------


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


# --- before Django ---------------------------------------------------------------------------------------------


def before_django(django: Wsgi, places: Places) -> Wsgi:
    """Return the application that answers a participant's page itself and gives everything else to `django`.

    Pages take turns and no places; a form that others should not wait for takes one of the `places`.
    """

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        hit = _HOT.fullmatch(environ["PATH_INFO"])
        if hit is None or environ["REQUEST_METHOD"] not in METHODS or environ.get("SCRIPT_NAME"):
            return django(environ, start_response)
        request = WSGIRequest(environ)
        if not _is_ours(request):
            return django(environ, start_response)
        with turn(places) if _is_short(environ) else places.one():
            return _serve(request, hit, start_response)

    return application


def _is_short(environ: dict[str, Any]) -> bool:
    """Whether it is soon done with, so that others can wait for it."""
    if environ["REQUEST_METHOD"] != "POST":
        return True
    length = whole_number(environ.get("CONTENT_LENGTH") or "0")
    return environ.get("CONTENT_TYPE", "").startswith(FORM) and length is not None and length <= SHORT


_hosts: set[tuple[str, ...]] = set()  # that were found to be ours, with what was asked for and allowed then
MOST_HOSTS = 100


def _is_ours(request: WSGIRequest) -> bool:
    """Whether the request is for a host of ours. Looking at one costs as much as a statement, so it is remembered."""
    said = (request.META.get("HTTP_HOST", ""), request.META.get("HTTP_X_FORWARDED_HOST", ""), *settings.ALLOWED_HOSTS)
    if said in _hosts:
        return True
    try:
        request.get_host()
    except DisallowedHost:
        return False
    if said[0] and len(_hosts) < MOST_HOSTS:
        _hosts.add(said)
    return True


def _serve(request: WSGIRequest, hit: re.Match[str], start_response: Callable[..., Any]) -> Iterable[bytes]:
    try:
        response = _page(request, *hit.groups())
        content: bytes = response.content
    finally:
        request.close()
    headers = [*response.items(), ("Content-Length", str(len(content)))]
    known = {name for name, _value in headers}
    headers += [(name, value) for name, value in _furniture(request) if name not in known]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    return [content]


def _page(request: WSGIRequest, token: str, number: str | None) -> HttpResponse:
    from allears.questionnaires import answering_views as views

    try:
        if number is None:
            return views.start(request, token=token)
        return views.numbered(request, token=token, number=int(number))
    except Exception as error:
        trouble: HttpResponse = response_for_exception(request, error)
        return trouble


_kept: dict[bool, tuple[tuple[str, str], ...]] = {}


def _furniture(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The headers that the site's own middlewares put on every page."""
    secure = request.is_secure()
    if secure not in _kept:
        bare = furnished(request, HttpResponse())
        _kept[secure] = tuple((name, value) for name, value in bare.items() if name != "Content-Type")
    return _kept[secure]
