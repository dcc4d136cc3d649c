"""The page of somebody who was named: by whom, why, what it is about; they say yes or no. GET changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.core.doors import open_door
from allears.core.languages import for_reader
from allears.core.queries import the_organisation
from allears.studies import actions, naming
from allears.studies.links import answering_url
from allears.studies.mails import KEPT_DAYS
from allears.studies.models import Referral
from allears.studies.wording import minutes_in_words


@open_door
@csrf_exempt  # no cookie here: the token in the address is the authority, for mail programs (RFC 8058) too
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def named(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether they agree; POST says yes (`agree=yes`) or, with anything else, no."""
    row = naming.named_by(token)
    if row is None:
        return _say(request, "gone", status=404)
    with translation.override(for_reader(request, row.invitation.study.language)):
        if request.method == "POST":
            return _answer(request, row)
        if not row.invitation.study.is_open and row.agreed is None:
            return _say(request, "closed")
        return render(request, "studies/named.html", _context(row))


def _context(row: Referral) -> dict[str, object]:
    study = row.invitation.study
    return {
        "row": row, "study": study, "by": row.invitation.person.name, "asker": study.owner.name,
        "minutes": minutes_in_words(row.minutes), "days": KEPT_DAYS, "organisation": the_organisation(),
        "page_language": translation.get_language(), "page_rtl": translation.get_language_bidi(),
    }  # fmt: skip


def _answer(request: HttpRequest, row: Referral) -> HttpResponse:
    if request.POST.get("agree") != "yes":
        if row.agreed is None:
            naming.refuse(referral=row)
        return _say(request, "refused" if row.agreed is None else "agreed_before")
    try:
        return redirect(answering_url(naming.agree(referral=row)))
    except naming.Over:
        return _say(request, "closed")
    except actions.NotInvitable:
        return _say(request, "no_minutes")


def _say(request: HttpRequest, what: str, status: int = 200) -> HttpResponse:
    return render(request, "studies/named_note.html", {"what": what}, status=status)
