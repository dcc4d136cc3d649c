"""The languages of a study: which are offered, how far each is, and source and translation side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core.doors import door
from allears.core.languages import direction, name_of
from allears.core.rules import is_researcher
from allears.core.tables import TableError, safe_cell
from allears.core.typed import whole_number
from allears.questionnaires import translating_files as files
from allears.questionnaires.structure import published_version
from allears.questionnaires.translatable import texts_of
from allears.questionnaires.views.finding import own_study, reader
from allears.questionnaires.views.overtaken import CONFLICT
from allears.studies import translating
from allears.studies.models import Study
from allears.studies.translating import Line, NotTranslated, Translated

A_PAGE = 60
SHOWN = ("all", "missing", "old")


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def languages(request: HttpRequest, slug: str) -> HttpResponse:
    """Which languages participants can choose; POST offers one or stops offering it."""
    study = own_study(request, slug)
    if request.method == "POST":
        _offer(request, study)
        return redirect("questionnaires:languages", slug=slug)
    texts = texts_of(study)
    rows = [_progress(study, code, translating.beside(study, code, texts)) for code in translating.possible_for(study)]
    context = {"study": study, "rows": rows, "source": _named(study.language), "public": published_version(study)}
    return render(request, "questionnaires/languages.html", context)


def _offer(request: HttpRequest, study: Study) -> None:
    code = request.POST.get("language", "")
    try:
        if request.POST.get("act") == "stop":
            translating.stop_offering(study=study, language=code, by=reader(request))
            messages.success(request, _("Participants are no longer offered this language. Its translations stay."))
        else:
            translating.offer(study=study, language=code, by=reader(request))
            messages.success(request, _("Participants can choose this language from now on."))
    except NotTranslated as refusal:
        messages.error(request, str(refusal))


def _named(code: str) -> dict[str, str]:
    return {"code": code, "name": name_of(code), "dir": direction(code)}


def _progress(study: Study, code: str, lines: list[Line]) -> dict[str, Any]:
    standing = [line.standing for line in lines]
    counts = {name: standing.count(name) for name in ("there", "missing", "old")}
    offered = code in study.languages.split()
    return {**_named(code), **counts, "count": len(lines), "left": len(lines) - counts["there"], "offered": offered}


def _possible(request: HttpRequest, slug: str, code: str) -> Study:
    study = own_study(request, slug)
    if code not in translating.possible_for(study):
        raise Http404
    return study


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Source and translation side by side; POST keeps what was written."""
    study = _possible(request, slug, code)
    if request.method != "POST":
        return _side_by_side(request, study, code)
    sent = {name: str(words) for name, words in request.POST.items() if name not in ("csrfmiddlewaretoken", "seen", "next")}
    said = {name: words for name, words in sent.items() if sent.get(f"take.{name}") != "theirs"}
    texts = texts_of(study)
    strays = translating.unsaid(study, code, texts, said)
    try:
        kept = translating.translate(
            study=study, language=code, texts=texts, said=said, by=reader(request), seen=whole_number(request.POST.get("seen", "")) or 0
        )
    except NotTranslated as refusal:
        messages.error(request, str(refusal))
        return _side_by_side(request, study, code, typed=request.POST, status=422)
    if kept.contested or strays:
        return _side_by_side(request, study, code, typed=said, status=CONFLICT, kept=kept, strays=strays)
    messages.success(request, _told(kept.changed))
    return redirect(f"{reverse('questionnaires:language', args=[slug, code])}?{_kept_query(request)}")


def _told(changed: int) -> str:
    words = ngettext("%(n)s translation saved.", "%(n)s translations saved.", changed)
    return words % {"n": intcomma(changed)} if changed else _("Nothing has changed.")


def _kept_query(request: HttpRequest) -> str:
    page = whole_number(request.GET.get("page"), digits=5) or 1
    return f"show={_shown(request)}&page={page}"


def _shown(request: HttpRequest) -> str:
    show = request.GET.get("show", "all")
    return show if show in SHOWN else "all"


def _side_by_side(
    request: HttpRequest, study: Study, code: str, typed: Mapping[str, str] | None = None, status: int = 200,
    kept: Translated | None = None, strays: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    """The texts of one page; after `kept`, whatever both have changed first, with what each says."""
    lines, show = translating.beside(study, code, texts_of(study)), _shown(request)
    contested = {line.text.sign for line in kept.contested} if kept else set()
    wanted = [line for line in lines if show == "all" or line.standing == show or line.text.sign in contested]
    page = Paginator(wanted, A_PAGE).get_page(request.GET.get("page"))
    there = {line.text.sign for line in page}
    first = [line for line in lines if line.text.sign in contested - there]
    rows = [
        {"line": line, "words": _words(line, typed), "tall": _is_tall(line), "contested": line.text.sign in contested}
        for line in [*first, *page]
    ]
    context = {
        "study": study, "page": page, "rows": rows, "show": show, "seen": translating.newest(study, code),
        "source": _named(study.language), "target": _progress(study, code, lines), "kept": kept, "strays": strays,
    }  # fmt: skip
    return render(request, "questionnaires/language.html", context, status=status)


def _words(line: Line, typed: Mapping[str, str] | None) -> str:
    standing = line.translation.text if line.translation else ""
    return typed.get(line.text.sign, standing) if typed is not None else standing


def _is_tall(line: Line) -> bool:
    return len(line.text.source) > 60 or "\n" in line.text.source


@door(is_researcher)
@require_safe
def as_csv(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Every text with its translation, for who translates elsewhere."""
    study = _possible(request, slug, code)
    out = io.StringIO()
    writer = csv.writer(out)
    for row in files.rows_for(study, code):
        writer.writerow([safe_cell(cell) for cell in row])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{study.slug}-{code}.csv"'
    return response


@door(is_researcher)
@require_POST
def file(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Take the file back: whatever it translates is kept, whatever it does not know is counted."""
    study = _possible(request, slug, code)
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, _("Choose the file first."))
    else:
        try:
            taken = files.take(study=study, language=code, file=sent, by=reader(request))
            messages.success(request, _told(taken.changed))
            if taken.unknown:
                messages.info(request, _unknown(taken.unknown))
        except TableError as error:
            messages.error(request, error.message)
        except NotTranslated as refusal:
            messages.error(request, str(refusal))
    return redirect("questionnaires:language", slug=slug, code=code)


def _unknown(count: int) -> str:
    return ngettext(
        "%(n)s row belongs to words that are not asked any more, and was left out.",
        "%(n)s rows belong to words that are not asked any more, and were left out.",
        count,
    ) % {"n": intcomma(count)}
