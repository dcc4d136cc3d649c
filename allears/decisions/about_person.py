"""What this room adds to a person's page and to what is held about them: what they were told, and their words' way."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.core.models import User
from allears.decisions.models import HeldTelling, Helped, Telling
from allears.insights.sight import line_of_sight
from allears.people.holdings import holding
from allears.people.models import Person
from allears.people.panels import panel
from allears.people.queries import all_of
from allears.studies import piping
from allears.studies.queries import seen_by
from allears.verbatims.queries import said_by

MOST = 20


@holding
def told(person: Person) -> tuple[str, Any]:
    """The updates that the person was told, as they were worded for them."""
    tellings = Telling.objects.filter(person__in=all_of(person)).select_related("update__study").order_by("pk")
    return "told", [
        {
            "study": t.update.study.title,
            "text": t.update.text_cited if t.cited else t.update.text_general,
            "told_at": t.told_at,
            "by_mail": t.by_mail,
            "seen_at": t.seen_at,
        }
        for t in tellings
    ]


@holding
def waits_to_be_told(person: Person) -> tuple[str, Any]:
    """The studies of which updates wait until a new address has stood for two days."""
    rows = HeldTelling.objects.filter(person__in=all_of(person)).select_related("update__study").order_by("pk")
    return "waits_to_be_told", [{"study": h.update.study.title, "since": h.at} for h in rows]


@holding
def helped(person: Person) -> tuple[str, Any]:
    """Their answers to "did it help?"."""
    rows = Helped.objects.filter(person__in=all_of(person)).order_by("pk")
    return "helped", [{"helped": h.helped, "at": h.at} for h in rows]


@panel(20, _("What they said"))
def words(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """Their words in the studies that the reader may see, newest first, each leading to its line of sight."""
    seen = seen_by(user).values("collection")
    said = said_by(person).filter(collection__in=seen, salt__isnull=False).select_related("source", "undated")
    newest = said.order_by("-spoken_at", "-pk")[:MOST]
    found = [(v, piping.general(v.source.prompt), line_of_sight("verbatim", v.ref)) for v in newest]
    return ("decisions/words_of_person.html", {"words": found, "more": len(found) == MOST}) if found else None


@panel(30, _("What they were told"))
def updates(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """The updates that reached them."""
    tellings = Telling.objects.filter(person__in=all_of(person), update__study__in=seen_by(user))
    rows = tellings.select_related("update__decision", "update__insight", "update__change_step__change")
    found = list(rows.order_by("-told_at", "-pk")[:MOST])
    return ("decisions/told_person.html", {"tellings": found}) if found else None
