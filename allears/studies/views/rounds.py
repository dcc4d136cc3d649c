"""A round that stopped before its end: how far it came, who is left, and the button by which it goes on."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from allears.core.doors import door
from allears.core.progress import job_url
from allears.core.rules import is_researcher
from allears.core.typed import whole_number
from allears.people import crowds
from allears.people.bounces import not_working
from allears.people.listing import with_accounts
from allears.people.models import Person
from allears.studies import choosing, knowing, rounds
from allears.studies.inviting import NotOpen
from allears.studies.models import RoundList, Study
from allears.studies.queries import invited_refs
from allears.studies.views.finding import own_study, reader

A_PAGE = 40


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def rest(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Who is left of a round; POST asks them in the background, or lets them be. One of which nobody is left leads to the
    study's invitations.
    """
    study = own_study(request, slug)
    kept = rounds.cut_off(study).filter(job__ref=ref).first()
    if request.method == "POST":
        return redirect(_done(request, study, kept))
    if kept is None or not kept.can_go_on:
        return redirect("studies:invitations", slug)
    return render(request, "studies/rest.html", _page(study, kept, whole_number(request.GET.get("after")) or 0))


def _done(request: HttpRequest, study: Study, kept: RoundList | None) -> str:
    """Do what was pressed and return where it leads; for who pressed second, to the study's invitations."""
    by, back = reader(request), reverse("studies:invitations", args=[study.slug])
    try:
        if kept is None:
            raise rounds.NothingLeft
        if request.POST.get("do") == "go-on":
            return job_url(rounds.go_on(job=kept.job, by=by))
        if request.POST.get("do") == "let-be":
            rounds.let_be(job=kept.job, by=by)
            messages.success(request, _("Nobody else of this round is asked."))
    except (rounds.NothingLeft, NotOpen) as refused:
        messages.error(request, str(refused))
    return back


def _page(study: Study, kept: RoundList, after: int) -> dict[str, Any]:
    job, left = kept.job, rounds.left_of(kept)
    minutes, reason = Decimal(job.parameters["minutes"]), job.parameters["override_reason"]
    look = choosing.before_going_on(left, study, minutes)
    ids = list(islice((pk for pk in crowds.ids_of(left) if pk > after), A_PAGE + 1))
    asked = job.result.get("invited", 0)
    return {
        "study": study, "job": job, "until": kept.until, "minutes": minutes, "reason": reason,
        "asked": asked, "not_asked": job.done - asked,
        "verdict": look.verdict, "counted_at": look.at, "outside": look.outside,
        "askable": look.verdict.askable + (look.verdict.spent if reason else 0),
        "knowing": knowing.in_words(study.criteria),
        "rows": _rows(ids[:A_PAGE], study), "after": str(ids[A_PAGE - 1]) if len(ids) > A_PAGE else "",
    }  # fmt: skip


def _rows(ids: list[int], study: Study) -> list[dict[str, Any]]:
    people = [person for person in with_accounts(ids) if not person.erased_at]
    dead, asked = not_working(people), invited_refs(study, people)
    return [
        {"person": p, "invitation": asked.get(p.pk, ""), "why_not": _why_not(p, p.pk in dead)} for p in people
    ]


def _why_not(person: Person, dead: bool) -> str:
    if not person.email:
        return _("no address")
    if dead:
        return _("mail to their address came back")
    return "" if person.contactable else _("does not want to be asked")
