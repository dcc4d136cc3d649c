"""Responses that were gathered elsewhere: from a table to typed questions and answers.

Pure: no database, no clock, no chance. `propose` looks at a table and says what each column is; a person may
change that plan; `apply_plan` turns rows into replies, one by one, and says what it did not understand.
"""

from .applying import Given, Problem, Reply, apply_plan
from .plan import ChoicePlan, Kind, Layout, MetaColumn, Plan, QuestionPlan, Role, changed_kind
from .proposing import DIALECTS, TITLES, detect, propose, rows_of

__all__ = [
    "DIALECTS",
    "TITLES",
    "ChoicePlan",
    "Given",
    "Kind",
    "Layout",
    "MetaColumn",
    "Plan",
    "Problem",
    "QuestionPlan",
    "Reply",
    "Role",
    "apply_plan",
    "changed_kind",
    "detect",
    "propose",
    "rows_of",
]
