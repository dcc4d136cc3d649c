"""A form that makes something makes it once, however often it is sent: by a double click without script, a reload, or going
back and pressing the button again.

Each page that is loaded carries a token of its own (Django's, against forgery, is masked anew each time). So the same form
with the same words is the same sending; loaded anew it is another, and may make the same again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from allears.core.clock import now
from allears.core.models import Sent
from allears.core.turns import wait_for

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
REMEMBERED = timedelta(days=1)


def once(view: View) -> View:
    """Lead whoever sends a form again to what it led to at first, without doing it again. Forms with files and forms without
    a token are worked on each time. For views of who has signed in.
    """

    @wraps(view)
    def waits(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or TOKEN not in request.POST or request.FILES:
            return view(request, *args, **kwargs)
        form = _digest(request)
        with transaction.atomic():
            wait_for(form)
            led_to = Sent.objects.filter(form=form).values_list("led_to", flat=True).first()
            if led_to is not None:
                return HttpResponseRedirect(led_to)
            answer = view(request, *args, **kwargs)
            if isinstance(answer, HttpResponseRedirect):
                Sent.objects.filter(at__lt=now() - REMEMBERED).delete()
                Sent.objects.create(form=form, led_to=answer.url)
            return answer

    return waits  # type: ignore[return-value]


def _digest(request: HttpRequest) -> str:
    said = [request.get_full_path(), request.user.pk, sorted(request.POST.lists())]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
