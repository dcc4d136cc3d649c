"""What a page says about itself before its first word."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from allears.design.tags import register

THEMES = ("light", "dark")


def chosen_theme(context: Mapping[str, Any]) -> str:
    """The theme this reader chose ("light", "dark"), or "" when their device decides."""
    request = context.get("request")
    choice = request.COOKIES.get("theme", "") if request else ""
    return choice if choice in THEMES else ""


@register.simple_tag(takes_context=True)
def theme_attribute(context: dict[str, Any]) -> SafeString:
    """`data-theme="dark"` for `<html>`, or nothing."""
    theme = chosen_theme(context)
    return format_html(' data-theme="{}"', theme) if theme else SafeString()


@register.simple_tag(takes_context=True)
def theme_now(context: dict[str, Any]) -> str:
    """The reader's choice of theme, for the switch in the menu."""
    return chosen_theme(context)
