"""What happens to every request before a room sees it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DataError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.security import SecurityMiddleware
from django.utils import timezone, translation

from allears.core.languages import for_staff
from allears.core.views.errors import HAVE_A_PAGE, bad_request, page

type_of_next = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
# Rooms of libraries whose views guard themselves.
SELF_GUARDED = ("allauth.", "django.contrib.staticfiles", "django.views.static", "django.views.i18n")


def answer_health(get_response: type_of_next) -> type_of_next:
    """Answer `GET /healthz` first of all, whatever the host name, so that a load balancer can ask."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return _health() if request.path == "/healthz" else get_response(request)

    return middleware


def _health() -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return JsonResponse({"status": "ok", "database": connection.vendor})
    except Exception:
        return JsonResponse({"status": "no database"}, status=503)


def content_security_policy(get_response: type_of_next) -> type_of_next:
    """Allow what this server itself serves and nothing else: no inline script, no inline style, no other host."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return middleware


def furnished(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put on `response` the headers that the middlewares put on every page, where it is answered before them."""
    policed = content_security_policy(lambda _request: response)
    whole = cast(HttpResponse, SecurityMiddleware(policed)(request))
    whole.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    return whole


def said_in_words(get_response: type_of_next) -> type_of_next:
    """A refusal that came without a word, as for a form's address that is opened, gets its page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code not in HAVE_A_PAGE or response.streaming or response.content:
            return response
        told = page(request, response.status_code)
        for name, value in response.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                told.headers[name] = value
        return told

    return middleware


def not_kept(get_response: type_of_next) -> type_of_next:
    """What somebody who has signed in was shown stays in no cache: the next one at this computer goes back to nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


class unfit_letters:
    """PostgreSQL keeps no NUL in any text: whoever sends one where no form looks is told so, and nothing breaks."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError | ValueError) and "NUL" in str(exception):
            return bad_request(request, exception)
        return None


class staff_only:
    """Every page is for who signs in, and says for which roles, unless it says that it is open (see core.doors)."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        door = getattr(view, "door", None)
        if door == "open" or (view.__module__ or "").startswith(SELF_GUARDED):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if door is None or not door(request.user):
            raise PermissionDenied
        return None


def own_time_zone(get_response: type_of_next) -> type_of_next:
    """Show times where the reader is, and words in the reader's language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return get_response(request)
        try:
            zone = zoneinfo.ZoneInfo(user.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            zone = zoneinfo.ZoneInfo("UTC")
        with timezone.override(zone), translation.override(for_staff(user.language)):
            return get_response(request)

    return middleware


def own_theme(get_response: type_of_next) -> type_of_next:
    """Let the choice of a light or dark page (a cookie of the device) follow the reader to a new device."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return get_response(request)
        if "theme" not in request.COOKIES and user.theme != "auto":
            request.COOKIES["theme"] = user.theme
        response = get_response(request)
        if "theme" in response.cookies:
            _remember_theme(user, response.cookies["theme"].value or "auto")
        return response

    return middleware


def _remember_theme(user: Any, theme: str) -> None:
    if user.theme != theme:
        user.theme = theme
        user.save(update_fields=["theme"])
