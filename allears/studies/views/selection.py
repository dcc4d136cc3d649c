"""The pages of a study's lotteries: describe the pool, find, commit, draw, invite, draw again, publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.core import audit
from allears.core.doors import door
from allears.core.models import User
from allears.core.once import once
from allears.core.organisation import has_mail_server
from allears.core.progress import job_url
from allears.core.rules import is_researcher, signs_in
from allears.people.crowds import the_crowds
from allears.people.rules import may_override_budget
from allears.selection import dumps
from allears.studies import asking, choosing, knowing
from allears.studies.forms import RoundForm
from allears.studies.inviting import NotOpen
from allears.studies.models import Selection, Study
from allears.studies.rules import can_see_who_was_asked, can_work_on
from allears.studies.selection import actions, pictures, queries
from allears.studies.selection import pool as pools
from allears.studies.selection.forms import SeedForm, WishForm
from allears.studies.selection.quotas import grouped, lines_of, read_lines
from allears.studies.selection.reaching import lost_since
from allears.studies.views.asking import Wish, facet_choices, wish_of
from allears.studies.views.finding import own_study, posted, reader, seen_study


def _own(request: HttpRequest, slug: str, ref: str) -> Selection:
    """Return the selection for somebody who works on its study."""
    return _of(own_study(request, slug), ref)


def _of(study: Study, ref: str) -> Selection:
    return get_object_or_404(Selection.objects.select_related("study__owner", "made_by"), study=study, ref=ref)


def _home(selection: Selection, page: str = "selection") -> str:
    return reverse(f"studies:{page}", args=[selection.study.slug, selection.ref])


def _tried(request: HttpRequest, act: Callable[[], Any], done: str = "") -> Any:
    """Do `act`; what the lottery refuses becomes words on the next page. Returns what it gave, None when refused."""
    try:
        result = act()
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return None
    except NotOpen:
        messages.error(request, _("The study is not open: nobody can be asked before its links lead to questions."))
        return None
    if done:
        messages.success(request, done)
    return result


@door(signs_in)
@require_GET
def selections(request: HttpRequest, slug: str) -> HttpResponse:
    """The study's lotteries, newest first."""
    study = seen_study(request, slug)
    rows = [{"row": row, "state": queries.stage_of(row)} for row in queries.selections_of(study)[:100]]
    context = {"study": study, "rows": rows, "works": can_work_on(reader(request), study)}
    return render(request, "studies/selection/selections.html", context)


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Say who may be drawn, how many and how; POST keeps the wish, with quotas proposed from all customers."""
    study = own_study(request, slug)
    start = request.GET if request.GET else _query(study.criteria or {"kind": "customer"}, None)
    wish = wish_of(request.POST if request.method == "POST" else start)
    form = _wish_form(request, wish, {"minutes": asking.minutes_of(study)})
    if request.method == "POST" and form.is_valid() and wish.form.is_valid():
        made = actions.describe(study=study, by=reader(request), **_told(form, wish))
        return redirect(_home(made))
    return _wish_page(request, study, form, wish, reverse("studies:selections", args=[slug]))


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Change the wish, as long as nothing is committed."""
    selection = _own(request, slug, ref)
    wish = wish_of(request.POST if request.method == "POST" else _query(selection.criteria, selection.rested))
    written = {
        "size": selection.size, "rule": selection.rule, "facets": selection.facets, "carries": selection.carries,
        "minutes": selection.minutes, "seconds": selection.seconds,
    }  # fmt: skip
    form = _wish_form(request, wish, written)
    if request.method == "POST" and form.is_valid() and wish.form.is_valid():
        _tried(request, lambda: actions.change(selection=selection, by=reader(request), **_told(form, wish)))
        return redirect(_home(selection))
    return _wish_page(request, selection.study, form, wish, _home(selection), selection)


def _wish_form(request: HttpRequest, wish: Wish, written: dict[str, Any]) -> WishForm:
    kind = str(wish.criteria.get("kind") or "customer")
    if "facets" not in written:
        written = {"facets": [facet.key for facet in pools.to_begin_with(kind)], **written}
    return WishForm(posted(request), initial=written, balanced=pools.balanced(kind))


def _told(form: WishForm, wish: Wish) -> dict[str, Any]:
    criteria = {name: v.isoformat() if isinstance(v, date) else v for name, v in wish.criteria.items()}
    return {**form.cleaned_data, "criteria": criteria or {"kind": "customer"}, "rested": wish.rested}


def _query(criteria: dict[str, Any], rested: int | None) -> QueryDict:
    """Criteria as the filters of an address would say them."""
    query = QueryDict(knowing.as_query(criteria), mutable=True)
    if rested:
        query["rested"] = str(rested)
    return query


def _wish_page(
    request: HttpRequest, study: Study, form: WishForm, wish: Wish, back: str, selection: Selection | None = None
) -> HttpResponse:
    query = request.POST if request.method == "POST" else _query(wish.criteria, wish.rested)
    context = {
        "study": study, "form": form, "wish": wish.form, "facets": facet_choices(query, the_crowds()), "back": back,
        "selection": selection, "fits": wish.people().count(),
    }  # fmt: skip
    return render(request, "studies/selection/wish.html", context, status=422 if request.method == "POST" else 200)


@door(signs_in)
@require_GET
def selection(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One lottery: where it stands, what it promises, what was drawn, and what can be done next."""
    study = seen_study(request, slug)
    found = queries.standing(_of(study, ref))
    works = can_work_on(reader(request), study)
    context = {
        "study": study,
        "selection": found.selection,
        "found": found,
        "state": found.state,
        "works": works,
        "steps": pictures.steps(found),
        "redraw": bool(found.commitments) and found.state in ("found", "none"),
        **pictures.of_wish(found),
        **pictures.of_lottery(found),
        **_of_draw(request, found),
    }
    if found.waiting and not found.waiting.number:
        context["lost"] = lost_since(found.selection, found.proof()["pool"]["people"])
    return render(request, "studies/selection/selection.html", context)


def _of_draw(request: HttpRequest, found: queries.Standing) -> dict[str, Any]:
    if not found.drawn:
        return {}
    names = can_see_who_was_asked(reader(request), found.selection.study)
    seats = queries.seats_of(found)
    return {"seats": seats, "names": names, "panel": pictures.panel(found, seats) if names else []}


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Edit the quotas; POST keeps them, proposes them anew, or applies the changes that an explanation asks for."""
    selection, act = _own(request, slug, ref), request.POST.get("act", "")
    by = reader(request)
    if request.method == "POST" and act == "propose":
        _tried(request, lambda: actions.propose_quotas(selection=selection, by=by), _("Proposed anew from all customers."))
        return redirect(_home(selection, "selection_quotas"))
    if request.method == "POST" and act == "apply":
        _tried(request, lambda: actions.apply_changes(selection=selection, by=by), _("Changed. Look for the lottery now."))
        return redirect(_home(selection))
    lines, wrong = read_lines(request.POST, selection) if request.method == "POST" else (lines_of(selection), [])
    if request.method == "POST" and not wrong:
        wanted = [line.as_kept() for line in lines]
        if _tried(request, lambda: actions.set_quotas(selection=selection, by=by, quotas=wanted), _("The quotas are kept.")):
            return redirect(_home(selection))
    context = {
        "study": selection.study, "selection": selection, "groups": grouped(lines), "wrong": wrong,
        "fixed": selection.commitments.exists(), "counted_at": pools.glimpse(selection).at,
    }  # fmt: skip
    return render(request, "studies/selection/quotas.html", context, status=422 if wrong else 200)


@door(is_researcher)
@require_POST
def lottery(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Look for the fairest lottery in the background."""
    selection = _own(request, slug, ref)
    job = _tried(
        request, lambda: actions.ask_for_lottery(selection=selection, by=reader(request), next_url=_home(selection))
    )
    return redirect(job_url(job) if job else _home(selection))


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """The last look before the lottery is fixed; POST commits it."""
    selection = _own(request, slug, ref)
    found = queries.standing(selection)
    if request.method == "POST" and found.prepared and found.prepared.facts.get("people", 0) > pools.AT_ONCE:
        job = _tried(request, lambda: actions.ask_to_commit(
            selection=selection, by=reader(request), next_url=_home(selection, "selection_draw")))  # fmt: skip
        return redirect(job_url(job) if job else _home(selection))
    if request.method == "POST":
        done = _tried(request, lambda: actions.commit_lottery(selection=selection, by=reader(request)))
        return redirect(_home(selection, "selection_draw") if done else _home(selection))
    return render(
        request, "studies/selection/commitment.html", {"study": selection.study, "selection": selection, "found": found}
    )


@door(signs_in)
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """The moment itself, to be projected: the commitment, the seed, the ticket, the seats. POST draws, once."""
    study = own_study(request, slug) if request.method == "POST" else seen_study(request, slug)
    selection = _of(study, ref)
    form = SeedForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.draw_lottery(selection=selection, by=reader(request), **form.cleaned_data)
        except actions.BadSeed as refusal:
            form.add_error("seed", str(refusal))
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(_home(selection, "selection_draw"))
        else:
            return redirect(_home(selection, "selection_draw") + "?now=1")
    found = queries.standing(selection)
    context = {
        "study": study, "selection": selection, "found": found, "form": form, "now": request.GET.get("now") == "1",
        "works": can_work_on(reader(request), study), **_stage(request, found),
    }  # fmt: skip
    return render(request, "studies/selection/draw.html", context, status=422 if request.method == "POST" else 200)


def _stage(request: HttpRequest, found: queries.Standing) -> dict[str, Any]:
    """What stands on the stage: the last draw, unless a commitment waits for its seed."""
    if found.waiting or not found.drawn:
        return {"last": None}
    last = found.drawn[-1]
    may = can_see_who_was_asked(reader(request), found.selection.study)
    lottery = last.lottery["lottery"] or last.draw.result["landing"]["lottery"]
    return {
        "last": last,
        "tickets": sum(panel["tickets"] for panel in lottery),
        "ticket": last.draw.result["ticket"] + 1,
        "seats": [seat for seat in queries.seats_of(found) if seat.round == last.number],
        "facets_shown": may,
        "may_name": may,
        "names": may and request.GET.get("names") == "1",
    }


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """The last look before those who were drawn are asked; POST asks them in the background."""
    selection = _own(request, slug, ref)
    study, found = selection.study, queries.standing(selection)
    if not found.drawn:
        messages.error(request, _("Nobody has been drawn yet."))
        return redirect(_home(selection))
    estimated = asking.minutes_of(study)
    minutes = max(selection.minutes, Decimal(str(estimated)))
    form = RoundForm(posted(request), initial={"minutes": minutes}, estimated=estimated)
    if request.method == "POST" and form.is_valid():
        job = _ask(request, selection, form.cleaned_data)
        return redirect(job_url(job) if job else _home(selection))
    people = choosing.people_for({}).filter(pk__in=actions.holders(found))
    minutes = form.cleaned_data.get("minutes", minutes) if form.is_bound else minutes
    context = {
        "study": study, "selection": selection, "form": form, "verdict": choosing.verdict(people, study, Decimal(minutes)),
        "may_override": may_override_budget(reader(request)), "back": _home(selection),
        "leaves": has_mail_server(),
    }  # fmt: skip
    return render(request, "studies/selection/invite.html", context, status=422 if request.method == "POST" else 200)


def _ask(request: HttpRequest, selection: Selection, told: dict[str, Any]) -> Any:
    by: User = reader(request)
    reason = told["override_reason"] if may_override_budget(by) else ""
    return _tried(
        request,
        lambda: actions.ask_to_invite_drawn(
            selection=selection, by=by, minutes=told["minutes"], override_reason=reason, next_url=_home(selection)
        ),
    )


@door(is_researcher)
@require_POST
def redraw(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Look for the lottery of the seats that are ticked as empty; or again, with quotas loosened as was explained."""
    selection = _own(request, slug, ref)
    by, back, declined = reader(request), _home(selection), request.POST.getlist("seat")

    def ask() -> Any:
        if request.POST.get("act") == "loosen":
            return actions.ask_for_looser_redraw(selection=selection, by=by, next_url=back)
        return actions.ask_for_redraw(selection=selection, by=by, declined=declined, next_url=back)

    job = _tried(request, ask)
    return redirect(job_url(job) if job else _home(selection))


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Ask before the proof becomes public, or is taken away; POST does it."""
    selection = _own(request, slug, ref)
    if request.method == "POST":
        by = reader(request)
        if "withdraw" in request.POST:
            done = _("Withdrawn. The public page is gone; who has a copy can go on checking it.")
            _tried(request, lambda: actions.withdraw_proof(selection=selection, by=by), done)
        else:
            done = _("The proof is public now.")
            _tried(request, lambda: actions.publish_proof(selection=selection, by=by), done)
        return redirect(_home(selection))
    found = queries.standing(selection)
    context = {"study": selection.study, "selection": selection, "found": found, "back": _home(selection)}
    return render(request, "studies/selection/publication.html", context)


@door(is_researcher)
@require_GET
def full_proof(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """The whole proof with facet values, for an auditor; that it was taken is on record."""
    selection = _own(request, slug, ref)
    found = queries.standing(selection)
    if not found.commitments:
        raise Http404
    audit.record(by=reader(request), verb="studies.full_proof_taken", target=selection)
    answer = HttpResponse(dumps(found.proof()), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="full-proof-{selection.ref}.json"'
    return answer


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def removal(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Ask before a wish is thrown away; POST does it, as long as nothing was committed."""
    selection = _own(request, slug, ref)
    if request.method == "POST":
        _tried(request, lambda: actions.withdraw(selection=selection, by=reader(request)), _("Thrown away."))
        return redirect("studies:selections", slug)
    context = {"study": selection.study, "selection": selection, "back": _home(selection)}
    return render(request, "studies/selection/removal.html", context)
