"""What became of a study's invitations, and who is still reminded, counted ahead where very many were invited."""

from __future__ import annotations

from functools import partial

from allears.core import ahead
from allears.studies.models import Invitation, Study
from allears.studies.queries import OUTCOMES_AHEAD, count_outcomes
from allears.studies.reminding import PLAN_AHEAD, count_plan


def count_ahead() -> None:
    """Count each study of very many invitations; called by the heartbeat."""
    large = [s for s in Study.objects.order_by("pk") if ahead.are_many(Invitation.objects.filter(study=s))]
    reminding = [study for study in large if study.is_open and study.remind_after is not None]
    ahead.forget(OUTCOMES_AHEAD, but=[study.pk for study in large])
    ahead.forget(PLAN_AHEAD, but=[study.pk for study in reminding])
    for study in large:
        ahead.keep(OUTCOMES_AHEAD, study.pk, partial(count_outcomes, study))
    for study in reminding:
        ahead.keep(PLAN_AHEAD, study.pk, partial(count_plan, study))
