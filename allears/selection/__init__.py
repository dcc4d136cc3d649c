"""The fair lottery: choose people so that every facet is heard, every chance is fair, and anybody can check it.

A pure library: no web framework, no clock, no randomness that it was not handed. README.md beside this file
has a worked example and the theory on one page.
"""

from allears.selection.carry import Held, carried_weights, owed
from allears.selection.coverage import even_weights
from allears.selection.errors import Infeasible, SelectionError
from allears.selection.plan import RULES, Coverage, Plan, prepare
from allears.selection.pool import Pool
from allears.selection.proof import alternates, chosen, commit, draw, dumps, loads, public, token, verify
from allears.selection.quotas import Quotas, propose
from allears.selection.redraw import redraw
from allears.selection.rounds import accepted

__all__ = [
    "RULES",
    "Coverage",
    "Held",
    "Infeasible",
    "Plan",
    "Pool",
    "Quotas",
    "SelectionError",
    "accepted",
    "alternates",
    "carried_weights",
    "chosen",
    "commit",
    "draw",
    "dumps",
    "even_weights",
    "loads",
    "owed",
    "prepare",
    "propose",
    "public",
    "redraw",
    "token",
    "verify",
]
