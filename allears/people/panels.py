"""What rooms above show on a person's page: their studies, their words, what they were told.

A room registers in `apps.ready`, so that this page can show everything without knowing who is above:

    @panel(20, _("Their words"))
    def words(person: Person, user: User) -> tuple[str, dict[str, Any]] | None: ...

The function returns a template and its context, or None when there is nothing for this reader to see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from allears.core.models import User
from allears.people.models import Person

Drawn = tuple[str, dict[str, Any]]
Draw = Callable[[Person, User], Drawn | None]


@dataclass(frozen=True)
class Panel:
    """A part of the page: where it stands among the others, its heading, and what draws it."""

    position: int
    title: str | Promise
    draw: Draw


@dataclass(frozen=True)
class DrawnPanel:
    """A panel about one person, ready for the template."""

    title: str
    template: str
    context: dict[str, Any]


_panels: list[Panel] = []


def panel(position: int, title: str | Promise) -> Callable[[Draw], Draw]:
    """Register the decorated function as a part of every person's page."""

    def register(draw: Draw) -> Draw:
        _panels.append(Panel(position, title, draw))
        _panels.sort(key=lambda p: p.position)
        return draw

    return register


def panels_of(person: Person, user: User) -> list[DrawnPanel]:
    """Return what the rooms above show `user` about `person`, in order."""
    drawn = [(panel.title, panel.draw(person, user)) for panel in _panels]
    return [DrawnPanel(str(title), what[0], what[1]) for title, what in drawn if what]
