"""The rail: what this user can go to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def rail(request: HttpRequest) -> dict[str, Any]:
    """Return the groups of the navigation that the signed-in user's role may open."""
    return {"rail": []}
