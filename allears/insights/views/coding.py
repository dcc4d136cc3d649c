"""Giving words themes, and letting them speak for or against an insight: by hand, a passage at a time."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from allears.core.doors import door
from allears.core.typed import whole_numbers
from allears.insights import actions, queries, quotes, showing
from allears.insights.forms import CiteForm, SpanForm
from allears.insights.models import Citation, Coding, Insight, Theme
from allears.insights.rules import can_claim, can_code, may_claim, may_code, may_open
from allears.insights.views.finding import back, must_claim, must_code, reader, seen_words
from allears.studies.models import Study
from allears.verbatims.models import Stone, Verbatim


@door(may_open)
@require_safe
def verbatim(request: HttpRequest, ref: str) -> HttpResponse:
    """One person's words in full: who gave them which theme and when; and, for who may, the form to give more."""
    words, study = seen_words(request, ref)
    return _page(request, words, study)


@door(may_code)
@require_POST
def code(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Give a passage of these words themes: known ones (`theme`), or a new one (`new_theme`)."""
    words, study = seen_words(request, ref)
    must_code(request, study)
    return _answered(request, words, study, lambda: _code(request, words, study))


@door(may_code)
@require_POST
def uncode(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Take codings away (`coding`: ids of these words' codings)."""
    words, study = seen_words(request, ref)
    must_code(request, study)

    def act() -> str:
        mine = Coding.objects.filter(verbatim=words, pk__in=whole_numbers(request.POST.getlist("coding")))
        for coding in mine.select_related("theme"):
            actions.uncode(coding=coding, by=reader(request))
        return _("Taken away. The trail keeps who had given it.")

    return _answered(request, words, study, act)


@door(may_claim)
@require_POST
def cite(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Let a passage speak for or against an insight, or make an insight from it."""
    words, study = seen_words(request, ref)
    must_claim(request, study)
    return _answered(request, words, study, lambda: _cite(request, words, study))


@door(may_claim)
@require_POST
def uncite(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Take a citation of these words away."""
    words, study = seen_words(request, ref)
    must_claim(request, study)

    def act() -> str:
        citation = get_object_or_404(Citation, verbatim=words, pk__in=whole_numbers([request.POST.get("citation", "")]))
        actions.uncite(citation=citation, by=reader(request))
        return _("These words no longer speak there. The trail keeps that they did.")

    return _answered(request, words, study, act)


@transaction.atomic
def _code(request: HttpRequest, words: Verbatim, study: Study) -> str:
    """All the themes that were chosen, or none of them."""
    start, end = _span(request, words)
    themes = list(Theme.objects.filter(ref__in=request.POST.getlist("theme"), study=study))
    if name := request.POST.get("new_theme", "").strip():
        themes.append(_theme_named(study, name, request))
    if not themes:
        raise actions.NotNow(_("Choose a theme, or write the name of a new one."))
    made = [actions.code(verbatim=words, theme=t, start=start, end=end, by=reader(request)) for t in themes]
    request.session["last_codings"] = [coding.pk for coding in made]
    given = list({coding.theme_id: coding.theme for coding in made}.values())  # one may be a part of another by now
    request.given = [{"ref": t.ref, "name": t.name} for t in given]  # type: ignore[attr-defined]
    names = ", ".join(theme.name for theme in given)
    return _("These words speak of %(themes)s now.") % {"themes": names}


def _theme_named(study: Study, name: str, request: HttpRequest) -> Theme:
    """The theme of this name, made when it is new: two people may think of the same one."""
    named = Theme.objects.in_use().filter(study=study, name__iexact=" ".join(name.split()))
    if found := named.first():
        return found
    try:
        return actions.add_theme(study=study, name=name, by=reader(request))
    except actions.NameTaken:  # by somebody, a moment ago
        if found := named.first():
            return found
        raise


def _cite(request: HttpRequest, words: Verbatim, study: Study) -> str:
    form = CiteForm(request.POST, study=study)
    if not form.is_valid():
        raise actions.NotNow(_("Choose an insight and whether these words speak for it or against it."))
    start, end = _span(request, words)
    insight: Insight | None = form.cleaned_data["insight"]
    if insight is None:
        insight = actions.claim(study=study, claim=form.cleaned_data["claim"], by=reader(request))
    actions.cite(
        insight=insight, verbatim=words, start=start, end=end, side=form.cleaned_data["side"], by=reader(request)
    )
    against = form.cleaned_data["side"] == "against"
    said = _("These words speak against “%(claim)s” now.") if against else _("These words speak for “%(claim)s” now.")
    return said % {"claim": queries.short(insight.claim)}


def _span(request: HttpRequest, words: Verbatim) -> tuple[int, int]:
    """Which passage is meant: `sentence` ("12-40"), a quoted `passage`, `start` and `end`, or all of the words."""
    form = SpanForm(request.POST)
    if not form.is_valid():
        raise actions.OutsideTheWords
    given = form.cleaned_data
    if given["passage"]:
        return _quoted(words, given["passage"])
    if sentences := request.POST.getlist("sentence"):
        ends = [SENTENCE.fullmatch(each) for each in sentences]
        if not all(ends):
            raise actions.OutsideTheWords
        return min(int(end[1]) for end in ends if end), max(int(end[2]) for end in ends if end)
    if given["start"] is None or given["end"] is None:
        return 0, len(words.text)
    return quotes.as_kept(words.text, given["start"], given["end"])


SENTENCE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


def _quoted(words: Verbatim, passage: str) -> tuple[int, int]:
    """Where the typed or pasted passage stands; it must stand there exactly, line ends aside."""
    at = quotes.as_shown(words.text).find(quotes.as_shown(passage))
    if at < 0:
        raise actions.NotNow(_("This passage does not stand in these words. Copy it exactly as it was said."))
    return quotes.as_kept(words.text, at, at + len(quotes.as_shown(passage)))


def _answered(request: HttpRequest, words: Verbatim, study: Study, act: Any) -> HttpResponseBase:
    """Do it; then the words alone for a script, or the page that the form came from."""
    scripted = request.htmx and "item" in request.POST  # type: ignore[attr-defined]
    try:
        said = act()
    except actions.NotNow as refusal:
        if scripted:
            return _item(request, words, study, wrong=str(refusal), status=422)
        messages.error(request, str(refusal))
        return _page(request, words, study, status=422)
    if scripted:
        return _item(request, words, study, said=said)
    messages.success(request, said)
    return back(request, reverse("insights:verbatim", args=[words.ref]))


def _item(
    request: HttpRequest, words: Verbatim, study: Study, said: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    """These words as they stand in a list, and what was just done with them."""
    undo = request.session.pop("last_codings", []) if said else []
    given = json.dumps(getattr(request, "given", []))  # so that the desk can offer what was just given, or is new
    item = _shown(request, words, study)
    context = {"item": item, "said": said, "wrong": wrong, "undo": undo, "study": study, "given": given}
    return render(request, "insights/item.html", context, status=status)


def _page(request: HttpRequest, words: Verbatim, study: Study, status: int = 200) -> HttpResponse:
    user = reader(request)
    spans = quotes.sentences(words.text)
    item = _shown(request, words, study, whole=True)
    for coding in item.codings:
        coding.passage = quotes.quote(words.text, coding.start, coding.end)  # type: ignore[attr-defined]
        coding.is_whole = (coding.start, coding.end) == (0, len(words.text))  # type: ignore[attr-defined]
    context = {
        "item": item,
        "size": "large" if len(words.text) <= SHORT else "",
        "study": study,
        "stone": Stone.objects.filter(verbatim=words).first(),
        "later": Verbatim.objects.filter(supersedes=words).first(),
        "sentences": [(a, b, words.text[a:b]) for a, b in spans[:MOST_SENTENCES]],
        "more_sentences": max(0, len(spans) - MOST_SENTENCES),
        "branches": queries.flat(queries.codebook(study)),
        "insights": queries.of_study(study)[:100],
        "may_code": can_code(user, study),
        "may_claim": can_claim(user, study),
        "undo": request.session.pop("last_codings", []),
    }
    return render(request, "insights/verbatim.html", context, status=status)


MOST_SENTENCES = 200
SHORT = 280


def _shown(request: HttpRequest, words: Verbatim, study: Study, whole: bool = False) -> showing.Shown:
    # A list that was found by a trait leads here, so that no other trait may stand here either.
    who = showing.reader_of(reader(request), [study])
    return showing.shown(who, [study], [words.pk], whole=whole, of_a_group=True)[0]

