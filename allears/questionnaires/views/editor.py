"""Back to the editor, with what it is to say."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from allears.questionnaires import authoring
from allears.questionnaires.models import Version
from allears.questionnaires.steps import history_of
from allears.studies.models import Study

Key = TypeVar("Key")


def back(study: Study, anchor: str = "", **told: Any) -> HttpResponse:
    """To the editor, at `anchor`; `told`: what it is to say (`gone`: the step that took something away; `overtaken`)."""
    address = reverse("questionnaires:questionnaire", args=[study.slug])
    address = f"{address}?{urlencode(told)}" if any(told.values()) else address
    return redirect(f"{address}#{anchor}" if anchor else address)


def told_when_frozen(act: Callable[[HttpRequest, Study, Key], HttpResponse]) -> Callable[[HttpRequest, Study, Key], HttpResponse]:
    """What is done by one press says so where the draft was published in that very moment."""

    @wraps(act)
    def done(request: HttpRequest, study: Study, key: Key) -> HttpResponse:
        try:
            return act(request, study, key)
        except authoring.Frozen:
            return back(study, overtaken=1)

    return done


def last_step(version: Version) -> int | None:
    """Return the id of the step of a draft that would be undone next."""
    last = history_of(version).last
    return last.pk if last else None
