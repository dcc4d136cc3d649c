"""The administrators' pages as tabs; rooms above add theirs when the site starts."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_pages: list[tuple[str | Promise, str]] = [
    (_("Organisation"), "core:organisation"),
    (_("People who sign in"), "core:staff"),
    (_("Outbox"), "core:outbox"),
    (_("What was done"), "core:audit"),
    (_("Long work"), "core:jobs"),
    (_("Health"), "core:health"),
]


def add_settings_page(label: str | Promise, address: str) -> None:
    """Add a page (a name that `reverse` knows) behind those of this room."""
    if (label, address) not in _pages:
        _pages.append((label, address))


def settings_pages() -> list[tuple[str, str]]:
    """Return (label, name of the address) of every page, in order."""
    return [(str(label), address) for label, address in _pages]
