"""The application that wires every room together; nothing imports it."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "allears.config"
    label = "config"

    def ready(self) -> None:
        from allears.config import health  # noqa: F401  (what it registers is shown on the health page)
