"""Who may open which page: every view carries a door, and the site's tests read them all.

A view without a door is refused to everybody. Doors are about roles; whether this user may see *this* study is a
rule of its room, asked inside the view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from rules.predicates import Predicate

from allears.core.models import User

View = TypeVar("View", bound=Callable[..., Any])


class StaffRequest(HttpRequest):
    """What a view behind a `door` is called with: somebody has signed in. For types only."""

    user: User


def door(rule: Predicate) -> Callable[[View], View]:
    """Let in the signed-in users for whom `rule(user)` holds."""

    def mark(view: View) -> View:
        view.door = rule  # type: ignore[attr-defined]
        return view

    return mark


def open_door(view: View) -> View:
    """Let in everybody: participants and the public, who have no account."""
    view.door = "open"  # type: ignore[attr-defined]
    return view
