"""What a decision said before, by whom it was changed and when: nothing that was considered is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from allears.core.audit import name_of
from allears.core.models import AuditEvent
from allears.decisions.models import Decision, DecisionKind
from allears.insights.models import Insight

MOST = 100


@dataclass(frozen=True)
class Moment:
    """A decision was changed; `before` says part by part what stood there until then."""

    at: datetime
    who: str
    before: list[tuple[str, str]]


def standing(decision: Decision) -> dict[str, Any]:
    """Return the options and grounds as they stand, as an audit event keeps them."""
    options = [[option.text, option.chosen, option.why] for option in decision.options.all()]
    return {"options": options, "grounds": sorted(decision.grounds.values_list("insight", flat=True))}


def history(decision: Decision) -> list[Moment]:
    """Return what the decision said before, from the audit trail, the newest change first."""
    events = list(
        AuditEvent.objects.filter(target=name_of(decision), verb="decisions.decision_changed").order_by("-id")[:MOST]
    )
    grounds = {pk for event in events for pk in event.details.get("before", {}).get("grounds", [])}
    claims = dict(Insight.objects.filter(pk__in=grounds).values_list("pk", "claim"))
    moments = [Moment(event.at, event.actor_label, _before(event.details.get("before", {}), claims)) for event in events]
    return [moment for moment in moments if moment.before]


def _before(before: dict[str, Any], claims: dict[int, str]) -> list[tuple[str, str]]:
    labels = {
        "kind": _("Kind"),
        "statement": _("What was decided"),
        "because": _("Because"),
        "until": _("Not yet, until"),
        "grounds": _("It rested on"),
        "against": _("What speaks against it"),
        "options": _("Options that were considered"),
        "impact_customers": _("On customers"),
        "impact_teams": _("On other teams"),
    }
    in_words: dict[str, Callable[[Any], str]] = {
        "kind": lambda kind: str(DecisionKind(kind).label),
        "grounds": lambda ids: "\n".join(claims[pk] for pk in ids if pk in claims),
        "options": lambda options: "\n".join(_option(*option) for option in options),
    }
    said = [(label, in_words.get(name, str)(before[name])) for name, label in labels.items() if name in before]
    return [(label, words or _("nothing")) for label, words in said]


def _option(text: str, chosen: bool, why: str) -> str:
    taken = _("%(option)s (taken)") % {"option": text} if chosen else text
    return f"{taken}: {why}" if why else taken
