"""Small words and figures about questions."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from allears.core.languages import set_down, way_of
from allears.questionnaires import steps
from allears.questionnaires.draft_models import DraftStep
from allears.questionnaires.structure import shortened

register = template.Library()


@register.filter
def brief(text: str) -> str:
    """A question's words on one line, short enough for a label."""
    return shortened(text)


@register.filter
def runs(words: str) -> SafeString:
    """What an element around an answer says of its way: see `core.languages.way_of`."""
    way = way_of(words)
    return format_html(' dir="{}"', way) if way else SafeString()


register.filter("set_down", set_down)


@register.filter
def step_in_words(step: DraftStep) -> str:
    """What a step did to a draft."""
    return steps.in_words(step)
