"""Home: a customer's words first, then what waits for the reader, then how much was heard back, and the loop."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from allears.core.doors import StaffRequest, door
from allears.core.models import User
from allears.core.rules import signs_in
from allears.core.waiting import Waiting
from allears.decisions.queries import hear_back
from allears.design import parts
from allears.insights import queries as insights
from allears.insights import traits
from allears.insights.actions import mark_read
from allears.insights.showing import reader_of
from allears.people.queries import facets_of
from allears.studies.loop import Cell, cells_of_each
from allears.studies.models import Study
from allears.studies.queries import seen_by
from allears.verbatims.models import Verbatim
from allears.web import queries
from allears.web.first_round import first_round

TONES = {
    "asked": "voice",
    "spoke": "voice",
    "understood": "accent",
    "decided": "accent",
    "done": "kept",
    "heard": "kept",
}
MOST_LOOPS = 3
MOST_WAITING = 5  # stand there at once, the most urgent; where one more waits it stands there, too
MANY_UNREAD = 100


@door(signs_in)
def home(request: StaffRequest) -> HttpResponse:
    """What customers said that this reader has not read yet, and what waits for them."""
    user = request.user
    words, unread = queries.to_read_now(user)
    waiting = queries.waiting_for(user)
    shown = MOST_WAITING if len(waiting) > MOST_WAITING + 1 else len(waiting)
    return render(
        request,
        "web/home.html",
        {
            "greeting": _greeting(user.name),
            "words": words,
            "about": _about(words, user),
            "unread": f"{MANY_UNREAD}+" if unread >= MANY_UNREAD else str(unread),
            "loops": _loops(list(queries.studies_now(user)[:MOST_LOOPS])),
            "figures": hear_back(studies=seen_by(user)),
            "waiting": [_line(w) for w in waiting[:shown]],
            "waiting_too": [_line(w) for w in waiting[shown:]],
            "soon": sum(w.urgent for w in waiting),
            "first_round": first_round(user),
            "has_study": seen_by(user).exists(),
            "heard": insights.read_since(user, _month()),
            "month": date_format(_month(), "F"),
        },
    )


def _month() -> datetime:
    """When the reader's month began."""
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _greeting(name: str) -> str:
    hour, first = timezone.localtime().hour, name.split()[0] if name else ""
    if hour < 12:
        return _("Good morning, %(name)s.") % {"name": first}
    return (_("Good afternoon, %(name)s.") if hour < 18 else _("Good evening, %(name)s.")) % {"name": first}


def _about(words: Verbatim | None, user: User) -> list[str]:
    """What is known of the speaker; to who sees no names only what so many share that it points at nobody."""
    if words is None or words.person_id is None:
        return []
    values = facets_of([words.person_id]).get(words.person_id, [])
    study = Study.objects.get(collection=words.collection_id)
    if values and study.pk not in reader_of(user, [study]).names_in:
        values = traits.beside(study, {words.person_id: values})[words.person_id]
    return [value.label for value in values][:3]


def _loops(studies: list[Study]) -> list[tuple[Study, list[parts.LoopCell]]]:
    return [(study, [_cell(cell) for cell in cells]) for study, cells in zip(studies, cells_of_each(studies), strict=True)]


def _cell(cell: Cell) -> parts.LoopCell:
    label = f"{cell.words}, {cell.note}" if cell.note else cell.words
    return parts.LoopCell(cell.figure, label, TONES[cell.step], cell.url)  # type: ignore[arg-type]


def _line(waiting: Waiting) -> parts.Waiting:
    when = ""
    if waiting.due:
        days = (waiting.due - timezone.localdate()).days
        when = _("today") if days == 0 else _when(days)
    return parts.Waiting(waiting.text, waiting.url, when, waiting.urgent)


def _when(days: int) -> str:
    if days < 0:
        return ngettext("%(n)d day overdue", "%(n)d days overdue", -days) % {"n": -days}
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


@door(signs_in)
@require_POST
def heard(request: StaffRequest) -> HttpResponse:
    """The reader has read these words: show the next ones."""
    seen = seen_by(request.user).values("collection")
    words = get_object_or_404(Verbatim, ref=request.POST.get("words", ""), collection__in=seen)
    mark_read(user=request.user, verbatims=[words.pk])
    return redirect("web:home")
