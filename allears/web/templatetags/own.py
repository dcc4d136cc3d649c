"""Small helps for a participant's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from allears.studies.selection import words

register = template.Library()
register.filter("percent", words.percent)
register.filter("one_in", words.one_in)


@register.filter
def allows(consents: Mapping[str, bool], purpose: str) -> bool:
    """Whether the newest entry for `purpose` says yes."""
    return consents.get(purpose, False)


@register.filter
def get(found: Mapping[Any, Any], key: Any) -> Any:
    """Return what `found` has under `key`, or None."""
    return found.get(key)
