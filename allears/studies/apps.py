"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "allears.studies"
    label = "studies"

    def ready(self) -> None:
        from allears.studies import about_person, asked, naming, receivers, reminding  # noqa: F401  (registers the room's cell, tabs and last looks)
