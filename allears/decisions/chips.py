"""What this room says below words wherever they are read: decided on, heard back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from allears.decisions.models import Ground, Telling
from allears.decisions.queries import HEARD, HEARER
from allears.design.parts import Chip
from allears.insights.chips import Chips, chips
from allears.insights.models import Citation


@chips
def heard_back(verbatim_ids: Sequence[int]) -> Chips:
    """Mark the words whose speaker was told of a decision that rests on them, and those that a decision rests on.

    Who was told has heard, also when the insight was withdrawn afterwards; nothing is decided on it any more.
    """
    cited = Citation.objects.filter(verbatim__in=verbatim_ids).order_by("pk")
    speaker = Coalesce("verbatim__person__merged_into_id", "verbatim__person_id")
    rows = list(cited.values_list("verbatim_id", speaker, "insight_id", "insight__withdrawn_at"))
    decided = _decisions_on({insight for _verbatim, _speaker, insight, _withdrawn in rows}) if rows else {}
    if not decided:
        return {}
    told = _first_told({d for ds in decided.values() for d in ds}, {person for _v, person, _i, _w in rows if person})
    found: dict[int, list[Chip]] = {}
    heard: set[int] = set()
    for verbatim_id, person_id, insight_id, withdrawn in rows:
        for decision_id, ref in decided.get(insight_id, {}).items():
            day = _while_it_held(told.get((decision_id, person_id)), withdrawn)
            if verbatim_id not in heard and (day or not withdrawn):
                found[verbatim_id] = [_chip(day, ref)]
            heard |= {verbatim_id} if day else set()
    return found


def _while_it_held(told: datetime | None, withdrawn: datetime | None) -> datetime | None:
    return told if told and (withdrawn is None or told <= withdrawn) else None


def _decisions_on(insights: set[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    rows = Ground.objects.filter(insight__in=insights).order_by("decision")
    for insight_id, decision_id, ref in rows.values_list("insight_id", "decision_id", "decision__ref"):
        found.setdefault(insight_id, {})[decision_id] = ref
    return found


def _first_told(decisions: Iterable[int], people: Iterable[int]) -> dict[tuple[int, int | None], datetime]:
    """When each of `people` first heard of each decision, or of how far it has come."""
    of_it = Coalesce("update__decision_id", F("update__change_step__change__decision_id"))
    theirs = Q(person__in=people) | Q(person__merged_into__in=people)
    told = Telling.objects.filter(HEARD, theirs).annotate(of_it=of_it, hearer=HEARER).filter(of_it__in=decisions)
    rows = told.values("of_it", "hearer").annotate(at=Min("told_at")).order_by()
    return {(row["of_it"], row["hearer"]): row["at"] for row in rows}


def _chip(told_at: datetime | None, ref: str) -> Chip:
    href = reverse("decisions:decision", args=[ref])
    if told_at is None:
        return Chip(_("decided on"), "accent", href)
    day = date_format(localtime(told_at), "MONTH_DAY_FORMAT")
    return Chip(_("heard back %(day)s") % {"day": day}, "kept", href)
