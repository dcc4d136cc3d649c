"""The way out of our mails: one click in the mail program (RFC 8058), or one button on the page the link
opens.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.core.doors import open_door
from allears.people import actions, links
from allears.people.models import Purpose

WORDING = "Stop asking me / ask me again: one button, or one click in a mail program"


@open_door
@csrf_exempt  # mail programs post here with no cookie; the token in the address is the authority
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing; POST ends our mails, or with `again` lets them come again."""
    person = links.leaver(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        given = request.POST.get("again") == "yes"
        actions.record_consent(
            person=person, purpose=Purpose.CONTACT, given=given, source="the link in a mail", wording=WORDING
        )
    return render(request, "people/leave.html", {"contactable": person.contactable, "done": request.method == "POST"})
