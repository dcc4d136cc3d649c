"""Checks the wording of survey questions by what survey methodology knows.

    >>> from allears.questionnaires.wording import Asked, check
    >>> [f.code for f in check(Asked("Don't you think that our staff are friendly?", kind="short_text")).findings]
    ['leading.expects']

A pure library: it knows no database, no clock, no Django. It returns codes, places and figures; sentences for people are
made where they are shown. `RULES` lists what it looks for, `SOURCES` the publications it rests on.
"""

from __future__ import annotations

from allears.questionnaires.wording.asked import Asked
from allears.questionnaires.wording.checking import LANGUAGES, check, check_all, knows
from allears.questionnaires.wording.findings import Checked, Finding
from allears.questionnaires.wording.rules import RULES, Rule
from allears.questionnaires.wording.sources import SOURCES, Source

__all__ = ["LANGUAGES", "RULES", "SOURCES", "Asked", "Checked", "Finding", "Rule", "Source", "check", "check_all", "knows"]
