"""Who is asked a question: everybody, or only those for whom some conditions hold; and trying it all out as somebody."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import door
from allears.core.rules import is_researcher, signs_in
from allears.people.models import Facet, Person
from allears.people.search import find
from allears.questionnaires import authoring, logic
from allears.questionnaires.answering_trial import Trial
from allears.questionnaires.logic_forms import JoinForm, condition_rows
from allears.questionnaires.logic_map import drawn
from allears.questionnaires.ruling import groups_for
from allears.questionnaires.steps import step
from allears.questionnaires.structure import draft_version, published_version, sections_of
from allears.questionnaires.views.authoring import numbered
from allears.questionnaires.views.finding import draft_question, own_study, posted, reader, seen_study, seen_version


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
        with step(found.version, "rule_changed", reader(request), found.text):
            authoring.change_question(question=found, shown_if=told, by=reader(request))
        address = reverse("questionnaires:questionnaire", args=[study.slug])
        return redirect(f"{address}#question-{found.key}")
    context = {"study": study, "question": found, "join": join, "rows": rows, "show_errors": keeps}
    return render(request, "questionnaires/rule.html", context, status=422 if keeps else 200)


@door(signs_in)
@require_safe
def logic_map(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is asked what, as a picture: the draft for who writes it, otherwise what participants read."""
    study = seen_study(request, slug)
    version = seen_version(request, study)
    picture = drawn(numbered(sections_of(version)))
    context = {"study": study, "version": version, "map": picture, "editing": version.published_at is None}
    return render(request, "questionnaires/map.html", context)


@door(is_researcher)
@require_safe
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """What is being written, or asked now, as somebody would answer it; nothing is kept."""
    study = own_study(request, slug)
    version = draft_version(study) or published_version(study)
    if version is None:
        raise Http404
    named = request.GET.get("as", "").strip()
    fields = {name: request.GET.getlist(name) for name in request.GET}
    leave = reverse("questionnaires:questionnaire", args=[study.slug])
    return Trial(version, _person(named), fields, leave, named).page()


def _person(named: str) -> Person | None:
    """The first person by that name or address."""
    if not named or "\0" in named:
        return None
    exact = Person.objects.living().filter(label=named).order_by("pk").first()
    found: Person | None = exact or find(Person.objects.living(), named).order_by("pk").first()
    return found
