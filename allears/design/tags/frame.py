"""What a page says about itself before its first word."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from allears.design.tags import register

CHOICES = ("light", "dark", "auto")


def chosen_theme(context: Mapping[str, Any]) -> str:
    """What this reader chose: on this device (a cookie), else on their account; "auto" leaves it to the
    device.
    """
    request = context.get("request")
    choices = [request.COOKIES.get("theme", "") if request else "", getattr(context.get("user"), "theme", "")]
    return next((choice for choice in choices if choice in CHOICES), "auto")


@register.simple_tag(takes_context=True)
def theme_attribute(context: dict[str, Any]) -> SafeString:
    """`data-theme="dark"` for `<html>`, or nothing."""
    theme = chosen_theme(context)
    return SafeString() if theme == "auto" else format_html(' data-theme="{}"', theme)


@register.simple_tag(takes_context=True)
def theme_now(context: dict[str, Any]) -> str:
    """The reader's choice of theme, for the switch in the rail."""
    return chosen_theme(context)
