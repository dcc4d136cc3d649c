"""Who may see a study, and who may work on it."""

from __future__ import annotations

import rules

from allears.core.models import User
from allears.core.rules import is_administrator, is_leader, is_researcher
from allears.people.rules import may_read
from allears.studies.models import Member, Study

can_create = is_researcher


@rules.predicate
def owns(user: User, study: Study) -> bool:
    return study.owner_id == user.pk


@rules.predicate
def is_member(user: User, study: Study) -> bool:
    return Member.objects.filter(study=study, user=user).exists()


@rules.predicate
def is_for_everybody(user: User, study: Study) -> bool:
    """Whether everybody who signs in may read it."""
    return not study.team_only


# Leaders see everything, and so does who answers for the installation.
can_see = is_for_everybody | is_leader | is_administrator | owns | is_member

# Names and addresses are for those who may read about people at all.
can_see_who_was_asked = may_read & can_see

# Only researchers of the study's own team; a leader reads it and decides, but does not change what is asked.
can_work_on = is_researcher & (owns | is_member)

# Leaders decide, and so do those who work on the study; always on studies that they may see.
can_decide_on = can_see & (is_leader | can_work_on)

# An owner who has left cannot hand over: then an administrator does.
can_hand_over = (is_researcher & owns) | is_administrator
