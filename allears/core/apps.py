"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "allears.core"
    label = "core"

    def ready(self) -> None:
        from allears.core import prepared  # noqa: F401 - listens to new connections
