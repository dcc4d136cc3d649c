"""The room's entry in Django's register."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class StudiesConfig(AppConfig):
    name = "allears.studies"
    label = "studies"

    def ready(self) -> None:
        from allears.studies import about_person, asked, naming, receivers, reminding, rounds  # noqa: F401  (registers the room's cell, tabs, last looks and ways on)

        pre_migrate.connect(_lift_guards, sender=self)
        post_migrate.connect(_put_guards_back, sender=self)


def _lift_guards(sender: AppConfig, using: str, plan: list[Any], **kwargs: Any) -> None:
    """SQLite remakes a table in order to alter it and trips over triggers that speak of it."""
    from allears.studies.selection import guards

    connection = connections[using]
    if connection.vendor == "sqlite" and any(migration.app_label == sender.label for migration, _ in plan):
        guards.remove(connection)


def _put_guards_back(sender: AppConfig, using: str, **kwargs: Any) -> None:
    from allears.studies.selection import guards

    connection = connections[using]
    if guards.have_their_tables(connection):
        guards.install(connection)
