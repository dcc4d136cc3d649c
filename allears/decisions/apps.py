"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "allears.decisions"
    label = "decisions"

    def ready(self) -> None:
        """Say this room's part of a study's loop, and listen to the rooms below."""
        from allears.decisions import about_person, chips, loop, receivers  # noqa: F401
