"""Small words and figures about questions."""

from __future__ import annotations

from django import template

from allears.core.languages import runs, set_down
from allears.questionnaires import steps
from allears.questionnaires.draft_models import DraftStep
from allears.questionnaires.structure import shortened

register = template.Library()


@register.filter
def brief(text: str) -> str:
    """A question's words on one line, short enough for a label."""
    return shortened(text)


register.filter("runs", runs)
register.filter("set_down", set_down)


@register.filter
def step_in_words(step: DraftStep) -> str:
    """What a step did to a draft."""
    return steps.in_words(step)
