"""What stands where something went wrong: in the frame of the pages around it, with a way on."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from allears.core.above import pages_above
from allears.core.doors import open_door
from allears.core.languages import for_reader

# What may be answered without words by libraries and by rules of addresses, and gets its page here.
HAVE_A_PAGE = (400, 403, 404, 405, 413)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return page(request, 413 if too_much else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, exception=str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    with translation.override(_language(request)):
        return render(request, "500.html", status=500)


@open_door
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere; the page says how to go on."""
    return page(request, 403, csrf=True)


def page(request: HttpRequest, status: int, **more: object) -> HttpResponse:
    """Return the page about `status`, in the participants' light frame where the address is one of theirs."""
    light = _is_light(request)
    known = {"light": light, "near": next(pages_above(request.path_info), "") if status == 405 else "", **more}
    frame = "design/error_light.html" if light else "design/error.html"
    with translation.override(_language(request)):
        return render(request, f"{status}.html", {"frame": frame, **known}, status=status)


def _is_light(request: HttpRequest) -> bool:
    return request.path_info.startswith(settings.LIGHT_FRAME)


def _language(request: HttpRequest) -> str:
    """The reader's where the page would have been in it or its address is a participant's, else the one around it."""
    if _is_light(request):
        return for_reader(request)
    return getattr(request, "readers_language", "") or translation.get_language() or settings.LANGUAGE_CODE
