"""Time zones as people choose them: one list, on every page that asks for one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms

from allears.core.clock import known_time_zones


def places(besides: str = "") -> list[tuple[str, str]]:
    """Return (name, as shown) by place, UTC first; names without a place ("EST") are left out, but for one that is in use
    and named `besides`: who changes something else keeps it."""
    listed = _listed()
    return listed if not besides or besides in dict(listed) else [(besides, besides), *listed]


class ZoneField(forms.ChoiceField):
    """One of `places`, or what the form began with: who changes something else keeps it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=places, **more)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        self.choices = places(besides=form.get_initial_for_field(self, field_name) or "")
        return super().get_bound_field(form, field_name)


@lru_cache(maxsize=1)
def _listed() -> list[tuple[str, str]]:
    named = sorted(name for name in known_time_zones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ").replace("/", " / ")) for name in named)]
