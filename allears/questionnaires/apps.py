"""The room's entry in Django's register."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class QuestionnairesConfig(AppConfig):
    name = "allears.questionnaires"
    label = "questionnaires"

    def ready(self) -> None:
        # Tells the rooms below what is asked, who answered and what is held; listens to who is erased.
        from allears.questionnaires import about_person, asked, bringing, receivers  # noqa: F401

        pre_migrate.connect(_lift_guards, sender=self)
        post_migrate.connect(_put_guards_back, sender=self)


def _lift_guards(sender: AppConfig, using: str, plan: list[Any], **told: Any) -> None:
    """SQLite remakes a table in order to alter it and trips over triggers that speak of it."""
    from allears.questionnaires import guards

    connection = connections[using]
    touched = any(migration.app_label == sender.label for migration, _backwards in plan)
    if connection.vendor == "sqlite" and touched and guards.have_their_tables(connection):
        guards.remove(connection)


def _put_guards_back(sender: AppConfig, using: str, **told: Any) -> None:
    from allears.questionnaires import guards

    connection = connections[using]
    if guards.have_their_tables(connection):
        guards.install(connection)
