"""How a line in the server's log reads: what was refused to whom, in one line, and never the secret that an address holds.

Django adds a traceback to every refusal (its loggers `django.request` and `django.security`), though nothing broke, and
names the address, which for a participant is the key to their answers.
"""

from __future__ import annotations

import logging
import re
from copy import copy

from django.http import HttpRequest

SECRETS = frozenset({"token", "key", "uidb36", "name"})  # what addresses call theirs
LIKE_A_SECRET = re.compile(r"[\w-]{16,}")  # in an address that nobody made


class Line(logging.Formatter):
    """One line for what a request was refused; who it was by number and role, as in `/settings/staff/`, without a name.

    What broke keeps its traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        return super().format(_told(record, request) if isinstance(request, HttpRequest) else record)


def _told(record: logging.LogRecord, request: HttpRequest) -> logging.LogRecord:
    told, as_django_says = copy(record), request.path.encode("unicode_escape").decode("ascii")
    if isinstance(record.args, tuple):
        told.args = tuple(_address(request, as_django_says) if one == as_django_says else one for one in record.args)
    if getattr(record, "status_code", 500) < 500:
        told.exc_info = told.exc_text = None
        told.msg, told.args = told.getMessage() + _to_whom(request), ()
    return told


def _address(request: HttpRequest, path: str) -> str:
    """The method and the path, with … where a secret stands."""
    match = request.resolver_match
    if match is None:
        return f"{request.method} {LIKE_A_SECRET.sub('…', path)}"
    for name in SECRETS & match.kwargs.keys():
        path = path.replace(f"{match.kwargs[name]}", "…")
    return f"{request.method} {path}"


def _to_whom(request: HttpRequest) -> str:
    """Who has signed in, if that was asked before; nothing is looked up to write a line."""
    user = getattr(request, "_cached_user", None)
    return f", to user {user.pk} ({user.role})" if user is not None and user.is_authenticated else ""
