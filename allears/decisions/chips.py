"""What this room says below words wherever they are read: decided on, heard back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Min
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from allears.decisions.models import Ground, Telling
from allears.decisions.queries import HEARD
from allears.design.parts import Chip
from allears.insights.chips import Chips, chips
from allears.insights.models import Citation


@chips
def heard_back(verbatim_ids: Sequence[int]) -> Chips:
    """Mark the words whose speaker was told of a decision that rests on them, and those that a decision rests on."""
    cited = Citation.objects.filter(verbatim__in=verbatim_ids, insight__withdrawn_at=None)
    pairs = list(cited.values_list("verbatim_id", "verbatim__person_id", "insight_id"))
    decided = _decisions_on({insight for _, _, insight in pairs})
    told = _first_told({d for ds in decided.values() for d in ds}, {person for _, person, _ in pairs if person})
    found: dict[int, list[Chip]] = {}
    for verbatim_id, person_id, insight_id in pairs:
        for decision_id, ref in decided.get(insight_id, {}).items():
            found[verbatim_id] = [_chip(told.get((decision_id, person_id)), ref)]
    return found


def _decisions_on(insights: set[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    rows = Ground.objects.filter(insight__in=insights).order_by("decision")
    for insight_id, decision_id, ref in rows.values_list("insight_id", "decision_id", "decision__ref"):
        found.setdefault(insight_id, {})[decision_id] = ref
    return found


def _first_told(decisions: set[int], people: set[int]) -> dict[tuple[int, int | None], str]:
    told = Telling.objects.filter(HEARD, update__decision__in=decisions, person__in=people)
    rows = told.values("update__decision", "person").annotate(at=Min("told_at")).order_by()
    return {
        (row["update__decision"], row["person"]): date_format(localtime(row["at"]), "MONTH_DAY_FORMAT") for row in rows
    }


def _chip(day: str | None, ref: str) -> Chip:
    href = reverse("decisions:decision", args=[ref])
    if day is None:
        return Chip(_("decided on"), "accent", href)
    return Chip(_("heard back %(day)s") % {"day": day}, "kept", href)
