"""The way out of our mails: one click in the mail program (RFC 8058), or one button on the page the link opens.

And the way back in, which is narrower: mails get forwarded, and whoever else holds one must not be able to say that
somebody may be asked again. That takes a click in a fresh mail to their own address.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.core.doors import open_door
from allears.core.languages import for_reader
from allears.people import actions, links, returning
from allears.people.models import Person, Purpose

WORDING = "Stop asking me / ask me again: one button, or one click in a mail program"


@open_door
@csrf_exempt  # mail programs post here with no cookie; the token in the address is the authority
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing; POST ends our mails, or with `again` sends the way back by mail."""
    person = links.leaver(token)
    if person is None:
        raise Http404
    again = request.POST.get("again") == "yes"
    if again and not person.contactable:
        returning.send_link(person)
    elif request.method == "POST" and not again:
        _say(person, given=False)
    context = {"contactable": person.contactable, "sent": again, "can_mail": bool(person.email)}
    with translation.override(for_reader(request, person.language)):
        return render(request, "people/leave.html", context)


@open_door
@csrf_exempt  # the token in the address is the only credential, as above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the fresh mail: GET shows a button, POST lets us ask again."""
    person = returning.whose(token)
    if person is None:
        with translation.override(for_reader(request)):
            return render(request, "people/back.html", {"gone": True}, status=404)
    if request.method == "POST":
        _say(person, given=True)
    with translation.override(for_reader(request, person.language)):
        return render(request, "people/back.html", {"done": request.method == "POST"})


def _say(person: Person, *, given: bool) -> None:
    actions.record_consent(
        person=person, purpose=Purpose.CONTACT, given=given, source="the link in a mail", wording=WORDING
    )
