"""The page on which an invited person names somebody who would know."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from allears.questionnaires import answering_language as language
from allears.questionnaires import answering_notes as notes
from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_views import SeeOther, participant
from allears.questionnaires.answering_ways import Way
from allears.studies import actions as studies
from allears.studies import naming
from allears.studies.models import Invitation, State

FIELDS = ("name", "email", "note")


@participant
def somebody(request: HttpRequest, way: Way) -> HttpResponse:
    """Who would know: GET shows the form, POST asks them once whether they agree."""
    if way.invitation_id is None or way.submitted_at:
        return SeeOther(f"/a/{way.token}/{language.query(way)}")
    if way.state != State.OPEN:
        return notes.closed(way)
    invitation = Invitation.objects.select_related("person", "study__owner").get(pk=way.invitation_id)
    if request.method != "POST":
        return _page(request, way, invitation)
    try:
        naming.name_somebody(invitation=invitation, **{name: request.POST.get(name, "")[:5000] for name in FIELDS})
    except naming.Over:
        return notes.closed(way)
    except naming.NotNamed as refusal:
        return _page(request, way, invitation, refusal.wrong)
    if request.POST.get("instead") == "yes":
        studies.decline(invitation=invitation, kind="not_me")
    return SeeOther(f"/a/{way.token}/somebody/?done{language.query(way).replace('?', '&')}")


def _page(
    request: HttpRequest, way: Way, invitation: Invitation, wrong: dict[str, str] | None = None
) -> HttpResponse:
    context = {
        "way": way,
        "wrong": wrong or {},
        "typed": {name: request.POST.get(name, "") for name in FIELDS},
        "instead": request.method != "POST" or request.POST.get("instead") == "yes",
        "done": "done" in request.GET and not wrong,
        "full": invitation.referrals.count() >= naming.MOST_NAMED,
        "me": invitation.person.name,
        **notes.direction(way),
    }
    html = render_to_string(f"{pages.FOLDER}/somebody.html", context)
    return HttpResponse(html.encode(), status=422 if wrong else 200)
