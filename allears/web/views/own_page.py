"""A participant's own page: everything they said, where each sentence went, and what they can change.

There is no account: whoever holds the link sees the page. What is personal beyond the words (export, erasure), and
allowing more than before (also minutes, and mails at quiet hours), asks for a click in a fresh mail, because links get
forwarded. These pages keep no session and set no cookie, so a foreign site
has nothing to ride on: the token in the address is the only credential, and forms carry it (hence no CSRF cookie).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from allears.core.doors import open_door
from allears.core.languages import for_reader, in_readers_language
from allears.core.throttle import too_often
from allears.core.turns import in_turn
from allears.core.zones import places
from allears.decisions.answering import answer_helped, mark_seen
from allears.decisions.models import Telling, Update
from allears.people.errors import AlreadyErased
from allears.people.links import leaving_link
from allears.people.models import Person, Purpose
from allears.people.queries import all_of, in_hand
from allears.questionnaires.files import handed_out
from allears.questionnaires.own_answers import answered_by, file_of
from allears.studies.actions import issue_link, take_back_later
from allears.studies.models import Invitation
from allears.studies.queries import waiting_for_answer
from allears.studies.selection.queries import chances_of
from allears.web import own, own_time
from allears.web.line import own_words
from allears.web.own_language import told

MOST_ASKED = 20  # links asked for from one place within ten minutes


def _whose(token: str, scope: str = "page") -> Person:
    person = own.whose(token, scope)
    if person is None:
        raise Http404
    return person


def _whose_in_hand(token: str, scope: str = "page") -> Person:
    """Whose link it is, whom nobody else changes until the transaction is through, whichever page they do it on."""
    try:
        return in_hand(_whose(token, scope))
    except AlreadyErased:
        raise Http404 from None


@open_door
@never_cache
@in_readers_language
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """What this person said and what became of it. Opening it changes nothing."""
    person = own.whose(token)
    if person is None:
        return render(request, "web/me/gone.html", status=404)
    with translation.override(for_reader(request, person.language)):
        return render(request, "web/me/page.html", _everything(request, person, token))


def _everything(request: HttpRequest, person: Person, token: str) -> dict[str, Any]:
    tellings = own.tellings_of(person)
    words, time, lots = own_words(person, own.words_of(person), tellings), own_time.time_of(person), chances_of(person)
    language = translation.get_language() or settings.LANGUAGE_CODE
    groups = own.by_study(person, words, tellings, answered_by(person, language))
    waiting = list(waiting_for_answer(all_of(person)))
    studies = [group.study for group in groups] + [lot.study for lot in lots] + [row.invitation.study for row, _ in time.laters]
    studies += [invitation.study for invitation in waiting]
    return {
        "person": person,
        "token": token,
        "groups": groups,
        "waiting": waiting,
        "told": told(studies, [said.verbatim.source for said in words], time.contacts, language, own.as_read(groups)),
        "purposes": own.may_be_allowed(person),
        "unseen": [t for t in tellings if t.seen_at is None],
        "done": request.GET.get("done", ""),
        "at": request.GET.get("at", ""),
        "less": "less" in request.GET,
        "time": time,
        "limits": own_time.limits_form(person),
        "most_characters": own.MOST_CHARACTERS,
        "zones": places(besides=person.time_zone),
        "leave": leaving_link(person),
        "leave_words": leaving_link(person, Purpose.HEAR),
        "hears": Purpose.HEAR in own.allowed(person),
        "lots": lots,
        "can_mail": bool(person.email),
        "page_language": language,
        "page_rtl": translation.get_language_bidi(),
    }


def _back(token: str, done: str, at: str, *, less: bool = False) -> HttpResponse:
    """Lead back to where on the page something was done: what came of it is said there, where they look. `less`: a part of
    what they asked for holds already, because it allows less than before.
    """
    said = {"done": done, "at": at} | ({"less": "1"} if less else {})
    return redirect(f"/me/{token}/?{urlencode(said)}#{at}")


@open_door
@csrf_exempt
@require_POST
def helped(request: HttpRequest, token: str) -> HttpResponse:
    """The person says whether an update helped."""
    person = _whose(token)
    told = Telling.objects.filter(person__in=all_of(person)).values("update")
    update = get_object_or_404(Update, ref=request.POST.get("update", "").replace("\0", ""), pk__in=told)
    words = request.POST.get("words", "").replace("\r\n", "\n")[: own.MOST_CHARACTERS]
    answer_helped(person=person, update=update, helped=request.POST.get("helped") == "yes", words=words)
    return _back(token, "helped" if words.strip() else "answered", update.ref)


@open_door
@csrf_exempt
@require_POST
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """The person has read what is new on their page."""
    person = _whose(token)
    mark_seen(person=person, updates=[telling.update_id for telling in own.tellings_of(person)])
    return redirect(f"/me/{token}/?done=seen")


@open_door
@csrf_exempt
@require_POST
def consent(request: HttpRequest, token: str) -> HttpResponse:
    """The person takes back what we may do. Before they allow more, a fresh link goes to their own address."""
    person = _whose(token)
    taken, more = own.take_back(person, set(request.POST.getlist("given")), _shown(request))
    if more and person.email:
        return _back(token, "more" if own.send_fresh_link(person) else "held", "consent", less=bool(taken))
    return _back(token, "consent", "consent")


def _shown(request: HttpRequest) -> set[str]:
    """What the form asked about: no box is taken for unticked that did not stand there."""
    return set(request.POST.getlist("shown")) or set(Purpose.values) - {Purpose.HEAR.value}


@open_door
@csrf_exempt
@never_cache
@require_POST
@in_turn
def time(request: HttpRequest, token: str) -> HttpResponse:
    """The person says how much of their time may be asked, and when to write to them. What asks for less holds at once;
    before more may be asked, a fresh link goes to their own address.
    """
    person = _whose_in_hand(token)
    form = own_time.limits_form(person, request.POST)
    if form.is_valid():
        narrowed, more = own_time.narrow_limits(person, form)
        if not more:
            return _back(token, "time", "time")
        done = "unknown" if not person.email else "moretime" if own.send_fresh_link(person, more) else "held"
        return _back(token, done, "time", less=narrowed)
    with translation.override(for_reader(request, person.language)):
        context = {**_everything(request, person, token), "limits": form}
        return render(request, "web/me/page.html", context, status=422)


@open_door
@csrf_exempt
@require_POST
def not_later(request: HttpRequest, token: str) -> HttpResponse:
    """The person need not be asked again at the time that they had said."""
    theirs = Invitation.objects.filter(person__in=all_of(_whose(token)))
    invitation = get_object_or_404(theirs, ref=request.POST.get("invitation", "").replace("\0", ""))
    take_back_later(invitation=invitation)
    return _back(token, "later", "time")


@open_door
@csrf_exempt
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Open what waits for the person's answer, by a link of its own: the page speaks in their name already."""
    waiting = waiting_for_answer(all_of(_whose(token)))
    invitation = get_object_or_404(waiting, ref=request.POST.get("invitation", "").replace("\0", ""))
    if too_often(request, "own page, to answer", most=MOST_ASKED, seconds=600):
        return _back(token, "often", "waiting")
    return redirect(f"/a/{issue_link(invitation=invitation, by='the person')}/")


@open_door
@never_cache
@require_safe
def file(request: HttpRequest, token: str, ref: str) -> HttpResponse:
    """A file that the person sent, as a download."""
    found = file_of(_whose(token), ref)
    response = handed_out(found) if found else None
    if response is None:
        raise Http404
    return response


@open_door
@csrf_exempt
@require_POST
def fresh(request: HttpRequest, token: str) -> HttpResponse:
    """Send a fresh, short-lived link for what is personal beyond the words."""
    done = "fresh" if own.send_fresh_link(_whose(token)) else "held"
    return _back(token, done, "personal")


@open_door
@csrf_exempt
@require_POST
def language(request: HttpRequest, token: str) -> HttpResponse:
    """The person says in which language they want to read, here and in our mails."""
    own.choose_language(_whose(token), request.POST.get("language", ""))
    return redirect(f"/me/{token}/")


@open_door
@csrf_exempt
@never_cache
@in_readers_language
def new_link(request: HttpRequest) -> HttpResponse:
    """Who lost their link asks for a new one; the answer is the same whether we know the address or not."""
    if request.method == "POST":
        email = request.POST.get("email", "")
        # Asked too often from one place, nothing is sent any more, and the answer says nothing about it.
        if not too_often(request, "own page", most=MOST_ASKED, seconds=600):
            own.send_page_link(email)
        return render(request, "web/me/new_link.html", {"sent": True})
    return render(request, "web/me/new_link.html", {"sent": False})


@open_door
@never_cache
@in_readers_language
def personal(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the fresh link: take everything along, or have it erased."""
    person = own.whose(token, "fresh")
    if person is None:
        return render(request, "web/me/gone.html", {"fresh": True}, status=404)
    return _personal_page(request, person, token, saved=request.GET.get("done") in ("consent", "time"))


def _personal_page(request: HttpRequest, person: Person, token: str, *, status: int = 200, **more: Any) -> HttpResponse:
    wished = request.GET.dict() if "budget_minutes" in request.GET else None
    with translation.override(for_reader(request, person.language)):
        context = {
            "person": person, "token": token, "purposes": own.may_be_allowed(person), "time": own_time.time_of(person),
            "limits": own_time.limits_form(person, wished=wished), "zones": places(besides=person.time_zone), "wished": wished is not None,
            "page_at": reverse("web:personal", args=[token]), **more,
        }  # fmt: skip
        return render(request, "web/me/personal.html", context, status=status)


@open_door
@csrf_exempt
@require_POST
def own_consent(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the fresh link, the person says what we may do with their words, also more than before."""
    own.set_consents(_whose(token, "fresh"), set(request.POST.getlist("given")), _shown(request))
    return redirect(f"/me/{token}/personal/?done=consent")


@open_door
@csrf_exempt
@never_cache
@require_POST
@in_turn
def personal_time(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the fresh link, the person says how much of their time may be asked, also more than before."""
    person = _whose_in_hand(token, "fresh")
    form = own_time.limits_form(person, request.POST)
    if not form.is_valid():
        return _personal_page(request, person, token, status=422, limits=form)
    own_time.keep_limits(person, form)
    return redirect(f"/me/{token}/personal/?done=time")


@open_door
@csrf_exempt
@never_cache
@require_POST
def export(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that is held about this person, as one JSON file."""
    held = own.everything_held(_whose(token, "fresh"))
    response = HttpResponse(held, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="what-is-held-about-me.json"'
    return response


@open_door
@csrf_exempt
@require_POST
def erasure(request: HttpRequest, token: str) -> HttpResponse:
    """Erase the person: their words go, a stone stays in the ledger."""
    person = _whose(token, "fresh")
    if request.POST.get("sure") != "yes":
        return _personal_page(request, person, token, status=422, unsure=True)
    with translation.override(for_reader(request, person.language)):
        own.erase(person)
        return render(request, "web/me/erased.html")
