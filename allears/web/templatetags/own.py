"""Small helps for a participant's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import translation

from allears.core.languages import Foreign, marked, runs, set_down, way_of
from allears.studies.selection import words
from allears.studies.wording import minutes_in_words

register = template.Library()
register.filter("percent", words.percent)
register.filter("one_in", words.one_in)
register.filter("marked", marked)
register.filter("way", way_of)
register.filter("runs", runs)
register.filter("set_down", set_down)
register.filter("in_minutes", minutes_in_words)


@register.filter
def written_in(words: str, language: str) -> str:
    """Return `words` for a page, marked as another language's where they were not written in its own."""
    return words if language == translation.get_language() else marked(Foreign(words, language))


@register.filter
def get(found: Mapping[Any, Any], key: Any) -> Any:
    """Return what `found` has under `key`, or None."""
    return found.get(key)
