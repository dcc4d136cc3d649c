"""What every page about a study has in common: its header with tabs, and small words about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from allears.design.parts import Link
from allears.studies.fates import Fate, fate_of
from allears.studies.loop import overdue_among, tabs_of
from allears.studies.models import InvitationMail, State, Study
from allears.studies.rules import can_work_on
from allears.studies.wording import minutes_in_words, promise_in_words

register = template.Library()

STATE_TONES = {State.DRAFT: "neutral", State.OPEN: "kept", State.CLOSED: "accent"}


@register.simple_tag(takes_context=True)
def study_header(
    context: dict[str, Any], study: Study, heading: str = "", promise: bool = True, under: str = ""
) -> SafeString:
    """The header of a page about a study: title, state and promise, and the tabs of all rooms.

    Stands in the `header` block of `design/base.html`. `heading` is the page's own title; the study's stands
    above. `promise=False` where the page itself shows it. `under` names the address of the tab that the page belongs
    to, where its own address does not say so.
    """
    request = context["request"]
    home = reverse("studies:study", args=[study.slug])
    at_home = request.path == home
    return render_to_string(
        "studies/header.html",
        {
            "study": study,
            "heading": heading,
            "home": home,
            "at_home": at_home,
            "promised": study.promise_on and promise and not at_home,
            "tone": STATE_TONES[State(study.state)],
            "works": at_home and can_work_on(request.user, study),
            "tabs": _links(study, request, under),
        },
        request=request,
    )


def _links(study: Study, request: Any, under: str) -> list[Link]:
    tabs = [(tab, reverse(tab.url_name, args=[study.slug])) for tab in tabs_of(study, request.user)]
    here = reverse(under, args=[study.slug]) if under else request.path
    near = max((url for _tab, url in tabs if here.startswith(url)), key=len, default="")
    return [Link(str(tab.label), url, url == near) for tab, url in tabs]


@register.simple_tag
def state_chip(study: Study) -> SafeString:
    """The study's state as a chip."""
    words = {State.DRAFT: _("Draft"), State.OPEN: _("Open"), State.CLOSED: _("Closed")}[State(study.state)]
    return render_to_string("design/components/chip.html", {"label": words, "tone": STATE_TONES[State(study.state)]})


@register.filter
def promised(study: Study, overdue: bool) -> str:
    """What the study's promise comes to today: "9 days left", "3 days overdue"; "3 days ago" where nobody waits."""
    return promise_in_words(study.promise_on, overdue) if isinstance(study.promise_on, date) else ""


@register.simple_tag
def is_overdue(study: Study) -> bool:
    """Whether somebody still waits to hear though the study's promised day is past."""
    return bool(overdue_among([study]))


@register.filter
def about(minutes: float) -> str:
    """An estimate in words: "about 3 minutes"."""
    return minutes_in_words(minutes)


@register.filter
def fate(letter: InvitationMail) -> Fate:
    """What became of a letter that `fates.letters` has found."""
    return fate_of(letter)
