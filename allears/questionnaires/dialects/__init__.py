"""Responses that were gathered elsewhere: from a table to typed questions and answers.

Pure: no database, no clock, no chance. `propose` looks at a table and says what each column is; a person may
change that plan; `apply_plan` turns rows into replies, one by one, and says what it did not understand.
"""

from .applying import Given, Problem, Reply, apply_plan, noting_empty
from .joined import find_vocabulary
from .kinds import taken
from .moments import two_days
from .ordering import in_order
from .own import ABOUT, OWN, OWN_WORDS
from .plan import ChoicePlan, Kind, Layout, MetaColumn, Plan, QuestionPlan, Role, changed_kind
from .profiles import Profile, profile_columns
from .proposing import DIALECTS, TITLES, detect, propose, rows_of

__all__ = [
    "ABOUT",
    "DIALECTS",
    "OWN",
    "OWN_WORDS",
    "TITLES",
    "ChoicePlan",
    "Given",
    "Kind",
    "Layout",
    "MetaColumn",
    "Plan",
    "Problem",
    "Profile",
    "QuestionPlan",
    "Reply",
    "Role",
    "apply_plan",
    "changed_kind",
    "detect",
    "find_vocabulary",
    "in_order",
    "noting_empty",
    "profile_columns",
    "propose",
    "rows_of",
    "taken",
    "two_days",
]
