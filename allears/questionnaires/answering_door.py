"""The way in for participants: past everything that only staff need.

Who answers has no session, no account and no cookie; what looks for those (sessions, sign-in, messages,
languages by cookie) is not asked. The pages behind this door have the same security headers as all others.

There are two doors to the same views. `participants_first` is a middleware and stands in every way through
Django. `QuickDoor` stands in the web server itself and opens the two pages that thousands ask for at once,
without Django's handler around them; what it does not know, it hands on. Whoever asks it as a WSGI application waits
in a thread; the web server awaits the same pages, and no thread waits (`answering_turn`). Tests hold all answers side by
side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

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
from allears.questionnaires.answering_turn import InTurn, turn

if TYPE_CHECKING:  # read in truth it would need the apps
    from allears.core.prepared import Statement
    from allears.questionnaires.answering import OnceKept

_DOOR = re.compile(r"/a/[^/]+/(?:\d+/)?")
_HOT = re.compile(r"/a/([A-Za-z0-9_-]{16,64})/(?:([0-9]{1,4})/)?")
METHODS = ("GET", "HEAD", "POST")
FORM = "application/x-www-form-urlencoded"
Told = tuple[str, list[tuple[str, str]], bytes]  # status, headers, content
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


class InPieces(WSGIRequest):
    """A request whose page may be made in pieces: nobody waits in a thread while something comes on disk."""


class QuickDoor:
    """The application that answers a participant's page itself and gives everything else to `django`.

    Pages take turns and no places; a form that others should not wait for takes one of the `places`.
    """

    def __init__(self, django: Wsgi, places: Places) -> None:
        self._django, self._places = django, places

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Make the page in this thread, which waits for the turn and the disk."""
        hit = _hit(environ)
        if hit is None:
            return self._django(environ, start_response)
        request = WSGIRequest(environ)
        if not _is_ours(request):
            return self._django(environ, start_response)
        with turn(self._places) if _is_short(environ) else self._places.one():
            made = _page(request, *hit.groups())
            assert isinstance(made, HttpResponse)
            status, headers, content = _told(request, made)
        start_response(status, headers)
        return [content]

    def in_turn(self, environ: dict[str, Any]) -> InTurn | None:
        """The same page for who awaits its status, its headers and its content; None: it is not made so."""
        hit = _hit(environ)
        if hit is None or not _is_short(environ):
            return None
        request = InPieces(environ)
        return InTurn(self._places, partial(_begun, request, hit), _asks(request, hit)) if _is_ours(request) else None


def _hit(environ: dict[str, Any]) -> re.Match[str] | None:
    if environ["REQUEST_METHOD"] not in METHODS or environ.get("SCRIPT_NAME"):
        return None
    return _HOT.fullmatch(environ["PATH_INFO"])


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


def _asks(request: InPieces, hit: re.Match[str]) -> Sequence[Statement]:
    """What the page will ask the database for first, as `answering_views.participant` does."""
    from allears.questionnaires.answering_ways import asked_first

    token, number = hit.groups()
    return asked_first(token, with_answers=request.method == "GET", begun=number is not None)


def _begun(request: InPieces, hit: re.Match[str], page: InTurn) -> None:
    made = _page(request, *hit.groups())
    if isinstance(made, HttpResponse):
        page.end(_told(request, made))
    else:
        made.in_turn(page, lambda make: page.end(_told(request, _or_trouble(request, make))))


def _told(request: WSGIRequest, response: HttpResponse) -> Told:
    """The response as WSGI says it, and the end of the request."""
    try:
        content: bytes = response.content
    finally:
        request.close()
    headers = [*response.items(), ("Content-Length", str(len(content)))]
    known = {name for name, _value in headers}
    headers += [(name, value) for name, value in _furniture(request) if name not in known]
    return f"{response.status_code} {response.reason_phrase}", headers, content


def _page(request: WSGIRequest, token: str, number: str | None) -> HttpResponse | OnceKept:
    from allears.questionnaires import answering_views as views

    if number is None:
        return _or_trouble(request, lambda: views.start(request, token=token))
    return _or_trouble(request, lambda: views.numbered(request, token=token, number=int(number)))


def _or_trouble(request: WSGIRequest, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except Exception as error:
        return response_for_exception(request, error)


_kept: dict[bool, tuple[tuple[str, str], ...]] = {}


def _furniture(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The headers that the site's own middlewares put on every page."""
    secure = request.is_secure()
    if secure not in _kept:
        bare = furnished(request, HttpResponse())
        _kept[secure] = tuple((name, value) for name, value in bare.items() if name != "Content-Type")
    return _kept[secure]
