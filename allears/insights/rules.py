"""Who may read, code, claim, and see names."""

from __future__ import annotations

import rules

from allears.core.models import User
from allears.core.rules import is_leader, is_researcher, signs_in
from allears.studies.models import Study
from allears.studies.rules import can_see, can_work_on

# Everybody who signs in reads customers' words directly; which studies' words, `can_read` says.
may_open = signs_in
can_read = can_see
can_code = can_work_on


@rules.predicate
def leads_here(user: User, study: Study) -> bool:
    return bool(is_leader(user) and can_see(user, study))


# A leader who has heard customers directly may say what they understood, and try what others say.
can_claim = can_work_on | leads_here

# Names are for those who work with these people; everybody else reads words beside a label.
can_see_names = can_work_on | leads_here

# For doors: whether this role can do it in any study at all.
may_code = is_researcher
may_claim = is_researcher | is_leader
