"""A form that makes something makes it once, however often it is sent: by a double click without script, a reload, or going
back and pressing the button again. With other words it makes another.

Each page that is loaded carries a token of its own (Django's, against forgery, is masked anew each time), and the same token
with the same words is the same sending. Who goes back is given the page anew, since our pages stay in no cache: what stays
then is its place in the browser's history, by which `design.js` names a form marked `data-once`. So without script a page
that is gone back to is one that was loaded anew, and may make the same again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import resolve
from django.utils.translation import gettext as _

from allears.core.above import pages_above
from allears.core.clock import now
from allears.core.models import Sent
from allears.core.turns import wait_for

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
PLACE = "sent_from"  # where in the browser's history the form stands
REMEMBERED = timedelta(days=1)


def once(view: View) -> View:
    """Lead whoever sends a form again to what it led to at first, without doing it again; or, where that is gone, to the
    page that it stood on or the nearest above it, which says so. Forms with files and forms without a token are worked on
    each time. For views of who has signed in.
    """

    @wraps(view)
    def waits(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or TOKEN not in request.POST or request.FILES:
            return view(request, *args, **kwargs)
        form = _digest(request)
        with transaction.atomic():
            wait_for(form)
            led_to = Sent.objects.filter(form=form).values_list("led_to", flat=True).first()
            if led_to is None:
                answer = view(request, *args, **kwargs)
                if isinstance(answer, HttpResponseRedirect):
                    Sent.objects.filter(at__lt=now() - REMEMBERED).delete()
                    Sent.objects.create(form=form, led_to=answer.url)
                return answer
        return _again(request, led_to)  # others may write while pages are looked at

    return waits  # type: ignore[return-value]


def _again(request: HttpRequest, led_to: str) -> HttpResponseRedirect:
    if _opens(request, led_to):
        return HttpResponseRedirect(led_to)
    messages.info(request, _("What this form had made is no longer there."))
    page = urlsplit(led_to).path
    return HttpResponseRedirect(next((near for near in (page, *pages_above(page)) if _opens(request, near)), "/"))


def _opens(request: HttpRequest, address: str) -> bool:
    """Whether there is a page at `address` for whoever asks, with the place on it that the address names; what waits to be
    said to them is not said by looking.
    """
    there, looking = urlsplit(address), cast(Any, copy(request))
    looking.method, looking.path, looking.GET, looking.POST = "GET", there.path, QueryDict(there.query), QueryDict()
    looking._messages = default_storage(looking)
    try:
        match = resolve(there.path)
        page = match.func(looking, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return False
    return page.status_code < 400 and (not there.fragment or f'id="{there.fragment}"' in page.content.decode())


def _digest(request: HttpRequest) -> str:
    words = {name: said for name, said in request.POST.lists() if name not in (TOKEN, PLACE)}
    page = request.POST.get(PLACE) or request.POST[TOKEN]
    said = [request.get_full_path(), request.user.pk, page, sorted(words.items())]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
