"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "allears.insights"
    label = "insights"

    def ready(self) -> None:
        from allears.insights import loop, receivers  # noqa: F401  (they register themselves)
