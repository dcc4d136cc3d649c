"""The page on which an invited person says when they want to be asked: no script, their own time zone."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.core.clock import known_time_zones, now
from allears.core.zones import places
from allears.people.actions import set_time_zone
from allears.people.budget import good_moment, quiet_minutes, zone_of
from allears.people.models import Person
from allears.questionnaires import answering_language as language
from allears.questionnaires import answering_notes as notes
from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_views import SeeOther, participant
from allears.questionnaires.answering_ways import Way
from allears.studies import actions as studies
from allears.studies import moments
from allears.studies.models import Invitation, Later, State
from allears.studies.wording import moment_in_words


@dataclass(frozen=True)
class Offer:
    """One choice as it is shown: its key, what it is called, and when that is."""

    key: str
    label: str
    when: str


@participant
def later(request: HttpRequest, way: Way) -> HttpResponse:
    """When to ask: GET shows what was chosen or what can be; POST keeps it, or takes it back."""
    if way.invitation_id is None or way.submitted_at:
        return SeeOther(f"/a/{way.token}/{language.query(way)}")
    if way.state != State.OPEN:
        return notes.closed(way)
    invitation = Invitation.objects.select_related("person", "study").get(pk=way.invitation_id)
    if request.method != "POST":
        return _page(request, way, invitation)
    if request.POST.get("when") == "never":
        studies.take_back_later(invitation=invitation)
        return SeeOther(f"/a/{way.token}/later/{language.query(way)}")
    return _keep(request, way, invitation)


def _keep(request: HttpRequest, way: Way, invitation: Invitation) -> HttpResponse:
    zone = _zone(request, invitation.person)
    if str(zone) != str(zone_of(invitation.person)) and _may_be_kept(invitation.person, str(zone)):
        set_time_zone(person=invitation.person, time_zone=str(zone))
        invitation.person.time_zone = str(zone)
    at = _chosen(request, zone)
    if at is None:
        return _page(request, way, invitation, wrong=_("Choose when, or say on which day."))
    try:
        studies.ask_later(invitation=invitation, at=at)
    except studies.NotThen:
        return _page(request, way, invitation, wrong=_not_then(way))
    query = language.query(way)
    if str(zone) != str(zone_of(invitation.person)):
        query += ("&" if query else "?") + urlencode({"time_zone": zone})
    return SeeOther(f"/a/{way.token}/later/{query}")


def _zone(request: HttpRequest, person: Person) -> tzinfo:
    """Where they say that they are, otherwise where they are known to be."""
    name = request.POST.get("time_zone", "") or request.GET.get("time_zone", "")
    return ZoneInfo(name) if name in known_time_zones() else zone_of(person)


def _may_be_kept(person: Person, name: str) -> bool:
    """Whether it becomes the person's time zone. The first word does; another one only where it lets no mail in at hours
    that are quiet now, because a link to answer may have been forwarded. Otherwise it says when to ask this once.
    """
    there = copy(person)
    there.time_zone = name
    return not person.time_zone or quiet_minutes(person) <= quiet_minutes(there)


def _not_then(way: Way) -> str:
    if way.promise_to_come is None:
        return _("Choose a day that is still to come, within a year.")
    day = date_format(way.promise_to_come, "DATE_FORMAT")
    return _("Choose a day that is still to come, up to %(day)s: then we tell everybody what came of it.") % {"day": day}


def _chosen(request: HttpRequest, zone: tzinfo) -> datetime | None:
    when = request.POST.get("when", "") or ("day" if request.POST.get("day") else "")
    if when == "day":
        try:
            day = date.fromisoformat(request.POST.get("day", ""))
            return moments.on_day(day, request.POST.get("part", ""), zone)
        except (ValueError, OverflowError):
            return None
    return next((moment.at for moment in moments.offered(now(), zone) if moment.key == when), None)


def _page(request: HttpRequest, way: Way, invitation: Invitation, wrong: str = "") -> HttpResponse:
    zone = _zone(request, invitation.person)
    row = studies.open_later(invitation)
    context = {
        "way": way,
        "wrong": wrong,
        "chosen": _said(row, zone) if row else "",
        "offers": _offers(invitation, zone),
        "parts": [("morning", _("in the morning")), ("noon", _("around noon")), ("evening", _("in the evening"))],
        "when": request.POST.get("when", ""),
        "day": request.POST.get("day", ""),
        "part": request.POST.get("part", ""),
        "first_day": now().astimezone(zone).date() + timedelta(days=1),
        "zone": str(zone),
        "zones": places(),
        **notes.direction(way),
    }
    html = render_to_string(f"{pages.FOLDER}/later.html", context)
    return HttpResponse(html.encode(), status=422 if wrong else 200)


def _offers(invitation: Invitation, zone: tzinfo) -> list[Offer]:
    """What can be chosen at once; what quiet hours would move to another day is not offered."""
    words = {
        "evening": _("This evening"), "tomorrow": _("Tomorrow"), "weekend": _("At the weekend"), "week": _("Next week"),
    }  # fmt: skip
    found = []
    for moment in moments.offered(now(), zone):
        at = good_moment(invitation.person, moment.at).astimezone(zone)
        promise = invitation.study.promise_to_come
        if at.date() == moment.at.date() and not (promise and at.date() > promise):
            found.append(Offer(moment.key, words[moment.key], moment_in_words(at)))
    return found


def _said(row: Later, zone: tzinfo) -> str:
    return moment_in_words(row.ask_at.astimezone(zone))
