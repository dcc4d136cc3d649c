"""Many models made in one step of a migration.

Django draws every model that hangs together with a new one anew, for each new one; in a house in which all hang together
most of the time of a first start went there. Here they are drawn once, when all of them are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """What these `CreateModel` do one after the other, in their order: a model after those that it points to."""

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # what was drawn so far, and is drawn by whoever looks at it next
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "Create models " + ", ".join(model.name for model in self.models)


def without_beginnings(schema_editor: BaseDatabaseSchemaEditor, table: str, *columns: str) -> None:
    """Leave out the second index, by the beginnings of words, that Django adds to every unique text on PostgreSQL.

    To be called in the step that makes the table: its indexes are made when the step ends.
    """
    names = [schema_editor._create_index_name(table, [column], suffix="_like") for column in columns]  # type: ignore[attr-defined]
    schema_editor.deferred_sql = [
        statement for statement in schema_editor.deferred_sql if not any(name in str(statement) for name in names)
    ]
