"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "allears.web"
    label = "web"

    def ready(self) -> None:
        """Listen to the rooms below."""
        from allears.web import receivers  # noqa: F401
