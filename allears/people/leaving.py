"""The way out of our mails: one click in the mail program (RFC 8058), or one button on the page the link opens.

Being asked and hearing back are two things: who is asked no more still hears what became of their words, unless they say
that they want no mail at all. The link in a mail that asks ends asking, the one in a mail that tells ends telling; the
page behind either offers to end both.

And the way back in, which is narrower: mails get forwarded, and whoever else holds one must not be able to say that
somebody may be asked again. That takes a click in a fresh mail to their own address.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
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
from allears.people.queries import who_wants_no_mail

NOTHING = "nothing"  # neither asked nor told
ENDS: dict[str, list[Purpose]] = {
    Purpose.CONTACT: [Purpose.CONTACT], Purpose.HEAR: [Purpose.HEAR], NOTHING: [Purpose.CONTACT, Purpose.HEAR],
}  # fmt: skip
WORDINGS: dict[str, str] = {
    Purpose.CONTACT: "Stop asking me / ask me again: one button, or one click in a mail program",
    Purpose.HEAR: "Write me no more about my words / write me again: one button, or one click in a mail program",
    NOTHING: "Write me nothing at all: one button",
}


def stop(*, person: Person, what: str, source: str) -> None:
    """Write down that `person` wants no mail of some kind any more: `Purpose.CONTACT`, `Purpose.HEAR` or `NOTHING`.

    What they had ended before is not written down again. Raises `KeyError` for any other word.
    """
    still = allowed(person)
    with transaction.atomic():
        for purpose in ENDS[what]:
            if still[purpose]:
                actions.record_consent(person=person, purpose=purpose, given=False, source=source, wording=WORDINGS[what])


def allowed(person: Person) -> dict[str, bool]:
    """Return, by purpose, whether `person` may be asked, and may be told by mail."""
    return {Purpose.CONTACT: person.contactable, Purpose.HEAR: not who_wants_no_mail([person.pk])}


@open_door
@csrf_exempt  # mail programs post here with no cookie; the token in the address is the authority
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows buttons and changes nothing. POST ends what `stop` names, without it the mails that the link came with;
    with `again` it sends the way back by mail.
    """
    found = links.leaver(token)
    if found is None:
        raise Http404
    person, of_link = found
    again = request.POST.get("again", "")
    if again in ENDS[NOTHING]:
        if not allowed(person)[again]:
            returning.send_link(person, again)
    elif request.method == "POST":
        what = request.POST.get("stop", "")
        stop(person=person, what=what if what in ENDS else of_link, source="the link in a mail")
    with translation.override(for_reader(request, person.language)):
        return render(request, "people/leave.html", _shown(person, of_link, again))


def _shown(person: Person, of_link: str, again: str) -> dict[str, Any]:
    may = allowed(person)
    return {
        "asked": may[Purpose.CONTACT], "told": may[Purpose.HEAR], "of_link": of_link, "still": may[of_link],
        "sent": again if again in may and not may[again] else "", "can_mail": bool(person.email),
    }  # fmt: skip


@open_door
@csrf_exempt  # the token in the address is the only credential, as above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the fresh mail: GET shows a button, POST lets us ask again, or tell again."""
    found = returning.whose(token)
    if found is None:
        with translation.override(for_reader(request)):
            return render(request, "people/back.html", {"gone": True}, status=404)
    person, purpose = found
    if request.method == "POST":
        actions.record_consent(
            person=person, purpose=purpose, given=True, source="the link in a mail", wording=WORDINGS[purpose]
        )
    with translation.override(for_reader(request, person.language)):
        return render(request, "people/back.html", {"done": request.method == "POST", "hear": purpose == Purpose.HEAR})
