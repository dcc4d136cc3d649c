"""The rooms' walls in the database: keys point down, and nobody reaches up through a reverse name."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

# From the ground up; a room may point to itself and to what stands before it.
FLOORS = ["core", "people", "verbatims", "studies", "questionnaires", "insights", "decisions", "web"]


def _keys() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in FLOORS and not model._meta.auto_created:
            for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
                if field.is_relation:
                    yield model, field


def _label(model: type[models.Model], field: models.Field) -> str:
    return f"{model._meta.label}.{field.name}"


def test_keys_point_down() -> None:
    up = [
        _label(model, field)
        for model, field in _keys()
        if field.related_model._meta.app_label in FLOORS
        and FLOORS.index(field.related_model._meta.app_label) > FLOORS.index(model._meta.app_label)
    ]
    assert up == []


def test_a_key_across_rooms_has_no_reverse_name() -> None:
    named = [
        _label(model, field)
        for model, field in _keys()
        if field.related_model._meta.app_label in FLOORS
        and field.related_model._meta.app_label != model._meta.app_label
        and not field.remote_field.hidden
    ]
    assert named == []


def test_every_model_says_what_it_is() -> None:
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in FLOORS and (not model.__doc__ or model.__doc__.startswith(f"{model.__name__}("))
    ]
    assert silent == []


def test_every_room_is_on_a_floor() -> None:
    rooms = {config.label for config in apps.get_app_configs() if config.name.startswith("allears.")}

    assert rooms - set(FLOORS) == {"design", "config"}
