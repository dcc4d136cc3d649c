"""Who is asked a question: everybody, or only those for whom some conditions hold; and trying it all out as somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
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
from allears.questionnaires.models import Question, Section
from allears.questionnaires.ruling import Group, groups_for, in_words
from allears.questionnaires.seen import (
    OF_A_RULE,
    Seen,
    same_question,
    seen_in,
    sign_of,
    standing,
    touches_question,
)
from allears.questionnaires.side_by_side import Wording, of_rule
from allears.questionnaires.structure import draft_version, published_version, questions_in, sections_of
from allears.questionnaires.views.authoring import numbered
from allears.questionnaires.views.finding import own_study, posted, question_edited, reader, seen_study, seen_version
from allears.questionnaires.views.overtaken import CONFLICT, apart, gone, saved_or_met
from allears.studies.models import Study


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Change who is asked a question of the draft; without conditions everybody is."""
    study, found = question_edited(request, slug, key)
    join = JoinForm(posted(request), initial={"join": found.rule.join if found and found.rule else "all"})
    if found is None:
        return _rule_gone(request, study, key)
    sections = sections_of(found.version)
    rows = condition_rows(_groups(found, sections), found.rule, posted(request))
    keeps = request.method == "POST" and "more" not in request.POST
    if keeps and join.is_valid() & rows.is_valid():
        return _save_rule(request, study, found, join, rows)
    seen = request.POST.get("seen") or sign_of(found.version, _rule_in_words(found.rule, sections).plain)
    context = {"study": study, "question": found, "join": join, "rows": rows, "show_errors": keeps, "seen": seen}
    return render(request, "questionnaires/rule.html", context, status=422 if keeps else 200)


def _groups(question: Question, sections: list[Section]) -> list[Group]:
    return groups_for(question, sections, Facet.objects.order_by("label").prefetch_related("values"))


def _rule_in_words(rule: logic.Rule | None, sections: list[Section]) -> Wording:
    asked = list(questions_in(sections))
    facets = Facet.objects.filter(key__in=rule.facets).prefetch_related("values") if rule else ()
    return of_rule(logic.stored(rule), in_words(rule, asked, facets))


def _save_rule(request: HttpRequest, study: Study, found: Question, join: JoinForm, rows: Any) -> HttpResponse:
    told = rows.rule(join.cleaned_data["join"])

    def both_rules(seen: Seen, there: Question) -> HttpResponse:
        sections = sections_of(there.version)
        mine, now = (_rule_in_words(rule, sections) for rule in (told, there.rule))
        both = apart(request, study, seen, mine, now, touches_question(there.key, OF_A_RULE))
        mended = condition_rows(_groups(there, sections), there.rule if "rule" in both.theirs else told)
        context = {"study": study, "question": there, "join": join, "rows": mended, "apart": both, "seen": both.seen}
        return render(request, "questionnaires/rule.html", context, status=CONFLICT)

    return saved_or_met(
        request, study, act="rule_changed", subject=found.text, find=same_question(found.key),
        words=lambda row: of_rule(logic.stored(row.rule), "").plain,
        change=lambda row: authoring.change_question(question=row, shown_if=logic.stored(told), by=reader(request)),
        anchor=lambda row: f"question-{row.key}",
        both=both_rules,
        lost=lambda: _rule_gone(request, study, found.key),
    )  # fmt: skip


def _rule_gone(request: HttpRequest, study: Study, key: UUID) -> HttpResponse:
    """The question is gone, and with it what the rows could look at: what was chosen is told as far as it is known."""
    version = standing(study)
    sections = sections_of(version) if version else []
    asked = Question(key=key, version=version)
    join, rows = JoinForm(request.POST), condition_rows(_groups(asked, sections), None, request.POST)
    told = rows.rule(join.cleaned_data["join"]) if join.is_valid() & rows.is_valid() else None
    words = _rule_in_words(told, sections)
    return gone(request, study, seen_in(request.POST), words, touches_question(key, OF_A_RULE))


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
    exact = Person.objects.living().filter(Q(name=named) | Q(label=named)).order_by("pk").first()
    found: Person | None = exact or find(Person.objects.living(), named).order_by("pk").first()
    return found
