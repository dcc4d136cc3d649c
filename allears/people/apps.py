"""The room's entry in Django's register."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "allears.people"
    label = "people"

    def ready(self) -> None:
        from allears.people import bounces, quiet, receivers  # noqa: F401  (registers the last looks before mail leaves)

        post_migrate.connect(_keep_search, sender=self, dispatch_uid="people.search")


def _keep_search(using: str, plan: Any = (), **kwargs: Any) -> None:
    """SQLite drops triggers when a migration remakes a table; put them back."""
    from allears.people import search

    if "people_person" in connections[using].introspection.table_names():
        search.install(connections[using])
