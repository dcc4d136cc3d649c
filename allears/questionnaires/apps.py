"""The room's entry in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "allears.questionnaires"
    label = "questionnaires"

    def ready(self) -> None:
        # Tells the rooms below what is asked, who answered and what is held; listens to who is erased.
        from allears.core import guarding
        from allears.questionnaires import about_person, asked, bringing, receivers  # noqa: F401

        guarding.stand_after_migrations(self)
