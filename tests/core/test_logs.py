"""What the server's log says of what was refused, and of what broke."""

from __future__ import annotations

import logging
import sys

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import resolve

from allears.core.logs import Line
from tests import cast
from tests.questionnaires.asked import asking, invited

pytestmark = pytest.mark.django_db


def written(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [Line("%(name)s %(message)s").format(record) for record in caplog.records]


def test_what_is_refused_to_somebody_is_one_line_with_their_number(as_ana: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert as_ana.get("/settings/audit/").status_code == 403

    user = f"user {cast.ana().pk} (researcher)"
    assert written(caplog) == [f"django.request Forbidden (Permission denied): GET /settings/audit/, to {user}"]
    assert settings.LOGGING["formatters"]["line"]["()"] == "allears.core.logs.Line"


def test_the_log_tells_no_link_of_a_participant(caplog: pytest.LogCaptureFixture) -> None:
    asking([{"kind": "long_text", "text": "What happened?"}])
    link = invited(cast.bob())
    assert [Client().get(link + more).status_code for more in ("agreed/", "nothing/")] == [404, 404]

    assert written(caplog) == ["django.request Not Found: GET /a/…/agreed/", "django.request Not Found: GET /a/…/nothing/"]


def test_what_broke_keeps_its_traceback_without_the_link() -> None:
    request = RequestFactory().get("/a/the-secret-of-bob/")
    request.resolver_match = resolve("/a/the-secret-of-bob/")
    try:
        raise KeyError("a fault of ours in /a/the-secret-of-bob/")
    except KeyError:
        record = logging.makeLogRecord({
            "msg": "%s: %s", "args": ("Internal Server Error", "/a/the-secret-of-bob/"), "exc_info": sys.exc_info(),
            "request": request, "status_code": 500,
        })  # fmt: skip

    first, *rest = Line().format(record).splitlines()
    assert (first, rest[-1]) == ("Internal Server Error: GET /a/…/", "KeyError: 'a fault of ours in /a/…/'")
