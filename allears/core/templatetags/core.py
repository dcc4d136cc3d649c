"""What this room adds to pages: its own tabs, and what stands on the sign-in page of a demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.clock import now
from allears.core.demo import notes
from allears.core.models import User
from allears.core.rules import is_administrator
from allears.core.settings_pages import settings_pages
from allears.core.staff import FIRST_ACCOUNT

register = template.Library()
register.filter("verb_in_words", audit.in_words)
register.filter("details_in_words", audit.details_in_words)
register.filter("target_in_words", audit.target_in_words)


@register.filter
def roughly(span: timedelta) -> str:
    """Return a span of time as one would say it: “less than a minute”, “about 3 minutes”."""
    if span < timedelta(minutes=1):
        return _("less than a minute")
    at = now()
    return _("about %(time)s") % {"time": timesince(at - span, at, depth=1)}


@dataclass(frozen=True)
class Tab:
    """One page among its neighbours, as the component `tabs` wants it."""

    label: str
    url: str
    current: bool
    badge: str = ""


@register.inclusion_tag("core/tabs.html", takes_context=True)
def your_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The pages about the reader and how they sign in."""
    pages = [
        (_("Profile"), "core:profile"),
        (_("Password"), "account_change_password"),
        (_("Second step"), "mfa_index"),
        (_("Where you are signed in"), "usersessions_list"),
        (_("Your long work"), "core:jobs"),
    ]
    return _tabs(context, pages, _("You"))


@register.inclusion_tag("core/tabs.html", takes_context=True)
def settings_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The administrators' pages."""
    return _tabs(context, settings_pages(), _("Settings"))


@register.inclusion_tag("core/tabs.html", takes_context=True)
def jobs_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The tabs that fit who reads about long work."""
    return settings_tabs(context) if is_administrator(context["request"].user) else your_tabs(context)


def _tabs(context: dict[str, Any], pages: list[tuple[str, str]], label: str) -> dict[str, Any]:
    here = context["request"].path
    return {"label": label, "links": [Tab(words, reverse(name), here.startswith(reverse(name))) for words, name in pages]}


@register.inclusion_tag("core/sign_in_notes.html")
def sign_in_notes() -> dict[str, Any]:
    """Who a newcomer can sign in as, and what they can answer at once, where the demo was loaded; how the first account
    is made, where there is none.
    """
    return {"notes": notes(), "first": "" if User.objects.exists() else FIRST_ACCOUNT}
