"""The codebook: what the words of a study speak of, in its researchers' definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core import by_ref
from allears.core.doors import door
from allears.core.once import once
from allears.core.turns import in_turn
from allears.core.typed import whole_number, whole_numbers
from allears.insights import actions, agreement, queries, quotes, showing
from allears.insights.forms import MergeForm, SplitForm, ThemeForm
from allears.insights.models import Coding, Theme
from allears.insights.rules import can_code, may_code, may_open
from allears.insights.views.finding import must_code, reader, seen_study, seen_theme, tried
from allears.studies.models import Study

A_PAGE = 30
QUOTES = 3


@door(may_open)
@require_safe
def themes(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole codebook: each theme with its definition, how many words carry it, and three quotes."""
    study = seen_study(request, slug)
    branches = queries.flat(queries.codebook(study))
    retired = Theme.objects.filter(study=study, retired_at__isnull=False, merged_into=None)
    context = {
        "study": study,
        "branches": _with_quotes(branches),
        "undefined": sum(not branch.theme.definition for branch in branches),
        "retired": retired,
        "overlap": agreement.overlap(study),
        "may_code": can_code(reader(request), study),
    }
    return render(request, "insights/themes.html", context)


@door(may_code)
@require_http_methods(["GET", "POST"])
@once
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Add a theme."""
    study = seen_study(request, slug)
    must_code(request, study)
    form = ThemeForm(request.POST or None, study=study)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_theme(study=study, by=reader(request), **form.cleaned_data)
            return redirect(reverse("insights:themes", args=[slug]) + f"#theme-{made.ref}")
        except actions.NotNow as refusal:
            form.add_error("name", str(refusal))
    return render(request, "insights/theme_new.html", {"study": study, "form": form}, status=422 if form.errors else 200)


@door(may_open)
@require_safe
def theme(request: HttpRequest, ref: str) -> HttpResponse:
    """A theme: its definition, where it stands, every passage that speaks of it, and who gave it when."""
    return _page(request, seen_theme(request, ref))


@door(may_code)
@require_POST
@in_turn
def change(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Give it another name, definition or place."""
    theme = seen_theme(request, ref)
    must_code(request, theme.study)
    form = _form_of(theme, request.POST)
    if form.is_valid():
        try:
            _change(request, theme, form.cleaned_data)
            return redirect("insights:theme", theme.ref)
        except actions.NotNow as refusal:
            form.add_error("name", str(refusal))
    return _page(request, theme, form=form, status=422)


@door(may_code)
@require_POST
def moved(request: HttpRequest, ref: str) -> HttpResponseBase:
    """One place up or down among its neighbours."""
    theme = seen_theme(request, ref)
    must_code(request, theme.study)
    tried(request, lambda: actions.move_theme(theme=theme, by=reader(request), up=request.POST.get("way") == "up"))
    return redirect(reverse("insights:themes", args=[theme.study.slug]) + f"#theme-{theme.ref}")


@door(may_code)
@require_POST
def merge(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Merge it into another theme."""
    theme = seen_theme(request, ref)
    must_code(request, theme.study)
    form = MergeForm(request.POST, theme=theme)
    if not form.is_valid():
        return _page(request, theme, merge_form=form, status=422)
    into = form.cleaned_data["into"]
    done = _("“%(gone)s” is part of “%(kept)s” now.") % {"gone": theme.name, "kept": into.name}
    tried(request, lambda: actions.merge_themes(keep=into, other=theme, by=reader(request)), done)
    return redirect("insights:theme", into.ref)


@door(may_code)
@require_POST
def unmerge(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Take a merge back."""
    theme = seen_theme(request, ref)
    must_code(request, theme.study)
    done = _("“%(name)s” is a theme of its own again, with the passages that were its own.") % {"name": theme.name}
    tried(request, lambda: actions.unmerge_theme(theme=theme, by=reader(request)), done)
    return redirect("insights:theme", theme.ref)


@door(may_code)
@require_POST
def split(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Move the chosen passages to a new theme."""
    theme = seen_theme(request, ref)
    must_code(request, theme.study)
    form = SplitForm(request.POST)
    if form.is_valid():
        chosen = whole_numbers(request.POST.getlist("coding"))
        try:
            made = actions.split_theme(theme=theme, codings=chosen, by=reader(request), **form.cleaned_data)
            return redirect("insights:theme", made.ref)
        except actions.NotNow as refusal:
            form.add_error("name", str(refusal))
    return _page(request, theme, split_form=form, status=422)


@door(may_code)
@require_POST
def retired(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Offer it no longer, or again."""
    theme = seen_theme(request, ref)
    must_code(request, theme.study)
    act, done = (
        (actions.restore_theme, _("“%(name)s” is offered again."))
        if theme.retired_at
        else (actions.retire_theme, _("“%(name)s” is offered no longer. What it was given to keeps it."))
    )
    tried(request, lambda: act(theme=theme, by=reader(request)), done % {"name": theme.name})
    return redirect("insights:themes", theme.study.slug)


@transaction.atomic
def _change(request: HttpRequest, theme: Theme, given: dict[str, Any]) -> None:
    by, parent = reader(request), given["parent"]
    actions.change_theme(theme=theme, by=by, name=given["name"], definition=given["definition"])
    if theme.parent != parent:
        actions.nest_theme(theme=theme, by=by, parent=parent)


def _form_of(theme: Theme, typed: Any = None) -> ThemeForm:
    now = {"name": theme.name, "definition": theme.definition, "parent": theme.parent_id}
    return ThemeForm(typed, study=theme.study, without=queries.with_those_under(theme), now=now)


def _page(
    request: HttpRequest,
    theme: Theme,
    form: ThemeForm | None = None,
    merge_form: MergeForm | None = None,
    split_form: SplitForm | None = None,
    status: int = 200,
) -> HttpResponse:
    codings, following = _codings(theme, request.GET.get("after", ""))
    context = {
        "study": theme.study,
        "theme": theme,
        "passages": _passages(request, theme.study, codings),
        "after": following,
        "form": form or _form_of(theme),
        "merge_form": merge_form or MergeForm(theme=theme),
        "split_form": split_form or SplitForm(),
        "may_code": can_code(reader(request), theme.study) and theme.is_in_use,
        "may_part": can_code(reader(request), theme.study) and theme.merged_into_id,
        "may_restore": can_code(reader(request), theme.study) and theme.retired_at,
        "merged": Theme.objects.filter(merged_into=theme),
    }
    return render(request, "insights/theme.html", context, status=status)


def _codings(theme: Theme, after: str) -> tuple[list[Coding], str]:
    """A page of its codings, the newest words first; and the cursor of the next page."""
    rows = Coding.objects.filter(theme=theme, verbatim__salt__isnull=False).select_related(
        "verbatim__person__merged_into", "coder", "first_theme"
    )
    if below := whole_number(after):
        rows = rows.filter(verbatim__lt=below)
    found = list(rows.order_by("-verbatim", "start", "pk")[: A_PAGE + 1])
    if len(found) <= A_PAGE:
        return found, ""
    last = found[A_PAGE - 1].verbatim_id
    # A page ends between verbatims, never inside one.
    whole = [c for c in found if c.verbatim_id > last] or [c for c in found if c.verbatim_id == last]
    return whole, str(whole[-1].verbatim_id)


def _passages(request: HttpRequest, study: Study, codings: Sequence[Coding]) -> list[dict[str, Any]]:
    named = study.pk in showing.reader_of(reader(request), [study]).names_in
    return [
        {
            "coding": coding,
            "context": quotes.in_context(coding.verbatim.text, coding.start, coding.end),
            "who": showing.who(coding.verbatim.person, named),
            "url": by_ref.address("insights:verbatim", coding.verbatim.ref),
        }
        for coding in codings
    ]


def _with_quotes(branches: list[queries.Branch]) -> list[dict[str, Any]]:
    """Each theme with up to three quotes, the newest words first; one query for all themes."""
    found = queries.examples([b.theme.pk for b in branches], QUOTES)
    return [
        {
            "branch": branch,
            "quotes": [
                {"text": quotes.quote(c.verbatim.text, c.start, c.end), "ref": c.verbatim.ref}
                for c in found.get(branch.theme.pk, [])
            ],
        }
        for branch in branches
    ]
