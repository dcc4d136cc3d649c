"""What became of a study's invitations, and who is still reminded, counted ahead where very many were invited; and who of
a very large pool may still be asked."""

from __future__ import annotations

from functools import partial

from allears.core import ahead
from allears.studies import anew
from allears.studies.choosing import INVITED
from allears.studies.models import Invitation, Study
from allears.studies.queries import OUTCOMES_AHEAD, count_outcomes
from allears.studies.reminding import PLAN_AHEAD, count_plan
from allears.studies.selection import reaching


def count_ahead() -> None:
    """Count each study of very many invitations; called by the heartbeat."""
    large = [s for s in Study.objects.order_by("pk") if ahead.are_many(Invitation.objects.filter(study=s))]
    reminding = [study for study in large if study.is_open and study.remind_after is not None]
    ahead.forget(OUTCOMES_AHEAD, but=[study.pk for study in large])
    ahead.forget(anew.LOST_AHEAD, but=[study.pk for study in large])
    ahead.forget(PLAN_AHEAD, but=[study.pk for study in reminding])
    ahead.forget(INVITED.kind, but=[study.pk for study in large])
    for study in large:
        INVITED.keep(study.pk)
        ahead.keep(OUTCOMES_AHEAD, study.pk, partial(count_outcomes, study))
        ahead.keep(anew.LOST_AHEAD, study.pk, partial(anew.count, study))
    reaching.count_ahead()
    for study in reminding:
        ahead.keep(PLAN_AHEAD, study.pk, partial(count_plan, study))
