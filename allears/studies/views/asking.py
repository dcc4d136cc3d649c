"""Who to ask: filters, the picture of how the chosen compare, the letter as anybody will read it, and the
round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core.doors import door
from allears.core.models import Job
from allears.core.organisation import has_mail_server
from allears.core.progress import job_url
from allears.core.queries import the_organisation
from allears.core.rules import is_researcher
from allears.core.typed import whole_number
from allears.people.crowds import Crowds
from allears.people.links import leaving_link
from allears.people.listing import with_accounts
from allears.people.models import Facet, Person
from allears.people.queries import labels_of, matching
from allears.people.rules import may_override_budget
from allears.people.search import find
from allears.studies import actions, asking, choosing, knowing, rounds
from allears.studies.forms import RoundForm, WhoForm
from allears.studies.mails import Letters
from allears.studies.models import Invitation, Study
from allears.studies.queries import invited_refs, last_round
from allears.studies.views.finding import own_study, posted, reader, typed

A_PAGE = 40
MOST_BY_HAND = 200
PLAIN = ("q", "kind", "joined_before", "joined_after", "touchpoint", "lived_within", "lived_before")


@dataclass
class Wish:
    """What the filters ask for: criteria for `people`, days of rest, and the form that said so."""

    form: WhoForm
    criteria: dict[str, Any] = field(default_factory=dict)
    rested: int | None = None

    def people(self) -> Any:
        return choosing.people_for(self.criteria, self.rested)


def wish_of(query: QueryDict) -> Wish:
    """Read the filters from an address; what is wrongly typed filters nothing and is said in the form."""
    form = WhoForm(query)
    form.is_valid()
    told = form.cleaned_data
    plain = {name: told.get(name) for name in PLAIN if told.get(name) not in (None, "")}
    if told.get("account"):
        plain["account"] = told["account"].pk
    facets = {name[6:]: _values(query, name) for name in query if name.startswith("facet_") and "\0" not in name}
    wanted = {name: values for name, values in facets.items() if any(values)}
    return Wish(form, {**plain, **({"facets": wanted} if wanted else {})}, told.get("rested"))


def _filters_in(query: QueryDict) -> QueryDict:
    """Return what an address says of the filters and the page, without whom its last choice was and how it was made."""
    kept = query.copy()
    for name in ("how", "count", "person"):
        kept.pop(name, None)
    return kept


def _values(query: QueryDict, name: str) -> list[str]:
    return [value for value in query.getlist(name) if "\0" not in value]


@door(is_researcher)
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Filter people, see how they compare with all customers and who of them can be asked."""
    study, wish = own_study(request, slug), wish_of(request.GET)
    if not request.GET and study.criteria:
        return redirect(f"{request.path}?{knowing.as_query(study.criteria)}")
    told, filters = asking.estimate_of(study), _filters_in(request.GET)
    seen = choosing.picture(wish.criteria, wish.rested, study, told.minutes)
    rows, onward = _a_page(wish, seen, typed(request.GET, "after"))
    return render(
        request,
        "studies/people.html",
        {
            "study": study,
            "form": wish.form,
            "facets": facet_choices(request.GET, seen.kept),
            "query": filters.urlencode(),
            "keep": [(name, value) for name, values in filters.lists() for value in values],
            "ticked": _values(request.GET, "person"),
            "verdict": seen.verdict,
            "coverage": seen.coverage,
            "counted_at": seen.at,
            "filtered": bool(wish.criteria or wish.rested),
            "knowing": knowing.in_words(study.criteria),
            "as_kept": _as_kept(wish.criteria) == study.criteria,
            "minutes": told.minutes,
            "basis": told.basis,
            "people": _with_facets(rows, study),
            "after": onward,
            "last_round": last_round(study),
            "cut_off": rounds.left_over(study),
            "missing": [] if study.is_open else asking.missing(study),
        },
    )


def _as_kept(criteria: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in criteria.items()}


@door(is_researcher)
@require_POST
def criteria(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the filters as who can know what this study asks."""
    study, wish = own_study(request, slug), wish_of(request.POST)
    if wish.form.errors:
        messages.error(request, _("One of the filters cannot be read, so nothing was kept. Mend it first."))
        typed_in = request.POST.copy()
        typed_in.pop("csrfmiddlewaretoken", None)
        return redirect(reverse("studies:people", args=[slug]) + f"?{typed_in.urlencode()}")
    knowing.set_criteria(study=study, criteria=wish.criteria, by=reader(request))
    told = _("Kept: these people can know.") if wish.criteria else _("Kept: anybody can know.")
    messages.success(request, told)
    return redirect("studies:people", slug)


def _a_page(wish: Wish, seen: choosing.Picture, after: str) -> tuple[list[Person], str]:
    """One page in the order of names; `after` is the ref of the last person on the page before."""
    last = Person.objects.filter(ref=after).first() if after else None
    walked = choosing.page_by_name(wish.criteria, wish.rested, seen, last, A_PAGE + 1)
    shown = walked.found[:A_PAGE]
    end = shown[-1] if len(walked.found) > A_PAGE else walked.stopped_at
    rows = {person.pk: person for person in with_accounts({*shown, *([end] if end else [])})}
    return [rows[pk] for pk in shown if pk in rows], rows[end].ref if end in rows else ""


def _with_facets(rows: list[Person], study: Study) -> list[dict[str, Any]]:
    labels = labels_of([person.pk for person in rows])
    refs = invited_refs(study, rows)
    return [
        {
            "person": person,
            "facts": labels[person.pk],
            "invitation": refs.get(person.pk, ""),
            "askable": bool(person.email) and person.contactable,
        }
        for person in rows
    ]


def facet_choices(query: QueryDict, kept: Crowds | None) -> list[dict[str, Any]]:
    """Each facet with its values, how many customers have each, and which are ticked; those by which is chosen first."""
    counts = {row.value.pk: row.count for row in choosing.all_customers(kept)}
    found = [
        {
            "facet": facet,
            "chosen": [v for v in query.getlist(f"facet_{facet.key}") if v],
            "values": [
                {
                    "value": v,
                    "count": counts.get(v.pk, 0),
                    "ticked": v.key in query.getlist(f"facet_{facet.key}"),
                }
                for v in facet.values.all()
            ],
        }
        for facet in Facet.objects.prefetch_related("values")
    ]
    return sorted(found, key=lambda group: not group["chosen"])


@door(is_researcher)
@require_safe
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """The invitation as anybody will read it; nothing is sent."""
    study = own_study(request, slug)
    words = typed(request.GET, "q")
    chosen = Person.objects.filter(ref=typed(request.GET, "person"), erased_at=None).first()
    someone = chosen or matching({"kind": "customer"}).exclude(email="").order_by("name", "id").first()
    context = {
        "study": study,
        "person": someone,
        "q": words,
        "others": find(matching({}), words).exclude(email="").order_by("name", "id")[:10] if words else [],
        "letter": _letter(study, someone, request.GET.get("kind", "")) if someone else None,
        "kind": request.GET.get("kind", ""),
    }
    return render(request, "studies/letter.html", context)


def _letter(study: Study, person: Person, kind: str) -> dict[str, Any]:
    """A letter that is never put: its link leads nowhere."""
    sample = Invitation(study=study, person=person, minutes=Decimal(str(asking.minutes_of(study))))
    letters = Letters(study, the_organisation())
    write = letters.reminder if kind == "reminder" else letters.invitation
    written = write(sample, _("their-own-link"))
    # The way out of our mails is signed for this very person: whoever reads a preview must not hold it.
    return {**written, "text": written["text"].replace(leaving_link(person), f"{settings.BASE_URL}/…")}


@door(is_researcher)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_round(request: HttpRequest, slug: str) -> HttpResponse:
    """The last look: how many, at what cost, why some cannot be asked. POST asks them in the background."""
    study, how = own_study(request, slug), request.GET.get("how", "all")
    told = asking.estimate_of(study)
    chosen = _chosen(request.GET, how)
    form = RoundForm(posted(request), initial={"minutes": told.minutes}, estimated=told.minutes)
    if request.method == "POST" and form.is_valid() and study.is_open:
        return redirect(job_url(_ask(request, study, chosen, how, form.cleaned_data)))
    minutes = form.cleaned_data.get("minutes", told.minutes) if form.is_bound and form.is_valid() else told.minutes
    look = _last_look(request.GET, how, study, minutes)
    context = {
        "study": study,
        "form": form,
        "how": how,
        "count": _count(request.GET),
        "verdict": look.verdict,
        "counted_at": look.at,
        "query": request.GET.urlencode(),
        "back": reverse("studies:people", args=[slug]) + "?" + request.GET.urlencode(),
        "may_override": may_override_budget(reader(request)),
        "one": chosen.order_by("pk").first(),
        "outside": look.outside,
        "knowing": knowing.in_words(study.criteria),
        "basis": told.basis,
        "leaves": has_mail_server(),
    }
    return render(request, "studies/round.html", context, status=422 if request.method == "POST" else 200)


def _chosen(query: QueryDict, how: str) -> Any:
    if how == "picked":
        return matching({}).filter(ref__in=_values(query, "person")[:MOST_BY_HAND])
    return wish_of(query).people()


def _last_look(query: QueryDict, how: str, study: Study, minutes: float | Decimal) -> choosing.LastLook:
    if how == "picked":
        picked = _chosen(query, how)
        return choosing.LastLook(choosing.verdict(picked, study, minutes), knowing.outside(picked, study))
    wish = wish_of(query)
    return choosing.before_asking(wish.criteria, wish.rested, study, minutes)


def _count(query: QueryDict) -> int:
    return min(whole_number(query.get("count")) or 0, 1_000_000)


def _ask(request: HttpRequest, study: Study, chosen: Any, how: str, told: dict[str, Any]) -> Job:
    reason = told["override_reason"]
    if how == "some":
        chosen = choosing.some_of(choosing.askable(chosen, study, told["minutes"]), _count(request.GET))
    job = actions.ask_to_invite(
        study=study, people=chosen, by=reader(request), minutes=told["minutes"], override_reason=reason,
        next_url=reverse("studies:invitations", args=[study.slug]),
    )  # fmt: skip
    messages.success(request, _("On its way. You may leave this page; nobody is asked twice."))
    return job
