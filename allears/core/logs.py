"""How a line in the server's log reads: what was refused to whom, in one line, and never the secret that an address holds.

Django adds a traceback to every refusal (its loggers `django.request` and `django.security`), though nothing broke, and
names the address, which for a participant is the key to their answers.
"""

from __future__ import annotations

import logging
import re
from copy import copy

from django.http import HttpRequest

SECRETS = frozenset({"token", "key", "name"})  # what addresses call theirs
SHORTEST = 16  # of what opens anything; shorter words may stand anywhere in a line
LIKE_A_SECRET = re.compile(rf"[\w-]{{{SHORTEST},}}")  # in an address that nobody made


class Line(logging.Formatter):
    """One line for what a request was refused; who it was by number and role, as in `/settings/staff/`, without a name.

    What broke keeps its traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if not isinstance(request, HttpRequest):
            return super().format(record)
        return _without_secrets(super().format(_told(record, request)), request)


def _told(record: logging.LogRecord, request: HttpRequest) -> logging.LogRecord:
    told = copy(record)
    if isinstance(record.args, tuple):
        told.args = tuple(f"{request.method} {one}" if one == _path(request) else one for one in record.args)
    if getattr(record, "status_code", 500) < 500:
        told.exc_info = told.exc_text = None
        told.msg, told.args = told.getMessage() + _to_whom(request), ()
    return told


def _path(request: HttpRequest) -> str:
    """The path as Django writes it into the log."""
    return request.path.encode("unicode_escape").decode("ascii")


def _without_secrets(line: str, request: HttpRequest) -> str:
    """The same with … where a secret stands, in the address or in what an error says of it."""
    for secret in _secrets(request):
        line = line.replace(secret, "…")
    return line


def _secrets(request: HttpRequest) -> list[str]:
    match = request.resolver_match
    if match is None:
        return LIKE_A_SECRET.findall(_path(request))
    return [secret for name in SECRETS & match.kwargs.keys() if len(secret := f"{match.kwargs[name]}") >= SHORTEST]


def _to_whom(request: HttpRequest) -> str:
    """Who has signed in, if that was asked before; nothing is looked up to write a line."""
    user = getattr(request, "_cached_user", None)
    return f", to user {user.pk} ({user.role})" if user is not None and user.is_authenticated else ""
