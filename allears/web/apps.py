"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "allears.web"
    label = "web"
