"""What the reading room is filtered by: as chips above the words, each with the way to take it off, and as a form.

The form is fetched when somebody asks for it: all that can be chosen is a sixth of what a page of words costs.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allears.core.doors import door
from allears.design.parts import Chip
from allears.insights import filters as asked
from allears.insights import queries
from allears.insights.filters import Filters
from allears.insights.forms import FilterForm
from allears.insights.models import Insight, Theme
from allears.insights.room import Room
from allears.insights.rules import may_open
from allears.insights.views.finding import place, room_for, seen_study
from allears.people.models import FacetValue
from allears.questionnaires.calendar import date_of
from allears.questionnaires.calendar import said as said_day
from allears.questionnaires.models import Choice, Question, QuestionKind
from allears.studies import piping
from allears.studies.models import Study
from allears.verbatims.models import Source


@door(may_open)
@require_safe
def filters(request: HttpRequest) -> HttpResponse:
    """Which words of all studies are to be shown."""
    return _form(request, None)


@door(may_open)
@require_safe
def filters_of_study(request: HttpRequest, slug: str) -> HttpResponse:
    """Which words of one study are to be shown."""
    return _form(request, seen_study(request, slug))


def _form(request: HttpRequest, study: Study | None) -> HttpResponse:
    wanted = Filters.of(request.GET)
    context = {
        "study": study,
        "wanted": wanted,
        "filter_form": FilterForm(wanted, study, queries.codebook(study) if study else ()),
        "studies": None if study else room_for(request, None).studies,
        "words_url": place("words", study),
        "heading": _("Which words?"),
    }
    page = "insights/filter_form.html" if request.htmx else "insights/filters.html"  # type: ignore[attr-defined]
    return render(request, page, context)


def chips(wanted: Filters, room: Room) -> list[Chip]:
    """What is filtered by, each with the address that takes it off."""
    made = [
        (_("“%(words)s”") % {"words": wanted.q}, {"q": ""}) if wanted.q else None,
        *[_question_chip(ref, wanted, room) for ref in wanted.questions],
        (_theme_words(wanted.theme, room), {"theme": ""}) if wanted.theme else None,
        *[(_facet_words(pair), {"facets": tuple(p for p in wanted.facets if p != pair)}) for pair in wanted.facets],
        *[(_answer_words(a, room), {"answered": tuple(r for r in wanted.answered if r != a)}) for a in wanted.answered],
        (_("Language: %(name)s") % {"name": wanted.language}, {"language": ""}) if wanted.language else None,
        (_("Since %(day)s") % {"day": date_format(wanted.since)}, {"since": None}) if wanted.since else None,
        (_("Until %(day)s") % {"day": date_format(wanted.until)}, {"until": None}) if wanted.until else None,
        (_("Not read by me"), {"unread": False}) if wanted.unread else None,
        (_insight_words(wanted.insight, room), {"insight": ""}) if wanted.insight else None,
    ]
    return [Chip(chip[0], "accent", remove=wanted.address(**chip[1])) for chip in made if chip]


def _question_chip(ref: str, wanted: Filters, room: Room) -> tuple[str, dict[str, Any]]:
    source = Source.objects.filter(ref=ref, collection__in=[study.collection_id for study in room.studies]).first()
    words = queries.short(piping.general(source.prompt), 60) if source else _("unknown question")
    return words, {"questions": tuple(r for r in wanted.questions if r != ref)}


def _theme_words(ref: str, room: Room) -> str:
    if ref == asked.NOT_THEMED:
        return _("Not themed yet")
    theme = Theme.objects.filter(ref=ref, study__in=room.studies).first()
    return _("Theme: %(name)s") % {"name": theme.name if theme else _("unknown")}


def _facet_words(pair: tuple[str, str]) -> str:
    value = FacetValue.objects.filter(facet__key=pair[0], key=pair[1]).select_related("facet").first()
    return f"{value.facet.label}: {value.label}" if value else f"{pair[0]}: {pair[1]}"


def _answer_words(raw: str, room: Room) -> str:
    answer = asked.answers([raw])[0]
    here = Question.objects.filter(version__questionnaire__study__in=room.studies).order_by("-pk")
    question = here.filter(key=answer.question).first() if answer else None
    if answer is None or question is None:
        return _("an unknown answer")
    if answer.choice:
        choice = Choice.objects.filter(question__key=answer.question, key=answer.choice).order_by("-pk").first()
        said = choice.label if choice else _("unknown")
        said += f": {answer.low:g}" if answer.low is not None else ""
    else:
        ends = [_number_words(question, end) for end in (answer.low, answer.high) if end is not None]
        said = "–".join(dict.fromkeys(ends))
    return f"{queries.short(question.in_general, 50)} {said}"


def _number_words(question: Question, number: float) -> str:
    is_day = question.kind == QuestionKind.DATE and 1 <= number <= date.max.toordinal()
    return said_day(date_of(number)) if is_day else f"{number:g}"


def _insight_words(ref: str, room: Room) -> str:
    insight = Insight.objects.filter(ref=ref, study__in=room.studies).first()
    return _("Cited by “%(claim)s”") % {"claim": queries.short(insight.claim, 50) if insight else _("unknown")}
