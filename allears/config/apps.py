"""The application that wires every room together; nothing imports it."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "allears.config"
    label = "config"
