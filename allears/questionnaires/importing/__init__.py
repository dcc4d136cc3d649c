"""Bringing responses that were gathered elsewhere into a study.

`look` takes a file in and proposes a plan; a person may change it; `bring` carries it out, as often as it is
called: a row that is in already stays as it is. The dialects of survey tools are known next door (`dialects`).
"""

from .errors import AsksSomethingElse, DraftInTheWay, NoRows, NothingLeft, NothingToImport
from .fitting import Fitted, check, fit
from .retyping import TooManyAnswers, kinds_for, retype
from .running import Counts, bring
from .starting import change_plan, go_on, start
from .taking import forget_old_files, keys_of, look, look_again, looked_at, opened, take_in, throw_away

__all__ = [
    "AsksSomethingElse",
    "Counts",
    "DraftInTheWay",
    "Fitted",
    "NoRows",
    "NothingLeft",
    "NothingToImport",
    "TooManyAnswers",
    "bring",
    "change_plan",
    "check",
    "fit",
    "forget_old_files",
    "go_on",
    "keys_of",
    "kinds_for",
    "look",
    "look_again",
    "looked_at",
    "opened",
    "retype",
    "start",
    "take_in",
    "throw_away",
]
