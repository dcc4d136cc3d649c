"""What is posted to one address in the same moment is worked on one after another."""

from __future__ import annotations

import time

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from allears.core.models import Organisation
from allears.core.queries import the_organisation
from allears.core.turns import in_turn
from tests.insights.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ask = RequestFactory()


@in_turn
def one_more(request: HttpRequest) -> HttpResponse:
    """Count: look, think, and write what follows; then fail, if that is wished."""
    port = Organisation.objects.values_list("smtp_port", flat=True).get()
    time.sleep(0.2)
    Organisation.objects.update(smtp_port=port + 1)
    if "fail" in request.POST:
        raise ValueError
    return HttpResponse()


def counted() -> int:
    return Organisation.objects.get().smtp_port - 587


def test_who_is_second_waits_for_the_first_and_sees_what_they_saved() -> None:
    the_organisation()

    assert at_once(*[lambda: one_more(ask.post("/here/"))] * 3) == [None, None, None]
    assert counted() == 3


def test_who_fails_keeps_nobody_waiting_and_has_saved_nothing() -> None:
    the_organisation()

    refused = at_once(lambda: one_more(ask.post("/here/", {"fail": "1"})), lambda: one_more(ask.post("/here/")))

    assert [type(each) for each in refused] == [ValueError, type(None)]
    assert counted() == 1
