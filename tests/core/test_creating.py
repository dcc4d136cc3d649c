"""Many models made in one step: the rooms' squashed migrations come to what their small steps come to.

That the databases are the same to the last index and trigger is shown by `bench/squashed.py`, which makes some.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from allears.core.creating import CreateModels

TWO = CreateModels(
    [
        migrations.CreateModel("Bakery", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
        migrations.CreateModel(
            "Loaf",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("bakery", models.ForeignKey("core.Bakery", on_delete=models.CASCADE)),
            ],
        ),
    ]
)


@pytest.mark.django_db(transaction=True)
def test_models_that_point_to_each_other_are_made_and_taken_away_again() -> None:
    before = ProjectState()
    after = before.clone()
    TWO.state_forwards("core", after)
    with connection.schema_editor() as editor:
        TWO.database_forwards("core", editor, before, after)
    assert {"core_bakery", "core_loaf"} <= set(connection.introspection.table_names())

    with connection.schema_editor() as editor:
        TWO.database_backwards("core", editor, after, before)
    assert not {"core_bakery", "core_loaf"} & set(connection.introspection.table_names())


def test_models_are_drawn_once_whoever_had_drawn_some_before() -> None:
    state = ProjectState()
    drawn = state.apps
    TWO.state_forwards("core", state)
    assert state.apps is not drawn
    assert state.apps.get_model("core", "Loaf")._meta.get_field("bakery").related_model.__name__ == "Bakery"


def test_each_room_made_in_one_step_is_that_of_its_small_steps() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    squashed = _squashed(loader)
    assert len(squashed) == 7
    small = loader.project_state(nodes=[step.replaces[-1] for step in squashed])
    at_once = loader.project_state(nodes=[(step.app_label, step.name) for step in squashed])
    assert MigrationAutodetector(small, at_once).changes(loader.graph) == {}
    assert {key: _in_words(model) for key, model in at_once.models.items()} == {
        key: _in_words(model) for key, model in small.models.items()
    }


def _squashed(loader: MigrationLoader) -> list[Any]:
    return [step for step in loader.disk_migrations.values() if step.replaces and step.__module__.startswith("allears.")]


def _in_words(model: ModelState) -> Any:
    fields = [(name, field.deconstruct()[1:]) for name, field in model.fields.items()]
    return str((fields, model.bases)), {name: value for name, value in model.options.items() if value}
