"""The two figures that lead every study: hear-back rate and median days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from allears.core.clock import today
from allears.decisions.loop import leading
from allears.decisions.queries import HearBack, HelpedCount

register = template.Library()


@register.filter
def of(counts: Mapping[int, HelpedCount] | str, update_id: int) -> HelpedCount | None:
    """Return what `helped_by_update` found for one update; None where the page did not ask."""
    return counts.get(update_id) if isinstance(counts, Mapping) else None


@register.inclusion_tag("decisions/_figures.html")
def hear_back_figures(figures: HearBack, promise_on: date | None = None) -> dict[str, Any]:
    """Show who of the contributors heard back and after how long, or why nobody has; `promise_on` adds the promise of a
    study.
    """
    left = (promise_on - today()).days if promise_on else None
    return {
        "leading": leading(figures),
        "promise_on": promise_on,
        "days_left": left,
        "days_over": -left if left is not None and left < 0 else None,
    }
