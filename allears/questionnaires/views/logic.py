"""Who is asked a question: everybody, or only those for whom some conditions hold; and the map of it all."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from allears.core.doors import door
from allears.core.rules import is_researcher
from allears.people.models import Facet
from allears.questionnaires import authoring, logic
from allears.questionnaires.logic_forms import JoinForm, condition_rows
from allears.questionnaires.ruling import groups_for
from allears.questionnaires.structure import sections_of
from allears.questionnaires.views.finding import draft_question, posted, reader


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Change who is asked a question of the draft; without conditions everybody is."""
    study, found = draft_question(request, slug, key)
    sections = sections_of(found.version)
    facets = Facet.objects.order_by("label").prefetch_related("values")
    groups = groups_for(found, sections, facets)
    join = JoinForm(posted(request), initial={"join": found.rule.join if found.rule else "all"})
    rows = condition_rows(groups, found.rule, posted(request))
    keeps = request.method == "POST" and "more" not in request.POST
    if keeps and join.is_valid() & rows.is_valid():
        told = logic.stored(rows.rule(join.cleaned_data["join"]))
        authoring.change_question(question=found, shown_if=told, by=reader(request))
        address = reverse("questionnaires:questionnaire", args=[study.slug])
        return redirect(f"{address}#question-{found.key}")
    context = {"study": study, "question": found, "join": join, "rows": rows, "show_errors": keeps}
    return render(request, "questionnaires/rule.html", context, status=422 if keeps else 200)
