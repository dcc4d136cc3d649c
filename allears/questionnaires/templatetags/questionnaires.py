"""Small words and figures about questions."""

from __future__ import annotations

from django import template

from allears.questionnaires.models import Question
from allears.questionnaires.structure import MOST_STEPS, shortened

register = template.Library()


@register.filter
def brief(text: str) -> str:
    """A question's words on one line, short enough for a label."""
    return shortened(text)


@register.filter
def steps_of(question: Question) -> list[int]:
    """The steps of a scale; none while it has no ends."""
    low, high = question.minimum, question.maximum
    if low is None or high is None or not low <= high <= low + 2 * MOST_STEPS:
        return []
    return list(range(int(low), int(high) + 1))


@register.filter
def boxes_of(question: Question) -> range:
    """The numbers of an open question's boxes."""
    return range(1, max(1, question.boxes) + 1)
