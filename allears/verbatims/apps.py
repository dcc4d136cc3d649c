"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class VerbatimsConfig(AppConfig):
    name = "allears.verbatims"
    label = "verbatims"

    def ready(self) -> None:
        from allears.core import guarding
        from allears.verbatims import about_person, receivers  # noqa: F401

        guarding.stand_after_migrations(self)
