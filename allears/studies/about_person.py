"""What this room adds to a person's page and to what is held about them: what they were invited to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.core.models import User
from allears.people.holdings import holding
from allears.people.models import Person
from allears.people.panels import panel
from allears.people.queries import all_of
from allears.studies import anew
from allears.studies.models import Commitment, Invitation, PoolMember, State
from allears.studies.queries import seen_by
from allears.studies.rules import can_work_on

MOST = 20


@holding
def invitations(person: Person) -> tuple[str, Any]:
    """The studies that the person was invited to, and whether they declined."""
    invited = Invitation.objects.filter(person__in=all_of(person)).select_related("study", "decline")
    invited = invited.prefetch_related("laters", "referrals").order_by("pk")
    return "invitations", [
        {
            "study": i.study.title,
            "problem": i.study.problem,
            "minutes": float(i.minutes),
            "invited_at": i.invited_at,
            "declined": _declined(i),
            "asked_to_be_asked_at": [row.ask_at for row in i.laters.all()],
            "named": [{"at": row.named_at, "why": row.note} for row in i.referrals.all()],
            "paused_at": i.paused_at,
        }
        for i in invited
    ]


@panel(5, _("Letters that never reached them"))
def lost(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """Invitations to open studies of which every letter came back or was called back, and the way to send it anew."""
    theirs = Invitation.objects.filter(person__in=all_of(person), study__in=seen_by(user), study__state=State.OPEN)
    found = list(anew.lost_among(theirs).select_related("study").order_by("-pk")[:MOST])
    can = set(anew.reachable(theirs.filter(pk__in=[row.pk for row in found])).values_list("pk", flat=True)) if found else set()
    rows = [(row, can_work_on(user, row.study), row.pk in can) for row in found]
    return ("studies/about_person.html", {"lost": rows}) if found else None


def _declined(invitation: Invitation) -> dict[str, Any] | None:
    decline = getattr(invitation, "decline", None)
    return {"at": decline.at, "kind": decline.kind, "reason": decline.reason} if decline else None


@holding
def lotteries(person: Person) -> tuple[str, Any]:
    """The lotteries whose pool the person was in: their salted id in the proof, and their chance."""
    committed = Commitment.objects.filter(number=0).values("selection")
    rows = PoolMember.objects.filter(person__in=all_of(person), selection__in=committed)
    return "lotteries", [
        {"study": row.selection.study.title, "selection": row.selection.ref, "id": row.token, "chance": row.chance}
        for row in rows.select_related("selection__study").order_by("pk")
    ]
