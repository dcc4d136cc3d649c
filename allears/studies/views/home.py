"""The list of studies, and the home of one: where it stands in the loop."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allears.core.doors import door
from allears.core.models import Role, User
from allears.core.queries import staff
from allears.core.rules import is_administrator, signs_in
from allears.design.parts import Fact, Link, LoopCell, Step, Tone
from allears.studies import asking, knowing, queries, reminding
from allears.studies.hearing import uninvited
from allears.studies.links import answering_url, current_public_link
from allears.studies.loop import Cell, cells_of, overdue_among, tabs_of
from allears.studies.models import State, Study
from allears.studies.rules import can_create, can_hand_over, can_see_who_was_asked, can_work_on
from allears.studies.selection.queries import selections_of, stage_of
from allears.studies.views.finding import reader, seen_study, typed
from allears.studies.wording import never_put_in, percent

A_PAGE = 20
MOST_NAMED = 3  # researchers, where somebody reads who can begin a study
STEP_TONES: dict[str, Tone] = {
    "asked": "voice", "spoke": "voice", "understood": "accent", "decided": "accent", "done": "kept", "heard": "kept",
}  # fmt: skip


@door(signs_in)
@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """The studies that the reader may see: all or theirs, by state, by words, or those whose promise is past."""
    user, query = reader(request), request.GET
    seen = queries.seen_by(user)
    found = _shown(seen, user, query.get("show", ""), typed(query, "q"))
    page = Paginator(found.select_related("owner").order_by("-created_at", "-id"), A_PAGE).get_page(query.get("page"))
    return render(
        request,
        "studies/studies.html",
        {
            "page": page,
            "overdue": overdue_among(list(page)),
            "views": _views(seen, user, query.get("show", "")),
            "q": typed(query, "q"),
            "show": query.get("show", ""),
            "may_create": can_create(user),
            "any": bool(page.paginator.count) or seen.exists(),
            **({} if can_create(user) else _who_begins(user)),
        },
    )


def _who_begins(user: User) -> dict[str, object]:
    """Whom to ask for a study, for a reader who cannot begin one."""
    found = list(staff().filter(role=Role.RESEARCHER, is_active=True)[: MOST_NAMED + 1])
    return {
        "researchers": found[:MOST_NAMED],
        "others_begin": len(found) > MOST_NAMED,
        "may_invite": is_administrator(user),
    }


def _shown(seen: queries.QuerySet[Study], user: User, show: str, words: str) -> queries.QuerySet[Study]:
    chosen = seen.filter(state=show) if show in State.values else seen
    if show == "mine":
        chosen = queries.mine(seen, user)
    elif show == "overdue":
        chosen = queries.overdue(seen)
    return queries.looking_for(chosen, words)


def _views(seen: queries.QuerySet[Study], user: User, show: str) -> list[Link]:
    counts = queries.counts(seen, user)
    labels = {
        "": _("All"), "mine": _("Mine"), "open": _("Open"), "draft": _("Drafts"), "closed": _("Closed"),
        "overdue": _("Promise is past"),
    }  # fmt: skip
    here = reverse("studies:list")
    return [
        Link(label, f"{here}?show={name}" if name else here, name == show, str(counts[name]))
        for name, label in labels.items()
        if counts[name] or name in ("", "mine")
    ]


@door(signs_in)
@require_safe
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """One study: why we ask, where it stands in the loop, who was asked and what is promised."""
    study, user = seen_study(request, slug), reader(request)
    works, cells, others = can_work_on(user, study), cells_of(study), uninvited(study)
    return render(
        request,
        "studies/study.html",
        {
            "study": study,
            "works": works,
            "leading": [figure for cell in cells for figure in cell.leads],
            "cells": [_loop_cell(cell) for cell in cells],
            "why": _why(study),
            "missing": asking.missing(study) if works and not study.is_open else [],
            "unfilled": never_put_in(study.unfilled[0]) if study.unfilled else "",
            "members": [member.user for member in study.members.select_related("user").order_by("user__name")],
            "may_hand_over": can_hand_over(user, study),
            "candidates": _candidates(study) if works or can_hand_over(user, study) else [],
            "trail": study.state_changes.select_related("by").order_by("-id")[:20],
            "asked_url": reverse("studies:invitations", args=[slug]) if can_see_who_was_asked(user, study) else "",
            "lots": _lots(study),
            "uninvited": others,
            "onward": _onward(study, user, cells) if others.brought and study.state == State.DRAFT else [],
            **_asked(study, can_see_who_was_asked(user, study)),
            **_public(study),
            **_knowing(study, works),
            "reminders": _reminders(study),
        },
    )


def _onward(study: Study, user: User, cells: list[Cell]) -> list[Step]:
    """What is done with past responses, on the pages that the reader may open; the first that is not begun is current."""
    begun = {cell.step for cell in cells if cell.begun}
    tabs = {tab.url_name for tab in tabs_of(study, user)}
    steps = [
        (_("Read what they said"), _("and give it themes"), "insights:words_of_study", "understood"),
        (_("Say what you understood"), _("with words for and against it"), "insights:insights", "understood"),
        (_("Decide"), _("what you will do, or why not"), "decisions:of_study", "decided"),
        (_("Tell them"), _("each beside their own words"), "decisions:updates", "heard"),
    ]
    ahead = next((place for place, step in enumerate(steps) if step[-1] not in begun), len(steps))
    return [
        Step(
            label,
            "done" if step in begun else "current" if place == ahead else "ahead",
            reverse(page, args=[study.slug]),
            note,
        )
        for place, (label, note, page, step) in enumerate(steps)
        if page in tabs
    ]


def _lots(study: Study) -> list[dict[str, object]]:
    """The study's newest lotteries, and where each stands."""
    return [{"row": row, "state": stage_of(row)} for row in selections_of(study)[:3]]


def _loop_cell(cell: Cell) -> LoopCell:
    label = f"{cell.words} · {cell.note}" if cell.note else cell.words
    return LoopCell(cell.figure, label, STEP_TONES[cell.step], cell.url)


def _why(study: Study) -> list[Fact]:
    pairs = [
        (_("The decision it informs"), study.decision),
        (_("The options"), study.options),
        (_("What we know"), study.known),
        (_("What we do not know"), study.unknown),
        (_("Touchpoints"), ", ".join(study.touchpoints)),
    ]
    return [Fact(term, value) for term, value in pairs if value.strip()]


def _knowing(study: Study, works: bool) -> dict[str, object]:
    """Who can know, in words, and for the team the way to change it."""
    url = reverse("studies:people", args=[study.slug]) if works else ""
    return {"knowing": knowing.in_words(study.criteria), "knowing_url": url, "knowing_link": _("Change") if works else ""}


def _reminders(study: Study) -> dict[str, object]:
    """What will be sent when, and why others get no reminder."""
    if not study.is_open:
        return {}
    plan = reminding.plan(study)
    words = {
        "later": _("asked to be asked later"), "paused": _("paused on purpose"), "reminded": _("were reminded already"),
        "link": _("were given a link and no letter"), "unreachable": _("do not want to be asked"),
    }  # fmt: skip
    spared = [(plan.spared[why], label) for why, label in words.items() if plan.spared[why]]
    return {"plan": plan, "spared": spared, "days": plan.days[:10], "further": max(0, len(plan.days) - 10)}


def _candidates(study: Study) -> list[User]:
    """Who could join: everybody who signs in and is not in the team; researchers first, because only they
    work on it.
    """
    team = [study.owner_id, *study.members.values_list("user_id", flat=True)]
    people = list(User.objects.filter(is_active=True).exclude(pk__in=team).order_by("name")[:500])
    return sorted(people, key=lambda user: user.role != Role.RESEARCHER)


def _public(study: Study) -> dict[str, str]:
    link = current_public_link(study.pk)
    return {"public_url": answering_url(link.token) if link else ""}


def _asked(study: Study, names: bool) -> dict[str, object]:
    """Who was asked and what came of it: a chip an outcome, and the field's rates with the counts behind
    them.
    """
    counts = queries.outcome_counts(study)
    rates = queries.rates_from(counts)
    url = reverse("studies:invitations", args=[study.slug])
    return {
        "asked": rates.asked,
        "counted_at": queries.outcomes_counted_at(study),
        "outcomes": [
            {
                "label": outcome.label,
                "count": count,
                "href": f"{url}?outcome={outcome.value}" if names else "",
            }
            for outcome, count in counts.items()
            if count
        ],
        "rates": [] if rates.rr1 is None else _rates(rates),
    }


def _rates(rates: queries.Outcomes) -> list[dict[str, str]]:
    rows = [
        (_("Response rate 1"), rates.rr1, "I / (I + P + R + NC + O + U)"),
        (_("Response rate 2"), rates.rr2, "(I + P) / (I + P + R + NC + O + U)"),
        (_("Cooperation rate 1"), rates.coop1, "I / (I + P + R + O)"),
        (_("Refusal rate 1"), rates.ref1, "R / (I + P + R + NC + O + U)"),
        (_("Contact rate 1"), rates.con1, "(I + P + R + O) / (I + P + R + O + NC + U)"),
    ]
    return [{"name": name, "rate": percent(rate), "formula": formula} for name, rate, formula in rows]
