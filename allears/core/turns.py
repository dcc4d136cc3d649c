"""Two people press the button of one form in the same moment: the second waits, and is told what the first has saved.

A form that brings two people's fields together (`core.meanwhile`) looks at what holds now, and then a verb saves. Between
the two nobody else may save by the same address. What can be saved by several addresses (a person's details, by staff and
on pages of their own) is locked by the view besides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def in_turn(view: View) -> View:
    """Let what is posted to one address be worked on one after another, each as a whole or not at all."""

    @wraps(view)
    def waits(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            wait_for(request.path)
            return view(request, *args, **kwargs)

    return waits  # type: ignore[return-value]


def wait_for(what: str) -> None:
    """Wait in a transaction until whoever waited for the same (as for an address that is posted to) has ended theirs. In
    SQLite who writes has waited for all others already.
    """
    if connection.vendor == "postgresql":
        digest = hashlib.sha256(what.encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
