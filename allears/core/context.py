"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from allears.core.languages import best, choices, spoken
from allears.core.queries import the_organisation


def organisation(request: HttpRequest) -> dict[str, Any]:
    """The organisation's name for headers and titles, asked of the database only by pages that show it; and where
    the reader's own name leads; the languages that participants' pages offer."""
    return {
        "organisation": SimpleLazyObject(the_organisation),
        "you_url": reverse("core:profile"),
        "speaks": choices,  # asked only by pages that offer them
        "chosen_language": best((request.GET.get("lang", ""),), spoken()),  # links on public pages carry it along
    }
