"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from allears.core.queries import the_organisation


def organisation(request: HttpRequest) -> dict[str, Any]:
    """The organisation's name for headers and titles; asked of the database only by pages that show it."""
    return {"organisation": the_organisation}
