"""Triggers by which a room's tables guard themselves: lifted while a migration remakes them, then put back."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, cast

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


class Guards(Protocol):
    """What a room's module `guards` offers."""

    def install(self, connection: BaseDatabaseWrapper) -> None: ...
    def remove(self, connection: BaseDatabaseWrapper) -> None: ...
    def have_their_tables(self, connection: BaseDatabaseWrapper) -> bool: ...


def stand_after_migrations(room: AppConfig) -> None:
    """See to it that the guards of `room` stand after every `migrate`; call it when the room is ready."""
    pre_migrate.connect(_lift, sender=room)
    post_migrate.connect(_put_back, sender=room)


def _guards(room: AppConfig) -> Guards:
    return cast(Guards, import_module(f"{room.name}.guards"))


def _lift(sender: AppConfig, using: str, plan: list[Any], **told: Any) -> None:
    """SQLite remakes a table in order to alter it and trips over triggers that speak of it."""
    guards, connection = _guards(sender), connections[using]
    touched = any(migration.app_label == sender.label for migration, _backwards in plan)
    if connection.vendor == "sqlite" and touched and guards.have_their_tables(connection):
        guards.remove(connection)


def _put_back(sender: AppConfig, using: str, **told: Any) -> None:
    guards, connection = _guards(sender), connections[using]
    if guards.have_their_tables(connection):
        guards.install(connection)
