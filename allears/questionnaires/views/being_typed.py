"""What a question that is being typed will look like, and how long it will take; keeps nothing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from allears.core.doors import door
from allears.core.rules import is_researcher
from allears.questionnaires.being_typed import Typed, minutes_of, saved, typed
from allears.questionnaires.forms import is_kind
from allears.questionnaires.models import Question
from allears.questionnaires.views.finding import own_study
from allears.questionnaires.views.wording import key_typed
from allears.studies.models import Study


@door(is_researcher)
@require_POST
def as_typed(request: HttpRequest, slug: str) -> HttpResponse:
    """The participants' page with the posted question in its place (`html`), the id that it has there (`place`), the
    minutes in words (`minutes`), and what is wrong with its ends (`wrong`).
    """
    study = own_study(request, slug)
    kind = request.GET.get("kind", "")
    if not is_kind(kind):
        raise Http404
    asked = typed(study, request.POST, kind, key_typed(request), request.GET.get("section", ""))
    told = _told(asked)
    minutes = render_to_string("questionnaires/minutes.html", told)
    return JsonResponse({"html": asked.html, "place": asked.place, "minutes": minutes, "wrong": told["wrong_ends"]})


def live(request: HttpRequest, study: Study, kind: str, question: Question | None) -> dict[str, Any]:
    """Return what a question's page shows before a script has asked: what was posted, otherwise what is saved."""
    if request.method == "POST":
        key = question.key if question else None
        asked = typed(study, request.POST, kind, key, request.GET.get("section", ""))
    elif question:
        asked = saved(question)
    else:
        return {}
    return {**_told(asked), "live": asked.html, "place": asked.place}


def _told(asked: Typed) -> dict[str, Any]:
    return {"took": minutes_of(asked), "wrong_ends": " ".join(asked.wrong)}
