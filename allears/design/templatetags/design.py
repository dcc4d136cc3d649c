"""`{% load design %}`: every component of the house (settings make it a builtin, so most templates need no
load).
"""

from allears.design.tags import charts, controls, forms, frame, lists, navigation, paper, register, words

__all__ = ["charts", "controls", "forms", "frame", "lists", "navigation", "paper", "register", "words"]
