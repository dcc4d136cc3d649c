"""What was answered: every figure a way to the words of those people."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from allears.core.doors import door
from allears.core.rules import signs_in
from allears.design import charts
from allears.people.models import FacetValue
from allears.questionnaires import statistics
from allears.questionnaires.date_bins import day_words
from allears.questionnaires.models import QuestionKind
from allears.questionnaires.presets import shape_of
from allears.questionnaires.results import (
    Group,
    QuestionResult,
    Results,
    offered,
    results_of,
)
from allears.questionnaires.structure import draft_version
from allears.questionnaires.views.figures import matrix_rows, ranks, score_of
from allears.questionnaires.views.finding import seen_study, typed
from allears.studies.models import Study


@door(signs_in)
@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The results of a study, for everybody or for one group (`?group=region:north`)."""
    study = seen_study(request, slug)
    group = _group(typed(request.GET, "group"))
    found = results_of(study, group)
    return render(
        request,
        "questionnaires/results.html",
        {
            "study": study,
            "found": found,
            "group": group,
            "facets": offered(study, group),
            "questions": [_shown(study, result, group) for result in found.questions],
            "reached": _funnel(found),
            "drafting": draft_version(study) is not None,
        },
    )


def _group(typed: str) -> Group | None:
    facet, _colon, value = typed.partition(":")
    found = FacetValue.objects.filter(facet__key=facet, key=value).select_related("facet").first()
    return Group(found.facet, found) if found else None


def _shown(study: Study, result: QuestionResult, group: Group | None) -> dict[str, Any]:
    """A question as the page shows it: a chart where something can be counted, and the way to its words."""
    words = _words_url(study)
    asked = [f"question={source.ref}" for source in result.sources]
    return {
        "result": result,
        "question": result.question,
        "answers": _bars(study, result, group),
        "rows": matrix_rows(result, partial(_bar_of, _words_url(study), _of_group(group))),
        "ranks": ranks(result, partial(_bar_of, _words_url(study), _of_group(group))),
        "score": score_of(result),
        "shape": shape_of(result.question.preset),
        "total": result.answered,
        "only_joined": result.kept_back and len(result.spans) == 1,
        "facts": [] if result.too_few else _facts(result),
        "words_url": f"{words}?{'&'.join(asked + _of_group(group))}" if words and asked else "",
        "open": result.question.is_open,
        "chart_id": f"chart-{result.question.key}",
    }


def _words_url(study: Study) -> str:
    """Where the words of a study are read; a room above, so that its address is asked by name."""
    try:
        return reverse("insights:words_of_study", args=[study.slug])
    except NoReverseMatch:
        return ""


def _of_group(group: Group | None) -> list[str]:
    return [f"facet={group.facet.key}:{group.value.key}"] if group else []


def _bars(study: Study, result: QuestionResult, group: Group | None) -> list[charts.Answers]:
    rows: list[tuple[str, int | None, str]] = [(span.label, span.count, span.value) for span in result.spans]
    if result.question.has_choices:
        rows = [(choice.label, choice.count, str(choice.key)) for choice in result.choices]
    elif result.question.kind == QuestionKind.CONSENT and result.numbers:
        rows = [(_("Agreed"), result.answered, "1")]
    return [_bar(study, result, group, *row) for row in rows]


def _bar(
    study: Study, result: QuestionResult, group: Group | None, label: str, count: int | None, value: str
) -> charts.Answers:
    """One bar with its interval, leading to what those who answered so said in their own words."""
    return _bar_of(_words_url(study), _of_group(group), label, count, result.answered, f"{result.question.key}:{value}")


def _bar_of(words: str, narrowed: list[str], label: str, count: int | None, total: int, answered: str) -> charts.Answers:
    """A bar for `count` of `total` (None: it is not shown); `answered` names, as the reading room's addresses do, who answered
    so.
    """
    href = f"{words}?{'&'.join([f'answered={answered}', *narrowed])}" if words and count else ""
    if count is None or total < statistics.ENOUGH:
        return charts.Answers(label, count, href=href)
    interval = statistics.wilson(min(count, total), total)
    return charts.Answers(label, count, interval.low, interval.high, href)


def _facts(result: QuestionResult) -> list[str]:
    """How many answered, and the median where there is one."""
    n = result.answered
    facts = [ngettext("%(n)s answered", "%(n)s answered", n) % {"n": intcomma(n)}]
    if n >= statistics.ENOUGH and result.question.kind != QuestionKind.CONSENT:
        facts += _middle(result)
    if result.question.kind == QuestionKind.MULTIPLE:
        facts.append(_("several choices each"))
    return facts


def _middle(result: QuestionResult) -> list[str]:
    """The median and the middle half; of what is shown in bars of several numbers, only in which of them the median is."""
    shown = day_words if result.question.kind == QuestionKind.DATE else "{:g}".format
    if result.numbers:
        low, middle, high = (statistics.quantile(result.numbers, share) or 0.0 for share in (0.25, 0.5, 0.75))
        half = _("half of them from %(low)s to %(high)s") % {"low": shown(low), "high": shown(high)}
        return [_("median %(median)s") % {"median": shown(middle)}, half]
    spans = [span for span in result.spans if span.count]
    at = statistics.median({float(n): span.count for n, span in enumerate(spans)})
    if at is None or not at.is_integer() or (len(spans) == 1 and not spans[0].is_one):
        return []
    span = spans[int(at)]
    words = _("median %(median)s") if span.is_one else _("median in “%(median)s”")
    return [words % {"median": shown(span.first) if span.is_one else span.label}]


def _funnel(found: Results) -> list[charts.FunnelStep]:
    """How far people came: begun, each page, sent. Only where there is more than one page or not all were sent."""
    if not found.responses or (len(found.reached) < 2 and found.sent == found.responses):
        return []
    begun = charts.FunnelStep(_("Begun"), found.responses)
    pages = [_page_step(n, reached.section.title, reached.count) for n, reached in enumerate(found.reached, 1)]
    sent = [] if found.sent is None else [charts.FunnelStep(_("Sent"), found.sent, "kept")]
    return [begun, *pages, *sent]


def _page_step(number: int, title: str, count: int) -> charts.FunnelStep:
    label = _("Answered on page %(n)d or later") % {"n": number}
    return charts.FunnelStep(title or label, count)
